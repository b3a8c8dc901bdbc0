"""What an assessment was measured on, and what to measure next, as sections of a report."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.advice import Advice
from advisor.catalog import Catalog
from advisor.scenario import MeasuredArm, MeasuredRun, measured_on
from advisor.share.report import words
from advisor.share.report.document import Block, Paragraph, Section, Table, Terms

HEAD = ("Arm", "Score of 100 (95 % interval)", "Failed", "USD per 1,000", "Seconds, p50 / p95")
UNKNOWN = "not known"


def measured_sections(advice: Advice, catalog: Catalog) -> Iterator[Section]:
    """Write *What was measured*, where anything was, and *What to measure next*, where it is worth the hours."""
    runs = advice.situation.measured
    if runs:
        blocks: list[Block] = [Paragraph(words.stated_and_measured(advice.situation, catalog))]
        for run in runs:
            blocks += _run(run, advice, catalog)
        yield Section("measured", "What was measured", tuple(blocks))
    following = advice.recommendation.measure_next
    if following:
        pairs = tuple((one.title, words.worth_measuring(one)) for one in following)
        yield Section("measure-next", "What to measure next", (Terms(pairs),))


def _run(run: MeasuredRun, advice: Advice, catalog: Catalog) -> Iterator[Block]:
    told = f"{run.on}, {run.what}"
    if run.arms:
        yield Paragraph(f"{run.verdict[:1].upper()}{run.verdict[1:]}.", strong=True)
        caption = f"{told}, by {run.metric}"
        yield Table(caption, HEAD, tuple(_row(one) for one in run.arms), frozenset({2, 3, 4}))
    else:
        yield Paragraph(f"{told}.", strong=True)
    pairs = [
        (
            words.question(name, catalog),
            f"{words.answer(advice.situation.answers[name], catalog.facts.get(name))} ({fact.by})",
        )
        for name, fact in run.facts.items()
        if (measured_on(advice.situation, name) or (None,))[0] is run
    ]
    if run.judge:
        pairs.append(("The judge", run.judge))
    if pairs:
        yield Terms(tuple(pairs))


def _row(arm: MeasuredArm) -> tuple[str, ...]:
    return (
        arm.name,
        f"{100 * arm.value:.1f} ({100 * arm.low:.1f} to {100 * arm.high:.1f})",
        f"{arm.failed} of {arm.n}",
        UNKNOWN if arm.usd_per_1k is None else f"{arm.usd_per_1k:,.3g}",
        " / ".join(UNKNOWN if one is None else f"{one:.2f}" for one in (arm.seconds_p50, arm.seconds_p95)),
    )
