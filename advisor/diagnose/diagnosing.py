"""Look for every cause in the material, rank what was found, and say which labelled samples training covers."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.diagnose.causes import CAUSES
from advisor.diagnose.covered import covered_samples
from advisor.diagnose.material import Material
from advisor.diagnose.ranking import corrected, ranked
from advisor.diagnose.records import Diagnosis
from advisor.diagnose.seen import Seen

FEW_LABELS = 8


def diagnose(material: Material) -> Diagnosis:
    """Diagnose a tuned model from its rows and what is known of its training and serving."""
    seen = Seen(material)
    tables = {"training": seen.training, "evaluation": seen.evaluation, "production": seen.production}
    return Diagnosis(
        causes=ranked(corrected([cause.suspicion(seen) for cause in CAUSES])),
        samples=covered_samples(seen),
        read={name: len(rows) for name, rows in tables.items()}
        | {"labelled": int(seen.production.minded.sum())},
        notes=tuple(_notes(seen)),
    )


def _notes(seen: Seen) -> Iterator[str]:
    labelled = int(seen.production.minded.sum())
    if len(seen.production) and labelled < FEW_LABELS:
        yield f"{labelled} samples are labelled with what is wrong; with {FEW_LABELS} to twenty the causes are told apart better."
    largest = max(len(one) for one in (seen.training, seen.evaluation, seen.production))
    if largest > len(seen.training.sample()) and largest > len(seen.production.sample()):
        yield "Kinds of request are compared on a sample of 5,000 rows of each file; rows to blame are looked for in all."
    if seen.facts.trained_on is not None and seen.production.frame["day"].is_not_null().any():
        before = int((seen.production.frame["day"] <= seen.facts.trained_on).sum())
        if before:
            yield f"{before:,} production samples are from before the training rows were closed ({seen.facts.trained_on})."
