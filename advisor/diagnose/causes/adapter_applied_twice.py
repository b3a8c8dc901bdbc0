"""The adapter is applied more than once, or with a larger factor."""

from __future__ import annotations

from advisor.diagnose.contract import Cause, Example, Found, Missing, Quiet, Seen, Verdict
from advisor.diagnose.records import Adapter, Facts, ServedAdapter, Test

MOST = 1.25


def look(seen: Seen) -> Verdict:
    """Add up the factors with which the trained adapter is served."""
    adapter = seen.facts.adapter
    if adapter.served is None:
        return Missing("Which adapters the server applies is not known.")
    mine = [one for one in adapter.served if adapter.trained is None or one.name == adapter.trained]
    factor = sum(one.scale for one in mine) / max(adapter.trained_scale, 1e-9) + (1 if adapter.merged else 0)
    if factor <= MOST:
        return Quiet(f"The adapter is applied with a factor of {factor:g} of what it was trained with.")
    how = (
        "It is merged into the weights and loaded besides"
        if adapter.merged
        else f"It is loaded {len(mine)} times"
        if len(mine) > 1
        else "Its scale is larger than in training"
    )
    return Found(
        score=0.96,
        evidence=f"{how}: it acts with a factor of {factor:g} of what it was trained with.",
        figures={"factor": factor, "merged": adapter.merged, "loaded": len(mine)},
    )


def _served(*scales: float, merged: bool = False) -> Facts:
    served = tuple(ServedAdapter(name="voice", scale=one) for one in scales)
    return Facts(adapter=Adapter(trained="voice", served=served, merged=merged))


CAUSE = Cause(
    id="adapter-applied-twice",
    title="The adapter is applied twice",
    means="Merged weights are served with the adapter on top, or it is loaded twice or scaled up: its voice is overdone and its facts garble.",
    reads=("adapter",),
    looks_at="The sum of the factors with which the trained adapter is served, one more where it is merged: above 1.25 of the trained one.",
    would="With the adapter applied once, the same requests are answered in the wanted voice.",
    remedy="Serve the merged weights alone, or the base with the adapter once at its trained scale.",
    test=Test(intervention="adapter-once", how="Answer the samples with the adapter applied once."),
    found=Example(shows="merged into the weights and loaded besides", facts=_served(1.0, merged=True)),
    quiet=Example(shows="loaded once with scale 1", facts=_served(1.0)),
    look=look,
)
