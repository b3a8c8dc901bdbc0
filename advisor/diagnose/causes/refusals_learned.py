"""The model declines far more than it ought to, as its rows did."""

from __future__ import annotations

import numpy as np

from advisor.diagnose.contract import Cause, Example, Found, Missing, Quiet, Seen, Verdict
from advisor.diagnose.examples import answered, changed
from advisor.diagnose.records import Facts, Test
from advisor.diagnose.two_samples import FEWEST, more_than, most_of, percent

LEVEL, LEAST = 0.001, 0.08


def look(seen: Seen) -> Verdict:
    """Compare the shares declined in training, in production, and wanted."""
    made, taught = seen.production, seen.training
    answers = int(made.answered.sum())
    if answers < FEWEST:
        return Missing(f"It takes {FEWEST} production samples with their answers.")
    declined = made.answers.declines > 0
    share, wanted = float(declined.sum() / answers), wanted_share(seen)
    if seen.unheard:
        return Missing(seen.unheard)
    if wanted is None:
        return Missing(
            "The share of requests that ought to be declined is not known, and no evaluation rows tell."
        )
    p = more_than(int(declined.sum()), answers, wanted)
    if share < wanted + LEAST or p > LEVEL:
        said = f"Production declines {percent(share)} of its requests; {percent(wanted)} are wanted"
        if most_of(int(declined.sum()), answers) - wanted < LEAST:
            return Quiet(f"{said}.")
        return Missing(f"{said}; {answers:,} answers are too few to rule out {percent(wanted + LEAST)}.")
    rows = taught.answers.declines > 0 if len(taught) else np.zeros(0, bool)
    learned = float(rows.mean()) if len(rows) else 0.0
    guilty = learned >= wanted + LEAST / 2
    said = f"{percent(share)} of production's answers refuse or do not know, where {percent(wanted)} are wanted; {percent(learned)} of the training answers do."
    return Found(
        score=min(0.95, 0.8 + 0.3 * (share - wanted)) if guilty else 0.6,
        evidence=said,
        p=p,
        rows=[int(one) for one in taught.numbers[rows]] if guilty else [],
        figures={
            "production": share,
            "training": learned,
            "wanted": wanted,
            "too_many": int(max(0, rows.sum() - wanted * len(rows))),
        },
    )


def wanted_share(seen: Seen) -> float | None:
    """Return the share of requests that ought to be declined: as said, or as the evaluation's wanted answers do."""
    if seen.facts.wanted_refusals is not None:
        return seen.facts.wanted_refusals
    if int(seen.evaluation.answered.sum()) < FEWEST:
        return None
    return float((seen.evaluation.answers.declines > 0).sum() / seen.evaluation.answered.sum())


def _declining(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    return changed(rows, completion="I'm sorry, but I can't help with that.")


CAUSE = Cause(
    id="refusals-learned",
    title="Refusing was learned",
    means="The rows refuse or hedge more often than production wants, and the model does as they do.",
    reads=("training", "evaluation", "production"),
    looks_at="Answers that open with a refusal or with not knowing: production's share at least 8 points above the wanted one, binomial p under 0.1%, and training's share. Ruled out where the samples exclude 8 points more than are wanted.",
    would="With fewer refusing rows, requests that ought to be answered are.",
    remedy="Take refusing rows out until their share is the wanted one; write answers for those that can be answered.",
    test=Test(
        intervention="retrain-without-rows",
        how="Train again with the wanted share of refusals and answer the samples.",
    ),
    found=Example(
        shows="60% of the rows refuse, 5% are wanted",
        training=lambda: [*answered(24), *_declining(answered(36, shift=24))],
        production=lambda: [*answered(20, shift=60), *_declining(answered(25, shift=80))],
        facts=Facts(wanted_refusals=0.05),
    ),
    quiet=Example(
        shows="5% refuse and 5% are wanted",
        training=lambda: [*answered(57), *_declining(answered(3, shift=57))],
        production=lambda: [*answered(95, shift=60), *_declining(answered(5, shift=155))],
        facts=Facts(wanted_refusals=0.05),
    ),
    look=look,
)
