"""What goes into an audit and what comes out of it: options, findings, evidence of the format, the result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from advisor.catalog.records import Record

Severity = Literal["error", "warning", "note"]
Confidence = Literal["high", "medium", "low"]
SEVERITY_ORDER: Mapping[str, int] = {"error": 0, "warning": 1, "note": 2}
CONFIDENCE_ORDER: Mapping[str, int] = {"high": 0, "medium": 1, "low": 2}
# More rows than this are counted but not listed: a list nobody reads would only fill the screen and the file.
MOST_ROWS_LISTED = 10_000
# Tokens of a row in training, where nobody says: audit and plan assume the same.
LONGEST_ROW = 4096
# Share of the rows held out, and the seed that chooses them, where nobody says: split and plan assume the same.
HELD_OUT, SEED = 0.1, 42


class Finding(Record):
    """One thing that is wrong with the data, the rows it was seen in, and what to do."""

    check: str
    """Id of the check."""
    severity: Severity
    """``error``: training would fail or teach the wrong thing; ``warning``: probably harmful; ``note``: know it."""
    confidence: Confidence
    """How sure the check is that this is a defect and not a property of the task."""
    message: str
    """What was seen, with numbers."""
    rows: list[int]
    """Row numbers, from 1 in file order; at most 10,000 are listed."""
    count: int
    """How many rows are affected, listed or not."""
    why: str
    """Why it matters."""
    remedy: str
    """What to do about it."""
    tuned_model: str
    """What it would do to a model tuned on this data."""
    evidence: dict[str, Any] = Field(default_factory=dict)
    """What the verdict rests on: words, groups, neighbours, shares."""


class AuditOptions(Record):
    """What the person says about the goal and the training that the data cannot say for itself."""

    model: str | None = None
    """Folder with ``tokenizer_config.json`` or ``chat_template.jinja``, a GGUF file, or the name of a built-in template."""
    max_length: int | None = Field(default=None, ge=16, le=10_000_000)
    """Tokens a training row is cut to; 4,096 is assumed when nothing is said."""
    system_prompt: str | None = None
    """The system prompt that production uses."""
    goal: Literal["style", "format", "classification", "skill"] | None = None
    """What the tuning is for; it decides how many examples are enough."""
    embedding_model: str | None = None
    """Folder of a static embedding model (model2vec) for meaning; character n-grams are used without one."""

    @property
    def token_limit(self) -> int:
        """Return the length that rows are cut to."""
        return self.max_length or LONGEST_ROW


class FormatEvidence(Record):
    """Which format the file was taken for and why."""

    container: str
    """jsonl, json, csv, parquet, folder; with the compression if any."""
    shape: str
    """chat, prompt-completion, alpaca, sharegpt, preference, vertex, text or mixed."""
    because: list[str]
    """The evidence, in words."""
    shapes: dict[str, int] = Field(default_factory=dict)
    """Number of rows by shape."""


class MeasuredNumber(Record):
    """A number measured on the data that can stand in for an answer in an assessment."""

    value: int | float | str | bool
    """The value, in the fact's unit."""
    origin: Literal["measured"] = "measured"
    """Always ``measured``."""
    by: str
    """What measured it, in words."""


class Audit(Record):
    """The result of an audit."""

    file: str
    """The file as it was named."""
    sha256: str | None
    """Hash of the file's bytes; null for a folder."""
    rows: int
    """Rows read, broken ones included."""
    format: FormatEvidence
    """What the file is."""
    tokens: dict[str, Any]
    """Token totals and quantiles; ``exact`` says whether a real tokenizer counted them."""
    findings: list[Finding]
    """Findings, the most harmful first."""
    facts: dict[str, Any]
    """Measured facts by their name in an answers file."""
    measured: dict[str, MeasuredNumber]
    """The same facts with their origin."""
    assumptions: list[str]
    """What was assumed because nobody said."""


class AuditInputs(Record):
    """The files an audit looks at."""

    data: Path
    """The training data; ``-`` is standard input."""
    eval: Path | None = None
    """Held-out data that must not leak into training."""
    production: Path | None = None
    """Real requests, one per row."""
    benchmarks: Sequence[Path] = ()
    """Public benchmark files the training data must not contain."""
