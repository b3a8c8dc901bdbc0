"""``advisor cost`` and ``advisor prices`` as a shell sees them."""

from __future__ import annotations

import json

import pytest
import typer
import yaml
from typer.testing import CliRunner

from advisor.doors.cli import cost as cost_commands
from advisor.errors import AdvisorError
from advisor.palette import STRATEGIES
from tests.cost.workloads import SUPPORT_BOT

DAY = ("--as-of", "2026-11-22")


@pytest.fixture
def answers(tmp_path):
    path = tmp_path / "answers.yaml"
    path.write_text(yaml.safe_dump({"title": "Support bot", "answers": SUPPORT_BOT}), encoding="utf-8")
    return str(path)


def run(*arguments):
    app = typer.Typer()
    cost_commands.register(app)
    result = CliRunner().invoke(app, list(arguments), env={"COLUMNS": "200"}, catch_exceptions=True)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def printed(*arguments):
    return json.loads(run(*arguments, "--json", *DAY).stdout)


def test_cost_prints_the_agreed_keys(answers):
    given = printed("cost", answers, "--cache-hit", "0")
    assert {"as_of", "currency", "model", "strategies", "break_even", "warnings"} <= set(given)
    assert set(given["strategies"]) == set(STRATEGIES)
    few_shot = given["strategies"]["few_shot"]
    assert {"per_day", "per_month", "per_1k_requests", "one_time", "components", "latency_ms"} <= set(
        few_shot
    )
    assert set(few_shot["per_month"]) == {"low", "expected", "high"}
    assert {"name", "kind", "usd_per_month", "formula"} <= set(few_shot["components"][0])
    assert {"p50", "p95"} <= set(few_shot["latency_ms"])
    assert {"from", "to", "months", "requests", "never_because"} <= set(given["break_even"][0])
    assert few_shot["per_day"] == pytest.approx(39.00)
    assert given["as_of"] == "2026-11-22"


def test_another_model_and_a_fixed_hit_rate_are_taken(answers):
    given = printed("cost", answers, "--model", "groq:gpt-oss-20b", "--cache-hit", "1")
    assert given["model"] == "groq:gpt-oss-20b"
    assert given["strategies"]["few_shot"]["cache_hit"] == 1


def test_compare_lists_models_cheapest_first(answers):
    models = printed("cost", answers, "--compare", "--strategy", "rag")["models"]
    assert len(models) >= 25
    assert [row["usd_per_month"] for row in models] == sorted(row["usd_per_month"] for row in models)


def test_people_get_tables_and_reasons(answers):
    shown = run("cost", answers, *DAY).stdout
    for words in ("Few-shot", "never", "2027-01-14", "Assumed", "per 1,000"):
        assert words in shown
    assert "gpt-6-luna" in run("cost", answers, "--compare", *DAY).stdout


def test_a_wrong_strategy_and_a_retired_model_are_refused(answers):
    with pytest.raises(AdvisorError, match="rags"):
        run("cost", answers, "--compare", "--strategy", "rags", *DAY)
    with pytest.raises(AdvisorError, match="shut down"):
        run("cost", answers, "--model", "gpt-3.5-turbo", *DAY)


def test_prices_list_show_check_and_overdue():
    rows = {row["model"]: row for row in printed("prices", "list", "--all")["models"]}
    assert rows["openai:gpt-4o-mini"]["input"] == 0.15
    assert rows["together:qwen3.5-9b"]["cache_read"] is None
    assert rows["openai:gpt-3.5-turbo"]["retired"] is True
    sheet = printed("prices", "show", "gpt-4o-mini")
    assert {row["route"] for row in sheet["tuning"]} == {"openai:gpt-4o-mini", "azure:gpt-4o-mini"}
    assert printed("prices", "check")["differences"]
    assert run("prices", "check", *DAY).exit_code in (0, 3)
    assert printed("prices", "overdue")["overdue"]
    for command in (("list",), ("show", "gemini-3.8-flash"), ("check",), ("overdue",)):
        assert run("prices", *command, *DAY).stdout


def test_one_provider_can_be_listed():
    assert {
        row["model"].split(":")[0] for row in printed("prices", "list", "--provider", "groq")["models"]
    } == {"groq"}
