"""A table of scenarios in, the same table with verdicts out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from advisor.catalog import Catalog
from advisor.decide import decide_frame
from advisor.doors.cli.options import print_json, stderr
from advisor.errors import AdvisorError
from advisor.scenario import table_batches, table_writer


def _shown(progress: Progress, task: TaskID, counts: Counter[str]) -> Callable[[int], None]:
    before = counts.total()
    return lambda rows: progress.update(task, completed=before + rows)


def decide_table(
    path: Path, out: Path | None, catalog: Catalog, *, as_of: date, samples: int, as_json: bool
) -> None:
    """Decide every row of the table at ``path`` and write the result to ``out``, whole or not at all."""
    if out is None:
        raise AdvisorError(
            "a table of use cases needs an output file", place=str(path), remedy="Add -o OUT.csv."
        )
    counts: Counter[str] = Counter()
    columns = (TextColumn("{task.completed:,} rows"), BarColumn(), TimeElapsedColumn())
    with table_writer(out) as write, Progress(*columns, console=stderr(), transient=True) as progress:
        task = progress.add_task("deciding", total=None)
        for table, frame in table_batches(path, catalog):
            verdicts = decide_frame(
                frame, catalog, as_of=as_of, samples=samples, progress=_shown(progress, task, counts)
            )
            write(table.hstack(verdicts))
            counts.update(verdicts["recommended"].to_list())
            progress.update(task, completed=counts.total())
    ordered = dict(sorted(counts.items()))
    if as_json:
        print_json({"rows": counts.total(), "out": str(out), "recommended": ordered})
        return
    shown = ", ".join(f"{name} {count:,}" for name, count in ordered.items())
    stderr().print(f"{counts.total():,} scenarios → {out}: {shown}", markup=False)
