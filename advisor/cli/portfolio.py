"""A table of scenarios in, the same table with verdicts out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from advisor.catalog import Catalog
from advisor.cli.options import print_json, stderr
from advisor.decide import decide_frame
from advisor.errors import AdvisorError
from advisor.files import replacing
from advisor.scenario import read_table


def decide_table(
    path: Path, out: Path | None, catalog: Catalog, *, as_of: date, samples: int, as_json: bool
) -> None:
    """Decide every row of the table at ``path`` and write the result to ``out``, whole or not at all."""
    if out is None:
        raise AdvisorError(
            "a table needs a place for its verdicts", place=str(path), remedy="Add -o OUT.csv."
        )
    if out.suffix.lower() not in (".csv", ".parquet", ".jsonl", ".ndjson"):
        raise AdvisorError(
            f"'{out.suffix}' is no table that can be written",
            place=str(out),
            remedy="Use .csv, .parquet or .jsonl.",
        )
    table, frame = read_table(path, catalog)
    verdicts = _decide_with_progress(frame, catalog, as_of, samples)
    _write(table.hstack(verdicts), out)
    counts = dict(verdicts["try_first"].value_counts().sort("try_first").iter_rows())
    if as_json:
        print_json({"rows": table.height, "out": str(out), "try_first": counts})
        return
    shown = ", ".join(f"{name} {count:,}" for name, count in counts.items())
    stderr().print(f"{table.height:,} scenarios → {out}: {shown}", markup=False)


def _decide_with_progress(frame: pl.DataFrame, catalog: Catalog, as_of: date, samples: int) -> pl.DataFrame:
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=stderr(), transient=True) as progress:
        task = progress.add_task("deciding", total=frame.height)
        return decide_frame(
            frame,
            catalog,
            as_of=as_of,
            samples=samples,
            progress=lambda done: progress.update(task, completed=done),
        )


def _write(table: pl.DataFrame, out: Path) -> None:
    with replacing(out, binary=True, shared=True) as stream:
        match out.suffix.lower():
            case ".csv":
                table.with_columns(pl.col(pl.List(pl.String)).list.join(";")).write_csv(stream)
            case ".parquet":
                table.write_parquet(stream)
            case _:
                table.write_ndjson(stream)
