"""The records that files under ``rules/`` are read into; their docstrings become the editors' hover text."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator


def _day(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        return date.fromisoformat(value)
    if isinstance(value, date):
        return value
    raise ValueError("a day is written YYYY-MM-DD")


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("this must be a number")  # noqa: TRY004  pydantic reads ValueError only
    return value


def _text_of(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Day = Annotated[date, BeforeValidator(_day)]
Number = Annotated[float, BeforeValidator(_number)]
Published = Annotated[str, BeforeValidator(_text_of)]
Strategy_ = Literal["prompting", "few_shot", "rag", "fine_tuning", "hybrid"]
EffectWord = Literal[
    "decisively_for",
    "strongly_for",
    "for",
    "slightly_for",
    "slightly_against",
    "against",
    "strongly_against",
    "decisively_against",
]
Dial = Literal["look_up", "train", "both", "show"]
"""look_up: must it fetch facts when it answers; train: must it be trained; both: the two together; show: examples."""
KEBAB = r"^[a-z0-9]+(-[a-z0-9]+)*$"
SNAKE = r"^[a-z][a-z0-9_]*$"


class Record(BaseModel):
    """A frozen record that refuses keys it does not know."""

    # Unknown is null: no number of a record is infinite or none, also where a file writes it as text.
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False)


class Option(Record):
    """One answer to choose."""

    id: str
    """The word used in answers files and rules."""
    label: str
    """What a person reads."""
    help: str = ""
    """A sentence that tells this option from its neighbours."""


class Fact(Record):
    """A question, which is at once the declaration of a fact."""

    type: Literal["choice", "ordered", "many", "number", "boolean", "text"]
    """`ordered` options go from least to most; `many` allows several."""
    question: str
    """The question in plain words."""
    help: str = ""
    """What to count and what not; one or two sentences."""
    options: tuple[Option, ...] = ()
    """For choice, ordered and many."""
    unit: str = ""
    """For numbers: tokens, ms, usd, examples …"""
    bounds: tuple[Number, Number] | None = None
    """Smallest and largest number that makes sense."""
    words: dict[str, Number] = Field(default_factory=dict)
    """For numbers: vague amounts that people say, with the number that each stands for."""
    formerly: dict[str, dict[str, str]] = Field(default_factory=dict)
    """Earlier names of the fact, each with its options and what they are called now."""
    prior: dict[str, Any] = Field(default_factory=dict)
    """How likely each answer is before anyone says anything; open answers are sampled from it."""
    group: str = "task"
    """The screen on which it is asked."""
    ask_when: dict[str, Any] = Field(default_factory=dict)
    """A condition; the question is skipped where it is known not to hold."""
    measured_by: str = ""
    """A dataset check or bake-off result that replaces the answer."""
    derived: str = ""
    """The name of the function that computes it; such a fact is never asked."""

    @model_validator(mode="after")
    def _options_fit_the_type(self) -> Fact:
        wants_options = self.type in {"choice", "ordered", "many"}
        if wants_options != bool(self.options):
            raise ValueError(f"a fact of type {self.type} {'needs' if wants_options else 'takes no'} options")
        if len({option.id for option in self.options}) != len(self.options):
            raise ValueError("an option is listed twice")
        return self

    @property
    def option_ids(self) -> tuple[str, ...]:
        """The options' words, in the order of the file."""
        return tuple(option.id for option in self.options)

    @property
    def asked(self) -> bool:
        """Whether the interview may ask it: it has a prior and is not derived."""
        return bool(self.prior) and not self.derived


class Evidence(Record):
    """What a source says for a rule, and how strongly it supports it."""

    source: str
    """An id in the bibliography."""
    says: str
    """The finding in one sentence, with its number and its population."""
    supports: Literal["direct", "indirect", "judgement", "contested"]
    """`direct`: it measured this; `indirect`: it follows; `judgement`: our word; `contested`: others differ."""


class RuleExample(Record):
    """A test of the rule: facts, and whether it fires."""

    name: str
    """The situation, as a phrase."""
    facts: dict[str, Any]
    """Answers; what is missing is unknown."""
    fires: bool | Literal["unknown"]
    """true, false or unknown."""


