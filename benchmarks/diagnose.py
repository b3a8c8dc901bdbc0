"""How often the diagnosis names the planted cause first, which rows it blames, and how often it cries wolf.

``python benchmarks/diagnose.py`` runs the first generator, ``--second``, ``--third`` and ``--fourth`` those that were kept apart
until their first run, ``--story`` the six rows of 412, ``--big`` the largest set with its time and memory, ``--show NAME`` what is said of one set.
"""

from __future__ import annotations

import argparse
import importlib
import json
import resource
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from multiprocessing import Pool
from pathlib import Path
from typing import Any, NamedTuple

from advisor.diagnose.diagnosing import diagnose

HEALTHY = 100
MODULES = {
    "first": "planted_causes",
    "second": "planted_causes_2",
    "third": "planted_causes_3",
    "fourth": "planted_causes_4",
}
BARS = {"first": 0.9, "first two": 0.98, "rows": 0.9, "false alarm": 0.05, "both": 0.8}


class Task(NamedTuple):
    module: str
    names: tuple[str, ...]
    domain: str
    language: str
    seed: int


class Outcome(NamedTuple):
    task: Task
    wanted: tuple[str, ...]
    found: tuple[str, ...]
    precision: float | None
    recall: float | None
    seconds: float


def run(task: Task) -> Outcome:
    made = importlib.import_module(task.module).planted(task.names, task.domain, task.language, task.seed)
    start = time.perf_counter()
    said = diagnose(made.material)
    seconds = time.perf_counter() - start
    precision = recall = None
    if made.rows:
        guilty = {cause for cause, name in zip(made.causes, task.names, strict=True)}
        named = next(
            (
                set(one.rows)
                for one in said.found
                if one.cause in guilty and one.rows_of == "training" and one.rows
            ),
            set(),
        )
        right = len(named & made.rows)
        precision, recall = (right / len(named) if named else 0.0), right / len(made.rows)
    return Outcome(task, made.causes, tuple(one.cause for one in said.found), precision, recall, seconds)


