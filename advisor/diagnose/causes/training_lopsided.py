"""The training rows are mostly of one kind, and production asks the others."""

from __future__ import annotations

from advisor.diagnose.contract import Cause, Example, Found, Missing, Quiet, Seen, Verdict
from advisor.diagnose.examples import answered
from advisor.diagnose.records import Test
from advisor.diagnose.requests import kinds_of
from advisor.diagnose.two_samples import FEWEST, kinds, most_of, percent

LEVEL, LEAST = 0.001, 0.25


def look(seen: Seen) -> Verdict:
    """Compare how requests of training and production spread over kinds."""
    one, two = seen.training, seen.production
    if min(len(one), len(two)) < FEWEST:
        return Missing(f"It takes {FEWEST} training rows and {FEWEST} production samples to compare them.")
    right, grouped = two.sample(), kinds_of(seen, one, two)
    lacking = grouped.lacking()
    share, p = sum(kind.lacking for kind in lacking), kinds("kind", grouped.here, grouped.there).p
    if share < LEAST or p > LEVEL:
        said = f"Training lacks kinds that make {percent(share)} of production's requests"
        most = most_of(round(share * len(grouped.there)), len(grouped.there))
        if most < LEAST:
            return Quiet(f"{said}.")
        return Missing(
            f"{said}; {len(one):,} and {len(two):,} rows are too few to rule out {percent(LEAST)}."
        )
    main = max(grouped.kinds, key=lambda kind: kind.here)
    return Found(
        score=min(0.9, 0.4 + 0.6 * share),
        evidence=f"{percent(share)} of production's requests are of kinds that training hardly has ({', '.join(kind.name for kind in lacking[:3])}), while {percent(main.here)} of training is '{main.name}' ({percent(main.there)} of production).",
        p=p,
        rows=[int(two.numbers[right[at]]) for kind in lacking for at in kind.rows],
        rows_of="production",
        figures={
            "lacking": round(share, 3),
            "kinds": [
                {"kind": kind.name, "training": round(kind.here, 3), "production": round(kind.there, 3)}
                for kind in lacking
            ],
        },
    )


CAUSE = Cause(
    id="training-lopsided",
    title="Training is mostly of one kind",
    means="One category fills the training rows, so the model learned its manner for everything and nothing about the rest.",
    reads=("training", "production"),
    looks_at="Kinds of request by meaning: the share of production in kinds of which training has less than a third of that share (a quarter or more), p of the chi-square test under 0.1 %. Ruled out where the samples exclude such a share.",
    would="Complaints fall on the kinds that training lacks, and rows of these kinds mend them.",
    remedy="Collect training rows of the kinds that are missing until their shares are production's.",
    test=Test(
        intervention="retrain-with-rows",
        how="Train again with rows of the missing kinds and compare on the samples.",
    ),
    found=Example(
        shows="training about pairing only, production about everything",
        training=lambda: [one for one in answered(400) if "network" in one["prompt"]][:60],
        production=lambda: answered(60),
    ),
    quiet=Example(
        shows="the same kinds on both sides",
        training=lambda: answered(90),
        production=lambda: answered(60, shift=90),
    ),
    look=look,
)
