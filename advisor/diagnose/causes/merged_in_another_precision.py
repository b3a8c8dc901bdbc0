"""The adapter was trained over weights of one number format and merged into, or served over, another."""

from __future__ import annotations

from typing import Final

from advisor.diagnose.contract import Cause, Example, Found, Missing, Quiet, Seen, Verdict
from advisor.diagnose.records import Adapter, Facts, Test

_BITS: Final = {
    "fp32": 32, "float32": 32, "bf16": 16, "bfloat16": 16, "fp16": 16, "float16": 16, "half": 16, "fp8": 8, "int8": 8, "q8_0": 8,
    "nf4": 4, "fp4": 4, "int4": 4, "gptq4": 4, "awq": 4, "q4_0": 4, "q4_1": 4, "q4_k_m": 4, "qlora": 4,
}  # fmt: skip


def look(seen: Seen) -> Verdict:
    """Compare the number format of the base in training with that of the merge, or of serving where nothing is merged."""
    adapter = seen.facts.adapter
    trained = adapter.precision_trained
    into = adapter.precision_merged or (None if adapter.merged else adapter.precision_served)
    if trained is None or into is None:
        side = "training" if trained is None else "the merge or of serving"
        return Missing(f"The number format of the base weights in {side} is not known.")
    if _plain(trained) == _plain(into) or (_bits(trained) == _bits(into) and _bits(trained) >= 16):
        return Quiet(
            f"The adapter was trained over {trained} and {'merged into' if adapter.precision_merged else 'served over'} {into}."
        )
    what = "merged into" if adapter.precision_merged else "served over"
    served = (
        f" and served as {adapter.precision_served}"
        if adapter.precision_served and adapter.precision_merged
        else ""
    )
    return Found(
        score=0.92 if _bits(trained) <= 8 or _bits(into) <= 8 else 0.6,
        evidence=f"The adapter was trained over {trained} weights and {what} {into} ones{served}: it corrects rounding that is not there.",
        figures={"trained": trained, "into": into, "served": adapter.precision_served},
    )


def _plain(name: str) -> str:
    return name.strip().lower().replace("-", "_")


def _bits(name: str) -> int:
    plain = _plain(name)
    return _BITS.get(plain, 4 if "4" in plain else 8 if "8" in plain else 16)


CAUSE = Cause(
    id="merged-in-another-precision",
    title="Merged in another precision",
    means="An adapter learns around the rounding of the weights below it; merged into weights of another format it corrects errors that are not there, and quantised again it loses part of what it learned.",
    reads=("adapter",),
    looks_at="The number formats of the base weights in training and at the merge (or in serving, where nothing is merged); 16-bit formats count as one.",
    would="Over the weights of its training, unmerged, the adapter answers the samples better.",
    remedy="Dequantise the base as training had it before merging, or serve the adapter unmerged over the training format.",
    test=Test(
        intervention="training-precision",
        how="Answer the samples with the adapter over the base in the training format.",
    ),
    found=Example(
        shows="trained over nf4, merged into bf16",
        facts=Facts(adapter=Adapter(merged=True, precision_trained="nf4", precision_merged="bf16")),
    ),
    quiet=Example(
        shows="bf16 throughout",
        facts=Facts(adapter=Adapter(merged=True, precision_trained="bf16", precision_merged="bf16")),
    ),
    look=look,
)