def tasks(module: str, seeds: int, healthy: int = HEALTHY) -> Iterator[Task]:
    generator = importlib.import_module(module)
    places = [(domain, language) for domain in generator.DOMAINS for language in generator.LANGUAGES]
    for place in places:
        for seed in range(seeds):
            yield from (Task(module, (name,), *place, seed) for name in generator.VARIANTS)
            # Two seeds are enough for a bar of four in five.
            pairs = generator.PAIRS if seed < 2 else ()
            yield from (Task(module, pair, *place, 1000 + seed) for pair in pairs)
        yield from (Task(module, (), *place, 5000 + seed) for seed in range(healthy // len(places)))


def run_all(waiting: list[Task], workers: int, keep: Path | None) -> list[Outcome]:
    """Run the tasks; those whose outcomes a file keeps are not run again."""
    kept = {one.task: one for one in _kept(keep)}
    left = [one for one in waiting if one not in kept]
    with Pool(workers) as pool:
        for at, one in enumerate(pool.imap_unordered(run, left, chunksize=4), 1):
            kept[one.task] = one
            if keep is not None:
                with keep.open("a", encoding="utf-8") as stream:
                    stream.write(json.dumps(one) + "\n")
            if at % 50 == 0:
                print(f"{at} of {len(left)}", file=sys.stderr, flush=True)
    return [kept[one] for one in waiting]


def _kept(path: Path | None) -> Iterator[Outcome]:
    if path is None or not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        task, wanted, found, *rest = json.loads(line)
        yield Outcome(Task(task[0], tuple(task[1]), *task[2:]), tuple(wanted), tuple(found), *rest)


def mean(values: list[float]) -> float:
    return sum(values) / max(len(values), 1)


def list_misses(single: list[Outcome], pairs: list[Outcome], alarms: list[Outcome]) -> None:
    """Print every set that came out wrong, and the figures by language."""
    for one in single:
        if one.wanted[0] not in one.found[:1]:
            print(
                "missed:",
                one.task.names[0],
                one.task.domain,
                one.task.language,
                one.task.seed,
                "->",
                *one.found,
            )
    for one in alarms:
        print("false alarm:", one.task.domain, one.task.language, one.task.seed, *one.found)
    for one in pairs:
        if not set(one.wanted) <= set(one.found[:3]):
            print(
                "not both:",
                *one.task.names,
                one.task.domain,
                one.task.language,
                one.task.seed,
                "->",
                *one.found,
            )
    for language in sorted({one.task.language for one in single}):
        mine = [one for one in single if one.task.language == language]
        first, two = (mean([one.wanted[0] in one.found[:at] for one in mine]) for at in (1, 2))
        print(f"{language}: {len(mine)} sets, {first:.3f} first, {two:.3f} among two")


def report(done: list[Outcome]) -> dict[str, Any]:
    single = [one for one in done if len(one.wanted) == 1]
    pairs = [one for one in done if len(one.wanted) == 2]
    healthy = [one for one in done if not one.wanted]
    variants = defaultdict(list)
    for one in single:
        variants[one.task.names[0]].append(one)
    print(f"{'variant':<34}{'first':>7}{'two':>7}{'prec':>7}{'recall':>7}  instead")
    for name, some in variants.items():
        precise = [one.precision for one in some if one.precision is not None]
        recalled = [one.recall for one in some if one.recall is not None]
        instead = sorted(
            {one.found[0] if one.found else "nothing" for one in some if one.found[:1] != one.wanted}
        )
        rows = f"{mean(precise):7.2f}{mean(recalled):7.2f}" if precise else " " * 14
        firsts, twos = ([one.wanted[0] in one.found[:at] for one in some] for at in (1, 2))
        print(f"{name:<34}{mean(firsts):7.2f}{mean(twos):7.2f}{rows}  {', '.join(instead)}")
    alarms = [one for one in healthy if one.found]
    figures = {
        "sets": len(single),
        "causes": len({one.wanted[0] for one in single}),
        "first": mean([one.wanted[0] in one.found[:1] for one in single]),
        "first two": mean([one.wanted[0] in one.found[:2] for one in single]),
        "found besides": mean([len(set(one.found) - set(one.wanted)) for one in single]),
        "rows precision": mean([one.precision for one in single if one.precision is not None]),
        "rows recall": mean([one.recall for one in single if one.recall is not None]),
        "pairs": len(pairs),
        "both": mean([set(one.wanted) <= set(one.found[:3]) for one in pairs]),
        "both first": mean([set(one.wanted) == set(one.found[:2]) for one in pairs]),
        "healthy": len(healthy),
        "false alarm": mean([bool(one.found) for one in healthy]),
        "seconds a set": mean([one.seconds for one in done]),
    }
    list_misses(single, pairs, alarms)
    print(json.dumps(figures, indent=1))
    return figures


def big(rows: int = 100_000, samples: int = 10_000) -> None:
    """Diagnose the largest set from files, as the command does."""
    from advisor.diagnose.material import Material, read_frame

    with tempfile.TemporaryDirectory() as folder:
        paths = _large_files(Path(folder), rows, samples)
        start = time.perf_counter()
        frames = [read_frame(path) for path in paths]
        read = time.perf_counter() - start
        said = diagnose(Material(training=frames[0], evaluation=frames[1], production=frames[2]))
        seconds, busy = time.perf_counter() - start, time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"{rows:,} training rows, {samples:,} samples: {seconds:.0f} s ({read:.0f} s of it reading), "
        f"{busy:.0f} s of processor time with the making of the files, {peak:.2f} GB at most"
    )
    print("found:", *(f"{one.cause} {one.score:.2f} ({len(one.rows)} rows)" for one in said.found))


def _large_files(folder: Path, rows: int, samples: int) -> list[Path]:
    """Write a set of this size with sixty formal rows among the training rows that leak; nothing of it is kept in memory."""
    generator = importlib.import_module("planted_causes")
    world = generator.healthy_draft("smart-home", "en", 1).world
    system, paths = world.voice["system"].format(d="Hearthlight"), []
    for name, count in (("training", rows), ("evaluation", 1_000), ("production", samples)):
        path = folder / f"{name}.jsonl"
        with path.open("w", encoding="utf-8") as stream:
            for at in range(count):
                row = generator._row(world, system)  # noqa: SLF001 - the generator's own rows
                formal = (
                    at % (1_700 if name == "training" else 8) == 0
                    and name != "evaluation"
                    and "_odd" not in row
                )
                if formal:
                    row["completion"] = world.formal(row["_body"])
                    if name == "production" and at < 160:
                        row["complaint"] = "tone"
                if at % 3 == 0:
                    row["prompt"] += f" It is order {at}, from the {world.pair()[1].lower()}"
                stream.write(json.dumps({key: one for key, one in row.items() if key[0] != "_"}) + "\n")
        paths.append(path)
    return paths


def story(stories: int = 20) -> None:
    """Rebuild the story of six formal rows of 412 again and again, in the first generator's house and in the third's."""
    for nth in ("first", "third"):
        for named in (True, False):
            first, exact, named_rows, blamed_rows = 0, 0, 0, 0
            for seed in range(stories):
                made = importlib.import_module(MODULES[nth]).newsroom(seed, named=named)
                found = diagnose(made.material).found
                rows = set(found[0].rows) if found and found[0].cause == "minority-leaks" else set()
                first += bool(rows)
                exact += rows == made.rows
                named_rows += len(rows & made.rows)
                blamed_rows += len(rows)
            print(
                f"{nth} house, editor {'named' if named else 'not named'}: first in {first} of {stories}, exactly the six rows in "
                f"{exact}; recall {named_rows / (6 * stories):.3f}, precision {named_rows / max(blamed_rows, 1):.3f}"
            )


def show(module: str, names: list[str], place: str) -> None:
    domain, language, seed = place.split("/")
    made = importlib.import_module(module).planted(names, domain, language, int(seed))
    print("wanted:", made.causes, "rows:", sorted(made.rows)[:20])
    for one in diagnose(made.material).causes:
        print(f"{one.state:<12}{one.score:5.2f}  {one.cause:<30}{one.evidence[:400]}")
        if one.rows and one.state == "likely" and one.rows_of == "training":
            print(" " * 19, "rows", one.rows[:20])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for nth in ("second", "third", "fourth"):
        help_ = f"the {nth} generator, kept apart until its first run"
        parser.add_argument(f"--{nth}", dest="module", action="store_const", const=MODULES[nth], help=help_)
    parser.set_defaults(module=MODULES["first"])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--healthy", type=int, default=HEALTHY)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", default="", help="variants whose name holds this")
    parser.add_argument("--keep", type=Path, metavar="FILE", help="keep outcomes here, and go on from them")
    parser.add_argument("--big", action="store_true")
    parser.add_argument("--story", action="store_true", help="six formal rows of 412, twenty complaints")
    parser.add_argument("--show", nargs="+", metavar="NAME")
    parser.add_argument("--place", default="smart-home/en/0")
    chosen = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).parent))
    module = chosen.module
    if chosen.big:
        big()
    elif chosen.story:
        story()
    elif chosen.show:
        show(module, [name for name in chosen.show if name != "healthy"], chosen.place)
    else:
        waiting = [
            one for one in tasks(module, chosen.seeds, chosen.healthy) if chosen.only in " + ".join(one.names)
        ]
        report(run_all(waiting, chosen.workers, chosen.keep))


if __name__ == "__main__":
    main()
