"""Situations and advice to and from the columns of a revision; what cannot be kept is refused in words."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable
from typing import Any, Final, TypeAlias

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from advisor.advice import Advice, in_todays_shape
from advisor.catalog.strict_json import check_plain
from advisor.errors import AdvisorError
from advisor.scenario import Situation
from advisor.scenario.answers import MAX_TEXT, MAX_TITLE
from advisor.share.store.records import Decided

Content: TypeAlias = Advice | Situation

MAX_CONTENT_BYTES: Final = 4_000_000
MAX_DEPTH: Final = 40
MAX_TAGS: Final = 20
MAX_TAG: Final = 60
MAX_OWNER: Final = 400
UNTITLED: Final = "Untitled"
_COPY: Final = " (copy)"
_TITLED: Final = ("situation", "recommendation")


def columns_of(content: Content) -> dict[str, Any]:
    """Return a revision's columns: title, the JSON of situation and advice, and what was decided on."""
    situation = content.situation if isinstance(content, Advice) else content
    advice = content if isinstance(content, Advice) else None
    if len(situation.notes) > MAX_TEXT:
        raise _too_long("the notes", len(situation.notes), MAX_TEXT)
    columns = {
        "title": checked_line(situation.title, "the title", MAX_TITLE) or UNTITLED,
        "situation": _plain(situation),
        "advice": None if advice is None else _plain(advice),
    }
    return columns | (no_decision() if advice is None else decided_on(advice).model_dump())


def no_decision() -> dict[str, None]:
    """Return the columns of a revision that holds answers only."""
    return dict.fromkeys(Decided.model_fields)


def decided_on(advice: Advice) -> Decided:
    """Return what ``advice`` was decided on."""
    found = advice.recommendation
    return Decided(
        recommended=found.recommended,
        verdict=found.verdict,
        rulebook_version=found.rulebook.get("version", ""),
        rulebook_sha256=found.rulebook.get("sha256", ""),
        price_day=found.as_of.isoformat(),
    )


def _plain(record: Content) -> dict[str, Any]:
    what = f"the {type(record).__name__.lower()}"
    try:
        # Before JSON, which would make nothing of an infinite number.
        check_plain(record.model_dump(), place=what, max_depth=MAX_DEPTH)
        value: dict[str, Any] = record.model_dump(mode="json", by_alias=True)
        size = len(json.dumps(value, ensure_ascii=False, allow_nan=False).encode())
    except (PydanticSerializationError, ValueError, TypeError):
        raise AdvisorError(
            "it holds something that is neither text nor a finite number nor a list of those",
            place=what,
            remedy="Check the answers.",
        ) from None
    if size > MAX_CONTENT_BYTES:
        raise _too_long(what, size, MAX_CONTENT_BYTES)
    return value


def checked_line(text: str, what: str, limit: int) -> str:
    """Return ``text`` on one line; refuse control characters and more than ``limit`` characters."""
    # Measured before anything else walks over it: it may be 10 MB.
    if len(text) > limit:
        raise _too_long(what, len(text), limit)
    line = " ".join(text.split())
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in line):
        raise AdvisorError(f"{what} holds control characters", place=what, remedy="Type it again.")
    return line


def checked_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Return the tags sorted, each once and on one line."""
    found = sorted({checked_line(tag, "the tag", MAX_TAG) for tag in tags} - {""})
    if len(found) > MAX_TAGS:
        raise AdvisorError(
            f"there are {len(found)} tags", place="tags", remedy=f"Keep at most {MAX_TAGS} of them."
        )
    return tuple(found)


def _too_long(what: str, size: int, limit: int) -> AdvisorError:
    return AdvisorError(f"{what} is {size:,} long", place=what, remedy=f"Keep it under {limit:,}.")


def retitled(columns: dict[str, Any], title: str) -> dict[str, Any]:
    """Return a revision's columns under another title."""
    line = checked_line(title, "the title", MAX_TITLE)
    advice = columns["advice"]
    if advice is not None:
        advice = advice | {name: advice.get(name, {}) | {"title": line} for name in _TITLED}
    return columns | {
        "title": line or UNTITLED,
        "situation": columns["situation"] | {"title": line},
        "advice": advice,
    }


def as_copy_of(columns: dict[str, Any]) -> dict[str, Any]:
    """Return a revision's columns under a title that says it is a copy."""
    title = columns["title"].removesuffix(_COPY)
    return retitled(columns, title[: MAX_TITLE - len(_COPY)] + _COPY)


def read_situation(value: Any, *, place: str) -> Situation:
    """Read a stored situation."""
    try:
        return Situation.model_validate(frozen(value))
    except ValidationError:
        raise AdvisorError(
            "its answers cannot be read", place=place, remedy="Open another revision; nothing was changed."
        ) from None


def read_advice(value: Any) -> Advice | None:
    """Read stored advice of this version or an earlier one; None if it is in a form that this one does not know."""
    try:
        return None if value is None else Advice.model_validate(frozen(in_todays_shape(value)))
    except ValidationError:
        return None


def written_advice(value: Any) -> dict[str, Any] | None:
    """Return stored advice as this version writes it; None where it cannot be read."""
    advice = read_advice(value)
    return None if advice is None else advice.model_dump(mode="json", by_alias=True)


def frozen(value: Any) -> Any:
    """Return JSON's lists as tuples, as records hold them, so that what is read equals what was saved."""
    if isinstance(value, dict):
        return {key: frozen(item) for key, item in value.items()}
    return tuple(frozen(item) for item in value) if isinstance(value, list) else value
