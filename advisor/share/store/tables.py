"""The tables: assessments, their tags and their revisions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import JSON, Dialect, ForeignKey, Index, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

from advisor.share.store.records import iso_utc

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands in for a moment that cannot be read."""


class UtcText(TypeDecorator[datetime]):
    """A moment as ISO 8601 text in UTC: the same bytes in both databases and in exports."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Write a moment."""
        del dialect
        return None if value is None else iso_utc(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Read a moment."""
        del dialect
        return None if value is None else _moment(value)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        # One damaged row must not take the whole list with it.
        return LONG_AGO
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """All tables of the library."""

    metadata = MetaData(naming_convention=_NAMES)


class AssessmentRow(Base):
    """One assessment; its contents are in its revisions."""

    __tablename__ = "assessment"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    owner: Mapped[str] = mapped_column(String(400), index=True)
    searchable: Mapped[str] = mapped_column(Text)
    shared: Mapped[bool] = mapped_column(default=False)
    archived: Mapped[bool] = mapped_column(default=False)
    newest: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcText)
    tags: Mapped[list[TagRow]] = relationship(
        order_by="TagRow.tag", cascade="all, delete-orphan", lazy="selectin"
    )


class TagRow(Base):
    """One tag of one assessment."""

    __tablename__ = "assessment_tag"
    __table_args__ = (Index("ix_assessment_tag_tag", "tag"),)

    assessment_id: Mapped[str] = mapped_column(ForeignKey("assessment.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(100), primary_key=True)


class RevisionRow(Base):
    """One save; written once, never changed."""

    __tablename__ = "revision"

    assessment_id: Mapped[str] = mapped_column(ForeignKey("assessment.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    saved_at: Mapped[datetime] = mapped_column(UtcText)
    saved_by: Mapped[str] = mapped_column(String(400))
    title: Mapped[str] = mapped_column(Text)
    restored_from: Mapped[int | None]
    recommended: Mapped[str | None] = mapped_column("try_first", String(40))
    verdict: Mapped[str | None] = mapped_column(String(40))
    rulebook_version: Mapped[str | None] = mapped_column(String(200))
    rulebook_sha256: Mapped[str | None] = mapped_column(String(64))
    price_day: Mapped[str | None] = mapped_column(String(10))
    situation: Mapped[dict[str, Any]] = mapped_column(JSON)
    advice: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
