"""Datasets of every format are read the same; damage is reported by place, never as a traceback."""

from __future__ import annotations

import contextlib
import csv
import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.data.audit import audit
from advisor.data.checks.contract import good_rows
from advisor.data.records import AuditInputs
from advisor.data.rows.formats import shape_of, to_conversation
from advisor.data.rows.sources import Broken, chunks, open_source, parse
from advisor.errors import AdvisorError

from .files import write


def conversations(path, size=1 << 20):
    return [
        to_conversation(row, value)
        for chunk in chunks(open_source(path), size=size)
        for row, value in parse(chunk)
        if not isinstance(value, Broken)
    ]


SAME = {
    "chat": {"messages": [{"role": "user", "content": "Ask"}, {"role": "assistant", "content": "Reply"}]},
    "sharegpt": {"conversations": [{"from": "human", "value": "Ask"}, {"from": "gpt", "value": "Reply"}]},
    "vertex": {
        "contents": [
            {"role": "user", "parts": [{"text": "Ask"}]},
            {"role": "model", "parts": [{"text": "Reply"}]},
        ]
    },
    "alpaca": {"instruction": "Ask", "input": "", "output": "Reply"},
    "prompt-completion": {"prompt": "Ask", "completion": "Reply"},
    "preference": {"prompt": "Ask", "chosen": "Reply", "rejected": "No"},
}


@pytest.mark.parametrize("shape", SAME)
def test_every_format_gives_the_same_conversation(shape):
    row = to_conversation(1, SAME[shape])
    assert (shape_of(SAME[shape]), row.prompt, row.answer, row.problems) == (shape, "Ask", "Reply", [])


@pytest.mark.parametrize(
    "pack",
    [
        lambda raw: raw,
        gzip.compress,
        zstandard.compress,
        lambda raw: zstandard.compress(raw[:60]) + zstandard.compress(raw[60:]),
    ],
)
def test_compressed_files_are_read_like_plain_ones(pack, tmp_path):
    plain = write(tmp_path / "plain.jsonl", good_rows(9))
    packed = tmp_path / "packed.jsonl.x"
    packed.write_bytes(pack(plain.read_bytes()))
    assert conversations(packed) == conversations(plain)


def test_the_size_of_chunks_changes_nothing(tmp_path):
    path = write(tmp_path / "a.jsonl", [*good_rows(20), b"", b'{"messages"', *good_rows(3)])
    assert conversations(path, size=7) == conversations(path)
    assert [row.row for row in conversations(path)][-3:] == [23, 24, 25]


def test_csv_parquet_json_and_folders_are_read(tmp_path):
    pairs = [{"prompt": f'Ask, {index}\n"more"', "completion": f"Reply {index}"} for index in range(5)]
    with (tmp_path / "a.csv").open("w", newline="") as stream:
        table = csv.DictWriter(stream, ["prompt", "completion"], delimiter=";")
        table.writeheader()
        table.writerows(pairs)
    pq.write_table(pa.Table.from_pylist(pairs), tmp_path / "b.parquet")
    (tmp_path / "c.json").write_text(json.dumps(pairs, indent=1))
    one = conversations(tmp_path / "a.csv")
    assert one == conversations(tmp_path / "b.parquet") == conversations(tmp_path / "c.json")
    assert [row.row for row in conversations(tmp_path)] == list(range(1, 16))


def test_the_evidence_of_the_format_is_shown(tmp_path):
    evidence = audit(AuditInputs(data=write(tmp_path / "a.jsonl", good_rows(4)))).format
    assert evidence.shape == "chat"
    assert any("messages" in line for line in evidence.because)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl.gz", gzip.compress(b'{"prompt":"a"}\n' * 999, mtime=0)[:40]),
        ("a.jsonl", "{}\n".encode("utf-16")),
        ("a.parquet", b"PAR1 and nothing"),
        ("a.json", b"[1, 2"),
        ("a.jsonl", b""),
        ("a.jsonl.zst", b"\x28\xb5\x2f\xfdxx"),
    ],
)
def test_a_damaged_file_is_an_error_with_a_remedy(name, content, tmp_path):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(AdvisorError) as caught:
        audit(AuditInputs(data=path))
    assert str(path) in caught.value.place
    assert caught.value.remedy


def test_broken_lines_are_reported_by_number_with_their_reason(tmp_path):
    path = write(
        tmp_path / "a.jsonl", [*good_rows(12), b"{'single': 1}", b'{"a": "\xff"}', b'{"weight": NaN}']
    )
    finding = next(one for one in audit(AuditInputs(data=path)).findings if one.check == "broken-line")
    assert finding.rows == [13, 14, 15]
    assert "UTF-8" in finding.evidence["reasons"]["14"]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "messages",
                    "role",
                    "content",
                    "tool_calls",
                    "function",
                    "name",
                    "arguments",
                    "weight",
                    "prompt",
                    "completion",
                    "chosen",
                    "rejected",
                    "conversations",
                    "from",
                    "value",
                    "contents",
                    "parts",
                    "text",
                    "instruction",
                    "output",
                    "tools",
                    "metadata",
                    "created",
                    "system",
                    "parameters",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@given(VALUES)
@settings(max_examples=300, deadline=None)
def test_no_row_whatever_its_shape_raises(value):
    row = to_conversation(1, value)
    assert isinstance(row.prompt + row.answer + row.system + row.context, str)


@given(st.lists(VALUES | st.binary(max_size=60), min_size=1, max_size=12))
@settings(max_examples=40, deadline=None)
def test_no_file_whatever_its_lines_makes_an_audit_fail(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("fuzz") / "a.jsonl"
    path.write_bytes(
        b"\n".join(
            row.replace(b"\n", b"") if isinstance(row, bytes) else json.dumps(row).encode() for row in rows
        )
    )
    with contextlib.suppress(AdvisorError):
        result = audit(AuditInputs(data=path))
        # A file that is one JSON array has a row per element.
        most = sum(max(1, len(row)) if isinstance(row, list) else 1 for row in rows)
        assert all(0 < row <= most for one in result.findings for row in one.rows)
