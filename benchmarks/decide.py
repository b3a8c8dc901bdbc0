"""Speed of a decision and of a portfolio, beside zen-engine on the same rules; run: python benchmarks/decide.py.

The peer needs ``pip install zen-engine``; without it the table says so and the rest is measured.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from typing import Any

from advisor.catalog import Catalog, Condition, ParameterRef, Test, load_catalog
from advisor.decide import decide, score
from advisor.decide.scoring import fired
from advisor.scenario import answers_of, check_answers, complete, frame_of

DAY = date(2026, 11, 26)


def seconds(action: Callable[[], Any]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def row(name: str, value: str) -> None:
    print(f"{name:<66} {value:>20}")


def one_decision(catalog: Catalog) -> None:
    cases = [check_answers(case.answers, catalog) for case in catalog.cases.values()]
    checked = [answers_of(frame_of([case], catalog).row(0, named=True), catalog) for case in cases]
    decide(checked[0], catalog, as_of=DAY)
    times = sorted(
        seconds(lambda case=case: decide(case, catalog, as_of=DAY)) for case in checked for _ in range(3)
    )
    row(
        f"one recommendation, flips, robustness and next question: median of {len(times)}",
        f"{statistics.median(times) * 1e3:.1f} ms",
    )
    row("the same: p95", f"{times[int(len(times) * 0.95)] * 1e3:.1f} ms")


def portfolio(catalog: Catalog, count: int) -> float:
    frame = complete({}, catalog, as_of=DAY, count=count)
    score(frame[:1000], catalog, DAY)
    best = min(seconds(lambda: score(frame, catalog, DAY)) for _ in range(3))
    row(f"{count:,} scenarios through {len(catalog.rules)} rules, best of 3", f"{best:.3f} s")
    row("scenarios per second", f"{count / best:,.0f}")
    return count / best


def expression(condition: Condition, catalog: Catalog) -> str:
    """Write a condition in zen's expression language; facts are never null there."""
    if isinstance(condition, Test):
        return _test(condition, catalog)
    parts = [expression(member, catalog) for member in condition.members]
    if condition.how == "none":
        return "not (" + " or ".join(f"({part})" for part in parts) + ")"
    return (" and " if condition.how == "all" else " or ").join(f"({part})" for part in parts)


def _test(test: Test, catalog: Catalog) -> str:
    fact = catalog.facts[test.fact]
    operand: Any = test.operand
    if fact.type == "many":
        joined = " or ".join(f"{test.fact}_{word}" for word in operand)
        return f"not ({joined})" if test.operator == "has_none" else joined
    if isinstance(operand, tuple):
        joined = " or ".join(f"{test.fact} == {_literal(word, fact.option_ids)}" for word in operand)
        return f"not ({joined})" if test.operator == "not_in" else joined
    if isinstance(operand, ParameterRef):
        operand = catalog.parameter(operand.name, DAY).number
    sign = {"at_least": ">=", "at_most": "<=", "above": ">", "below": "<"}[test.operator]
    return f"{test.fact} {sign} {_literal(operand, fact.option_ids)}"


def _literal(value: Any, options: tuple[str, ...]) -> str:
    # Ordered words are compared by position, as in our own columns.
    return str(options.index(value)) if value in options else json.dumps(value)


def peer(catalog: Catalog, ours: float, count: int) -> None:
    try:
        import zen
    except ImportError:
        row("zen-engine", "not installed")
        return
    full = answered(catalog, count)
    contexts = [_context(line, catalog) for line in full.iter_rows(named=True)]
    compiled = [
        zen.compile_expression(expression(catalog.conditions[name], catalog)) for name in catalog.rules
    ]
    table = fired(full, catalog, DAY).fill_null(value=False)

    def run() -> list[list[Any]]:
        return [[rule.evaluate(context) for rule in compiled] for context in contexts]

    results: list[list[Any]] = []
    took = seconds(lambda: results.extend(run()))
    same = sum(list(a) == list(b) for a, b in zip(table.iter_rows(), results, strict=True))
    theirs = count / took
    row(f"zen-engine, the same conditions row by row, {count:,} scenarios", f"{took:.2f} s")
    row("scenarios per second", f"{theirs:,.0f}")
    row("scenarios on which both say the same for every rule", f"{same:,} of {count:,}")
    row("ours / zen-engine", f"{ours / theirs:,.0f} x")


def answered(catalog: Catalog, count: int) -> Any:
    """Fill what is open with a plain value, since the peer has no unknown."""
    import polars as pl

    from advisor.decide.derived import with_derived

    frame = with_derived(complete({}, catalog, as_of=DAY, count=count), catalog, DAY)
    fills = []
    for name, dtype in frame.schema.items():
        column = pl.col(name)
        if isinstance(dtype, pl.Enum):
            fills.append(column.fill_null(dtype.categories[0]))
        elif dtype == pl.Boolean:
            fills.append(column.fill_null(value=False))
        elif dtype == pl.Float64:
            fills.append(column.fill_null(0.0))
    return frame.with_columns(fills)


def _context(line: dict[str, Any], catalog: Catalog) -> dict[str, Any]:
    context: dict[str, Any] = {}
    for name, value in line.items():
        fact = catalog.facts.get(name)
        coded = fact is not None and fact.type in ("choice", "ordered")
        context[name.replace(".", "_")] = fact.option_ids.index(value) if coded and fact else value
    return context


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenarios", type=int, default=1_000_000)
    parser.add_argument("--peer-scenarios", type=int, default=2_000)
    options = parser.parse_args()
    code = "import time; t = time.perf_counter(); import advisor; print(time.perf_counter() - t)"
    spent = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    row("import advisor", f"{float(spent) * 1e3:.1f} ms")
    row("load the rulebook, first time", f"{seconds(load_catalog) * 1e3:.0f} ms")
    catalog = load_catalog()
    row("load the rulebook, again", f"{seconds(load_catalog) * 1e3:.1f} ms")
    one_decision(catalog)
    ours = portfolio(catalog, options.scenarios)
    peer(catalog, ours, options.peer_scenarios)
    row("peak memory of this run", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB")


if __name__ == "__main__":
    main()
