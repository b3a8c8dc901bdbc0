"""One question for four facts: what is not allowed or not possible. Ticks in, answers out, and back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from advisor.wording import say

NOTHING: Final = "nothing"
UNKNOWN: Final = "unknown"
VENDOR: Final = "vendor"
# What each tick answers; the vendor's name is asked below it.
TICKS: Final[Mapping[str, tuple[str, Any]]] = {
    "own_machines": ("privacy", "own_machines"),
    "own_cloud": ("privacy", "own_cloud"),
    "no_training": ("training_allowed", False),
    "no_server": ("can_host", False),
    VENDOR: ("bound_vendor", None),
}
# What holds where nothing binds. Of the two ways to let data out, the stricter one is assumed.
FREE: Final[Mapping[str, Any]] = {
    "privacy": "contract",
    "training_allowed": True,
    "can_host": True,
    "bound_vendor": "free",
}
OPTIONS: Final = (*TICKS, NOTHING, UNKNOWN)


def label(tick: str) -> str:
    """Return what the screen calls a tick."""
    return say(f"binding.tick_{tick}")


def ticked_in(answers: Mapping[str, Any], unsure: Collection[str], *, vendor_open: bool = False) -> list[str]:
    """Return the ticks that stand for these answers; ``vendor_open`` while the vendor is still to be named."""
    found = [tick for tick, (fact, value) in TICKS.items() if fact in answers and answers[fact] == value]
    bound = answers.get("bound_vendor", FREE["bound_vendor"]) != FREE["bound_vendor"]
    found += [VENDOR] if bound or vendor_open else []
    if all(fact in answers or (fact == "bound_vendor" and vendor_open) for fact in FREE):
        found.append(NOTHING)
    return found or ([UNKNOWN] if set(FREE) <= set(unsure) else [])


def answers_from(
    ticked: Collection[str], before: Collection[str], given: Mapping[str, Any]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the answers to change (None takes one back) and the facts left open on purpose.

    Args:
        ticked: What is ticked now.
        before: What was ticked until now; of two ticks that exclude each other, the newer counts.
        given: The present answers.
    """
    if UNKNOWN in ticked and (UNKNOWN not in before or set(ticked) == {UNKNOWN}):
        return dict.fromkeys(FREE), tuple(FREE)
    newest_last = sorted(set(ticked) & set(TICKS), key=lambda tick: tick not in before)
    binding = {TICKS[tick][0]: TICKS[tick][1] for tick in newest_last}
    released = {TICKS[tick][0] for tick in before if tick in TICKS} - set(binding)
    freed = NOTHING in before and NOTHING not in ticked
    values: dict[str, Any] = {}
    for fact, free in FREE.items():
        kept = None if fact in released or freed else given.get(fact)
        values[fact] = binding.get(fact, (kept or free) if NOTHING in ticked else kept)
    if "bound_vendor" in binding:
        named = given.get("bound_vendor")
        values["bound_vendor"] = None if named == FREE["bound_vendor"] else named
    return values, ()
