"""The demonstration: no key, no network, the packaged small model, an invented handbook, training included."""

from __future__ import annotations

from pathlib import Path

from advisor.evaluate.bakeoff.choosing import TRAIN
from advisor.evaluate.bakeoff.records import ArmSpec, BakeoffOptions
from advisor.train.packaged_model import PACKAGED_MODEL

TASK = Path(__file__).parent / "demo_task"
ARMS = ("prompt", "few-shot", "retrieval", "few-shot-retrieval")
TRAINED = ("tuned", "tuned-then-retrieval", "tuned-retrieval")


def demo_options() -> BakeoffOptions:
    """Return what the demonstration asks: seven arms, 104 training rows, 40 held-out rows, 36 documents."""
    scorers = TASK / "scorers.py"
    return BakeoffOptions(
        data=TASK, documents=TASK / "documents", model=PACKAGED_MODEL,
        arms=(*(ArmSpec(name=one, kind=one) for one in ARMS), *(ArmSpec(name=one, kind=one, model=TRAIN) for one in TRAINED)),
        scorers=("exact", f"python:{scorers}:house_form", f"python:{scorers}:right_fact"), margin=0.05,
        passages=2, shots=4, max_tokens=32, concurrency=2,
        training={"seq_len": 256, "options": {"last_layers": 12, "max_steps": 24, "merge": False}},
    )  # fmt: skip
