"""Columns on disk give back what was put in, a part at a time; pairs sorted on disk are the pairs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.data import similar
from advisor.data.columns import Columns
from advisor.data.words import Ragged

ROWS = st.lists(st.lists(st.integers(0, 2**32 - 1), max_size=6), max_size=30)


def ragged(rows) -> Ragged:
    starts = np.concatenate(([0], np.cumsum([len(row) for row in rows]))).astype(np.int64)
    return Ragged(np.array([value for row in rows for value in row], np.uint32), starts)


@settings(max_examples=60, deadline=None)
@given(ROWS, ROWS, st.integers(1, 9))
def test_a_ragged_column_is_read_back_row_by_row_and_in_slices(tmp_path_factory, first, second, width):
    columns = Columns(tmp_path_factory.mktemp("columns"))
    columns.append({"words": ragged(first)})
    columns.append({"words": ragged(second)})
    stored = columns.ragged("words")
    assert [stored[index].tolist() for index in range(len(stored))] == first + second
    walked = {
        at + index: row
        for at, part in stored.slices(values_at_a_time=width)
        for index, row in enumerate(part)
    }
    assert [walked[index].tolist() for index in range(len(stored))] == first + second


def test_a_dropped_column_is_gone_and_may_come_again(tmp_path):
    columns = Columns(tmp_path)
    columns.append({"pairs.1": np.arange(3), "row": np.arange(3)})
    columns.drop("pairs.")
    assert columns.names("") == ["row"]
    columns.append({"pairs.1": np.arange(2.0)})
    assert columns.read("pairs.1").tolist() == [0, 1]


@pytest.mark.parametrize("most", [5, 100])
def test_pairs_sorted_on_disk_are_those_that_share_most_bands(tmp_path, monkeypatch, most):
    rng = np.random.default_rng(1)
    columns = Columns(tmp_path)
    columns.append({f"band.{band:02}": rng.integers(0, 12, 40).astype(np.uint32) for band in range(4)})
    monkeypatch.setattr(similar, "MOST_PAIRS", 10**6)
    monkeypatch.setattr(similar, "ROWS_A_FILE", np.uint64(63))
    whole = similar.candidates(columns)
    monkeypatch.setattr(similar, "MOST_PAIRS", most)
    monkeypatch.setattr(similar, "ROWS_A_FILE", np.uint64(34))
    parts = similar.candidates(columns)
    assert parts.pairs == whole.pairs[:most]
    assert parts.left_out == len(whole.pairs) - len(parts.pairs)
    assert columns.names("pairs.") == []
