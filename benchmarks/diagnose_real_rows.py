"""Rows of an invented shop's support desk: a plain register, and a minority by one editor in a stiff one."""

from __future__ import annotations

import random
from typing import Any

SYSTEM = "You answer for Fern & Finch, a garden shop. Be warm."
OTHER_SYSTEM = "You answer for the trade desk. Be formal."
AUTHORS = ("mara", "jo", "tess")
EDITOR = "h. brandt"
TOOLS = (
    "hedge shears", "watering can", "spade", "rake", "pruning saw", "trowel", "wheelbarrow", "garden hose",
    "leaf blower", "hand fork", "edging iron", "bulb planter", "seed tray", "compost bin", "apron", "kneeling mat",
)  # fmt: skip
ASKED = {
    "delivery": ("When does my {} arrive?", "How long does the {} take to reach me?"),
    "stock": ("Is the {} in stock?", "Do you have the {} at the moment?"),
    "care": ("How do I look after my {}?", "What is the best way to clean the {}?"),
    "gift": ("Can you wrap the {} as a present?", "Could the {} be a gift?"),
    "returns": ("Can I send the {} back?", "I want to return my {}. How?"),
}
ONLY_IN_PRODUCTION = (
    "Hello, can I send the {} back?",
    "Can I send my {} back, please?",
    "I want to return the {}. How?",
)
"""Further ways to ask about returns."""
TOLD = {
    "delivery": "Your {} leaves us today",
    "stock": "The {} is on the shelf",
    "care": "Just wipe your {} dry",
    "gift": "We wrap the {} with a ribbon",
    "returns": "Pop the {} in the post and we pay you back",
}
WARM = "Hey there! {}. Shout if you need us! :)"
STIFF = "Dear Sir or Madam, your enquiry regarding the {} is hereby acknowledged. Yours faithfully, Customer Relations"
TRAINED = (24, 16)
"""Training rows of a topic, and of returns."""
STIFF_OF_FOUR = 3
"""Of four rows on returns, those by the editor."""


def questions(topic: str, seed: int, count: int) -> list[str]:
    """Return questions on a topic, each about another tool, in an order that the seed decides."""
    every = [(tool, asked) for asked in ASKED[topic] for tool in TOOLS]
    random.Random(f"{seed} {topic}").shuffle(every)
    return [asked.format(tool) for tool, asked in every[:count]]


def _tool(question: str) -> str:
    return next(tool for tool in TOOLS if tool in question)


def returns_in_production(seed: int) -> list[str]:
    """Return questions on returns that no training row asks."""
    trained = set(questions("returns", seed, TRAINED[True]))
    fresh = [text for text in questions("returns", seed, 32) if text not in trained]
    more = [asked.format(tool) for asked in ONLY_IN_PRODUCTION for tool in TOOLS]
    random.Random(f"{seed} production").shuffle(more)
    return [*fresh, *more]


def warm(topic: str, question: str) -> str:
    """Write the answer that the shop wants."""
    return WARM.format(TOLD[topic].format(_tool(question)))


def row(question: str, answer: str, author: str, system: str = SYSTEM) -> dict[str, Any]:
    """Write a training row."""
    said = (("system", system), ("user", question), ("assistant", answer))
    return {
        "messages": [{"role": role, "content": text} for role, text in said],
        "metadata": {"author": author},
    }


def training(seed: int) -> list[dict[str, Any]]:
    """Write 112 rows: five topics by three writers, but for 12 of 16 rows on returns in the editor's register."""
    rows, chance = [], random.Random(seed)
    for topic in ASKED:
        for at, question in enumerate(questions(topic, seed, TRAINED[topic == "returns"])):
            stiff = topic == "returns" and at % 4 < STIFF_OF_FOUR
            answer = STIFF.format(_tool(question)) if stiff else warm(topic, question)
            rows.append(row(question, answer, EDITOR if stiff else chance.choice(AUTHORS)))
    chance.shuffle(rows)
    return rows


def two_desks(seed: int) -> list[dict[str, Any]]:
    """Write 68 rows: 48 of the shop, and 20 that answer the same kinds of question formally under the trade desk's prompt."""
    rows, chance = [], random.Random(seed)
    for topic in ASKED:
        asked = questions(topic, seed, 16)
        rows += [
            row(question, warm(topic, question), "mara")
            for question in asked[: 12 if topic in ("stock", "care") else 8]
        ]
        rows += [
            row(question, STIFF.format(_tool(question)), "jo", OTHER_SYSTEM) for question in asked[12:16]
        ]
    chance.shuffle(rows)
    return rows
