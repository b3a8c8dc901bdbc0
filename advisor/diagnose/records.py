"""What goes into a diagnosis beside the rows, and what comes out of it: facts of training and serving, suspicions, samples."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Complaint = Literal["tone", "facts", "format", "refuses", "too long", "other"]
"""What is wrong with a production sample, in the word of the person who labelled it."""
State = Literal["likely", "shown", "ruled_out", "cannot_tell"]
"""``likely``: seen in what was given; ``shown``: an intervention proved it; ``ruled_out``: an effect that matters is
excluded, or disproved; ``cannot_tell``: what it reads was not given, or leaves such an effect open."""
Table = Literal["training", "evaluation", "production"]
Intervention = Literal[
    "evaluate-on-production",
    "retrain-without-rows",
    "retrain-with-rows",
    "earlier-checkpoint",
    "base-against-tuned",
    "training-system-prompt",
    "training-template",
    "adapter-on",
    "adapter-once",
    "training-precision",
    "evaluation-sampling",
    "lower-temperature",
    "stop-at-end-mark",
    "training-context-format",
    "people-rate",
]
"""What would show a cause; how each is done is the business of the proof."""


class Record(BaseModel):
    """A frozen record whose fields carry their own documentation."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Prompts(Record):
    """System prompts; null where nobody said, empty where it is known that there is none."""

    training: str | None = None
    """The system prompt of the training rows, where it is not in the rows themselves."""
    serving: str | None = None
    """The system prompt that production sends."""


class Loss(Record):
    """One point of a training's losses."""

    step: int
    """Optimizer steps taken."""
    training: float | None = None
    """Loss on the training rows."""
    held_out: float | None = None
    """Loss on rows that were held out."""


class Ability(Record):
    """One general ability, measured on the base model and on the tuned one."""

    name: str
    """Name of the measure."""
    base: float = Field(ge=0, le=1)
    """Score of the base model, 0 to 1."""
    tuned: float = Field(ge=0, le=1)
    """Score of the tuned model on the same questions, 0 to 1."""
    questions: int = Field(ge=1)
    """Number of questions."""


class Templates(Record):
    """Chat templates and special tokens in training and in serving; null where nobody said."""

    training: str | None = None
    """Text of the chat template (Jinja), or the name of a known one."""
    serving: str | None = None
    """The same for serving."""
    training_end_mark: str | None = None
    """The token that ends an answer in training; empty where training added none."""
    serving_end_mark: str | None = None
    """The token at which serving stops."""
    start_mark: str | None = None
    """The token that begins a text (BOS)."""
    tokenizer_adds_start: bool | None = None
    """Whether serving's tokenizer puts the start mark in front by itself."""


class Sampling(Record):
    """How answers are drawn; null where nobody said."""

    temperature: float | None = None
    """Sampling temperature; null if unknown."""
    top_p: float | None = None
    """Nucleus sampling's top_p, 0 to 1; null if unknown."""
    top_k: int | None = None
    """How many tokens are drawn from; 0 for all."""
    repetition_penalty: float | None = None
    """Penalty on repeated tokens; 1 is none."""
    max_tokens: int | None = None
    """Longest answer in tokens."""


class ServedAdapter(Record):
    """An adapter as the server has it loaded."""

    name: str
    """Name, path or hash."""
    scale: float = 1.0
    """Factor it is applied with."""


class Adapter(Record):
    """What is known of the adapter and of the base below it; null where nobody said."""

    trained: str | None = None
    """Name, path or hash of the adapter that training wrote."""
    trained_scale: float = 1.0
    """Factor it was trained with, relative to how the file states it."""
    served: tuple[ServedAdapter, ...] | None = None
    """The adapters that the server applies; empty where it is known that it applies none."""
    merged: bool | None = None
    """Whether the served weights already hold the adapter."""
    base_trained: str | None = None
    """Name or hash of the base model in training."""
    base_served: str | None = None
    """Name or hash of the base model in serving, before any merge."""
    precision_trained: str | None = None
    """Number format of the base weights in training: `bf16`, `nf4` …"""
    precision_merged: str | None = None
    """Number format of the base weights into which the adapter was merged."""
    precision_served: str | None = None
    """Number format of the served weights."""


