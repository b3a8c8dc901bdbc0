"""Conditions become Polars expressions; null stands for an unknown answer, logic is Kleene's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import reduce
from operator import and_, or_

import polars as pl

from advisor.catalog import Catalog, Condition, ParameterRef, Test


def compile_condition(condition: Condition, catalog: Catalog, as_of: date) -> pl.Expr:
    """Return an expression that is true, false, or null where an unanswered fact could decide it."""
    if isinstance(condition, Test):
        return _compile_test(condition, catalog, as_of)
    members = [compile_condition(member, catalog, as_of) for member in condition.members]
    if condition.how == "all":
        return reduce(and_, members)
    joined = reduce(or_, members)
    return ~joined if condition.how == "none" else joined


def _compile_test(test: Test, catalog: Catalog, as_of: date) -> pl.Expr:
    fact = catalog.facts[test.fact]
    if fact.type == "many":
        assert isinstance(test.operand, tuple)
        present = reduce(or_, [pl.col(f"{test.fact}.{word}") for word in test.operand])
        return ~present if test.operator == "has_none" else present
    column, code = _coded(test.fact, fact.type, fact.option_ids)
    if isinstance(test.operand, tuple):
        equal = reduce(or_, [column == code(word) for word in test.operand])
        return ~equal if test.operator == "not_in" else equal
    if isinstance(test.operand, ParameterRef):
        bound = catalog.parameter(test.operand.name, as_of).number
    else:
        bound = code(test.operand)
    return _compare(column, test.operator, bound)


def _compare(column: pl.Expr, operator: str, bound: float) -> pl.Expr:
    match operator:
        case "at_least":
            return column >= bound
        case "at_most":
            return column <= bound
        case "above":
            return column > bound
        case _:
            return column < bound


def _coded(name: str, kind: str, options: tuple[str, ...]) -> tuple[pl.Expr, Callable[..., float]]:
    # Words are compared by their position, which is what the column holds anyway.
    if kind in ("choice", "ordered"):
        return pl.col(name).to_physical(), options.index
    return pl.col(name), lambda value: value
