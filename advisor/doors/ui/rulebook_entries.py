"""The rulebook as entries to browse: questions, rules, numbers, prices, sources and cases, linked both ways."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, Final

from advisor.catalog import Catalog, Evidence, Fact, facts_in
from advisor.share.report import words
from advisor.wording import say

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


KINDS: Final = ("questions", "rules", "numbers", "prices", "sources", "cases")


def kind_title(name: str) -> str:
    """Return a kind of entry as people read it."""
    return say(f"rulebook_entries.kind_{name}")


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
    asking = say("rulebook_entries.asking_words").split()
    wanted = [word for word in text.casefold().split() if word.strip("?") not in asking]
    if exact or not wanted:
        return exact or listed
    counted = [(sum(word in _text(entry) for word in wanted), entry) for entry in listed]
    best = max((count for count, _ in counted), default=0)
    return [entry for count, entry in counted if count == best] if best else []


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
            (say("rulebook_entries.fact"), name),
            (say("rulebook_entries.help"), fact.help),
            (say("rulebook_entries.options"), options),
            (say("rulebook_entries.computed_by"), fact.derived),
            (say("rulebook_entries.asked_when"), condition_in_words(fact.ask_when, catalog)),
        ]
        links = tuple(("rules", rule, catalog.rules[rule].title) for rule in readers)
        yield Entry(name, fact.question or name, fact.group, _given(pairs), links=links)


def _rules(catalog: Catalog) -> Iterator[Entry]:
    for rule in catalog.rules.values():
        pairs = [
            (say("rulebook_entries.when"), condition_in_words(rule.when, catalog)),
            (say("rulebook_entries.means"), words.effects(rule.effect, rule.rules_out, catalog)),
            (
                say("rulebook_entries.advises"),
                ", ".join(catalog.techniques[name].title for name in rule.advise),
            ),
            (say("rulebook_entries.why"), rule.because),
            (say("rulebook_entries.unless"), rule.unless),
            (say("rulebook_entries.rule"), rule.id),
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
        pairs = [
            (say("rulebook_entries.since"), str(newest.from_)),
            (say("rulebook_entries.note"), newest.note),
            (say("rulebook_entries.number"), name),
        ]
        links = tuple(_source_link(source, catalog) for source in newest.sources)
        value = f"{expected:g} {parameter.unit}"
        if low != high:
            value = say(
                "rulebook_entries.number_range", expected=expected, unit=parameter.unit, low=low, high=high
            )
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
            pairs = [
                (say("rulebook_entries.since"), str(value["from"])),
                (say("rulebook_entries.value"), shown),
                (say("rulebook_entries.note"), str(value.get("note") or "")),
            ]
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
            (say("rulebook_entries.by"), source.by),
            (say("rulebook_entries.kind"), source.kind),
            (say("rulebook_entries.read"), words.READ[source.read]),
            (say("rulebook_entries.note"), source.note),
            (say("rulebook_entries.address"), source.url),
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
            (say("rulebook_entries.situation"), case.situation),
            (say("rulebook_entries.decided"), case.decision.replace("_", " ")),
            (say("rulebook_entries.outcome"), case.outcome),
            (say("rulebook_entries.since_then"), case.era_note),
            (
                say("rulebook_entries.source"),
                f"{case.source.title} {case.source.year or ''} {case.source.url}",
            ),
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
        joined = say("rulebook_entries.or").join(f"({condition_in_words(item, catalog)})" for item in value)
        return say(f"rulebook_entries.where_{key}", parts=joined)
    asked = words.question(key, catalog)
    return say(
        "rulebook_entries.asked_is", question=asked, answer=_operand(value, catalog.facts.get(key), catalog)
    )


def _operand(value: Any, fact: Fact | None, catalog: Catalog) -> str:
    if isinstance(value, dict) and "parameter" in value:
        return words.answer(catalog.parameters[value["parameter"]].values[-1].number, fact)
    if isinstance(value, dict):
        told = (
            say(f"rulebook_entries.is_{name}", value=_operand(item, fact, catalog))
            for name, item in value.items()
        )
        return ", ".join(told)
    if isinstance(value, list | tuple):
        return say("rulebook_entries.or").join(_operand(item, fact, catalog) for item in value)
    return words.answer(value, fact)
