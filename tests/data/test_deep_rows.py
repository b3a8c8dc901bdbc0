"""A row that is nested without end is a broken row, wherever the nesting is and whatever is done with the file."""

from __future__ import annotations

import json

import pytest

from tests.command_line import advisor

GOOD = {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}


def nested(levels: int, *, keys: bool) -> str:
    return '{"a": ' * levels + "1" + "}" * levels if keys else "[" * levels + "]" * levels


@pytest.mark.parametrize("levels", [101, 300, 1_020, 5_000, 100_000])
@pytest.mark.parametrize("keys", [True, False])
@pytest.mark.parametrize(
    "around",
    ['{{"messages": {}}}', '{{"messages": [{{"role": "user", "content": {}}}]}}', '{{"x": {}}}', "{}"],
)
def test_every_command_names_it_and_none_falls_over(tmp_path, levels, keys, around):
    rows = tmp_path / "rows.jsonl"
    good = [json.dumps(GOOD | {"n": number}) for number in range(12)]
    rows.write_text("\n".join([*good, around.format(nested(levels, keys=keys))]) + "\n")

    for arguments in (
        ["audit", str(rows)],
        ["fix", str(rows), "-o", str(tmp_path / "fixed.jsonl")],
        ["split", str(rows), "-o", str(tmp_path / "parts")],
        ["split", str(rows), "-o", str(tmp_path / "parts"), "--skip-broken"],
    ):
        done = advisor(*arguments)
        assert done.returncode in (0, 1)
        assert "Traceback" not in done.stderr
    assert (
        "nested deeper" in advisor("audit", str(rows)).stdout
        or "broken" in advisor("audit", str(rows)).stdout
    )
