"""Fixing loses no row, changes only what is safe, and leaves no half-written file."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.data.audit import audit
from advisor.data.checks.contract import chat, good_rows
from advisor.data.fix import FixOptions, beside, fix, mend
from advisor.data.records import AuditInputs
from advisor.errors import AdvisorError

from .files import lines, run_and_kill, write


def rows_with_everything():
    return [
        *good_rows(20),
        chat("Is the cafÃ© lamp dimmable?", "Yes, itâ€™s dimmable."),
        b'{"messages"',
        chat("And the plug?", ""),
        good_rows(3)[2],
        chat("What's new?", "Tea &amp; talk, every day."),
    ]


def test_each_row_is_written_or_quarantined_with_its_reason(tmp_path):
    done = fix(write(tmp_path / "a.jsonl", rows_with_everything()), tmp_path / "out.jsonl")
    quarantined = lines(beside(tmp_path / "out.jsonl", "quarantine"))
    assert done.rows == 25 == len(lines(tmp_path / "out.jsonl")) + len(quarantined)
    assert {one["row"]: one["reasons"][0].split(":")[0] for one in quarantined} == {
        22: "broken-line",
        23: "empty-turn",
        24: "exact-duplicate",
    }
    assert quarantined[0]["was"] == '{"messages"'


def test_the_diff_shows_before_and_after(tmp_path):
    fix(write(tmp_path / "a.jsonl", rows_with_everything()), tmp_path / "out.jsonl")
    diff = {one["row"]: one for one in lines(beside(tmp_path / "out.jsonl", "diff"))}
    assert set(diff) == {21, 25}
    assert diff[21]["fixes"] == ["mojibake"]
    assert diff[21]["after"]["messages"][1]["content"] == "Yes, it’s dimmable."
    assert diff[21]["before"]["messages"][1]["content"] == "Yes, itâ€™s dimmable."
    assert diff[25]["after"]["messages"][1]["content"] == "Tea & talk, every day."


def test_fixing_twice_changes_nothing_more(tmp_path):
    fix(write(tmp_path / "a.jsonl", rows_with_everything()), tmp_path / "one.jsonl")
    again = fix(tmp_path / "one.jsonl", tmp_path / "two.jsonl")
    assert (again.changed, again.quarantined) == (0, 0)
    assert (tmp_path / "two.jsonl").read_bytes() == (tmp_path / "one.jsonl").read_bytes()


def test_redaction_and_the_system_prompt_are_written_on_request(tmp_path):
    row = chat("My card is 4111 1111 1111 1111, write to ana.kovac@posta.hr", "Sure, it's done.")
    fixed, fixes = mend(row, FixOptions(redact=True, system_prompt="You are Lumo."))
    assert fixes == ["redacted", "system prompt"]
    assert fixed["messages"][0] == {"role": "system", "content": "You are Lumo."}
    assert "1111 1111 1111 1111" not in fixed["messages"][1]["content"]
    assert "person@example.com" in fixed["messages"][1]["content"]


def test_other_formats_become_chat(tmp_path):
    fix(
        write(
            tmp_path / "a.jsonl",
            [
                {
                    "instruction": f"Describe part {index}.",
                    "input": "",
                    "output": f"Part {index} is round.",
                    "source": "x",
                }
                for index in range(12)
            ],
        ),
        tmp_path / "out.jsonl",
        FixOptions(to_chat=True),
    )
    assert lines(tmp_path / "out.jsonl")[3] == {
        "messages": [
            {"role": "user", "content": "Describe part 3."},
            {"role": "assistant", "content": "Part 3 is round."},
        ],
        "source": "x",
    }


def test_the_data_is_never_overwritten(tmp_path):
    path = write(tmp_path / "a.jsonl", good_rows(5))
    with pytest.raises(AdvisorError, match="overwrite"):
        fix(path, path)


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_mending_a_text_twice_is_mending_it_once(text):
    once, _ = mend({"prompt": text})
    assert mend(once)[0] == once or "&" in text


def test_text_that_is_right_is_left_alone():
    for text in (
        "Ça va ? Übergröße – naïve café",
        "«Привет», сказал он…",
        "这是一个测试，没有问题。",
        "हिन्दी में लिखा",
        "日本語のテスト。",
        "شكرًا جزيلًا",
        "Año ½ ± 3 °C £5 ™",
    ):
        assert mend({"prompt": text}) == ({"prompt": text}, [])


@pytest.mark.slow
def test_a_kill_leaves_no_half_written_file(tmp_path):
    data = write(tmp_path / "a.jsonl", good_rows(6000))
    code = f"from pathlib import Path; from advisor.data.fix import fix; fix(Path({str(data)!r}), Path({str(tmp_path / 'out.jsonl')!r}))"
    fix(data, tmp_path / "whole.jsonl")
    for seconds in (0.8, 1.6, 2.4, 3.2):
        run_and_kill(code, after_seconds=seconds)
        out = tmp_path / "out.jsonl"
        assert not out.exists() or out.read_bytes() == (tmp_path / "whole.jsonl").read_bytes()
        out.unlink(missing_ok=True)
    fix(data, tmp_path / "out.jsonl")
    assert (tmp_path / "out.jsonl").read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


def test_rows_beyond_those_that_a_finding_lists_are_quarantined_too(tmp_path, monkeypatch):
    monkeypatch.setattr("advisor.data.audit.MOST_ROWS_LISTED", 3)
    rows = [*good_rows(40), *(chat(f"Is the hub number {number} on?", "") for number in range(12))]
    data = write(tmp_path / "a.jsonl", rows)
    done = fix(data, tmp_path / "out.jsonl")
    assert (done.written, done.quarantined) == (40, 12)
    told = audit(AuditInputs(data=data))
    empty = next(one for one in told.findings if one.check == "empty-turn")
    assert (len(empty.rows), empty.count) == (3, 12)


def test_the_quality_of_examples_counts_rows_beyond_those_listed(tmp_path, monkeypatch):
    monkeypatch.setattr("advisor.data.audit.MOST_ROWS_LISTED", 3)
    rows = [*good_rows(20), *(chat(f"Is the hub number {number} on?", "") for number in range(30))]
    told = audit(AuditInputs(data=write(tmp_path / "a.jsonl", rows)))
    assert told.facts["example_quality"] == "unchecked"
