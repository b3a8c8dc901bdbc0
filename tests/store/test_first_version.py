"""What the first version saved is read: its reports, its library files and the rows of its database.

``first_version/`` holds what that version wrote: a report, and an export of a library of two assessments.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from advisor.errors import AdvisorError
from advisor.share.recheck import recheck, still_fitting
from advisor.share.report import FORMATS, read_advice, render, words
from advisor.share.store import Imported, open_store
from tests.command_line import advisor
from tests.store.conftest import ticking

FOLDER = Path(__file__).with_name("first_version")
REPORT = (FOLDER / "report.json").read_text(encoding="utf-8")
LIBRARY = (FOLDER / "library.json").read_bytes()
DAY = date(2026, 11, 26)


@pytest.fixture
def advice():
    return read_advice(REPORT, place="report.json")


def test_a_report_is_read_with_everything_that_it_held(advice):
    then, now = json.loads(REPORT)["recommendation"], advice.recommendation
    assert now.recommended == now.start_with.strategy == then["try_first"] == "rag"
    assert now.probabilities == then["shares"]
    assert now.verdict == then["verdict"]
    assert now.scores == then["scores"]
    assert [reason.because for reason in now.reasons] == [reason["because"] for reason in then["reasons"]]
    weights = [reason["bits_for_first"] for reason in then["reasons"]]
    assert [reason.bits_for_recommended for reason in now.reasons] == weights
    out = [name for reason in now.reasons for name in reason.rules_out]
    assert out == [item["strategy"] for item in then["ruled_out"]] == ["fine_tuning", "hybrid"]
    assert [step.title for step in now.roadmap] == [step["title"] for step in then["roadmap"]]
    assert advice.cost is not None


def test_what_the_first_version_did_not_measure_stays_unknown(advice):
    asked = advice.recommendation.next_question
    assert asked.gain is None
    assert words.worth(asked) == "removes 31% of the doubt"


@pytest.mark.parametrize("fmt", FORMATS)
def test_a_report_of_the_first_version_is_written_in_every_format(fmt, advice, catalog):
    assert len(render(advice, catalog, fmt)) > 500
    again = read_advice(render(advice, catalog, "json").decode(), place="again")
    assert again == advice


def test_the_shell_renders_and_checks_a_report_of_the_first_version(tmp_path):
    (tmp_path / "old.json").write_text(REPORT, encoding="utf-8")
    rendered = advisor("report", str(tmp_path / "old.json"), "-o", str(tmp_path / "old.md"))
    assert rendered.returncode == 0, rendered.stderr
    assert "Retrieval (RAG)" in (tmp_path / "old.md").read_text(encoding="utf-8")
    checked = advisor("recheck", str(tmp_path / "old.json"), "--as-of", str(DAY))
    assert checked.returncode in (0, 3), checked.stderr
    assert "Retrieval (RAG)" in checked.stdout


def test_answers_under_earlier_names_keep_their_meaning_and_origin(advice, catalog):
    old = advice.situation.model_copy(update={"origins": {"error_tolerance": "assumed"}})
    kept, dropped = still_fitting(old, catalog)
    assert not dropped
    assert kept.answers["error_cost"] == "high"
    assert kept.answers["written_guide"] == "partial"
    assert kept.origin("error_cost") == "assumed"
    assert not {"error_tolerance", "shown_by_few_examples"} & set(kept.answers)


def test_a_check_compares_only_what_the_first_version_knew(advice, catalog):
    found = recheck(advice, catalog, as_of=DAY)
    assert found.recommended.before == "rag"
    assert not found.dropped
    fired_then = {reason.rule for reason in advice.recommendation.reasons}
    assert all(move.after is None for move in found.rules if move.name in fired_then)


def test_a_library_of_the_first_version_is_imported_whole(store):
    assert store.import_all(LIBRARY) == Imported(added=2)
    bot = next(entry for entry in store.list() if entry.title == "Support bot")
    assert (bot.owner, bot.tags, bot.revision) == ("ann", ("a",), 2)
    first = store.get(bot.id, 1)
    assert first.revision.decided.recommended == "rag"
    assert first.advice == read_advice(REPORT, place="report.json")
    assert store.history(bot.id)[0].decided is None


def test_an_imported_library_moves_on_with_the_same_bytes(store, tmp_path):
    store.import_all(LIBRARY)
    elsewhere = open_store(f"sqlite:///{tmp_path}/elsewhere.sqlite3", clock=ticking())
    elsewhere.import_all(store.export_all())
    assert elsewhere.export_all() == store.export_all()
    assert store.import_all(LIBRARY) == Imported(unchanged=2)
    elsewhere.close()


@pytest.fixture
def old_rows(store):
    """The rows as the first version wrote them: its column names, its JSON."""
    store.import_all(LIBRARY)
    exported = json.loads(LIBRARY)["assessments"]
    revisions = [(item["id"], revision) for item in exported for revision in item["revisions"]]
    with store._writing() as session:
        for assessment, revision in revisions:
            decided = revision["decided"] or {}
            session.execute(
                text(
                    "UPDATE revision SET advice = :advice, try_first = :first WHERE assessment_id = :id AND number = :number"
                ),
                {
                    "advice": revision["advice"] and json.dumps(revision["advice"]),
                    "first": decided.get("try_first"),
                    "id": assessment,
                    "number": revision["number"],
                },
            )
    return next(item["id"] for item in exported if len(item["revisions"]) == 2)


def test_rows_of_the_first_version_are_read_listed_and_exported(store, old_rows, tmp_path):
    found = store.get(old_rows, 1)
    assert found.advice == read_advice(REPORT, place="report.json")
    assert not found.advice_unreadable
    assert found.revision.decided.recommended == "rag"
    assert store.import_all(LIBRARY) == Imported(unchanged=2)
    elsewhere = open_store(f"sqlite:///{tmp_path}/elsewhere.sqlite3", clock=ticking())
    assert elsewhere.import_all(store.export_all()) == Imported(added=2)
    assert elsewhere.get(old_rows, 1) == found
    elsewhere.close()


def test_rows_of_the_first_version_are_copied_and_brought_back(store, old_rows):
    store.restore(old_rows, 1)
    assert store.get(old_rows).advice.recommendation.recommended == "rag"
    copy = store.duplicate(old_rows)
    assert store.get(copy.id).advice.recommendation.title == "Support bot (copy)"


def _set(target: Any, key: Any, new: Any) -> None:
    target[key] = new


DAMAGE = {
    "a_day_as_number": lambda found: _set(found, "as_of", 5),
    "reasons_that_are_none": lambda found: _set(found, "reasons", 5),
    "a_reason_that_is_none": lambda found: _set(found["reasons"], 0, "x"),
    "no_shares": lambda found: found.pop("shares"),
    "shares_as_text": lambda found: _set(found, "shares", {"rag": "0.9"}),
    "a_weight_missing": lambda found: found["reasons"][0].pop("bits_for_first"),
    "a_question_that_is_none": lambda found: _set(found, "next_question", ["x"]),
    "a_strategy_that_is_no_text": lambda found: _set(found, "try_first", {"a": 1}),
    "an_unknown_key": lambda found: _set(found, "run", "rm -rf /"),
    "nearly_that_is_none": lambda found: _set(found, "nearly", {"a": 1}),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damaged_advice_of_the_first_version_is_refused_in_words(name, tmp_path):
    library = json.loads(LIBRARY)
    revisions = [revision for item in library["assessments"] for revision in item["revisions"]]
    DAMAGE[name](next(r for r in revisions if r["advice"])["advice"]["recommendation"])
    elsewhere = open_store(f"sqlite:///{tmp_path}/elsewhere.sqlite3", clock=ticking())
    with pytest.raises(AdvisorError) as refused:
        elsewhere.import_all(json.dumps(library).encode())
    assert "Nothing was imported" in refused.value.remedy
    assert elsewhere.list() == ()
    elsewhere.close()
