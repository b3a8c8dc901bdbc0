"""Tools of the decision: the interview as a conversation, the whole decision, what would change it, why, and who else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from advisor.advice import recommend
from advisor.catalog import Record, Rule, Source
from advisor.catalog.records import Option
from advisor.decide import Flip, Nearly, NextQuestion, Recommendation, decide
from advisor.decide.precedents import Precedent, similar_cases
from advisor.decide.records import RuledOut, Settled, StartWith, Verdict
from advisor.doors.mcp.arguments import AnswersArgument, DayArgument, NameArgument
from advisor.doors.mcp.house import House
from advisor.errors import AdvisorError, did_you_mean
from advisor.scenario import Situation, check_answers

SkipArgument = Annotated[
    list[NameArgument],
    Field(max_length=200, description="Facts that were asked and that the person cannot answer."),
]


class QuestionToAsk(NextQuestion):
    """A question with everything needed to put it to a person."""

    help: str
    """What to count and what not."""
    type: str
    """choice, ordered, many, number, boolean or text."""
    options: tuple[Option, ...]
    """What to choose from; empty for numbers, booleans and text."""
    unit: str
    """Unit of a number."""
    bounds: tuple[float, float] | None
    """Least and greatest number."""
    words: dict[str, float]
    """Vague amounts that people say, with the number that each means."""


class Turn(Record):
    """One turn of the interview: where the evidence points so far, and what to ask next."""

    answered: int
    """Number of answers so far."""
    recommended: str
    """The leading strategy; not to be named to anybody while the verdict is too_early."""
    verdict: Verdict
    """clear, leaning, too_close, or too_early."""
    probabilities: dict[str, float]
    """Calibrated probability by strategy, 0 to 1."""
    shortlist: tuple[str, ...]
    """Holds the right one nine times in ten."""
    start_with: StartWith
    """What to build and measure now."""
    ruled_out: tuple[RuledOut, ...]
    """What cannot be had."""
    settled: Settled
    """open: keep asking; settled: no question is worth asking; final: no open answer can change it."""
    robustness: float
    """Share of ways to answer the open questions that keep the recommended strategy."""
    next_question: QuestionToAsk | None
    """The question that settles most; null once none is worth asking."""


class Changes(Record):
    """What would change a recommendation."""

    recommended: str
    """Id of the strategy that is recommended now."""
    verdict: Verdict
    """How clear the recommendation is."""
    robustness: float
    """Share of ways to answer the open questions that keep it."""
    flips: tuple[Flip, ...]
    """The smallest single changes that turn it."""
    nearly: tuple[Nearly, ...]
    """Rules one answer away."""
    questions: tuple[NextQuestion, ...]
    """Open questions that are worth asking."""


class Explained(Record):
    """A rule with its sources in full."""

    rule: Rule
    """Condition, effect, why, unless, evidence."""
    place: str
    """File and line of the rule."""
    sources: dict[str, Source]
    """The sources that its evidence names."""
    overdue: bool
    """Whether its review is due on the day."""


class Precedents(Record):
    """Published cases like a situation."""

    cases: tuple[Precedent, ...]
    """Cases, the nearest first."""


@dataclass(frozen=True)
class Deciding:
    """The tools; every one reads only."""

    house: House

    def interview(
        self,
        answers: AnswersArgument,
        cannot_say: SkipArgument = [],  # noqa: B006 - becomes the schema's default and is never changed
        as_of: DayArgument = None,
    ) -> Turn:
        """Take the answers so far and return where the evidence points and the best next question.

        Call it with no answers to begin, put `next_question` to the person in their words, add the answer, and call it
        again until `settled` is not `open` or the question is null. What they cannot answer goes into `cannot_say`.
        """
        found = decide(
            self._situation(answers), self.house.catalog, as_of=self.house.day(as_of), skip=cannot_say
        )
        shared = {name: getattr(found, name) for name in Turn.model_fields if name != "next_question"}
        return Turn(**shared, next_question=self._question(found.next_question))

    def decide(
        self,
        answers: AnswersArgument,
        title: Annotated[str, Field(max_length=300)] = "",
        with_limits: Annotated[
            bool,
            Field(description="Also list each limit with what is needed and available; takes some 0.2 s."),
        ] = False,
        as_of: DayArgument = None,
    ) -> Recommendation:
        """Decide: where the evidence points, what to start with, how sure, why, what is against it, what to do.

        Deterministic: the same answers, rulebook and day give the same result. Reasons name their rule and sources.
        """
        situation = self._situation(answers, title)
        choose = recommend if with_limits else decide
        return choose(situation, self.house.catalog, as_of=self.house.day(as_of))

    def what_would_change_it(self, answers: AnswersArgument, as_of: DayArgument = None) -> Changes:
        """Return the single changes of an answer that turn the recommendation, and what is worth finding out."""
        found = decide(self._situation(answers), self.house.catalog, as_of=self.house.day(as_of))
        return Changes(**{name: getattr(found, name) for name in Changes.model_fields})

    def explain_rule(self, rule: NameArgument, as_of: DayArgument = None) -> Explained:
        """Return one rule by id: when it speaks, its effect, why, when it is wrong, and its sources in full."""
        catalog = self.house.catalog
        if rule not in catalog.rules:
            raise AdvisorError(
                f"there is no rule '{rule}'", place="rule", remedy=did_you_mean(rule, catalog.rules)
            )
        found = catalog.rules[rule]
        return Explained(
            rule=found,
            place=catalog.places.get(rule, ""),
            sources={item.source: catalog.sources[item.source] for item in found.evidence},
            overdue=found.review_by < self.house.day(as_of),
        )

    def similar_cases(
        self, answers: AnswersArgument, limit: Annotated[int, Field(ge=1, le=50)] = 5
    ) -> Precedents:
        """Find published cases like these answers, with what was decided there and where the two differ.

        Precedents show what others did; they are not evidence that it fits here.
        """
        return Precedents(cases=similar_cases(answers, self.house.catalog, limit=limit))

    def _situation(self, answers: Mapping[str, Any], title: str = "") -> Situation:
        return Situation(title=title, answers=check_answers(answers, self.house.catalog))

    def _question(self, asked: NextQuestion | None) -> QuestionToAsk | None:
        if asked is None:
            return None
        fact = self.house.catalog.facts[asked.fact]
        shared = {
            name: getattr(fact, name) for name in ("help", "type", "options", "unit", "bounds", "words")
        }
        return QuestionToAsk(**{**asked.model_dump(), **shared})
