"""The library: save, find, and bring back assessments; every save is a revision that stays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from json import JSONDecodeError
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, or_, select
from sqlalchemy.orm import Session

from advisor.errors import AdvisorError
from advisor.share.store import access
from advisor.share.store.address import shown
from advisor.share.store.connecting import explained
from advisor.share.store.contents import (
    MAX_OWNER,
    Content,
    as_copy_of,
    checked_line,
    checked_tags,
    columns_of,
    read_advice,
    read_situation,
    retitled,
)
from advisor.share.store.permitted import editable, managed, visible
from advisor.share.store.records import Assessment, Entry, Imported, Revision, SaveConflict, Saved
from advisor.share.store.rows import (
    columns_in,
    describe,
    entry_of,
    listed,
    matching,
    new_id,
    revision_of,
    without_contents,
)
from advisor.share.store.tables import AssessmentRow, RevisionRow


class Store:
    """The saved assessments of one database, as one person sees them.

    Safe to share between threads. ``person`` is empty without sign-in and sees everything then.
    """

    def __init__(self, engine: Engine, clock: Callable[[], datetime], *, person: str = "") -> None:
        self._engine = engine
        self._clock = clock
        self.person = person

    @property
    def place(self) -> str:
        """Return the library's address, without credentials."""
        return shown(self._engine.url)

    @property
    def files(self) -> tuple[Path, ...]:
        """Return the database's file; nothing where a server holds it."""
        url = self._engine.url
        return (Path(url.database),) if url.get_backend_name() == "sqlite" and url.database else ()

    def seen_by(self, person: str) -> Store:
        """Return the same library as ``person`` sees it: their own and shared assessments."""
        name = checked_line(person, "the person", MAX_OWNER)
        if not name:
            raise AdvisorError("nobody is named", place="library", remedy="Sign in.")
        return Store(self._engine, self._clock, person=name)

    def close(self) -> None:
        """Close the database's connections."""
        self._engine.dispose()

    # --- saving ----------------------------------------------------------------------------------------

    def save(  # noqa: PLR0913 what a page knows when it saves
        self,
        content: Content,
        *,
        assessment_id: str | None = None,
        base_revision: int | None = None,
        owner: str = "",
        tags: Iterable[str] = (),
        as_copy: bool = False,
    ) -> Saved:
        """Save advice (or answers alone) as a new assessment, or as the next revision of one.

        Args:
            content: What to save.
            assessment_id: The assessment to continue; None starts a new one.
            base_revision: The revision that the change started from; required with ``assessment_id``.
            owner: Who saves; the person of this store where that is set.
            tags: Replace the assessment's tags, if there are any here.
            as_copy: Save beside ``assessment_id`` as a new assessment, whatever has happened to it.

        Raises:
            SaveConflict: ``base_revision`` is not the newest; nothing was written.
            AdvisorError: The content cannot be kept, or the assessment is not there.
        """
        person, columns, wanted = self._person(owner), columns_of(content), checked_tags(tags)
        if assessment_id is None:
            return self._create(columns, person, wanted)
        if as_copy:
            return self._create(as_copy_of(columns), person, wanted)
        if base_revision is None:
            raise AdvisorError(
                "the revision that the change started from is not named",
                place=f"assessment {assessment_id[:40]}",
                remedy="Give base_revision, so that nobody's work is covered up.",
            )
        with self._writing() as session:
            row = editable(session, self.person, assessment_id)
            if row.newest != base_revision:
                raise self._conflict(session, row, base_revision)
            return self._append(session, row, columns, saved_by=person, tags=wanted)

    def restore(self, assessment_id: str, revision: int) -> Saved:
        """Restore an old revision as the newest. The revisions between stay in the history."""
        with self._writing() as session:
            row = editable(session, self.person, assessment_id)
            old = revision_of(session, row, revision)
            columns = columns_in(old) | {"restored_from": old.number}
            return self._append(session, row, columns, saved_by=self.person)

    def rename(self, assessment_id: str, title: str) -> Saved:
        """Return the newest revision another title, as a revision of its own."""
        with self._writing() as session:
            row = managed(session, self.person, assessment_id)
            newest = revision_of(session, row, row.newest)
            columns = retitled(columns_in(newest), title)
            return self._append(session, row, columns, saved_by=self.person)

    def duplicate(self, assessment_id: str, *, owner: str = "") -> Saved:
        """Start a new assessment from the newest revision of this one."""
        with self._reading() as session:
            row = visible(session, self.person, assessment_id)
            columns = columns_in(revision_of(session, row, row.newest))
            tags = tuple(tag.tag for tag in row.tags)
        return self._create(as_copy_of(columns), self._person(owner), tags)

    def archive(self, assessment_id: str, archived: bool = True) -> None:
        """Archive an assessment, or unarchive it."""
        with self._writing() as session:
            managed(session, self.person, assessment_id).archived = archived

    def share(self, assessment_id: str, shared: bool) -> None:
        """Let everyone who signs in see and edit an assessment, or stop that."""
        with self._writing() as session:
            managed(session, self.person, assessment_id).shared = shared

    def tag(self, assessment_id: str, tags: Iterable[str]) -> tuple[str, ...]:
        """Replace an assessment's tags; gives them as they are kept."""
        wanted = checked_tags(tags)
        with self._writing() as session:
            row = managed(session, self.person, assessment_id)
            describe(row, revision_of(session, row, row.newest).title, wanted)
        return wanted

    # --- finding ---------------------------------------------------------------------------------------

    def get(self, assessment_id: str, revision: int | None = None) -> Assessment:
        """Return one revision of an assessment, the newest unless said otherwise."""
        with self._reading() as session:
            row = visible(session, self.person, assessment_id)
            newest = revision_of(session, row, row.newest)
            found = newest if revision is None else revision_of(session, row, revision)
            advice = read_advice(found.advice)
            return Assessment(
                entry=entry_of(row, newest),
                revision=listed(found),
                situation=read_situation(
                    found.situation, place=f"assessment {row.id}, revision {found.number}"
                ),
                advice=advice,
                advice_unreadable=advice is None and found.advice is not None,
            )

    def list(
        self, query: str = "", tags: Iterable[str] = (), archived: bool = False, owner: str = ""
    ) -> tuple[Entry, ...]:
        """List assessments, the last saved first.

        Args:
            query: Words that must all be in the title or a tag, in any case and order.
            tags: Tags it must all have.
            archived: List what is put away instead of what is not.
            owner: Only what this person sees; the person of this store where that is set.
        """
        wanted = matching(query, tags).where(AssessmentRow.archived == archived)
        person = self._person(owner)
        if person != access.NOBODY:
            wanted = wanted.where(or_(AssessmentRow.owner == person, AssessmentRow.shared))
        with self._reading() as session:
            return tuple(entry_of(row, newest) for row, newest in session.execute(wanted))

    def history(self, assessment_id: str) -> tuple[Revision, ...]:
        """Return an assessment's revisions, the newest first."""
        with self._reading() as session:
            row = visible(session, self.person, assessment_id)
            wanted = without_contents(select(RevisionRow).where(RevisionRow.assessment_id == row.id))
            found = session.scalars(wanted.order_by(RevisionRow.number.desc()))
            return tuple(listed(revision) for revision in found)

    # --- the whole library -----------------------------------------------------------------------------

    def export_all(self) -> bytes:
        """Return the whole library, as far as this person owns it, as one JSON file; same library, same bytes."""
        from advisor.share.store.transfer import export_library

        with self._reading() as session:
            return export_library(session, self.person)

    def import_all(self, content: bytes, *, owner: str | None = None) -> Imported:
        """Add a library file: all of it or, where anything is wrong with it, nothing.

        Args:
            content: What :meth:`export_all` gave.
            owner: Whose the assessments become; None keeps the file's owners. In a person's own view
                they always become that person's, not shared, and every revision is saved by them now.
        """
        from advisor.share.store.transfer import Importer, import_library, read_library

        library = read_library(content)
        new_owner = self.person or (None if owner is None else self._person(owner))
        importer = Importer(person=self.person, owner=new_owner, now=self._clock())
        with self._writing() as session:
            return import_library(session, library, importer)

    # --- inside ----------------------------------------------------------------------------------------

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        with explained(self._engine.url), Session(self._engine) as session:
            try:
                yield session
            except JSONDecodeError:
                raise AdvisorError(
                    "a record is damaged: its contents are not JSON",
                    place=self.place,
                    remedy="Restore the library from a copy; every other record can still be opened.",
                ) from None

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        engine = self._engine.execution_options(writes=True)
        with explained(self._engine.url), Session(engine) as session, session.begin():
            yield session

    def _person(self, owner: str) -> str:
        return self.person or checked_line(owner, "the owner", MAX_OWNER)

    def _create(self, columns: dict[str, Any], owner: str, tags: tuple[str, ...]) -> Saved:
        row = AssessmentRow(id=new_id(), owner=owner, shared=False, archived=False, newest=0, tags=[])
        row.created_at = self._clock()
        with self._writing() as session:
            session.add(row)
            return self._append(session, row, columns, saved_by=owner, tags=tags)

    def _append(
        self,
        session: Session,
        row: AssessmentRow,
        columns: dict[str, Any],
        *,
        saved_by: str,
        tags: tuple[str, ...] = (),
    ) -> Saved:
        row.newest += 1
        describe(row, columns["title"], tags or [tag.tag for tag in row.tags])
        session.flush()  # the assessment before what refers to it
        moment = row.created_at if row.newest == 1 else self._clock()
        session.add(
            RevisionRow(
                assessment_id=row.id, number=row.newest, saved_at=moment, saved_by=saved_by, **columns
            )
        )
        return Saved(id=row.id, revision=row.newest)

    def _conflict(self, session: Session, row: AssessmentRow, base_revision: int) -> SaveConflict:
        newest = revision_of(session, row, row.newest)
        saved = Saved(id=row.id, revision=row.newest)
        return SaveConflict(
            saved, base_revision=base_revision, saved_by=newest.saved_by, saved_at=newest.saved_at
        )
