"""The catalog: everything under ``rules/`` as frozen, cross-checked records, looked up by day."""

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