class Rule(Record):
    """When a situation holds, what that means for each strategy, and why."""

    id: str = Field(pattern=KEBAB)
    """The file's name; states the situation first."""
    title: str
    """The rule in one sentence, as shown to people."""
    consideration: str
    """What the rule argues about; rules of one consideration do not add up, the strongest counts."""
    when: dict[str, Any]
    """The condition, as data: fact: value, [a, b] or {at_least: x}; any: and none: take lists."""
    effect: dict[Dial, EffectWord] = Field(default_factory=dict)
    """What it says about each dial it speaks of."""
    rules_out: tuple[Strategy_, ...] = ()
    """Strategies that cannot be had where it fires."""
    advise: tuple[str, ...] = ()
    """Techniques that go with it; ids in strategies.yaml."""
    because: str
    """Why; two or three sentences."""
    unless: str
    """When the rule is wrong."""
    evidence: tuple[Evidence, ...] = Field(min_length=1)
    """Who says so, and how sure that is."""
    reviewed: Day
    """The day on which a person last read it against its sources."""
    review_by: Day
    """The day by which it should be read again."""
    examples: tuple[RuleExample, ...] = Field(min_length=2)
    """At least one that fires and one that does not."""

    @model_validator(mode="after")
    def _speaks_and_is_tested(self) -> Rule:
        if not self.effect and not self.rules_out and not self.advise:
            raise ValueError("a rule needs an effect, a strategy that it rules out, or a technique to advise")
        outcomes = {example.fires for example in self.examples}
        if True not in outcomes or False not in outcomes:
            raise ValueError("a rule needs an example that fires and one that does not")
        if self.review_by <= self.reviewed:
            raise ValueError("review_by must come after reviewed")
        return self


class Consideration(Record):
    """What several rules argue about: one piece of evidence, however many rules see it."""

    title: str
    """The consideration as a phrase."""
    summary: str
    """What it asks, in one sentence."""
    needs_gain: bool = False
    """Whether its evidence for training counts only where training could gain something."""


class Gain(Record):
    """The file gain.yaml: when training has nothing to gain."""

    nothing_to_gain: dict[str, Any]
    """A condition that says so."""
    unless: dict[str, Any]
    """A condition that makes evidence for training count all the same."""


class Fitted(Record):
    """What rules weigh after fitting on published cases; written by benchmarks/calibrate.py."""

    note: str
    """On what it was fitted."""
    base: dict[Dial, Number]
    """Bits of each dial before any answer."""
    weights: dict[str, dict[Dial, tuple[EffectWord, Number]]]
    """For each rule and dial: the word that it was fitted from, and bits."""


class Source(Record):
    """One entry of the bibliography."""

    title: str
    """Title as printed."""
    by: str
    """Authors or organisation."""
    kind: Literal["paper", "vendor", "report", "data", "case", "judgement"]
    """What sort of witness it is."""
    url: str = ""
    """Where to read it; empty for our own judgement."""
    published: Published
    """Year, month or day of publication."""
    checked: Day
    """The day on which we last looked."""
    read: Literal["full", "abstract", "second-hand", "memory"]
    """How we read it; second-hand and memory are weak."""
    note: str = ""
    """What to beware of."""
    found: tuple[str, ...] = ()
    """What was read there, in our words and with its numbers; evidence may quote no other numbers."""


class Step(Record):
    """A step of the roadmap."""

    title: str
    """What to do, in one line."""
    until: str
    """The exit criterion: when to stop or continue."""


class StrategyText(Record):
    """A strategy in words."""

    title: str
    """Name that a person reads."""
    summary: str
    """What it is, in one sentence."""
    what_it_is: str = ""
    """A paragraph for newcomers."""
    first_step: str
    """The first thing to do."""
    when_it_ends: str
    """The exit criterion: what shows that it is not enough."""
    steps: tuple[Step, ...] = ()
    """The roadmap for this strategy."""


class Technique(Record):
    """Something that goes with a strategy, such as prompt caching, structured output or distillation."""

    title: str
    """Name that a person reads."""
    summary: str
    """What it does, in one sentence."""
    how: str
    """How to start, in a sentence or two."""
    evidence: tuple[Evidence, ...] = ()
    """Sources with their figures."""


class StrategyBook(Record):
    """The file strategies.yaml."""

    strategies: dict[Strategy_, StrategyText]
    """The five strategies."""
    techniques: dict[str, Technique]
    """Techniques by id."""


class Rulebook(Record):
    """The file rulebook.yaml."""

    version: str
    """Changes with every release of the rules."""
    title: str
    """Name that a person reads."""
