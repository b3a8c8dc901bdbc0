"""What a bake-off is asked, what it plans, and what it keeps of every answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import Field

from advisor.catalog import Record
from advisor.evaluate.judging.grades import RUBRIC

PACE = frozenset({"max_usd", "concurrency", "requests_per_minute", "executor", "workers"})
"""Options that change how a run goes and not what it comes to."""
Turn = dict[str, str]
"""One message: role and content."""


class ArmSpec(Record):
    """One arm of a run."""

    name: str
    """Its name in tables; unique in a run."""
    kind: str
    """Its kind, from the table of arms; ``file`` is answers that exist."""
    model: str | None = None
    """Another model than the run's: a served or hosted id, or ``train`` to train here."""
    base_url: str | None = None
    """Where that model is served, where it is not the run's address."""
    path: Path | None = None
    """The file of answers or the log, for ``file``."""


class Judging(Record):
    """A judge that grades every answer by a rubric."""

    model: str
    """The judge, as its service names it; ``provider:name`` also says whose price holds."""
    base_url: str | None = None
    """Where it is served, where it is not the run's address."""
    rubric: str = RUBRIC
    """What makes a grade."""


class BakeoffOptions(Record):
    """What a run is asked; with the data's content it decides the run's id."""

    answers: Path | None = None
    """Answers file of the assessment; its shortlist decides the arms where none are named."""
    data: Path
    """A folder with train.jsonl and eval.jsonl as ``advisor split`` writes them, or one file, which is then split."""
    documents: Path | None = None
    """Documents to look things up in."""
    model: str
    """The model asked, as its service names it; ``provider:name`` also says whose price holds."""
    base_url: str | None = None
    """OpenAI-compatible address with ``/v1``; null serves the packaged small model on this machine."""
    key_variable: str = "OPENAI_API_KEY"
    """Environment variable with the key."""
    arms: tuple[ArmSpec, ...] = ()
    """Arms; the shortlist's where there are none."""
    scorers: tuple[str, ...] = ()
    """As for a comparison; the first decides."""
    judge: Judging | None = None
    """Grades every answer, as the scorer ``judge``."""
    margin: float = Field(default=0.03, ge=0, lt=1)
    """How much worse an arm may be and still count as good enough."""
    good_enough: float | None = Field(default=None, ge=0, le=1)
    """The score from which an arm works."""
    cluster: str | None = None
    """Field of the rows; rows with the same value count as one group."""
    eval_share: float = Field(default=0.2, gt=0, lt=1)
    """Share of the rows held out where the data is one file."""
    most_rows: int | None = Field(default=None, ge=1)
    """Ask only this many held-out rows, drawn by the seed; all where null."""
    shots: int = Field(default=4, ge=1, le=64)
    """Examples in few-shot arms."""
    passages: int = Field(default=3, ge=1, le=64)
    """Passages put in by retrieval."""
    passage_tokens: int = Field(default=256, ge=16, le=8192)
    """Most tokens of a passage."""
    index: Literal["bm25", "static", "fused"] = "bm25"
    """How passages are found; the weight of a fusion is fitted on training rows that name their passages."""
    store: str | None = None
    """PostgreSQL with pgvector that holds the passages, for a large corpus, by URL without a password."""
    max_tokens: int = Field(default=256, ge=1)
    """Longest answer in tokens."""
    whole_text_tokens: int = Field(default=100_000, ge=1)
    """Largest text that ``whole-text`` puts in."""
    temperature: float = Field(default=0.0, ge=0, le=2)
    """Sent with every question."""
    seed: int = 20
    """Seed of every draw, sent with every question."""
    concurrency: int = Field(default=4, ge=1, le=256)
    """Questions under way at once."""
    requests_per_minute: int | None = Field(default=None, ge=1)
    """Limit on calls per minute; null is 300, and no limit for a service on this machine."""
    max_usd: float | None = Field(default=None, ge=0)
    """No question is asked that could pass this sum."""
    executor: str = "local"
    """Who sends the questions: ``local``, this process; ``ray`` or ``ray://HOST:PORT``, workers of Ray."""
    workers: int = Field(default=2, ge=1, le=256)
    """Workers of Ray."""
    optimise_calls: int = Field(default=200, ge=10)
    """Budget of the prompt optimiser, in calls."""
    training: dict[str, Any] = Field(default_factory=dict)
    """Settings of a training run on this machine, by their names in a training spec."""


