"""The rulebook as frozen records: rules, questions, numbers, prices, models, sources and published cases.

In: the files under ``rules/`` and a user's overlay.
Out: a `Catalog` in which every reference was checked; numbers and prices are looked up by day.
Never: a verdict, a network call, or today's date: the day is always asked for.
"""

from __future__ import annotations

from advisor.catalog.case_records import Case
from advisor.catalog.catalog import Catalog
from advisor.catalog.conditions import Condition, Group, ParameterRef, Test, facts_in, walk
from advisor.catalog.dated_numbers import DatedNumber, Parameter
from advisor.catalog.loading import load_catalog, rules_folder
from advisor.catalog.records import (
    Consideration,
    Dial,
    Evidence,
    Fact,
    Option,
    Record,
    Rule,
    Source,
    StrategyText,
    Technique,
)

__all__ = [
    "Case",
    "Catalog",
    "Condition",
    "Consideration",
    "DatedNumber",
    "Dial",
    "Evidence",
    "Fact",
    "Group",
    "Option",
    "Parameter",
    "ParameterRef",
    "Record",
    "Rule",
    "Source",
    "StrategyText",
    "Technique",
    "Test",
    "facts_in",
    "load_catalog",
    "rules_folder",
    "walk",
]
