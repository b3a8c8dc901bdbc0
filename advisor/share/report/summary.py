"""What a manager reads first: what to do, how sure that is, what it costs, what is in the way, what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from advisor.advice import Advice
from advisor.catalog import Catalog
from advisor.cost.rounding import money
from advisor.decide.limits import Limit
from advisor.decide.records import Recommendation, RoadmapStep
from advisor.share.report import words
from advisor.wording import say

HOURS_A_DAY = 8
_STATES = ("missed", "unknown", "met")


@dataclass(frozen=True)
class Money:
    """What one strategy costs, in words."""

    strategy: str
    role: str
    """Why it is in the list: start, expected, runner-up."""
    per_month: str
    """What vendors bill in a month, as text."""
    people_per_month: str
    once: str
    people_once: str


def in_one_sentence(found: Recommendation, catalog: Catalog) -> str:
    """Describe what to start with, when to stop, and what to expect."""
    if found.verdict == "too_early":
        return words.points_to(found, catalog)
    start, end = (words.strategy(name, catalog) for name in (found.start_with.strategy, found.recommended))
    opening = say("report_summary.stop_opening")
    stop = found.start_with.stop_when.removeprefix(opening).split(";")[0].rstrip(".")
    sentences = (
        say("report_summary.start_with", start=start),
        say("report_summary.stop_when", stop=stop) if stop else "",
        say("report_summary.no_further_step") if start == end else say("report_summary.end_at", end=end),
    )
    return " ".join(filter(None, sentences))


def how_sure(found: Recommendation, catalog: Catalog) -> str:
    """Describe how likely it is, and how often that word has been right on published cases."""
    said = words.lead(found, catalog)
    name = f"verdict.{found.verdict}_right"
    if name not in catalog.parameters:
        return f"{said} {say('report_summary.no_record')}"
    right = catalog.parameter(name, found.as_of).number
    record = say("report_summary.record", verdict=words.verdict(found).lower(), share=round(right * 100))
    return f"{said} {record}"


def named(found: Recommendation) -> dict[str, str]:
    """Return the strategies that money is compared for, each with its role: at most three, without what is ruled out."""
    roles = {found.start_with.strategy: say("report_summary.role_start")}
    roles.setdefault(found.recommended, say("report_summary.role_end"))
    others = sorted(found.then, key=lambda name: -found.probabilities.get(name, 0.0))
    for name in (name for name in others if name not in roles):
        roles[name] = say("report_summary.role_runner_up")
        break
    return roles


def limits_in_order(limits: Sequence[Limit], found: Recommendation) -> list[Limit]:
    """Return the limits of what is advised, what matters most first.

    Missed comes before unknown and met, what was stated before what is assumed, what one starts with before the rest.
    """
    start = found.start_with.strategy
    own = [item for item in limits if {start, found.recommended} & set(item.strategies)]
    return sorted(
        own,
        key=lambda item: (_STATES.index(item.state), "assumed" in item.needed, start not in item.strategies),
    )


def moneys(advice: Advice) -> tuple[Money, ...]:
    """Return the money of what to start with, what to expect and the runner-up; empty where it is not known."""
    cost = advice.cost
    if cost is None:
        return ()
    rows = []
    for name, role in named(advice.recommendation).items():
        priced = cost.strategies[name]
        month, people = priced.per_month, priced.people
        rows.append(
            Money(
                name,
                role,
                money(month.expected, cost.currency, low=month.low, high=month.high),
                money(people.per_month.expected, cost.currency, low=0, high=people.per_month.high),
                money(priced.one_time, cost.currency, low=0, high=priced.one_time),
                money(people.one_time.expected, cost.currency, low=0, high=people.one_time.high),
            )
        )
    return tuple(rows)


def days(strategy: str, catalog: Catalog, found: Recommendation) -> str:
    """Return the days of work until a strategy is in use, as a range."""
    low, _, high = catalog.parameter(f"cost.setup_hours_{strategy}", found.as_of).range
    least, most = (max(1, round(hours / HOURS_A_DAY)) for hours in (low, high))
    if least < most:
        return say("report_summary.days_range", least=least, most=most)
    return say("report_summary.days", days=most)


def phases(steps: Sequence[RoadmapStep]) -> list[tuple[str, list[RoadmapStep]]]:
    """Part the way into runs of steps of one strategy, in order."""
    found: list[tuple[str, list[RoadmapStep]]] = []
    for step in steps:
        if not found or found[-1][0] != step.strategy:
            found.append((step.strategy, []))
        found[-1][1].append(step)
    return found
