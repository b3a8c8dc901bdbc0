"""Look for every cause in the material, rank what was found, and say which labelled samples training covers."""

from __future__ import annotations

from advisor.diagnose.causes import CAUSES
from advisor.diagnose.material import Material
from advisor.diagnose.ranking import ranked
from advisor.diagnose.records import Diagnosis
from advisor.diagnose.seen import Seen


def diagnose(material: Material) -> Diagnosis:
    """Diagnose a tuned model from its rows and what is known of its training and serving."""
    seen = Seen(material)
    tables = {"training": seen.training, "evaluation": seen.evaluation, "production": seen.production}
    return Diagnosis(
        causes=ranked(cause.suspicion(seen) for cause in CAUSES),
        read={name: len(rows) for name, rows in tables.items()},
    )
