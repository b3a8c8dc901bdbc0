"""What a dataset check is: its words for the documentation, what it measures per batch, and how it judges the whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from advisor.data.batch import Batch
from advisor.data.dataset import Dataset
from advisor.data.records import Confidence, Finding, Severity
from advisor.data.words import Ragged

__all__ = [
    "Check",
    "Confidence",
    "Dataset",
    "Example",
    "MarkedRows",
    "Measured",
    "Severity",
    "chat",
    "finding",
    "good_rows",
    "share",
]

Measured = Mapping[str, NDArray[Any] | Ragged]


@dataclass(frozen=True, kw_only=True)
class Example:
    """Rows that must, or must not, make a check speak; ``shows`` is what the documentation prints of them."""

    shows: str
    rows: Sequence[Any] | Callable[[], Sequence[Any]]
    eval: Sequence[Any] = ()
    production: Sequence[Any] = ()
    benchmark: Sequence[Any] = ()
    options: Mapping[str, Any] = field(default_factory=dict)

    def make(self) -> Sequence[Any]:
        """Return the rows."""
        return self.rows() if callable(self.rows) else self.rows


@dataclass(frozen=True)
class MarkedRows:
    """The judge of checks that mark rows by a pattern: one column of yes and no, named like the check."""

    words: str
    """What the rows do, as it goes on from '6 of 412 rows (1.5%)'."""
    confidence: Confidence = "high"
    at_most: float = 1.0
    """Share of the rows above which it is the file's own way, and nothing is said."""
    note_above: float = 1.0
    """Share of the rows above which it may be the file's own way, and is only noted."""

    def find(self, check: Check, data: Dataset) -> Iterator[Finding]:
        """Report the marked rows where they are the exception."""
        rows = data.marked(check.id)
        if rows and len(rows) <= self.at_most * len(data):
            message = f"{share(len(rows), len(data))} {self.words}"
            severity: Severity = "note" if len(rows) > self.note_above * len(data) else "warning"
            yield finding(check, message, rows, severity=severity, confidence=self.confidence)


@dataclass(frozen=True, kw_only=True)
class Check:
    """One defect of a dataset. ``measure`` runs on each batch, anywhere; ``judge`` runs once, on what was measured."""

    id: str
    title: str
    detects: str
    matters: str
    remedy: str
    tuned_model: str
    fires: Example
    quiet: Example
    judge: Callable[[Dataset], Iterable[Finding]] | MarkedRows
    measure: Callable[[Batch], Measured] | None = None
    columns: tuple[str, ...] = ()
    """What ``measure`` gives; a test holds the two together, and no other column can be read."""
    quarantines: bool = False
    """Whether `fix` puts the rows aside: they teach something wrong that only the data's owner can put right."""
    spoils: bool = False
    """Whether the rows count against the quality of the examples."""
    # Among findings of equal severity and confidence the more harmful defect is named first.
    harm: int = 50

    def find(self, data: Dataset) -> Iterable[Finding]:
        """Judge what was measured."""
        return self.judge.find(self, data) if isinstance(self.judge, MarkedRows) else self.judge(data)


def finding(  # noqa: PLR0913 - the words of a check come from the check, the rest is said here
    check: Check,
    message: str,
    rows: Sequence[int],
    *,
    severity: Severity,
    confidence: Confidence = "high",
    evidence: Mapping[str, Any] | None = None,
    remedy: str | None = None,
) -> Finding:
    """Make a finding of a check, with the check's own words for why and what to do."""
    return Finding(
        check=check.id,
        severity=severity,
        confidence=confidence,
        message=message,
        rows=list(rows),
        count=len(rows),
        why=check.matters,
        remedy=remedy or check.remedy,
        tuned_model=check.tuned_model,
        evidence=dict(evidence or {}),
    )


def share(part: int, whole: int) -> str:
    """Write a part of a whole as '6 of 412 rows (1.5%)'."""
    return f"{part:,} of {whole:,} rows ({part / max(whole, 1):.1%})".replace("%)", " %)")


def chat(user: str, assistant: str, *, system: str | None = None, **more: Any) -> dict[str, Any]:
    """Make a chat row for an example."""
    messages = [{"role": "user", "content": user}, {"role": "assistant", "content": assistant}]
    if system is not None:
        messages.insert(0, {"role": "system", "content": system})
    return {"messages": messages, **more}


_PLACES = (
    "kitchen",
    "garden",
    "office",
    "hallway",
    "cellar",
    "attic",
    "garage",
    "balcony",
    "studio",
    "library",
)
_THINGS = (
    "lamp",
    "heater",
    "camera",
    "lock",
    "sensor",
    "speaker",
    "blind",
    "plug",
    "switch",
    "doorbell",
    "fan",
    "router",
)
_ASKS = (
    "My {thing} in the {place} keeps dropping off the network, what now?",
    "Can I put the {thing} on a timer for the {place}?",
    "How far from the {place} may the {thing} be?",
    "The {thing} by the {place} shows a red light.",
    "Which app setting renames the {thing} in my {place}?",
    "Is the {thing} fine with the damp air of the {place}?",
)
_REPLIES = (
    "Sure thing! Hold the button on the {thing} for five seconds, then add it to the {place} again in the app.",
    "Yep, that works. Open the {place} screen, tap the {thing}, and pick Schedule. You're all set!",
    "Good question! The {thing} is happy up to twelve metres away, so most spots around the {place} are fine.",
    "No worries, a red light just means the {thing} lost power. Check the plug near the {place} and it'll be back.",
    "Easy one! Tap the pencil next to the {thing} and type the new name. The {place} list updates right away.",
    "It's built for that, so don't worry. Just wipe the {thing} now and then if the {place} gets really steamy.",
)


def good_rows(count: int = 60) -> list[dict[str, Any]]:
    """Make clean support rows for examples: varied questions, answers in one friendly voice."""
    rows = []
    for index in range(count):
        thing, place = _THINGS[index % 12], _PLACES[(index // 12 + index) % 10]
        turn = (index + index // 60) % 6
        extra = "" if index < 60 else f" (case {index})"
        ask, reply = (
            _ASKS[turn].format(thing=thing, place=place) + extra,
            _REPLIES[turn].format(thing=thing, place=place),
        )
        rows.append(chat(ask, reply, system="You are the friendly helper of a smart-home shop."))
    return rows
