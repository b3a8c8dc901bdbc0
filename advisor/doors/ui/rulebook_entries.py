"""The rulebook as entries to browse: questions, rules, numbers, prices, sources and cases, linked both ways."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, Final

from advisor.catalog import Catalog, Evidence, facts_in
from advisor.share.report import words

Link = tuple[str, str, str]
"""Kind, id and text of another entry."""


@dataclass(frozen=True)
class Entry:
    """One thing that the rulebook says."""

    id: str
    title: str
    value: str = ""
    """Shown beside the title: a number with its unit, a group, a year."""
    pairs: tuple[tuple[str, str], ...] = ()
    evidence: tuple[Evidence, ...] = ()
    links: tuple[Link, ...] = ()
    checked: date | None = None
    review_by: date | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    """For cases: what to start from."""

    def overdue(self, day: date) -> bool:
        """Return whether it should have been read again by now."""
        return self.review_by is not None and self.review_by < day


KINDS: Final = {
    "questions": "Questions",
    "rules": "Rules",
    "numbers": "Numbers",
    "prices": "Prices and market",
    "sources": "Sources",
    "cases": "Published cases",
}


@lru_cache(maxsize=4)
def entries(catalog: _Hashed) -> dict[str, tuple[Entry, ...]]:
    """Return every entry by kind."""
    book = catalog.catalog
    makers: dict[str, Callable[[Catalog], Iterator[Entry]]] = {
        "questions": _questions,
        "rules": _rules,
        "numbers": _numbers,
        "prices": _market,
        "sources": _sources,
        "cases": _cases,
    }
    return {kind: tuple(make(book)) for kind, make in makers.items()}


class _Hashed:
    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog

    def __hash__(self) -> int:
        return hash(self.catalog.sha256)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Hashed) and other.catalog.sha256 == self.catalog.sha256


def of(catalog: Catalog, kind: str) -> tuple[Entry, ...]:
    """Return the entries of one kind."""
    return entries(_Hashed(catalog))[kind]


def find(found: Iterable[Entry], text: str) -> list[Entry]:
    """Keep the entry with that id or, where there is none, those that hold every word in any order.

    Words that only ask (why, how, what) are left out. Where no entry holds every word, those with the most come first.
    """
    listed = list(found)
    exact = [entry for entry in listed if entry.id == text]
    wanted = [word for word in text.casefold().split() if word.strip("?") not in _ASKING]
    if exact or not wanted:
        return exact or listed
    counted = [(sum(word in _text(entry) for word in wanted), entry) for entry in listed]
    best = max((count for count, _ in counted), default=0)
    return [entry for count, entry in counted if count == best] if best else []


_ASKING: Final = frozenset(
    ("why", "how", "what", "when", "which", "who", "is", "are", "do", "does", "a", "an", "the", "of")
)


def _text(entry: Entry) -> str:
    said = [item.says for item in entry.evidence]
    return " ".join(
        [entry.id, entry.title, entry.value, *(text for _, text in entry.pairs), *said]
    ).casefold()


def _questions(catalog: Catalog) -> Iterator[Entry]:
    for name, fact in catalog.facts.items():
        readers = [rule for rule, condition in catalog.conditions.items() if name in facts_in(condition)]
        options = "; ".join(f"{option.label} ({option.id})" for option in fact.options)
        pairs = [
            ("Fact", name),
            ("Help", fact.help),
            ("Options", options),
            ("Computed by", fact.derived),
            ("Asked when", condition_in_words(fact.ask_when, catalog)),
        ]
        links = tuple(("rules", rule, catalog.rules[rule].title) for rule in readers)
        yield Entry(name, fact.question or name, fact.group, _given(pairs), links=links)


def _rules(catalog: Catalog) -> Iterator[Entry]:
    for rule in catalog.rules.values():
        pairs = [
            ("When", condition_in_words(rule.when, catalog)),
            ("Means", words.effects(rule.effect, rule.rules_out, catalog)),
            ("Advises", ", ".join(catalog.techniques[name].title for name in rule.advise)),
            ("Why", rule.because),
            ("Unless", rule.unless),
            ("Rule", rule.id),
        ]
        links = [
            ("questions", name, words.question(name, catalog))
            for name in sorted(facts_in(catalog.conditions[rule.id]))
        ]
        yield Entry(
            rule.id,
            rule.title,
            rule.consideration,
            _given(pairs),
            rule.evidence,
            tuple(links),
            rule.reviewed,
            rule.review_by,
        )


def _numbers(catalog: Catalog) -> Iterator[Entry]:
    for name, parameter in catalog.parameters.items():
        newest = parameter.values[-1]
        low, expected, high = newest.range
        span = f", {low:g} to {high:g}" if low != high else ""
        pairs = [("Since", str(newest.from_)), ("Note", newest.note), ("Number", name)]
        links = tuple(_source_link(source, catalog) for source in newest.sources)
        value = f"{expected:g} {parameter.unit}{span}"
        yield Entry(name, parameter.title, value, _given(pairs), (), links, newest.checked, newest.review_by)


def _market(catalog: Catalog) -> Iterator[Entry]:
    content = catalog.market.model_dump(by_alias=True)
    for group, things in content.items():
        for path, value in _dated(things, (group,)):
            shown = ", ".join(
                f"{key.replace('_', ' ')} {item}"
                for key, item in value.items()
                if key not in _DATED and item not in (None, "", ())
            )
            links = tuple(_source_link(source, catalog) for source in value.get("sources", ()))
            pairs = [("Since", str(value["from"])), ("Value", shown), ("Note", str(value.get("note") or ""))]
            title = " ".join(str(part).replace("_", " ") for part in path[1:] if not isinstance(part, int))
            identity = ".".join(str(part) for part in (*path, value["from"]))
            yield Entry(
                identity,
                title,
                group.replace("_", " "),
                _given(pairs),
                (),
                links,
                value.get("checked"),
                value.get("review_by"),
            )


_DATED: Final = ("from", "sources", "checked", "review_by", "note")


def _dated(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    if isinstance(value, dict) and "from" in value and "sources" in value:
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _dated(item, (*path, key))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _dated(item, (*path, index))


def _sources(catalog: Catalog) -> Iterator[Entry]:
    cited = _cited(catalog)
    for name, source in catalog.sources.items():
        pairs = [
            ("By", source.by),
            ("Kind", source.kind),
            ("Read", words.READ[source.read]),
            ("Note", source.note),
            ("Address", source.url),
        ]
        yield Entry(
            name,
            source.title,
            source.published,
            _given(pairs),
            (),
            tuple(cited.get(name, ())),
            source.checked,
        )


def _cited(catalog: Catalog) -> dict[str, list[Link]]:
    cited: dict[str, list[Link]] = {}
    for rule in catalog.rules.values():
        for item in rule.evidence:
            cited.setdefault(item.source, []).append(("rules", rule.id, rule.title))
    for entry in (*_numbers(catalog), *_market(catalog)):
        kind = "numbers" if entry.id in catalog.parameters else "prices"
        for _, source, _ in entry.links:
            cited.setdefault(source, []).append((kind, entry.id, entry.title))
    return {source: list(dict.fromkeys(links)) for source, links in cited.items()}


def _cases(catalog: Catalog) -> Iterator[Entry]:
    for case in catalog.cases.values():
        pairs = [
            ("Situation", case.situation),
            ("Decided", case.decision.replace("_", " ")),
            ("Outcome", case.outcome),
            ("Since then", case.era_note),
            ("Source", f"{case.source.title} {case.source.year or ''} {case.source.url}"),
        ]
        yield Entry(case.id, case.title, case.source.org, _given(pairs), answers=case.answers)


def _given(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(pair for pair in pairs if pair[1])


def _source_link(source: str, catalog: Catalog) -> Link:
    record = catalog.sources.get(source)
    return "sources", source, record.title if record else source


def condition_in_words(when: Mapping[str, Any], catalog: Catalog) -> str:
    """Describe a rule's condition in words."""
    return "; ".join(_part(key, value, catalog) for key, value in when.items())


def _part(key: str, value: Any, catalog: Catalog) -> str:
    if key in ("any", "none", "all"):
        joined = " or ".join(f"({condition_in_words(item, catalog)})" for item in value)
        return {"any": "one of ", "none": "none of ", "all": "all of "}[key] + joined
    fact = catalog.facts.get(key)
    return f"{words.question(key, catalog)} {_operand(value, fact)}"


def _operand(value: Any, fact: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name.replace('_', ' ')} {_operand(item, fact)}" for name, item in value.items())
    if isinstance(value, list | tuple):
        return " or ".join(words.answer(item, fact) for item in value)
    return words.answer(value, fact)
