"""Data sets are kept by their content, each person's apart; a key that is none leads nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.errors import AdvisorError
from advisor.share.store.datasets import bind, bound, find, keep


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ADVISOR_DATA", str(tmp_path))
    return tmp_path


def test_the_same_bytes_are_kept_once_and_found_again_by_their_key() -> None:
    first, again = keep("rows.jsonl", b"{}\n"), keep("rows.jsonl", b"{}\n")
    assert first == again
    assert find(first.key).path.read_bytes() == b"{}\n"
    assert find(first.key).name == "rows.jsonl"
    assert keep("rows.csv", b"{}\n").key != first.key


def test_a_mended_data_set_knows_what_it_was_made_from() -> None:
    source = keep("rows.jsonl", b"a")
    assert find(keep("rows-fixed.jsonl", b"b", made_from=source.key).key).made_from == source.key


def test_one_persons_data_is_not_found_by_another() -> None:
    kept = keep("rows.jsonl", b"secret", person="ann@example.com")
    assert find(kept.key, person="ann@example.com").path == kept.path
    for other in ("", "bob@example.com"):
        with pytest.raises(AdvisorError, match="not here"):
            find(kept.key, person=other)


@pytest.mark.parametrize(
    "key", ["", "..", "../../etc/passwd", "a" * 32, "A" * 32, "0" * 32 + "/x", "0" * 31 + "\n"]
)
def test_a_key_that_names_nothing_is_refused_in_three_parts(key: str) -> None:
    with pytest.raises(AdvisorError) as caught:
        find(key)
    assert caught.value.problem
    assert caught.value.remedy


@given(name=st.text(max_size=40), content=st.binary(max_size=40))
def test_no_name_of_a_file_leads_out_of_the_folder(name: str, content: bytes) -> None:
    kept = keep(name, content)
    assert kept.path.parent.name == "all"
    assert kept.path.read_bytes() == content


def test_a_saved_assessment_remembers_its_data_set() -> None:
    kept = keep("rows.jsonl", b"x")
    bind("abc123", kept.key)
    assert bound("abc123") == kept.key
    assert bound("other") == ""
    bind("abc123", "")
    assert bound("abc123") == ""
    bind("../evil", kept.key)
    assert bound("../evil") == ""
