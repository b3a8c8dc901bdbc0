"""Situations for property tests: any subset of the questions, answered in any valid way."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from advisor.catalog import Fact, load_catalog


def value_of(fact: Fact) -> st.SearchStrategy[Any]:
    match fact.type:
        case "boolean":
            return st.booleans()
        case "number":
            low, high = fact.bounds or (0.0, 1e9)
            return st.one_of(
                st.floats(low, min(high, 1e9), allow_nan=False),
                st.sampled_from(
                    [v for v in (0, 10, 49, 50, 99, 100, 500, 999, 1000, 10000, 1e6) if low <= v <= high]
                ),
            ).map(float)
        case "many":
            return st.sets(st.sampled_from(fact.option_ids)).map(
                lambda held: tuple(option for option in fact.option_ids if option in held)
            )
        case _:
            return st.sampled_from(fact.option_ids)


def answers(*, without: tuple[str, ...] = ()) -> st.SearchStrategy[dict[str, Any]]:
    facts = {n: f for n, f in load_catalog().facts.items() if f.asked and n not in without}
    return st.fixed_dictionaries({}, optional={name: value_of(fact) for name, fact in facts.items()})
