"""Cross-checks of a catalog, both ways: what is named exists, and what exists is used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from advisor.catalog.conditions import ParameterRef, facts_in, walk
from advisor.errors import AdvisorError, did_you_mean

if TYPE_CHECKING:
    from advisor.catalog.loading import Catalog


def check_references(catalog: Catalog) -> None:
    """Raise on the first name that leads nowhere: a source, a technique, an option in a prior."""
    for owner, record in _records(catalog):
        for source in _named_sources(record):
            if source not in catalog.sources:
                raise _nowhere(catalog, owner, "source", source, catalog.sources)
    for rule in catalog.rules.values():
        for technique in rule.advise:
            if technique not in catalog.techniques:
                raise _nowhere(catalog, rule.id, "technique", technique, catalog.techniques)
        for example in rule.examples:
            _check_facts(catalog, rule.id, example.facts)
    for name, fact in catalog.facts.items():
        if fact.options:
            for word in fact.prior:
                if word not in fact.option_ids:
                    raise _nowhere(catalog, name, "option", word, fact.option_ids)
    for case in catalog.cases.values():
        _check_facts(catalog, case.id, case.answers)


def _check_facts(catalog: Catalog, owner: str, facts: Mapping[str, Any]) -> None:
    for name in facts:
        if name not in catalog.facts:
            raise _nowhere(catalog, owner, "fact", name, catalog.facts)


def _nowhere(catalog: Catalog, owner: str, kind: str, word: str, known: Any) -> AdvisorError:
    place = catalog.places.get(owner, owner)
    return AdvisorError(
        f"'{owner}' names the {kind} '{word}', which does not exist",
        place=place,
        remedy=did_you_mean(word, known),
    )


def _records(catalog: Catalog) -> Iterator[tuple[str, BaseModel]]:
    for group in (catalog.rules, catalog.parameters, catalog.techniques):
        yield from group.items()


def _named_sources(value: Any) -> Iterator[str]:
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            found = getattr(value, name)
            if name == "source" and isinstance(found, str):
                yield found
            elif name == "sources":
                yield from found
            else:
                yield from _named_sources(found)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _named_sources(item)
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _named_sources(item)


def unused(catalog: Catalog) -> list[str]:
    """Name every fact, source, parameter and technique that nothing uses, each with its place."""
    code = _code_text()
    conditions = (*catalog.conditions.values(), *catalog.ask_when.values())
    tests = [test for condition in conditions for test in walk(condition)]
    facts = {name for condition in conditions for name in facts_in(condition)}
    parameters = {test.operand.name for test in tests if isinstance(test.operand, ParameterRef)}
    techniques = {name for rule in catalog.rules.values() for name in rule.advise}
    sources = {name for _, record in _records(catalog) for name in _named_sources(record)}
    sources |= set(_named_sources(catalog.market)) | set(_named_sources(dict(catalog.models)))
    findings = []
    for kind, known, used in (
        ("fact", catalog.facts, facts),
        ("parameter", catalog.parameters, parameters),
        ("technique", catalog.techniques, techniques),
        ("source", catalog.sources, sources),
    ):
        # A fact or a number may be read by code; then its name stands there as a word in quotes.
        in_code = kind in ("fact", "parameter")
        for name in known:
            if name not in used and not (in_code and f'"{name}"' in code):
                findings.append(f"{catalog.places.get(name, kind)}: the {kind} '{name}' is never used")
    return findings


def _code_text() -> str:
    package = Path(__file__).resolve().parent.parent
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(package.rglob("*.py")))
