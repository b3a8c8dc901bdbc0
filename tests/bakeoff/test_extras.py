"""A run names every extra that it lacks, at once and before anything is read or asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.errors import AdvisorError
from advisor.evaluate.bakeoff import extras
from advisor.evaluate.bakeoff.choosing import read_arm
from advisor.evaluate.bakeoff.demo import demo_options
from advisor.evaluate.bakeoff.records import BakeoffOptions


def nothing_but(monkeypatch: pytest.MonkeyPatch, *there: str) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda module: object() if module in there else None)


def test_the_demonstration_names_all_that_it_needs_in_one_command(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing_but(monkeypatch)
    options = demo_options()
    with pytest.raises(AdvisorError) as raised:
        extras.check_extras(options, options.arms)
    assert "llm-adaptation-advisor[retrieve,hosted,serve,train]" in raised.value.remedy


def test_what_is_installed_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing_but(monkeypatch, "openai", "semantic_text_splitter", "bm25s", "xllamacpp", "uvicorn")
    options = demo_options()
    with pytest.raises(AdvisorError, match="an extra that is not installed: train"):
        extras.check_extras(options, options.arms)


def test_answers_that_exist_need_no_extra(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    nothing_but(monkeypatch)
    (tmp_path / "answers.jsonl").write_text("{}\n", encoding="utf-8")
    arms = (read_arm(f"ours={tmp_path / 'answers.jsonl'}"),)
    extras.check_extras(BakeoffOptions(data=tmp_path, model="m", arms=arms), arms)


def test_a_model_served_elsewhere_needs_only_the_client(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    nothing_but(monkeypatch, "openai")
    arms = (read_arm("prompt"),)
    extras.check_extras(
        BakeoffOptions(data=tmp_path, model="m", base_url="http://127.0.0.1:1/v1", arms=arms), arms
    )
