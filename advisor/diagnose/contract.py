"""What a cause is: its words for the documentation, what it reads, its test, and an example each way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from advisor.diagnose.records import Facts, Suspicion, Table, Test
from advisor.diagnose.seen import Seen

__all__ = ["Cause", "Example", "Facts", "Found", "Missing", "Quiet", "Seen", "Verdict"]

Reads = Literal[
    "training", "evaluation", "production", "labels", "scores", "prompts", "losses", "abilities",
    "templates", "sampling", "adapter", "base-answers", "days",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Found:
    """The cause is likely."""

    score: float
    """0 to 1, on the scale of `ranking`."""
    evidence: str
    """Why, in a sentence with figures."""
    p: float | None = None
    rows: Sequence[int] = ()
    rows_of: Table = "training"
    figures: Mapping[str, Any] = field(default_factory=dict)
    remedy: str | None = None
    """Instead of the cause's own, where the figures say more."""


@dataclass(frozen=True)
class Quiet:
    """The samples exclude an effect that matters; ``evidence`` says what was looked at."""

    evidence: str


@dataclass(frozen=True)
class Missing:
    """What the cause reads was not given, or leaves an effect that matters open; ``evidence`` says what is missing."""

    evidence: str


Verdict = Found | Quiet | Missing


@dataclass(frozen=True, kw_only=True)
class Example:
    """Material in which a cause must, or must not, be found; ``shows`` is what the documentation prints of it."""

    shows: str
    training: Callable[[], Sequence[Mapping[str, Any]]] | None = None
    evaluation: Callable[[], Sequence[Mapping[str, Any]]] | None = None
    production: Callable[[], Sequence[Mapping[str, Any]]] | None = None
    facts: Facts = field(default_factory=Facts)


@dataclass(frozen=True, kw_only=True)
class Cause:
    """One reason why a tuned model disappoints though its evaluation passed."""

    id: str
    title: str
    means: str
    reads: tuple[Reads, ...]
    looks_at: str
    """The test in words: which figures, which threshold."""
    would: str
    """What would have to be true if this is the cause."""
    remedy: str
    test: Test
    found: Example
    quiet: Example
    look: Callable[[Seen], Verdict]

    def suspicion(self, seen: Seen) -> Suspicion:
        """Look for the cause and put its words to what was found."""
        verdict = self.look(seen)
        said: dict[str, Any] = {"state": "ruled_out", "score": 0.0, "evidence": verdict.evidence}
        if isinstance(verdict, Missing):
            said["state"] = "cannot_tell"
        if isinstance(verdict, Found):
            said = {
                "state": "likely", "score": verdict.score, "p": verdict.p, "evidence": verdict.evidence,
                "figures": dict(verdict.figures), "rows": tuple(verdict.rows), "rows_of": verdict.rows_of,
            }  # fmt: skip
        remedy = (verdict.remedy if isinstance(verdict, Found) else None) or self.remedy
        words = {"would": self.would, "remedy": remedy, "test": self.test}
        return Suspicion(cause=self.id, title=self.title, **said, **words)
