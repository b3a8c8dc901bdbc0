"""A recommendation as the first version saved it in, the same in today's shape out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def of_version_1(data: dict[str, Any]) -> dict[str, Any]:
    """Return a recommendation of the first version in today's shape; what it did not hold is empty.

    It is called before a file is checked, not by the record: a validator of its own would take strict JSON for Python
    objects, in which a day is not text.
    """
    first = data["try_first"]
    kept = {name: value for name, value in data.items() if name not in ("try_first", "shares")}
    shares = {"probabilities": data["shares"]} if "shares" in data else {}
    return (
        kept
        | shares
        | {
            "recommended": first,
            "start_with": {"strategy": first, "because": "", "stop_when": ""},
            "shortlist": [first],
            "dials": {},
            "reasons": _each(data.get("reasons"), _reason_of_version_1),
            "nearly": _each(data.get("nearly"), lambda item: item | {"effect": {}}),
            "next_question": _each([data.get("next_question")], lambda item: {"gain": None} | item)[0],
            "questions": [],
            "if_that_fails": [],
        }
    )


def _each(items: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    # What is not a list of records is left as it is, for the check that follows to refuse.
    if not isinstance(items, list | tuple):
        return items
    return [change(item) if isinstance(item, dict) else item for item in items]


def _reason_of_version_1(item: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in item.items() if name != "bits_for_first"}
    weight = {"bits_for_recommended": item["bits_for_first"]} if "bits_for_first" in item else {}
    effect = item.get("effect")
    words = effect.items() if isinstance(effect, dict) else ()
    out = [strategy for strategy, word in words if word == "rules_out"]
    return kept | weight | {"consideration": "", "counted_by": "", "effect": {}, "rules_out": out}
