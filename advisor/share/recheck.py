"""Saved advice and the rules and prices of another day in; what has moved since, out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Protocol

from advisor.advice import Advice, advise
from advisor.catalog import Catalog, Record
from advisor.errors import AdvisorError
from advisor.scenario import Situation, check_answers
from advisor.scenario.answers import renamed


class UnreadableAdvice(Protocol):
    """What is known of saved advice that cannot be read any more."""

    @property
    def recommended(self) -> str:
        """The strategy that was recommended."""

    @property
    def verdict(self) -> str:
        """clear, leaning, too_close or too_early."""

    @property
    def rulebook_sha256(self) -> str:
        """The rulebook's hash."""

    @property
    def price_day(self) -> str:
        """The day of rules and prices."""


class Moved(Record):
    """One figure or word, then and now."""

    name: str
    """What it is about: a strategy, a rule, a fact."""
    before: Any
    """As saved; null where it was not there."""
    after: Any
    """As of the day of the check; null where it is gone."""


class RecheckDifference(Record):
    """What has moved between saved advice and the same answers decided again."""

    verdict_changed: bool
    """Whether another strategy is recommended, or the verdict's word differs."""
    recommended: Moved
    """The strategy that the evidence points to."""
    verdict: Moved
    """clear, leaning, too_close or too_early."""
    rulebook: Moved
    """Hash of the rulebook, then and now."""
    day: Moved
    """The day of rules and prices."""
    probabilities: tuple[Moved, ...] = ()
    """Each strategy's probability, where it moved."""
    ruled_out: tuple[Moved, ...] = ()
    """Strategies newly excluded or no longer so, with the rule that does it."""
    rules: tuple[Moved, ...] = ()
    """Rules that fire now and did not, or the reverse, or whose effect differs; with the effect."""
    costs: tuple[Moved, ...] = ()
    """Expected cost per month of each strategy, where it moved; in the projection's currency."""
    endings: tuple[Moved, ...] = ()
    """The day on which a strategy's model stops, where that moved."""
    dropped: tuple[Moved, ...] = ()
    """Answers that no longer fit a question, with the reason; the check is done without them."""
    new_warnings: tuple[str, ...] = ()
    """What a reader must know now and did not have to know then."""

    @property
    def anything(self) -> bool:
        """Whether anything but the day and the hash has moved."""
        lists = (self.probabilities, self.ruled_out, self.rules, self.costs, self.endings, self.dropped)
        return self.verdict_changed or any(lists) or bool(self.new_warnings)


def recheck(saved: Advice, catalog: Catalog, *, as_of: date) -> RecheckDifference:
    """Decide ``saved``'s answers on today's catalog and compare."""
    situation, dropped = still_fitting(saved.situation, catalog)
    now = advise(situation, catalog, as_of=as_of, with_cost=_had_cost(saved))
    return compare(saved, now, dropped=dropped)


def recheck_outcome(
    situation: Situation, saved: UnreadableAdvice, catalog: Catalog, *, as_of: date
) -> RecheckDifference:
    """Do the same where only the outcome of the saved advice can still be read."""
    fitting, dropped = still_fitting(situation, catalog)
    now = advise(fitting, catalog, as_of=as_of, with_cost=False).recommendation
    first = Moved(name="recommended", before=saved.recommended, after=now.recommended)
    verdict = Moved(name="verdict", before=saved.verdict, after=now.verdict)
    return RecheckDifference(
        verdict_changed=first.before != first.after or verdict.before != verdict.after,
        recommended=first,
        verdict=verdict,
        rulebook=Moved(name="rulebook", before=saved.rulebook_sha256, after=now.rulebook["sha256"]),
        day=Moved(name="day", before=saved.price_day, after=now.as_of.isoformat()),
        dropped=dropped,
    )


def still_fitting(situation: Situation, catalog: Catalog) -> tuple[Situation, tuple[Moved, ...]]:
    """Part a situation into what today's questions still take, and what they do not, with reasons."""
    kept: dict[str, Any] = {}
    dropped = []
    for name, value in situation.answers.items():
        try:
            kept |= check_answers({name: value}, catalog)
        except AdvisorError as error:
            dropped.append(Moved(name=name, before=value, after=error.problem))
    origins = {renamed(name, None, catalog)[0]: origin for name, origin in situation.origins.items()}
    return situation.model_copy(update={"answers": kept, "origins": origins}), tuple(dropped)


def compare(before: Advice, after: Advice, *, dropped: tuple[Moved, ...] = ()) -> RecheckDifference:
    """Compare two pieces of advice, field by field; neither is computed here."""
    then, now = before.recommendation, after.recommendation
    first = Moved(name="recommended", before=then.recommended, after=now.recommended)
    verdict = Moved(name="verdict", before=then.verdict, after=now.verdict)
    return RecheckDifference(
        verdict_changed=first.before != first.after or verdict.before != verdict.after,
        recommended=first,
        verdict=verdict,
        rulebook=Moved(name="rulebook", before=then.rulebook["sha256"], after=now.rulebook["sha256"]),
        day=Moved(name="day", before=then.as_of.isoformat(), after=now.as_of.isoformat()),
        probabilities=_moves(then.probabilities, now.probabilities),
        ruled_out=_moves(_excluded(before), _excluded(after)),
        rules=_rule_moves(before, after),
        costs=_moves(_monthly(before), _monthly(after)),
        endings=_moves(_endings(before), _endings(after)),
        dropped=dropped,
        new_warnings=_new(_warnings(before), _warnings(after)),
    )


def _had_cost(advice: Advice) -> bool:
    return advice.cost is not None or bool(advice.cost_unknown_because)


def _moves(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Moved, ...]:
    names = [*before, *(name for name in after if name not in before)]
    return tuple(
        Moved(name=name, before=before.get(name), after=after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    )


def _excluded(advice: Advice) -> dict[str, str]:
    return {item.strategy: item.rule for item in advice.recommendation.ruled_out}


def _rule_moves(before: Advice, after: Advice) -> tuple[Moved, ...]:
    then, now = _effects(before), _effects(after)
    # The first version did not argue about dials: of its rules only whether they fired can be compared.
    undialled = {item.rule for item in before.recommendation.reasons if not item.consideration}
    return tuple(move for move in _moves(then, now) if move.after is None or move.name not in undialled)


def _effects(advice: Advice) -> dict[str, dict[str, Any]]:
    return {
        reason.rule: {str(dial): word for dial, word in reason.effect.items()}
        | dict.fromkeys(reason.rules_out, "rules_out")
        for reason in advice.recommendation.reasons
    }


def _monthly(advice: Advice) -> dict[str, float | None]:
    # To a tenth of a cent: below that lies the noise of arithmetic, not a price.
    costs = advice.cost.strategies if advice.cost else {}
    return {name: _rounded(cost.per_month.expected) for name, cost in costs.items()}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _endings(advice: Advice) -> dict[str, str]:
    costs = advice.cost.strategies if advice.cost else {}
    return {name: cost.ends_on.isoformat() for name, cost in costs.items() if cost.ends_on}


def _warnings(advice: Advice) -> tuple[str, ...]:
    costs = advice.cost.warnings if advice.cost else ()
    unknown = (advice.cost_unknown_because,) if advice.cost_unknown_because else ()
    return (*advice.recommendation.warnings, *costs, *unknown)


def _new(before: Iterable[str], after: Iterable[str]) -> tuple[str, ...]:
    known = set(before)
    return tuple(warning for warning in after if warning not in known)
