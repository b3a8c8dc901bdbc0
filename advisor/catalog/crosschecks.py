"""Cross-checks of a catalog, both ways: what is named exists, and what exists is used."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from advisor.catalog.catalog import Catalog
from advisor.catalog.conditions import ParameterRef, facts_in, walk
from advisor.errors import AdvisorError, did_you_mean


def check_references(catalog: Catalog) -> None:
    """Raise on the first name that leads nowhere or twice: a source, a technique, a fact, an option, an earlier name."""
    _check_earlier_names(catalog)
    for owner, kind, word, known in _references(catalog):
        if word not in known:
            place = catalog.places.get(owner, owner)
            problem = f"'{owner}' names the {kind} '{word}', which does not exist"
            raise AdvisorError(problem, place=place, remedy=did_you_mean(word, known))


def _check_earlier_names(catalog: Catalog) -> None:
    taken = dict.fromkeys(catalog.facts, "")
    for name, fact in catalog.facts.items():
        for earlier in fact.formerly:
            if earlier in taken:
                other = taken[earlier]
                problem = f"'{name}' was formerly '{earlier}', " + (
                    f"and so was '{other}'" if other else "which is a fact of its own"
                )
                place = catalog.places.get(name, name)
                raise AdvisorError(problem, place=place, remedy="Let one fact have that name.")
            taken[earlier] = name


def _references(catalog: Catalog) -> Iterator[tuple[str, str, str, Collection[str]]]:
    for owner, record in _records(catalog):
        for source in _named_sources(record):
            yield owner, "source", source, catalog.sources
    for rule in catalog.rules.values():
        yield rule.id, "consideration", rule.consideration, catalog.considerations
        yield from ((rule.id, "technique", technique, catalog.techniques) for technique in rule.advise)
        named = (name for example in rule.examples for name in example.facts)
        yield from ((rule.id, "fact", name, catalog.facts) for name in named)
    for name, fact in catalog.facts.items():
        for word in fact.prior if fact.options else ():
            yield name, "option", word, fact.option_ids
        for now in (word for options in fact.formerly.values() for word in options.values()):
            yield name, "option", now, fact.option_ids
    for case in catalog.cases.values():
        for name in case.answers:
            yield case.id, "fact", name, catalog.facts


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
    """Return every fact, source, parameter, technique and consideration that nothing uses, each with its place."""
    code = _code_text()
    conditions = (*catalog.conditions.values(), *catalog.ask_when.values(), *catalog.gain)
    tests = [test for condition in conditions for test in walk(condition)]
    facts = {name for condition in conditions for name in facts_in(condition)}
    parameters = {test.operand.name for test in tests if isinstance(test.operand, ParameterRef)}
    techniques = {name for rule in catalog.rules.values() for name in rule.advise}
    considerations = {rule.consideration for rule in catalog.rules.values()}
    sources = {name for _, record in _records(catalog) for name in _named_sources(record)}
    sources |= set(_named_sources(catalog.market)) | set(_named_sources(dict(catalog.models)))
    findings = []
    for kind, known, used in (
        ("fact", catalog.facts, facts),
        ("parameter", catalog.parameters, parameters),
        ("technique", catalog.techniques, techniques),
        ("consideration", catalog.considerations, considerations),
        ("source", catalog.sources, sources),
    ):
        idle = [name for name in known if name not in used]
        if kind in ("fact", "parameter"):
            idle = [name for name in idle if not _stands_in(code, name)]
        findings += [f"{catalog.places.get(name, kind)}: the {kind} '{name}' is never used" for name in idle]
    return findings


def _stands_in(code: str, name: str) -> bool:
    # A fact or a number may be read by code: its name in quotes, or its topic before a computed name.
    return f'"{name}"' in code or ("." in name and f'f"{name.partition(".")[0]}.{{' in code)


def _code_text() -> str:
    package = Path(__file__).resolve().parent.parent
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(package.rglob("*.py")))
