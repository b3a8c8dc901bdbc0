"""The training rows of a plan: read once, counted, grouped and split; kept in a folder until the bundle is written."""

from __future__ import annotations

import atexit
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from advisor.data.batch import batch_of
from advisor.data.checks.role_order import WORDS as ORDERS
from advisor.data.checks.role_order import fault as order_fault
from advisor.data.checks.schema import WORDS as PROBLEMS
from advisor.data.checks.tool_calls import WORDS as TOOL_FAULTS
from advisor.data.checks.tool_calls import fault as tool_fault
from advisor.data.columns import Columns
from advisor.data.grouping import group_rows, hold_out
from advisor.data.measuring import shared
from advisor.data.records import LONGEST_ROW, AuditOptions
from advisor.data.rows.chat_form import as_chat
from advisor.data.rows.conversation import Conversation
from advisor.data.rows.formats import to_conversation
from advisor.data.rows.sources import Chunk, chunks, open_source
from advisor.errors import AdvisorError
from advisor.files import scratch_folder

IMPOSSIBLE_ORDERS = (1, 2, 3, 7)


class Traits(NamedTuple):
    """How many rows hold what not every backend can carry."""

    rows: int
    pairs: int
    texts: int
    with_tools: int
    with_media: int
    with_weights: int
    with_reasoning: int
    marked: int
    marked_bad: int


@dataclass(frozen=True, slots=True)
class TrainingRows:
    """One data file as a plan sees it."""

    path: Path
    stamp: tuple[int, int]
    """Time of change and size of the file when it was read."""
    folder: Path
    """Where the rows lie in the common form until they are written in a backend's."""
    tokens: NDArray[np.uint32]
    """Tokens of each row, (n,)."""
    held_out: NDArray[np.bool_]
    """Which rows are held out, (n,)."""
    bad: NDArray[np.bool_]
    """Which rows hold an answer marked as bad, (n,)."""
    traits: Traits
    other_fields: dict[str, int]
    """Fields without a meaning for training, with how many rows have them."""
    faults: dict[str, list[int]] = field(default_factory=dict)
    """Rows, by number, with what services refuse."""

    def conversations(self) -> Iterator[Conversation]:
        """Walk the rows in their order."""
        with (self.folder / "rows.jsonl").open("rb") as stream:
            for number, line in enumerate(stream, 1):
                yield to_conversation(number, orjson.loads(line))

    @property
    def longest(self) -> int:
        """Return the tokens of the longest row."""
        return int(self.tokens.max(initial=0))


_FOLDERS = ExitStack()
atexit.register(_FOLDERS.close)


def scratch() -> Path:
    """Make a folder that lasts as long as this process; what a killed one leaves is removed by the next."""
    return _FOLDERS.enter_context(scratch_folder("plan"))


def read_training_rows(path: Path, *, share: float, seed: int) -> TrainingRows:
    """Read a data file of any known format once, and hold out whole groups of its rows.

    Args:
        path: The data.
        share: Share of the rows to hold out, 0 to 1.
        seed: Seed of the choice.

    Raises:
        AdvisorError: A row cannot be read or has no conversation; the first is named with its line.
    """
    source = open_source(path)
    known = path.stat()
    stamp = (known.st_mtime_ns, known.st_size)
    folder = scratch()
    columns = Columns(folder / "columns")
    seen = _Seen(path)
    with (folder / "rows.jsonl").open("wb") as stream:
        for chunk in chunks(source):
            stream.writelines(seen.add(chunk, columns))
    if not seen.traits["rows"]:
        raise AdvisorError("there are no rows to train on", place=str(path), remedy="Give more rows.")
    held_out = np.zeros(seen.traits["rows"], bool)
    groups = group_rows(columns) if share > 0 else None
    if groups is not None and len(groups.units) > 1:
        # A small file holds out its smallest group, so that the result can be looked at.
        least = min(zip(groups.units, groups.keys, strict=True), key=lambda one: (len(one[0]), one[1]))
        chosen = hold_out(groups, share, seed) or set(least[0])
        held_out[sorted(chosen)] = len(chosen) < len(held_out)
    return TrainingRows(
        path=path,
        stamp=stamp,
        folder=folder,
        tokens=columns.read("tokens"),
        held_out=held_out,
        bad=np.array(seen.bad, bool),
        traits=Traits(**{name: seen.traits[name] for name in Traits._fields}),
        other_fields=dict(seen.fields.most_common()),
        faults=seen.faults,
    )


class _Seen:
    """What is gathered while the rows go by."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.traits: Counter[str] = Counter()
        self.fields: Counter[str] = Counter()
        self.faults: dict[str, list[int]] = {}
        self.bad: list[bool] = []
        self.options = AuditOptions(max_length=LONGEST_ROW)

    def add(self, chunk: Chunk, columns: Columns) -> Iterator[bytes]:
        """Measure a chunk and write each row as a line in the common form."""
        batch = batch_of(chunk, self.options)
        if batch.broken:
            row, reason = batch.broken[0]
            raise AdvisorError(
                f"this line cannot be read ({reason})",
                place=f"{self.path}:{row}",
                remedy="See all of them with `advisor audit`, and put them aside with `advisor fix`.",
            )
        if not len(batch):
            return
        for one in batch.conversations:
            self._check(one)
            self._count(one)
        columns.append(shared(batch))
        for one in batch.conversations:
            value: Any = {"text": one.messages[0].content} if one.shape == "text" else as_chat(one)
            yield orjson.dumps(value, default=str) + b"\n"

    def _check(self, one: Conversation) -> None:
        if one.problems:
            raise AdvisorError(
                f"the row has no conversation to train on: {PROBLEMS.get(one.problems[0], one.problems[0])}",
                place=f"{self.path}:{one.row}",
                remedy="`advisor audit` lists such rows; `advisor fix --to chat` converts the others and puts these aside.",
            )
        order = 0 if one.shape == "text" else order_fault(one)
        if order in IMPOSSIBLE_ORDERS:
            self.faults.setdefault(ORDERS[order][0], []).append(one.row)
        if one.tools is not None or any(turn.tool_calls or turn.tool_call_id for turn in one.messages):
            code, _ = tool_fault(one)
            if code:
                self.faults.setdefault(TOOL_FAULTS[code], []).append(one.row)

    def _count(self, one: Conversation) -> None:
        said = one.messages
        self.traits.update(
            rows=1,
            pairs=one.worse is not None,
            texts=one.shape == "text",
            with_tools=one.tools is not None or any(turn.tool_calls or turn.role == "tool" for turn in said),
            with_media=one.has_media,
            with_weights=one.worse is None
            and any(turn.weight == 0 for turn in said if turn.role == "assistant"),
            with_reasoning=any(turn.reasoning for turn in said),
            marked=one.good is not None,
            marked_bad=one.good is False,
        )
        self.bad.append(one.good is False)
        self.fields.update(one.meta.keys())
        self.fields.update(name for turn in said for name in turn.extra)


def listed(rows: Iterable[int]) -> str:
    """Write row numbers for a sentence: the first ten, and how many more."""
    numbers = list(rows)
    more = f" and {len(numbers) - 10} more" if len(numbers) > 10 else ""
    return ", ".join(map(str, numbers[:10])) + more
