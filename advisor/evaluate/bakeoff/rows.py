"""The rows of a bake-off: training rows that every arm sees, held-out rows that none does."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from advisor.data.rows.formats import shape_of, to_conversation
from advisor.errors import AdvisorError
from advisor.evaluate.answers.rows import first, identity, objects
from advisor.evaluate.answers.wanted import INPUTS, PASSAGES, REFERENCES
from advisor.evaluate.bakeoff.records import BakeoffOptions, Example, Shown, Turn
from advisor.files import replacing

CONVERSATIONS = {"chat", "sharegpt", "vertex"}
TRAIN, HELD_OUT = "train.jsonl", "held-out.jsonl"


class Rows(NamedTuple):
    """Both sides of the data."""

    train: tuple[Shown, ...]
    held_out: tuple[Shown, ...]
    sha256: str
    """Of what both sides say."""

    def questions(self) -> tuple[Example, ...]:
        """Return the held-out rows without their answers."""
        return tuple(one.example for one in self.held_out)


def read_data(options: BakeoffOptions, scratch: Path) -> tuple[Rows, dict[str, list[dict[str, Any]]]]:
    """Read both sides of the data, split by groups where it is one file.

    Args:
        options: Where the data is, how it is split, how many rows are asked.
        scratch: A folder for the split.

    Returns:
        The rows, and both files' rows as they were, by `TRAIN` and `HELD_OUT`.

    Raises:
        AdvisorError: A file is missing, a row has no answer, or ids occur twice.
    """
    train, held_out = _files(options, scratch)
    raw = {TRAIN: _raw(train), HELD_OUT: _drawn(_raw(held_out), options)}
    return rows_of(raw), raw


def rows_of(raw: Mapping[str, Sequence[Mapping[str, Any]]]) -> Rows:
    """Read rows that were kept by `write_data`."""
    sides = {
        name: tuple(_shown(row, at, name) for at, row in enumerate(every, 1)) for name, every in raw.items()
    }
    for name, side in sides.items():
        _check_ids(side, name)
    said = {name: [[*one.example, one.answer] for one in side] for name, side in sides.items()}
    content = orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
    return Rows(sides[TRAIN], sides[HELD_OUT], hashlib.sha256(content).hexdigest())


def _check_ids(side: Sequence[Shown], name: str) -> None:
    seen: set[str] = set()
    for at, one in enumerate(side, 1):
        if one.example.id in seen:
            raise AdvisorError(
                f"the id '{one.example.id}' occurs more than once",
                place=f"{name}:{at}",
                remedy="Give every row an id of its own, or none.",
            )
        seen.add(one.example.id)


def write_data(raw: Mapping[str, Iterable[Mapping[str, Any]]], folder: Path) -> None:
    """Keep both sides beside the run, each row with its id."""
    for name, rows in raw.items():
        with replacing(folder / name, binary=True) as stream:
            stream.writelines(
                orjson.dumps({**row, "id": _id(row, at)}) + b"\n" for at, row in enumerate(rows, 1)
            )


def read_kept(folder: Path) -> Rows:
    """Read what `write_data` wrote."""
    return rows_of({name: _raw(folder / name) for name in (TRAIN, HELD_OUT)})


def _files(options: BakeoffOptions, scratch: Path) -> tuple[Path, Path]:
    data = options.data
    if data.is_dir():
        sides = (data / "train.jsonl", data / "eval.jsonl")
        missing = next((one for one in sides if not one.is_file()), None)
        if missing:
            raise AdvisorError(
                f"the folder has no {missing.name}",
                place=str(data),
                remedy="Make it with: advisor split FILE -o DIR.",
            )
        return sides
    from advisor.data.split import SplitOptions, split

    split(data, scratch, SplitOptions(eval_share=options.eval_share, seed=options.seed))
    return scratch / "train.jsonl", scratch / "eval.jsonl"


def _raw(path: Path) -> list[dict[str, Any]]:
    rows = [dict(row) for _, row in objects(path)]
    if not rows:
        raise AdvisorError("the file has no rows", place=str(path), remedy="Name a file with one row a line.")
    return rows


def _drawn(rows: list[dict[str, Any]], options: BakeoffOptions) -> list[dict[str, Any]]:
    if options.most_rows is None or options.most_rows >= len(rows):
        return rows
    kept = sorted(random.Random(options.seed).sample(range(len(rows)), options.most_rows))  # noqa: S311
    return [{**rows[at], "id": _id(rows[at], at + 1)} for at in kept]


def _id(row: Mapping[str, Any], at: int) -> str:
    return identity(row) or str(at)


def _shown(row: Mapping[str, Any], at: int, name: str) -> Shown:
    turns, answer = _conversation(row, at) if shape_of(dict(row)) in CONVERSATIONS else _flat(row, at, name)
    if not answer.strip() or not turns:
        raise AdvisorError(
            "the row has no answer" if turns else "the row has no question",
            place=f"{name}:{at}",
            remedy="Every row needs a question and its wanted answer.",
        )
    named = first(row, PASSAGES)
    passages = named if isinstance(named, list) else [named] if named else []
    return Shown(Example(_id(row, at), turns, tuple(map(str, passages))), answer)


def _conversation(row: Mapping[str, Any], at: int) -> tuple[tuple[Turn, ...], str]:
    one = to_conversation(at, dict(row))
    spoken = [{"role": turn.role, "content": turn.content} for turn in one.messages]
    while spoken and spoken[-1]["role"] != "assistant":
        spoken.pop()
    return tuple(spoken[:-1]), one.answer


def _flat(row: Mapping[str, Any], at: int, name: str) -> tuple[tuple[Turn, ...], str]:
    asked, wanted = first(row, INPUTS), first(row, REFERENCES)
    if asked is None:
        raise AdvisorError(
            f"no field holds the question; there are {', '.join(list(row)[:8]) or 'none'}",
            place=f"{name}:{at}",
            remedy="Call it 'input', or write rows as messages.",
        )
    system = [{"role": "system", "content": str(row["system"])}] if row.get("system") else []
    answer = wanted[0] if isinstance(wanted, list) and wanted else wanted
    return (*system, {"role": "user", "content": str(asked)}), "" if answer is None else str(answer)
