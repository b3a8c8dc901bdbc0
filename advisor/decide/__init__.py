"""Rules over scenarios: which strategy, how sure, what to ask next, and what would change it.

In: a situation or a frame, the catalog, and the day.
Out: a recommendation with its reasons, limits, flips and questions; a table's verdicts; a decision map.
Never: files, a network call, a clock or a price of its own: the same input gives the same answer.
"""

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
