"""The public functions: exported from the package, loaded on first use, with what the shell gives."""

from __future__ import annotations

import inspect
import json
import runpy
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

import advisor
from advisor.errors import AdvisorError
from tests import command_line
from tests.mcp.conversing import ANSWERS, DAY, answers_file, references_file, training_file

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "examples").glob("*.py"))
VERBS = [name for name in advisor.__all__ if not name.startswith("_")]


def printed(*arguments: str) -> dict:
    return json.loads(command_line.advisor(*arguments, "--json", "--as-of", str(DAY)).stdout)


@pytest.fixture
def files(tmp_path):
    training_file(tmp_path)
    answers_file(tmp_path, "a.jsonl", 30)
    answers_file(tmp_path, "b.jsonl", 20)
    references_file(tmp_path)
    (tmp_path / "answers.json").write_text(json.dumps({"answers": ANSWERS}), encoding="utf-8")
    return tmp_path


def test_importing_the_package_loads_nothing_heavy():
    code = "import advisor, sys; print(sorted({'polars', 'pydantic', 'numpy', 'streamlit', 'yaml'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)

    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "code",
    [
        "from advisor import cost; assert callable(cost)",
        "import advisor; assert callable(advisor.cost)",
        "from advisor.cost import project; from advisor import cost; assert callable(cost)",
        "import advisor.cost as money; assert callable(money); money.project",
        "import advisor; assert callable(advisor.cost); import advisor.cost.projection; advisor.cost.project",
    ],
)
def test_cost_is_a_verb_and_a_package_in_whichever_order_they_are_imported(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_says_what_it_takes_gives_and_raises(verb):
    from advisor import surface

    function = getattr(surface, verb)
    text = inspect.getdoc(function)
    named = [name for name in inspect.signature(function).parameters if name != "rules"]

    assert callable(getattr(advisor, verb))
    assert all(part in text for part in ("Args:", "Returns:", "Raises:"))
    assert [name for name in named if f"{name}:" not in text] == []
    assert inspect.signature(function).return_annotation is not inspect.Signature.empty


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = advisor.nothing_of_the_kind


def test_each_verb_gives_what_the_shell_prints(files):
    path = str(files / "answers.json")
    train, arms = str(files / "train.jsonl"), {"a": files / "a.jsonl", "b": str(files / "b.jsonl")}
    references = str(files / "references.jsonl")
    named = [word for name, file in arms.items() for word in ("--arm", f"{name}={file}")]

    decided = advisor.advise_from(ANSWERS, as_of=DAY).recommendation
    costed = advisor.cost(ANSWERS, as_of=DAY, draws=100)
    audited = advisor.audit(train)
    planned = advisor.plan_training(ANSWERS, train, model="qwen3-8b", as_of=DAY)
    diagnosed = advisor.diagnose(train=train, production=train)
    compared = advisor.compare(arms, references, as_of=DAY)

    assert decided.model_dump(mode="json", by_alias=True) == printed("decide", path)
    assert costed.model_dump(mode="json", by_alias=True) == printed("cost", path, "--draws", "100")
    assert audited.model_dump(mode="json") == json.loads(
        command_line.advisor("audit", train, "--json").stdout
    )
    assert diagnosed.model_dump(mode="json") == json.loads(
        command_line.advisor("diagnose", "--train", train, "--production", train, "--json").stdout
    )
    assert planned.plan.sha256 == printed("plan", path, "--data", train, "--model", "qwen3-8b")["sha256"]
    assert compared.model_dump(mode="json") == printed("evaluate", *named, "--references", references)


def test_a_portfolio_decides_each_row_as_it_would_be_alone():
    table = pl.DataFrame(
        {
            "title": ["fresh", "style", "empty"],
            "knowledge_gap": ["main", "none", None],
            "behavior_gap": [None, "main", None],
            "queries_per_day": [5000, 200, None],
        }
    )
    found = advisor.portfolio(table, as_of=DAY, samples=16)

    assert found["title"].to_list() == ["fresh", "style", "empty"]
    for row in found.iter_rows(named=True):
        answers = {name: row[name] for name in ("knowledge_gap", "behavior_gap", "queries_per_day")}
        alone = advisor.advise_from(answers, as_of=DAY).recommendation
        assert (row["recommended"], row["verdict"]) == (alone.recommended, alone.verdict)
        assert row["probability_rag"] == pytest.approx(alone.probabilities["rag"], abs=1e-4)
    alone = advisor.cost({"knowledge_gap": "main", "queries_per_day": 5000}, as_of=DAY, draws=1)
    assert found["total_rag_usd"][0] == pytest.approx(alone.strategies["rag"].total.expected, rel=1e-6)


def test_a_portfolio_names_row_and_column_of_a_mistake():
    with pytest.raises(AdvisorError, match=r"row 2\.knowledge_gap"):
        advisor.portfolio(pl.DataFrame({"knowledge_gap": ["main", "mainn"]}), as_of=DAY)
    with pytest.raises(AdvisorError, match="no column is a fact"):
        advisor.portfolio(pl.DataFrame({"knowledge_gapp": ["main"]}), as_of=DAY)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_top_to_bottom_and_is_one(path):
    import jupytext

    cells = jupytext.read(path).cells
    ran = runpy.run_path(str(path))

    assert {cell.cell_type for cell in cells} == {"code", "markdown"}
    assert ran["ranked"].height == ran["USE_CASES"] == 1_000
    assert ran["ranked"]["act"].is_sorted()
    assert len(ran["figure"].data) > 3
