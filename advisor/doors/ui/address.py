"""The assessment on screen, and how the address holds it: what is written reads back, and rubbish is refused in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from advisor.catalog import Catalog, Fact
from advisor.errors import AdvisorError, did_you_mean
from advisor.scenario import MeasuredRun, Situation
from advisor.scenario.answers import MAX_TITLE, Origin, check_value, renamed
from advisor.wording import say

_EMPTY_LIST: Final = "-"
_TITLE, _UNSURE, _SAVED, _DATA, _SEPARATOR = "title", "unsure", "saved", "data", ","
_OWN: Final = (_TITLE, _UNSURE, _SAVED, _DATA)


@dataclass(frozen=True)
class Work:
    """The assessment that the visitor is working on."""

    title: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    unsure: tuple[str, ...] = ()
    """Questions that the visitor left open on purpose; they are not asked again."""
    saved: str = ""
    """``id.revision`` of the saved assessment that this started from."""
    data: str = ""
    """Key of the data set that belongs to it; see `advisor.share.store.datasets`."""
    origins: Mapping[str, Origin] = field(default_factory=dict)
    """Where answers came from that no person gave. The address does not hold it: whoever follows a link gets the answers."""
    measured: tuple[MeasuredRun, ...] = ()
    """Runs whose results it uses; like the origins, they travel in files and in the library, not in the address."""

    def situation(self) -> Situation:
        """Return the record that the engine, reports and the library work on."""
        return Situation(
            title=self.title,
            answers=dict(self.answers),
            origins=dict(self.origins),
            measured=self.measured,
            left_open=self.unsure,
        )

    @property
    def empty(self) -> bool:
        """Whether nothing has been said yet."""
        return not (self.answers or self.unsure or self.title)


def address_of(work: Work) -> dict[str, str]:
    """Write the assessment as the shortest address that holds it."""
    address = {name: encode(value) for name, value in work.answers.items()}
    unsure = _SEPARATOR.join(work.unsure)
    extras = {_TITLE: work.title, _UNSURE: unsure, _SAVED: work.saved, _DATA: work.data}
    return address | {key: value for key, value in extras.items() if value}


def read_address(given: Mapping[str, str], catalog: Catalog) -> tuple[Work, list[str]]:
    """Read an address; gives the assessment and a sentence for every part that could not be used."""
    answers: dict[str, Any] = {}
    problems: list[str] = []
    for stated, said in given.items():
        if stated in _OWN:
            continue
        # A link may be older than the name of a question.
        name, text = renamed(stated, said, catalog)
        if name != stated and name in given:
            continue
        try:
            answers[name] = decode(name, text, catalog)
        except AdvisorError as error:
            problems.append(str(error))
    left_open = (renamed(name, "", catalog)[0] for name in given.get(_UNSURE, "").split(_SEPARATOR))
    unsure = [name for name in left_open if name in catalog.facts]
    title = given.get(_TITLE, "")[:MAX_TITLE]
    kept = given.get(_DATA, "")[:80]
    return Work(title, answers, tuple(unsure), given.get(_SAVED, "")[:80], kept), problems


def encode(value: Any) -> str:
    """Write one answer as text for the address."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float | int):
        return f"{value:.0f}" if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))
    if isinstance(value, list | tuple):
        return _SEPARATOR.join(value) or _EMPTY_LIST
    return str(value)


def decode(name: str, text: str, catalog: Catalog) -> Any:
    """Read one answer from the address; raises AdvisorError where it is not an answer to that question."""
    fact = catalog.facts.get(name)
    if fact is None or fact.derived:
        remedy = did_you_mean(name[:80], [key for key, known in catalog.facts.items() if not known.derived])
        raise AdvisorError(
            say("address.no_question", name=name[:80]), place=say("address.place"), remedy=remedy
        )
    return check_value(name, fact, _plain(fact, text), say("address.place"))


def _plain(fact: Fact, text: str) -> Any:
    if fact.type == "boolean":
        return {"true": True, "false": False}.get(text, text)
    if fact.type == "many":
        return [] if text == _EMPTY_LIST else text.split(_SEPARATOR)
    if fact.type == "number":
        try:
            return float(text)
        except ValueError:
            return text
    return text