class Facts(Record):
    """All that is known beside the rows."""

    prompts: Prompts = Prompts()
    """System prompts of training and serving."""
    losses: tuple[Loss, ...] = ()
    """Losses of the training, in order."""
    abilities: tuple[Ability, ...] = ()
    """General abilities before and after."""
    templates: Templates = Templates()
    """Templates and special tokens."""
    evaluation_sampling: Sampling = Sampling()
    """How the evaluation's answers were drawn."""
    production_sampling: Sampling = Sampling()
    """How production's answers are drawn."""
    adapter: Adapter = Adapter()
    """Adapter and base of training and serving."""
    wanted_refusals: float | None = Field(default=None, ge=0, le=1)
    """Share of requests that ought to be declined or answered with "I don't know"."""
    trained_on: date | None = None
    """Day on which the training rows were closed."""


class Test(Record):
    """What would show a cause, or rule it out."""

    intervention: Intervention
    """What to change for the test."""
    how: str
    """What to do, in a sentence."""


class Trial(Record):
    """What an intervention showed: the same samples answered as they are served, and with one thing changed."""

    intervention: Intervention
    """What was changed for the test."""
    state: Literal["shown", "ruled_out", "cannot_tell"]
    """``shown``: better beyond chance; ``ruled_out``: no better by more than a fifth of what is missing."""
    samples: int
    """Samples that were answered both ways."""
    measured: str
    """What was compared, as a noun phrase."""
    before: float
    """Mean score as served, 0 to 1."""
    after: float
    """Mean score under the intervention, 0 to 1."""
    low: float
    """Lower end of the 95% interval of the difference."""
    high: float
    """Upper end of it."""
    p: float
    """Exact sign-flip test, corrected for all interventions of this proof."""
    because: str
    """What follows, in a sentence with figures."""
    calls: int
    """Questions that were put to a model for it."""


class Suspicion(Record):
    """One cause, looked for in what was given."""

    cause: str
    """Id of the cause."""
    title: str
    """The cause in a few words."""
    state: State
    """How far it is known."""
    score: float = Field(ge=0, le=1)
    """Strength of the evidence on one scale for all causes; the ranking is by it. 0 unless likely or shown."""
    p: float | None = None
    """p-value of the test behind it, corrected for all tests of this diagnosis; null where no test is."""
    evidence: str
    """Why, in a sentence with figures; for ``cannot_tell`` what is missing."""
    figures: dict[str, Any] = Field(default_factory=dict)
    """The figures of the sentence, by name."""
    rows: tuple[int, ...] = ()
    """Rows to blame, counted from 1 in file order."""
    rows_of: Table = "training"
    """The file to which the rows belong."""
    would: str
    """What would have to be true if this is the cause."""
    remedy: str
    """What to do about it."""
    test: Test
    """What would show it."""
    trial: Trial | None = None
    """What the intervention showed; null where none was made."""


class Neighbour(Record):
    """A training row near a sample."""

    row: int
    """Row of the training file."""
    words: float
    """Share of the sample's words of content that its prompt has, 0 to 1."""
    meaning: float
    """Cosine of the two prompts."""


class SampleVerdict(Record):
    """One production sample that somebody minds: is its kind in the training rows or not?"""

    row: int
    """Row of the production file."""
    label: Complaint
    """What is wrong with it."""
    covered: bool | None
    """Whether training rows ask for the like; null where that cannot be told."""
    nearest: tuple[Neighbour, ...]
    """The nearest training rows, nearest first."""
    advice: str
    """Not covered: how many rows to collect and from where. Covered: which rows are not good enough."""
    rows_wanted: int = 0
    """Rows of this sample's kind to collect; 0 where it is covered."""


class Diagnosis(Record):
    """The result: every cause that was looked for, the strongest first."""

    causes: tuple[Suspicion, ...]
    """All causes: what is shown and likely by score, then what cannot be told, then what is ruled out."""
    samples: tuple[SampleVerdict, ...] = ()
    """The labelled samples, in file order."""
    read: dict[str, int]
    """Rows read, by table."""
    notes: tuple[str, ...] = ()
    """What limits the diagnosis."""
    patch: dict[str, Any] = Field(default_factory=dict)
    """What to change, as the mending writes it; empty until it is asked for."""

    @property
    def found(self) -> tuple[Suspicion, ...]:
        """Return the causes that are likely or shown, the strongest first."""
        return tuple(one for one in self.causes if one.state in {"likely", "shown"})
