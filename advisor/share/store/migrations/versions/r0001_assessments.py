"""Assessments, their tags and their revisions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the first three tables."""
    op.create_table(
        "assessment",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("owner", sa.String(400), nullable=False),
        sa.Column("searchable", sa.Text, nullable=False),
        sa.Column("shared", sa.Boolean, nullable=False),
        sa.Column("archived", sa.Boolean, nullable=False),
        sa.Column("newest", sa.Integer, nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_assessment"),
    )
    op.create_index("ix_assessment_owner", "assessment", ["owner"])
    op.create_table(
        "assessment_tag",
        sa.Column("assessment_id", sa.String(40), nullable=False),
        sa.Column("tag", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("assessment_id", "tag", name="pk_assessment_tag"),
        _belongs_to_assessment("assessment_tag"),
    )
    op.create_index("ix_assessment_tag_tag", "assessment_tag", ["tag"])
    op.create_table("revision", *_revision_columns(), _belongs_to_assessment("revision"))


def _revision_columns() -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("assessment_id", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("saved_at", sa.String(32), nullable=False),
        sa.Column("saved_by", sa.String(400), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("restored_from", sa.Integer),
        sa.Column("try_first", sa.String(40)),
        sa.Column("verdict", sa.String(40)),
        sa.Column("rulebook_version", sa.String(200)),
        sa.Column("rulebook_sha256", sa.String(64)),
        sa.Column("price_day", sa.String(10)),
        sa.Column("situation", sa.JSON, nullable=False),
        sa.Column("advice", sa.JSON),
        sa.PrimaryKeyConstraint("assessment_id", "number", name="pk_revision"),
    ]


def _belongs_to_assessment(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_assessment_id_assessment"
    return sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"], name=name)
