"""The bibliography and its citations in, what a reader could not check out: addresses, readings, numbers, doubles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple
from urllib.parse import urlsplit

from advisor.catalog.records import Evidence, Record, Source

if TYPE_CHECKING:
    from advisor.catalog import Catalog

READ: Final = ("full", "abstract")
LOST: Final = ("could not be found again", "no one address", "no address was kept")
"""Words in a source's note that say openly that it leads nowhere."""
OURS: Final = ("Advisor", "this project")
WORDS: Final = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
}
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_NAMES = re.compile(
    r"\b(?:GPT|Llama|LLaMA|Qwen\d*|Claude|Gemini|Gemma|Mistral|Phi|Yi|Llama-?)[- ]?\d[\w.-]*|\b[A-Z]\d+\w*\b|\b\d+B\b|\b(?:19|20)\d\d\b"
)
"""Names of models and hardware, and years: numbers that are not findings."""


class EvidenceFinding(Record):
    """A source or citation that a reader cannot check."""

    check: str
    """Which check found it."""
    severity: Literal["error", "warning", "note"] = "error"
    """Errors make `rules check` fail."""
    place: str
    """File and line, or the id."""
    message: str
    """The problem in one sentence."""
    scenario: dict[str, Any] | None = None
    """Always null; there so that findings of all checks look alike."""


class Citation(NamedTuple):
    """One line of evidence and who cites it."""

    owner: str
    evidence: Evidence


def citations(catalog: Catalog) -> list[Citation]:
    """List every line of evidence, of rules first, then of techniques."""
    holders: list[Mapping[str, Any]] = [catalog.rules, catalog.techniques]
    return [
        Citation(name, item) for held in holders for name, record in held.items() for item in record.evidence
    ]


def evidence_findings(catalog: Catalog) -> list[EvidenceFinding]:
    """Run every check of sources and citations."""
    checks = (_addresses, _doubles, _unread, _numbers, _repeated)
    return [finding for check in checks for finding in check(catalog)]


def _place(name: str, catalog: Catalog) -> str:
    return catalog.places.get(name, name)


def _addresses(catalog: Catalog) -> Iterator[EvidenceFinding]:
    for name, source in catalog.sources.items():
        if _ours(source) or any(words in source.note for words in LOST):
            continue
        address = urlsplit(source.url)
        if address.path in ("", "/"):
            said = f"'{source.url}' is only a domain" if source.url else "there is no address"
            message = f"'{name}' cannot be found by a reader: {said}. Give the page, or say in its note that it is lost."
            yield EvidenceFinding(check="address", place=_place(name, catalog), message=message)


def _ours(source: Source) -> bool:
    return source.kind == "judgement" or source.by.startswith(OURS)


def _doubles(catalog: Catalog) -> Iterator[EvidenceFinding]:
    seen: dict[str, str] = {}
    for name, source in catalog.sources.items():
        key = source.url.rstrip("/").lower() or (
            f"{source.by}, {source.title}".lower() if not _ours(source) else ""
        )
        if key and key in seen:
            message = f"'{name}' and '{seen[key]}' are the same source; keep one."
            yield EvidenceFinding(check="same-source-twice", place=_place(name, catalog), message=message)
        seen.setdefault(key, name)


def _unread(catalog: Catalog) -> Iterator[EvidenceFinding]:
    for owner, item in citations(catalog):
        source = catalog.sources[item.source]
        if item.supports == "direct" and (
            source.read not in READ or any(words in source.note for words in LOST)
        ):
            how = source.read if source.read not in READ else "in a page that is lost"
            message = f"'{owner}' calls '{item.source}' direct, which was read {how}; that is indirect."
            yield EvidenceFinding(check="direct-unread", place=_place(owner, catalog), message=message)


def _numbers(catalog: Catalog) -> Iterator[EvidenceFinding]:
    for owner, item in citations(catalog):
        source = catalog.sources[item.source]
        if item.supports == "judgement" or _ours(source):
            continue
        missing = numbers_in(item.says) - numbers_in(" ".join((*source.found, source.note, source.title)))
        if missing:
            listed = ", ".join(f"{number:g}" for number in sorted(missing))
            message = f"'{owner}' quotes {listed} from '{item.source}', whose notes of what was read hold no such number."
            yield EvidenceFinding(check="number-not-read", place=_place(owner, catalog), message=message)


def numbers_in(text: str) -> set[float]:
    """Return the numbers of a text as findings: names of models, hardware and years are left out."""
    bare = _NAMES.sub(" ", text)
    found = {float(match.replace(",", "").rstrip(".")) for match in _NUMBER.findall(bare)}
    percents = re.findall(r"\b(" + "|".join(WORDS) + r")\s+percent", bare, re.IGNORECASE)
    return found | {float(WORDS[word.lower()]) for word in percents}


def _repeated(catalog: Catalog) -> Iterator[EvidenceFinding]:
    seen: set[tuple[str, str, str]] = set()
    for owner, item in citations(catalog):
        key = (owner, item.source, item.says)
        if key in seen:
            message = f"'{owner}' cites '{item.source}' twice for the same sentence."
            yield EvidenceFinding(check="cited-twice", place=_place(owner, catalog), message=message)
        seen.add(key)
