"""The rulebook as it was read: rules, questions, numbers, cases, and the market of a day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from advisor.catalog.case_records import Case
from advisor.catalog.conditions import Condition
from advisor.catalog.dated_numbers import DatedNumber, Parameter
from advisor.catalog.records import Consideration, Fact, Fitted, Rule, Source, StrategyText, Technique
from advisor.catalog.strict_yaml import Located, read_yaml
from advisor.errors import AdvisorError, did_you_mean

if TYPE_CHECKING:
    from advisor.catalog.market import Market
    from advisor.catalog.open_models import OpenModel


@dataclass(frozen=True, eq=False)
class Catalog:
    """Rules, questions, numbers and cases; frozen, so that it can be shared and be a key of caches."""

    facts: Mapping[str, Fact]
    rules: Mapping[str, Rule]
    conditions: Mapping[str, Condition]
    """The parsed `when` of each rule, by rule id."""
    considerations: Mapping[str, Consideration]
    fitted: Fitted
    gain: tuple[Condition, Condition]
    """When training has nothing to gain, and what makes evidence for it count all the same."""
    ask_when: Mapping[str, Condition]
    """The parsed `ask_when` of each fact that has one."""
    sources: Mapping[str, Source]
    strategies: Mapping[str, StrategyText]
    techniques: Mapping[str, Technique]
    parameters: Mapping[str, Parameter]
    """Numbers of the rulebook, by `topic.name`."""
    cases: Mapping[str, Case]
    version: str
    sha256: str
    """Over every file of the rules and the overlay: same hash, same advice."""
    layers: tuple[Path, ...]
    """The folders read, the package's first."""
    places: Mapping[str, str] = field(default_factory=dict)
    """`file:line` of each rule, fact, source and parameter, by its id."""

    def parameter(self, name: str, day: date) -> DatedNumber:
        """Return the number `topic.name` in force on ``day``: the newest that starts on or before it."""
        if name not in self.parameters:
            raise AdvisorError(
                f"there is no parameter '{name}'",
                place="rules/parameters",
                remedy=did_you_mean(name, self.parameters),
            )
        parameter = self.parameters[name]
        in_force = [value for value in parameter.values if value.from_ <= day]
        if not in_force:
            raise AdvisorError(
                f"'{name}' has no value on {day}",
                place=self.places.get(name, "rules/parameters"),
                remedy=f"The first starts on {parameter.values[0].from_}; ask for a later day.",
            )
        return in_force[-1]

    def files(self, folder: str) -> list[Located]:
        """Read every YAML file under ``folder`` of each layer, the package's first, in order of name."""
        return [read_yaml(path, place=place) for path, place in files_under(self.layers, folder)]

    @cached_property
    def market(self) -> Market:
        """The dated market: training prices, hosting, backends, retirements."""
        from advisor.catalog.market import read_market

        return read_market(self.files("market"))

    @cached_property
    def models(self) -> Mapping[str, OpenModel]:
        """Architecture numbers of open models, by id."""
        from advisor.catalog.open_models import read_models

        return MappingProxyType(read_models(self.files("models")))


def files_under(layers: tuple[Path, ...], folder: str) -> Iterator[tuple[Path, str]]:
    """Walk the YAML files of a folder in every layer, with the place that errors name."""
    for layer in layers:
        for path in sorted((layer / folder).rglob("*.yaml")):
            yield path, f"{layer.name}/{path.relative_to(layer).as_posix()}"
