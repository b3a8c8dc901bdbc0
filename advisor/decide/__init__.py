"""Rules over scenarios: scores, recommendation, next question, flips and the decision map."""

from __future__ import annotations

from advisor.decide.deciding import decide
from advisor.decide.flips import DecisionMap, decision_map
from advisor.decide.hanging import hangs_on
from advisor.decide.records import Flip, HangsOn, MeasureNext, Nearly, NextQuestion, Reason, Recommendation
from advisor.decide.scoring import Scored, fired, score
from advisor.decide.surroundings import askable
from advisor.decide.tables import decide_frame

__all__ = [
    "DecisionMap",
    "Flip",
    "HangsOn",
    "MeasureNext",
    "Nearly",
    "NextQuestion",
    "Reason",
    "Recommendation",
    "Scored",
    "askable",
    "decide",
    "decide_frame",
    "decision_map",
    "fired",
    "hangs_on",
    "score",
]
