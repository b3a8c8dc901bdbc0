"""Read the folder of rules, and a company's overlay over it, into one Catalog."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeVar

from advisor.catalog import crosschecks
from advisor.catalog.case_records import Case
from advisor.catalog.catalog import Catalog, files_under
from advisor.catalog.conditions import Condition, ConditionReader
from advisor.catalog.dated_numbers import Parameter, ParameterTopic
from advisor.catalog.parsing import parse_record
from advisor.catalog.records import (
    Consideration,
    Fact,
    Fitted,
    Gain,
    Rule,
    Rulebook,
    Source,
    StrategyBook,
    StrategyText,
    Technique,
)
from advisor.catalog.strict_yaml import Located, read_yaml
from advisor.errors import AdvisorError

T = TypeVar("T")

MAX_FILES: Final = 5_000


def rules_folder() -> Path:
    """Return the folder of the rules that came with this package (the checkout's, or the wheel's)."""
    package = Path(__file__).resolve().parent.parent
    packed = package / "_rules"
    return packed if packed.is_dir() else package.parent / "rules"


def load_catalog(overlay: Path | None = None) -> Catalog:
    """Load the rulebook, with the overlay folder given or named by ``ADVISOR_RULES`` on top.

    An overlay has the same layout; what has the same id replaces ours, what is new is added.
    """
    named = os.environ.get("ADVISOR_RULES", "")
    chosen = overlay or (Path(named) if named else None)
    layers = (rules_folder(),) if chosen is None else (rules_folder(), chosen)
    for layer in layers:
        if not layer.is_dir():
            raise AdvisorError(
                "there is no such folder of rules",
                place=str(layer),
                remedy="Name a folder laid out like rules/.",
            )
    return _load(layers, _fingerprint(layers))


def _fingerprint(layers: tuple[Path, ...]) -> tuple[tuple[str, int, int], ...]:
    # Lets a long-lived app notice an edited rule without reading every file again.
    found = []
    for path, _ in files_under(layers, "."):
        stat = path.stat()
        found.append((str(path), stat.st_mtime_ns, stat.st_size))
    if len(found) > MAX_FILES:
        raise AdvisorError(
            f"there are more than {MAX_FILES:,} files",
            place=str(layers[-1]),
            remedy="Name the folder of rules itself.",
        )
    return tuple(found)


@lru_cache(maxsize=8)
def _load(layers: tuple[Path, ...], fingerprint: tuple[tuple[str, int, int], ...]) -> Catalog:
    del fingerprint
    reader = _Reader(layers)
    catalog = reader.catalog()
    crosschecks.check_references(catalog)
    return catalog


class _Reader:
    """One reading of the layers; collects places for later errors."""

    def __init__(self, layers: tuple[Path, ...]) -> None:
        self.layers = layers
        self.places: dict[str, str] = {}

    def catalog(self) -> Catalog:
        facts = self.mapping("facts", Fact)
        parameters = self.parameters()
        reader = ConditionReader(facts, parameters)
        rules, conditions = self.rules(reader)
        book = self.strategy_book()
        considerations = self.mapping("considerations", Consideration)
        version = self.version()
        return Catalog(
            facts=MappingProxyType(facts),
            rules=MappingProxyType(rules),
            conditions=MappingProxyType(conditions),
            considerations=MappingProxyType(considerations),
            fitted=self.fitted(),
            gain=self.gain(reader),
            ask_when=MappingProxyType(self.ask_when(reader)),
            sources=MappingProxyType(self.mapping("sources", Source)),
            strategies=MappingProxyType({str(name): text for name, text in book.strategies.items()}),
            techniques=MappingProxyType(book.techniques),
            parameters=MappingProxyType(parameters),
            cases=MappingProxyType(self.cases()),
            version=version,
            sha256=_hash(self.layers),
            layers=self.layers,
            places=MappingProxyType(self.places),
        )

    def top(self, name: str) -> Iterator[Located]:
        """Read ``name.yaml`` and the files under ``name/`` of every layer."""
        for layer in self.layers:
            single = layer / f"{name}.yaml"
            if single.is_file():
                yield read_yaml(single, place=f"{layer.name}/{name}.yaml")
            for path, place in files_under((layer,), name):
                yield read_yaml(path, place=place)

    def mapping(self, name: str, model: type[T]) -> dict[str, T]:
        found: dict[str, T] = {}
        for located in self.top(name):
            for key in _mapping(located):
                found[key] = parse_record(model, located, (key,))
                self.places[key] = located.at((key,))
        return found

    def ask_when(self, reader: ConditionReader) -> dict[str, Condition]:
        found: dict[str, Condition] = {}
        for located in self.top("facts"):
            for key, value in _mapping(located).items():
                if value.get("ask_when"):
                    found[key] = reader.read(located, (key, "ask_when"))
        return found

    def gain(self, reader: ConditionReader) -> tuple[Condition, Condition]:
        located = list(self.top("gain"))[-1]
        parse_record(Gain, located)
        return reader.read(located, ("nothing_to_gain",)), reader.read(located, ("unless",))

    def fitted(self) -> Fitted:
        # The last layer that brings weights of its own replaces ours.
        return [parse_record(Fitted, located) for located in self.top("fitted")][-1]

    def rules(self, reader: ConditionReader) -> tuple[dict[str, Rule], dict[str, Condition]]:
        rules: dict[str, Rule] = {}
        conditions: dict[str, Condition] = {}
        for located in self.top("decision"):
            rule = self.named(located, Rule)
            rules[rule.id] = rule
            conditions[rule.id] = reader.read(located, ("when",))
        order = sorted(rules)
        return {key: rules[key] for key in order}, {key: conditions[key] for key in order}

    def cases(self) -> dict[str, Case]:
        cases = [self.named(located, Case) for located in self.top("cases")]
        return {case.id: case for case in sorted(cases, key=lambda case: case.id)}

    def named(self, located: Located, model: type[Any]) -> Any:
        _mapping(located)
        record = parse_record(model, located)
        stem = Path(located.place).stem
        if record.id != stem:
            raise AdvisorError(
                f"the id is '{record.id}', the file is '{stem}.yaml'",
                place=located.at(("id",)),
                remedy="Give both the same name.",
            )
        self.places[record.id] = located.at()
        return record

    def parameters(self) -> dict[str, Parameter]:
        found: dict[str, Parameter] = {}
        for located in self.top("parameters"):
            _mapping(located)
            topic = parse_record(ParameterTopic, located)
            for name, parameter in topic.numbers.items():
                found[f"{topic.topic}.{name}"] = parameter
                self.places[f"{topic.topic}.{name}"] = located.at(("numbers", name))
        return found

    def strategy_book(self) -> StrategyBook:
        strategies: dict[Any, StrategyText] = {}
        techniques: dict[str, Technique] = {}
        for located in self.top("strategies"):
            book = parse_record(StrategyBook, located)
            strategies |= book.strategies
            techniques |= book.techniques
        return StrategyBook(strategies=strategies, techniques=techniques)

    def version(self) -> str:
        versions = [parse_record(Rulebook, located).version for located in self.top("rulebook")]
        return "+".join(versions)


def _mapping(located: Located) -> dict[str, Any]:
    if not isinstance(located.value, dict):
        raise AdvisorError(
            "the file must hold a mapping", place=located.at(), remedy="Write 'key: value' lines."
        )
    return located.value


def _hash(layers: tuple[Path, ...]) -> str:
    digest = hashlib.sha256()
    for index, layer in enumerate(layers):
        for path, _ in files_under((layer,), "."):
            name = f"{index}/{path.relative_to(layer).as_posix()}"
            digest.update(f"{name}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
