"""Answers that were moved to other questions are found and named; clean files stay quiet."""

from __future__ import annotations

import pytest

from advisor.data.audit import audit
from advisor.data.checks.contract import good_rows
from advisor.data.records import AuditInputs

from .files import write


def named(path, rows) -> set[int]:
    result = audit(AuditInputs(data=write(path / "train.jsonl", rows)))
    return {row for one in result.findings if one.check == "mismatched-answer" for row in one.rows}


@pytest.mark.parametrize(("first", "count"), [(40, 8), (100, 40)])
def test_a_run_of_answers_moved_down_by_one_is_named(tmp_path, first, count):
    rows = good_rows(240)
    moved = range(first, first + count)
    answers = [rows[index]["messages"][2] for index in moved]
    for index, answer in zip(moved, answers[-1:] + answers[:-1], strict=True):
        rows[index]["messages"][2] = answer
    found = named(tmp_path, rows)
    planted = {index + 1 for index in moved}
    assert len(found & planted) >= 0.9 * count
    assert len(found - planted) <= 0.01 * len(rows)


@pytest.mark.parametrize("count", [60, 100, 240, 600])
def test_a_clean_file_is_quiet(tmp_path, count):
    assert not named(tmp_path, good_rows(count))
