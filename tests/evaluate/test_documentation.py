"""The page on evaluation names every scorer, and the power that it quotes is the power computed."""

from __future__ import annotations

from pathlib import Path

from advisor.evaluate.scorers import SCORERS
from advisor.evaluate.statistics.power import detectable

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "evaluation.md").read_text(encoding="utf-8")


def test_every_scorer_is_documented_with_what_may_follow_it():
    assert [name for name in SCORERS if f"| `{name}" not in PAGE] == []


def test_the_power_quoted_is_the_power_computed():
    found = {rows: round(100 * (detectable(rows, 0.2) or 0)) for rows in (40, 100, 400)}

    assert found == {40: 20, 100: 13, 400: 6}
    assert "40 rows show 20 points, 100 rows 13, 400 rows 6" in PAGE
