"""Production draws its answers otherwise than the evaluation did."""

from __future__ import annotations

from typing import Final

from advisor.diagnose.contract import Cause, Example, Found, Missing, Quiet, Seen, Verdict
from advisor.diagnose.records import Facts, Sampling, Test
from advisor.diagnose.seen import Rows

MATTERS: Final = {"temperature": 0.3, "top_p": 0.1, "repetition_penalty": 0.1}
"""Differences from which a setting changes answers visibly."""


def look(seen: Seen) -> Verdict:
    """Compare the settings that are known on both sides."""
    one = _known(seen.facts.evaluation_sampling, seen.evaluation)
    two = _known(seen.facts.production_sampling, seen.production)
    both = [name for name in one if name in two]
    if not both:
        return Missing("The sampling settings of evaluation and production are not known on both sides.")
    differ = [name for name in both if _matters(name, one[name], two[name])]
    if not differ:
        same = "The same sampling: " + ", ".join(f"{name} {one[name]:g} and {two[name]:g}" for name in both)
        if "temperature" not in both:
            return Missing(f"{same}; the temperature is not known on both sides.")
        return Quiet(f"{same}.")
    said = ", ".join(f"{name} {two[name]:g} instead of {one[name]:g}" for name in differ)
    return Found(
        score=0.92 if "temperature" in differ else 0.88,
        evidence=f"Production draws answers with {said}.",
        figures={name: {"evaluation": one[name], "production": two[name]} for name in differ},
    )


def _known(said: Sampling, rows: Rows) -> dict[str, float]:
    known = {name: float(value) for name, value in said.model_dump().items() if value is not None}
    logged = rows.frame["temperature"].drop_nulls()
    if "temperature" not in known and len(logged) >= 0.5 * max(len(rows), 1):
        known["temperature"] = float(str(logged.median()))
    return known


def _matters(name: str, one: float, two: float) -> bool:
    if name == "max_tokens":
        return two < 0.5 * one
    if name == "top_k":
        # 0 draws from all; a factor of two changes little else.
        return (one == 0) != (two == 0) or max(one, two) > 4 * max(min(one, two), 1)
    return abs(one - two) >= MATTERS[name] - 1e-9


CAUSE = Cause(
    id="sampling-differs",
    title="Other sampling settings",
    means="Evaluated with a low temperature and served with a high one, the same model says other things; a repetition penalty spoils formats.",
    reads=("sampling", "evaluation", "production"),
    looks_at="Settings known on both sides: temperature apart by 0.3, nucleus share or repetition penalty by 0.1, top-k by a factor of four, the longest answer by half.",
    would="Drawn with the evaluation's settings, the same requests are answered as in the evaluation.",
    remedy="Serve with the evaluation's settings, or evaluate with production's.",
    test=Test(intervention="evaluation-sampling", how="Answer the samples with the evaluation's settings."),
    found=Example(
        shows="temperature 0 in evaluation, 1.0 in production",
        facts=Facts(
            evaluation_sampling=Sampling(temperature=0), production_sampling=Sampling(temperature=1.0)
        ),
    ),
    quiet=Example(
        shows="temperature 0.3 on both sides",
        facts=Facts(
            evaluation_sampling=Sampling(temperature=0.3), production_sampling=Sampling(temperature=0.3)
        ),
    ),
    look=look,
)
