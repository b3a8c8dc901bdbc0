"""What an assessment was measured on, and what to measure next, as sections of a report."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.advice import Advice
from advisor.catalog import Catalog
from advisor.scenario import MeasuredArm, MeasuredRun, measured_on
from advisor.share.report import words
from advisor.share.report.document import Block, Paragraph, Section, Table, Terms
from advisor.wording import say


def measured_sections(advice: Advice, catalog: Catalog) -> Iterator[Section]:
    """Write *What was measured*, where anything was, and *What to measure next*, where it is worth the hours."""
    runs = advice.situation.measured
    if runs:
        blocks: list[Block] = [Paragraph(words.stated_and_measured(advice.situation, catalog))]
        for run in runs:
            blocks += _run(run, advice, catalog)
        yield Section("measured", say("report_measured.measured"), tuple(blocks))
    following = advice.recommendation.measure_next
    if following:
        pairs = tuple((one.title, words.worth_measuring(one)) for one in following)
        yield Section("measure-next", say("report_measured.measure_next"), (Terms(pairs),))


def _run(run: MeasuredRun, advice: Advice, catalog: Catalog) -> Iterator[Block]:
    told = f"{run.on}, {run.what}"
    if run.arms:
        yield Paragraph(f"{run.verdict[:1].upper()}{run.verdict[1:]}.", strong=True)
        caption = say("report_measured.by_metric", run=told, metric=run.metric)
        head = (
            say("report_measured.arm"),
            say("report_measured.score"),
            say("report_measured.failed"),
            say("report_measured.usd_per_thousand"),
            say("report_measured.seconds"),
        )
        yield Table(caption, head, tuple(_row(one) for one in run.arms), frozenset({2, 3, 4}))
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
        pairs.append((say("report_measured.judge"), run.judge))
    if pairs:
        yield Terms(tuple(pairs))


def _row(arm: MeasuredArm) -> tuple[str, ...]:
    unknown = say("report_measured.not_known")
    return (
        arm.name,
        say("report_measured.interval", value=100 * arm.value, low=100 * arm.low, high=100 * arm.high),
        say("report_measured.failed_of", failed=arm.failed, count=arm.n),
        unknown if arm.usd_per_1k is None else f"{arm.usd_per_1k:,.3g}",
        " / ".join(unknown if one is None else f"{one:.2f}" for one in (arm.seconds_p50, arm.seconds_p95)),
    )
