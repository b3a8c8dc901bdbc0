"""Kinds of production requests that the training data hardly shows."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import compress

from advisor.data.checks.contract import Check, Dataset, Example, chat, finding, good_rows
from advisor.data.coverage import Coverage, Requests, cover, sample_of
from advisor.data.records import Finding, Severity

FEWEST_REQUESTS = 5


def judge(data: Dataset) -> Iterator[Finding]:
    """Report kinds with far less of training than of production, and how many examples each lacks."""
    production = data.others.get("production")
    if production is None or len(production) < FEWEST_REQUESTS or not len(data):
        return
    coverage = coverage_of(data)
    gaps = [
        kind
        for kind in coverage.kinds
        if kind.production >= 2
        and kind.production_share > 0.03
        and kind.train_share < 0.4 * kind.production_share
    ]
    if gaps or coverage.covered < 0.9:
        named = "; ".join(
            f"'{kind.name}' ({kind.production_share:.0%} of requests, {kind.train} rows, {kind.missing} more wanted)"
            for kind in gaps[:5]
        )
        message = f"{coverage.covered:.0%} of production requests have a training row alike" + (
            f"; short of {named}" if named else ""
        )
        severity: Severity = "error" if coverage.covered < 0.5 else "warning"
        # The rows named here are production's, for they are what is missing.
        yield finding(
            CHECK,
            message,
            [],
            severity=severity,
            confidence="medium",
            evidence={
                "covered": round(coverage.covered, 3),
                "uncovered_production_rows": coverage.uncovered_rows[:200],
                "gaps": [kind.model_dump() for kind in gaps[:20]],
            },
        )


def coverage_of(data: Dataset) -> Coverage:
    """Cluster the prompts of a dataset, with production's where given; made once per dataset."""
    if data.coverage is None:
        production = data.others.get("production")
        asked = _requests(production) if production else Requests([], [])
        data.coverage = cover(_requests(data), asked, model=data.options.embedding_model)
    return data.coverage


def _requests(data: Dataset) -> Requests:
    chosen = sample_of(len(data))
    prompts = (ask for batch in data.texts() for ask, _ in batch)
    return Requests(list(compress(prompts, chosen)), data.where(chosen), not chosen.all())


CHECK = Check(
    id="production-gap",
    title="Production asks what the data does not show",
    detects="Kinds of requests (clusters of prompts) that make up far more of production than of training, and production requests without any training row alike.",
    matters="Tuning helps on what it was shown; elsewhere the model keeps the tuned manner without the tuned knowledge.",
    remedy="Collect the number of examples named for each kind, from production's own requests.",
    tuned_model="It sounds wrong on the requests it never saw.",
    fires=Example(
        shows="half of production asks about invoices, no row does",
        rows=lambda: good_rows(40),
        production=[
            *good_rows(10),
            *(
                chat(f"Why does invoice {index} charge VAT twice on my bank statement?", "")
                for index in range(10)
            ),
        ],
    ),
    quiet=Example(shows="production asks what the data shows", rows=good_rows, production=good_rows(60)[:30]),
    judge=judge,
    harm=67,
)
