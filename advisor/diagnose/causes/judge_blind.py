"""The judge or metric does not see what people mind."""

from __future__ import annotations

import numpy as np

from advisor.diagnose.contract import Cause, Example, Found, Missing, Quiet, Seen, Verdict
from advisor.diagnose.examples import answered
from advisor.diagnose.records import Test
from advisor.diagnose.two_samples import SURE, area, percent

FEWEST, BLIND = 8, 0.75


def look(seen: Seen) -> Verdict:
    """Ask how often the judge scores a minded sample below another."""
    scores = seen.production.frame["score"].cast(float).fill_null(np.nan).to_numpy()
    known, minded = np.isfinite(scores), seen.production.minded
    bad, other = scores[known & minded], scores[known & ~minded]
    if min(len(bad), len(other)) < FEWEST:
        return Missing(
            f"It takes the judge's score of {FEWEST} minded production samples and of {FEWEST} others."
        )
    right, error = area(other, bad)
    figures = {"right": right, "error": error, "minded": len(bad), "others": len(other)}
    said = f"A sample that people mind is scored below another one in {percent(right)} of the pairs ({len(bad)} minded, {len(other)} others; chance is 50%)"
    if right - SURE * error >= BLIND:
        return Quiet(f"{said}.")
    if right + SURE * error > BLIND:
        return Missing(f"{said}: too few to tell whether the judge sees them.")
    return Found(
        score=0.8,
        evidence=f"{said}, with a mean of {bad.mean():.2f} against {other.mean():.2f}.",
        figures=figures,
        rows=[int(one) for one in seen.production.numbers[known & minded]],
        rows_of="production",
    )


def _scored(*, bad: float) -> list[dict[str, object]]:
    rows = [{**one, "score": 0.7 + 0.002 * at} for at, one in enumerate(answered(60))]
    return [
        {**one, "score": bad + 0.004 * at, "complaint": "tone"} if at < 24 else one
        for at, one in enumerate(rows)
    ]


CAUSE = Cause(
    id="judge-blind",
    title="The judge does not see what people mind",
    means="Evaluation passes because its judge or metric looks at something else than the people who complain.",
    reads=("production", "labels", "scores"),
    looks_at="How often a minded production sample is scored below another one: with 95% confidence in less than three quarters of the pairs (chance is 50%). Ruled out where it is more, with the same confidence.",
    would="People who rate samples blind disagree with the judge on the minded ones.",
    remedy="Give the judge what people mind as a criterion of its own, and calibrate it on the labelled samples.",
    test=Test(
        intervention="people-rate", how="Let two people rate samples blind and compare with the judge."
    ),
    found=Example(shows="minded samples scored like the others", production=lambda: _scored(bad=0.74)),
    quiet=Example(shows="minded samples scored lower", production=lambda: _scored(bad=0.2)),
    look=look,
)
