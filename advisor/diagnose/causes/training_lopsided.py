"""The training rows are mostly of one kind, and production asks the others."""

from __future__ import annotations

from advisor.diagnose.contract import Cause, Example, Found, Missing, Quiet, Seen, Verdict
from advisor.diagnose.examples import answered
from advisor.diagnose.records import Test
from advisor.diagnose.requests import Sparse, named, sparse_of, untaught
from advisor.diagnose.two_samples import FEWEST, SURE, percent

LEVEL, LEAST, MOST, BESIDES = 0.001, 0.15, 0.5, 0.55


def look(seen: Seen) -> Verdict:
    """Count the requests of production around which training has few."""
    one, two = seen.training, seen.production
    if min(len(one), len(two)) < FEWEST:
        return Missing(f"It takes {FEWEST} training rows and {FEWEST} production samples to compare them.")
    lacking = untaught(seen)
    if lacking.share < LEAST or lacking.p > LEVEL:
        said = f"Training lacks kinds that make {percent(lacking.share)} of production's requests"
        if lacking.share + SURE * lacking.error < LEAST:
            return Quiet(f"{said}.")
        return Missing(
            f"{said}; {len(one):,} and {len(two):,} rows are too few to rule out {percent(LEAST)}."
        )
    right = two.sample()
    names = named([two.questions.texts[at] for at in right], seen.vectors(two), lacking.rows)
    score, besides = min(0.9, 0.45 + 0.55 * lacking.share), ""
    if _evaluation_lacks(seen, lacking):
        # Production is unlike both: that training and evaluation agree says more than what either lacks.
        score, besides = min(score, BESIDES), " The evaluation lacks them as well."
    return Found(
        score=score,
        evidence=f"{percent(lacking.share)} of production's requests are of kinds that training hardly has ({'; '.join(names)}).{besides}",
        p=lacking.p,
        rows=[int(row) for row in two.numbers[right[lacking.rows]]],
        rows_of="production",
        figures={"lacking": round(lacking.share, 3), "kinds": names},
    )


def _evaluation_lacks(seen: Seen, lacking: Sparse) -> bool:
    """Return whether most of the requests that training lacks are rare in the evaluation, too."""
    if len(seen.evaluation) < FEWEST:
        return False
    rare = sparse_of(seen, seen.evaluation, seen.production).rows
    return bool(rare[lacking.rows].mean() > MOST)


CAUSE = Cause(
    id="training-lopsided",
    title="Training is mostly of one kind",
    means="One category fills the training rows, so the model learned its manner for everything and nothing about the rest.",
    reads=("training", "production"),
    looks_at="The nearest requests of each production sample by meaning: the share of samples around which training has less than a third of production's density, beyond what chance makes (15% or more, p under 0.1%). Ruled out where the samples exclude such a share.",
    would="Complaints fall on the kinds that training lacks, and adding rows of these kinds ends them.",
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
