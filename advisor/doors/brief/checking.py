"""A model's reply in, checked proposals out: what does not fit a question or cannot be quoted is dropped."""

from __future__ import annotations

from collections.abc import Container
from typing import Any, Final

from advisor.catalog import Catalog
from advisor.catalog.strict_json import parse_json
from advisor.doors.brief.prompt import MAX_PROPOSALS, answerable
from advisor.doors.brief.records import Dropped, Proposal
from advisor.errors import AdvisorError
from advisor.scenario import Situation
from advisor.scenario.answers import check_value

MAX_QUOTE: Final = 500
PLACE: Final = "the model's reply"
_SHOWN: Final = 120
_KEYS: Final = {"fact", "value", "quote"}


def check_reply(text: str, brief: str, catalog: Catalog) -> tuple[tuple[Proposal, ...], tuple[Dropped, ...]]:
    """Check every proposal of ``text`` against its question and against the words of ``brief``."""
    kept: dict[str, Proposal] = {}
    dropped: list[Dropped] = []
    for item in _items(text):
        try:
            proposal = check_item(item, brief, catalog, taken=kept)
            kept[proposal.fact] = proposal
        except Unfit as reason:
            dropped.append(_dropped(item, str(reason)))
    order = [kept[name] for name in catalog.facts if name in kept]
    return tuple(order), tuple(dropped)


class Unfit(Exception):  # noqa: N818 a reason, not a failure
    """Why a proposal is not taken."""


def read_reply(text: str) -> Any:
    """Parse a reply as strict JSON; an error repeats none of its words, since nobody has checked them."""
    try:
        return parse_json(text, place=PLACE).value
    except AdvisorError:
        raise AdvisorError(
            "it is not the JSON that was asked for",
            place=PLACE,
            remedy="Try again, or use a model with structured output.",
        ) from None


def _items(text: str) -> list[Any]:
    value = read_reply(text)
    items = value.get("proposals") if isinstance(value, dict) else None
    if not isinstance(items, list):
        raise AdvisorError(
            "it holds no list of proposals",
            place=PLACE,
            remedy="Try again, or use a model with structured output.",
        )
    if len(items) > MAX_PROPOSALS:
        raise AdvisorError(
            f"it holds {len(items):,} proposals", place=PLACE, remedy="Try again with a shorter brief."
        )
    return items


def check_item(item: Any, brief: str, catalog: Catalog, *, taken: Container[str]) -> Proposal:
    """Check one fact with its value and quote; raise Unfit with the reason where it cannot be taken."""
    if not isinstance(item, dict) or set(item) != _KEYS:
        raise Unfit("it is not a fact with a value and a quote")
    name, quote = item["fact"], item["quote"]
    fact = answerable(catalog).get(name) if isinstance(name, str) else None
    if fact is None:
        raise Unfit("there is no such question")
    if name in taken:
        raise Unfit("it was proposed twice")
    start, end = _found(quote, brief)
    try:
        value = check_value(name, fact, item["value"], "value")
    except AdvisorError as error:
        raise Unfit(error.problem) from None
    return Proposal(
        fact=name, question=fact.question, value=value, quote=brief[start:end], start=start, end=end
    )


def _found(quote: Any, brief: str) -> tuple[int, int]:
    words = quote.strip() if isinstance(quote, str) else ""
    if not any(char.isalnum() for char in words):
        raise Unfit("it quotes nothing")
    if len(words) > MAX_QUOTE:
        raise Unfit(f"its quote is longer than {MAX_QUOTE} characters")
    start = brief.find(words)
    if start < 0:
        raise Unfit("its quote is not in the brief")
    return start, start + len(words)


def _dropped(item: Any, because: str) -> Dropped:
    found = item if isinstance(item, dict) else {}
    return Dropped(
        fact=str(found.get("fact", ""))[:_SHOWN], quote=str(found.get("quote", ""))[:_SHOWN], because=because
    )


def accept(situation: Situation, accepted: tuple[Proposal, ...], catalog: Catalog) -> Situation:
    """Add the proposals that a person accepted; they replace what was answered before."""
    facts = answerable(catalog)
    answers = {
        item.fact: check_value(item.fact, facts[item.fact], item.value, item.fact) for item in accepted
    }
    origins = {name: origin for name, origin in situation.origins.items() if name not in answers}
    return situation.model_copy(update={"answers": situation.answers | answers, "origins": origins})
