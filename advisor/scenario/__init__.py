"""Answers about a task, checked, and many of them as a table.

In: answers files, tables of scenarios, measured runs.
Out: a `Situation`, or a frame with a row per situation and a column per fact, null where unanswered.
Never: a rule or a price; an open answer becomes a number only where a sample is asked for.
"""

from __future__ import annotations

from advisor.scenario.answers import Situation, check_answers, parse_situation, read_situation
from advisor.scenario.compiling import compile_condition
from advisor.scenario.frame import answers_of, columns_of, frame_of, frame_schema
from advisor.scenario.measured import MeasuredArm, MeasuredFact, MeasuredRun
from advisor.scenario.measuring import Replaced, measured_on, with_measured, write_situation
from advisor.scenario.sampling import alternatives, complete, draws, filled, grid, grid_values, variants
from advisor.scenario.tables import read_table, table_batches, table_writer

__all__ = [
    "MeasuredArm",
    "MeasuredFact",
    "MeasuredRun",
    "Replaced",
    "Situation",
    "alternatives",
    "answers_of",
    "check_answers",
    "columns_of",
    "compile_condition",
    "complete",
    "draws",
    "filled",
    "frame_of",
    "frame_schema",
    "grid",
    "grid_values",
    "measured_on",
    "parse_situation",
    "read_situation",
    "read_table",
    "table_batches",
    "table_writer",
    "variants",
    "with_measured",
    "write_situation",
]
