"""Every check speaks on its own example, stays silent on its counter-example, and is documented."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.data.audit import audit, measure_file
from advisor.data.batch import batch_of
from advisor.data.checks import CHECKS
from advisor.data.checks.contract import good_rows
from advisor.data.dataset import FREE
from advisor.data.documentation import checks_page
from advisor.data.records import AuditInputs, AuditOptions
from advisor.data.rows.sources import Chunk

from .files import write

REFUSING = "{% for m in messages %}{% if m.tool_calls %}{{ raise_exception('tool calls are not supported') }}{% endif %}{{ m.content }}{% endfor %}"


def findings_of(example, tmp_path):
    options = dict(example.options)
    if options.get("model") == "refusing":
        folder = tmp_path / "model"
        folder.mkdir()
        (folder / "chat_template.jinja").write_text(REFUSING)
        options["model"] = str(folder)
    others = {
        name: write(tmp_path / f"{name}.jsonl", rows)
        for name in ("eval", "production")
        if (rows := getattr(example, name))
    }
    if example.benchmark:
        others["benchmarks"] = [write(tmp_path / "benchmark.jsonl", example.benchmark)]
    return audit(
        AuditInputs(data=write(tmp_path / "train.jsonl", example.make()), **others), AuditOptions(**options)
    ).findings


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_check_fires_on_its_example(check, tmp_path):
    mine = [one for one in findings_of(check.fires, tmp_path) if one.check == check.id]
    assert mine
    assert all(one.message and one.why and one.remedy and one.tuned_model for one in mine)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_check_is_silent_on_its_counter_example(check, tmp_path):
    assert [one.message for one in findings_of(check.quiet, tmp_path) if one.check == check.id] == []


def test_each_file_under_checks_is_in_the_table_once():
    import advisor.data.checks as package

    files = {path.stem for path in Path(package.__file__).parent.glob("*.py")} - {"__init__", "contract"}
    assert len(files) == len(CHECKS) == len({check.id for check in CHECKS})


def test_the_page_of_checks_is_current():
    page = Path(__file__).parents[2] / "docs" / "checks.md"
    assert page.read_text(encoding="utf-8") == checks_page(), "run tools/generate.py"


def test_each_check_has_the_fixed_headings_once():
    page = checks_page()
    for heading in (
        "What it detects",
        "Why it matters",
        "Remedy",
        "Example that fires",
        "Example that does not",
    ):
        assert page.count(f"### {heading}\n") == len(CHECKS)


@pytest.mark.parametrize("check", [one for one in CHECKS if one.measure], ids=lambda check: check.id)
def test_a_check_declares_the_columns_that_it_measures(check):
    rows = [*check.fires.make(), *check.quiet.make()]
    batch = batch_of(Chunk(1, values=list(rows)), AuditOptions(**check.fires.options))
    assert {name for name in check.measure(batch) if not name.startswith(FREE)} == set(check.columns)


def test_a_misspelt_column_is_an_error_with_a_guess(tmp_path):
    data = measure_file(write(tmp_path / "a.jsonl", good_rows(9)), AuditOptions(), tmp_path / "columns")
    with pytest.raises(LookupError, match="Did you mean 'shouting'"):
        data.marked("shoutign")