class Example(NamedTuple):
    """A row as an arm sees it: no arm is handed the wanted answer of a held-out one."""

    id: str
    turns: tuple[Turn, ...]
    """System message and conversation up to the answer."""
    passages: tuple[str, ...] = ()
    """Ids of the passages that hold the answer, where the row names them."""


class Shown(NamedTuple):
    """A training row: the example with its answer."""

    example: Example
    answer: str


class Ask(NamedTuple):
    """What an arm asks about one row."""

    turns: tuple[Turn, ...]
    passages: tuple[str, ...] = ()
    """Ids of the passages that were put in."""


class Answer(Record):
    """One answer and everything that it depended on; the fields are read by a comparison as they are."""

    id: str
    """Id of the held-out row."""
    answer: str | None = None
    """What the model said; null where the call failed."""
    error: str | None = None
    """Why the call failed."""
    tokens_in: int | None = None
    """Input tokens as the service counts them; null where it does not."""
    tokens_out: int | None = None
    """Output tokens; null where the service did not report them."""
    tokens_cached: int | None = None
    """Input tokens that the service read from its cache."""
    seconds: float | None = None
    """From sending to the last token."""
    seconds_to_first: float | None = None
    """From sending to the first token; null where the service does not stream."""
    usd: float | None = None
    """Money at the day's prices; null where no price is known."""
    model: str
    """Model called, by the name its service uses."""
    adapter: str | None = None
    """Hash of the adapter's weights, where one was trained here."""
    seed: int
    """Seed sent with the call."""
    system_prompt: str | None = None
    """System message sent; null if there was none."""
    data_sha256: str
    """Hash of the training and held-out rows."""
    passages: tuple[str, ...] = ()
    """Ids of the retrieved passages in the prompt."""


class ArmPlan(Record):
    """What one arm will ask."""

    arm: str
    """Its name."""
    does: str
    """What it does, as a phrase."""
    calls: int
    """Questions, those of its preparation included."""
    tokens_in: int
    """Input tokens, counted or estimated."""
    tokens_out: int
    """Expected output tokens of all its calls."""
    usd: float | None
    """Expected money; null where no price is known."""


class Money(Record):
    """A range of US dollars."""

    low: float
    """Everything cached, short answers."""
    expected: float
    """Answers as long as the wanted ones."""
    high: float
    """Every answer as long as is allowed."""


class BakeoffPlan(Record):
    """What a run would do, before anything is asked."""

    arms: tuple[ArmPlan, ...]
    """One plan per arm."""
    left_out: tuple[str, ...]
    """Arms of the shortlist that cannot run, each with the reason."""
    rows: int
    """Number of held-out rows."""
    train_rows: int
    """Number of training rows."""
    calls: int
    """Calls of all arms and of the judge together."""
    asked: int
    """Questions that an earlier run of the same folder has answered already."""
    usd: Money | None
    """Money; null where no price is known."""
    seconds: float
    """About how long, training included."""
    training_runs: int
    """Training runs on this machine."""
    judge: ArmPlan | None = None
    """Questions to the judge, its calibration included; they are part of all figures."""
    receiver: str
    """Who receives rows and passages."""
    shows: float | None
    """Difference in points that these rows show four times in five, with a fifth of the rows told apart."""
    notes: tuple[str, ...] = ()
    """Assumptions behind the plan."""


class Cancelled(Exception):  # noqa: N818 - a wish, no error
    """Somebody asked the run to stop; everything that was answered is kept."""
