"""Write the task of the demonstration: the handbook of an invented firm, and questions about it.

Firm, sites and values are made up and drawn by seed, so no model can know them. Run it after a change of the tables here.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).parent.parent / "advisor" / "evaluate" / "bakeoff" / "demo_task"
SYSTEM = "Answer from the handbook of Orrin & Vale, in one line: Handbook HB-NN says: VALUE."
SITES = ("Tarn", "Ulvik", "Brenna")
HELD_OUT = 40
SEED = 2026


class Fact(NamedTuple):
    """One thing that a page says: the sentence in the handbook, the question about it, and how its value is drawn."""

    sentence: str
    question: str
    values: tuple[str, ...]


def _numbers(unit: str, *values: int) -> tuple[str, ...]:
    return tuple(f"{value} {unit}" for value in values)


CROWNS = _numbers("crowns", 6, 9, 14, 17, 23, 28, 31, 36, 42, 47, 53, 58, 64, 75)
DAYS = _numbers("working days", 2, 3, 4, 5, 6, 8, 9, 11, 12, 15, 18, 21)
HOURS = _numbers("hours", 2, 3, 4, 5, 7, 9, 10, 13, 16, 20)
WEEKS = _numbers("weeks", 2, 3, 5, 6, 7, 9, 11, 13, 17)
TEAMS = (
    "the harbour desk", "the green office", "Mirela Stroud", "the night porter", "the tool crib", "Anselm Kree", "the mail room",
    "the quay office", "Odile Farrant", "the ledger team", "the gatehouse", "Jorun Maddox", "the slate office", "Pavel Innes",
)  # fmt: skip
COLOURS = (
    "teal",
    "amber",
    "violet",
    "white",
    "scarlet",
    "olive",
    "silver",
    "navy",
    "pink",
    "brown",
    "lime",
    "grey",
)
ROOMS = tuple(f"room {letter}{number}" for letter in "BCDFK" for number in (2, 5, 7, 8))
CLOCKS = (
    "06:40",
    "07:15",
    "08:20",
    "09:50",
    "11:10",
    "13:35",
    "14:05",
    "15:25",
    "16:45",
    "17:30",
    "19:10",
    "21:20",
)

KINDS: dict[str, tuple[Fact, ...]] = {
    "parking permits": (
        Fact("A parking permit costs {} a month.", "What does a parking permit cost a month in {site}?", CROWNS),
        Fact("It is issued by {}.", "Who issues parking permits in {site}?", TEAMS),
        Fact("The sticker is {}.", "What colour is the parking sticker in {site}?", COLOURS),
        Fact("A new permit takes {}.", "How long does a new parking permit take in {site}?", DAYS),
    ),
    "lockers": (
        Fact("The deposit for a locker is {}.", "How much is the locker deposit in {site}?", CROWNS),
        Fact("Locker keys are kept in {}.", "Where are the locker keys kept in {site}?", ROOMS),
        Fact("A locker is lent for {}.", "For how long is a locker lent in {site}?", WEEKS),
        Fact("Broken locks go to {}.", "Who mends a broken locker lock in {site}?", TEAMS),
    ),
    "visitor badges": (
        Fact("A visitor badge is {}.", "What colour is a visitor badge in {site}?", COLOURS),
        Fact("It is valid for {}.", "How long is a visitor badge valid in {site}?", HOURS),
        Fact("Visitors are signed in by {}.", "Who signs visitors in at {site}?", TEAMS),
        Fact("A lost visitor badge costs {}.", "What does a lost visitor badge cost in {site}?", CROWNS),
    ),
    "laboratory passes": (
        Fact("A laboratory pass is renewed every {}.", "How often is a laboratory pass renewed in {site}?", WEEKS),
        Fact("The safety talk is in {}.", "Where is the safety talk for the laboratory in {site}?", ROOMS),
        Fact("The laboratory closes at {}.", "When does the laboratory close in {site}?", CLOCKS),
        Fact("Passes are signed by {}.", "Who signs laboratory passes in {site}?", TEAMS),
    ),
    "company bicycles": (
        Fact("A company bicycle may be kept for {}.", "How long may a company bicycle be kept in {site}?", HOURS),
        Fact("Bicycles are marked with a {} ribbon.", "What colour is the bicycle ribbon in {site}?", COLOURS),
        Fact("A flat tyre is reported to {}.", "Who is told about a flat bicycle tyre in {site}?", TEAMS),
        Fact("A lost bicycle key costs {}.", "What does a lost bicycle key cost in {site}?", CROWNS),
    ),
    "canteen accounts": (
        Fact("The canteen opens at {}.", "When does the canteen open in {site}?", CLOCKS),
        Fact("A lunch costs {}.", "What does a lunch in the canteen cost in {site}?", CROWNS),
        Fact("Accounts are topped up by {}.", "Who tops up canteen accounts in {site}?", TEAMS),
        Fact("Unused credit is paid back after {}.", "When is unused canteen credit paid back in {site}?", WEEKS),
    ),
    "meeting rooms": (
        Fact("A meeting room is booked through {}.", "Who books meeting rooms in {site}?", TEAMS),
        Fact("The largest one is {}.", "Which is the largest meeting room in {site}?", ROOMS),
        Fact("A booking ends after {}.", "After how long does a meeting room booking end in {site}?", HOURS),
        Fact("Rooms must be cancelled {} before.", "How early must a meeting room be cancelled in {site}?", DAYS),
    ),
    "laptop loans": (
        Fact("A laptop is lent for {}.", "For how long is a laptop lent in {site}?", WEEKS),
        Fact("Laptops are handed out in {}.", "Where are laptops handed out in {site}?", ROOMS),
        Fact("A repair takes {}.", "How long does a laptop repair take in {site}?", DAYS),
        Fact("A lost charger costs {}.", "What does a lost laptop charger cost in {site}?", CROWNS),
    ),
    "printers": (
        Fact("Colour pages are printed in {}.", "Where are colour pages printed in {site}?", ROOMS),
        Fact("Paper is ordered by {}.", "Who orders printer paper in {site}?", TEAMS),
        Fact("Toner arrives within {}.", "Within what time does printer toner arrive in {site}?", DAYS),
        Fact("A hundred colour pages cost {}.", "What do a hundred colour prints cost in {site}?", CROWNS),
    ),
    "forklift licences": (
        Fact("The forklift course lasts {}.", "How long is the forklift course in {site}?", HOURS),
        Fact("It is taught by {}.", "Who teaches the forklift course in {site}?", TEAMS),
        Fact("Licensed drivers wear a {} vest.", "What colour is a forklift driver's vest in {site}?", COLOURS),
        Fact("A licence is checked every {}.", "How often is a forklift licence checked in {site}?", WEEKS),
    ),
    "night shifts": (
        Fact("The night shift begins at {}.", "When does the night shift begin in {site}?", CLOCKS),
        Fact("The bonus for a night is {}.", "How much is the night shift bonus in {site}?", CROWNS),
        Fact("Swaps are agreed {} before.", "How early are night shift swaps agreed in {site}?", DAYS),
        Fact("The duty telephone is with {}.", "Who has the duty telephone at night in {site}?", TEAMS),
    ),
    "parcels": (
        Fact("Parcels are collected at {}.", "When are parcels collected in {site}?", CLOCKS),
        Fact("Private parcels are kept for {}.", "How long are private parcels kept in {site}?", DAYS),
        Fact("They wait in {}.", "Where do private parcels wait in {site}?", ROOMS),
        Fact("Heavy parcels carry a {} label.", "What colour is the label of heavy parcels in {site}?", COLOURS),
    ),
}  # fmt: skip


def pages() -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return every page as id, text, and its questions with their values."""
    draw = random.Random(SEED)  # noqa: S311 - invented values, no secret
    order = [(kind, site) for kind in KINDS for site in SITES]
    draw.shuffle(order)
    numbers = dict(zip(order, draw.sample(range(11, 99), len(order)), strict=True))
    found = []
    for kind, facts in KINDS.items():
        drawn = [draw.sample(fact.values, len(SITES)) for fact in facts]
        for at, site in enumerate(SITES):
            name = f"HB-{numbers[kind, site]}"
            values = [one[at] for one in drawn]
            said = " ".join(fact.sentence.format(value) for fact, value in zip(facts, values, strict=True))
            asked = [
                (fact.question.format(site=site), value) for fact, value in zip(facts, values, strict=True)
            ]
            found.append((name, f"# {name}: {kind}, {site}\n\n{said}\n", asked))
    return sorted(found)


def row(number: int, name: str, question: str, value: str) -> dict[str, Any]:
    """Return one row as a conversation, with the page that answers it."""
    said = f"Handbook {name} says: {value}."
    turns = (("system", SYSTEM), ("user", question), ("assistant", said))
    return {
        "id": f"q{number:03}",
        "messages": [{"role": role, "content": content} for role, content in turns],
        "passages": [name],
    }


def main() -> None:
    """Write documents, training rows and held-out rows."""
    rows, documents = [], FOLDER / "documents"
    documents.mkdir(parents=True, exist_ok=True)
    for old in documents.glob("*.md"):
        old.unlink()
    for name, text, asked in pages():
        (documents / f"{name}.md").write_text(text, encoding="utf-8")
        rows += [(name, question, value) for question, value in asked]
    random.Random(SEED).shuffle(rows)  # noqa: S311
    numbered = [row(at, *one) for at, one in enumerate(rows, 1)]
    for name, part in (("eval", numbered[:HELD_OUT]), ("train", numbered[HELD_OUT:])):
        lines = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in part)
        (FOLDER / f"{name}.jsonl").write_text(lines, encoding="utf-8")


if __name__ == "__main__":
    main()
