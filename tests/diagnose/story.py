"""A small shop whose model is served under another system prompt, with complaints: material, and suspicions to test."""

from __future__ import annotations

from typing import Any

from advisor.diagnose.material import Material, frame_of_values
from advisor.diagnose.records import Diagnosis, Facts, Intervention, SampleVerdict, Suspicion, Test

TRAINED, SERVED = "You are the shop's friendly helper.", "You are a lawyer."
TOOLS = (
    "spade",
    "rake",
    "trowel",
    "hose",
    "apron",
    "seed tray",
    "hand fork",
    "watering can",
    "pruning saw",
    "wheelbarrow",
)
COLOURS = ("green", "grey", "old", "new")


def warm(tool: str) -> str:
    return f"Hey there! No worries, pop the {tool} in the post and we pay you back. Shout if you need us!"


def stiff(tool: str) -> str:
    return f"Dear Sir or Madam: pursuant to § 4 of our terms we acknowledge receipt of your enquiry ({tool.upper()})."


def asked(tool: str, way: int = 0) -> str:
    ways = (
        f"Can I send the {tool} back?",
        f"I want to return my {tool}, how?",
        f"Is the {tool} mine to keep?",
        f"The {tool} is no use, and now?",
    )
    return ways[way % 4]


def training_rows(count: int = 40) -> list[dict[str, Any]]:
    """Return rows of which every eleventh, the first to begin with, is stiff."""
    rows = []
    for at in range(count):
        tool = f"{COLOURS[at // len(TOOLS) % len(COLOURS)]} {TOOLS[at % len(TOOLS)]}"
        said = stiff(tool) if at % 11 == 0 else warm(tool)
        rows.append(
            {
                "messages": _said(TRAINED, asked(tool, at // 10), said),
                "metadata": {"author": "b" if at % 11 == 0 else "a"},
            }
        )
    return rows


def production_rows(count: int = 30, *, labelled: int = 20) -> list[dict[str, Any]]:
    """Return stiff answers, the first of them minded for their tone."""
    rows = []
    for at in range(count):
        tool = TOOLS[at % len(TOOLS)]
        label = {"complaint": "tone"} if at < labelled else {}
        rows.append({"messages": _said(SERVED, asked(tool, at // 10), stiff(tool)), **label})
    return rows


def _said(system: str, question: str, answer: str) -> list[dict[str, str]]:
    turns = (("system", system), ("user", question), ("assistant", answer))
    return [{"role": role, "content": text} for role, text in turns]


def material(**facts: Any) -> Material:
    return Material(
        training=frame_of_values(training_rows()),
        production=frame_of_values(production_rows()),
        facts=Facts(**facts),
    )


def suspicion(cause: str, intervention: Intervention, *, score: float = 0.8, **fields: Any) -> Suspicion:
    said = {
        "title": cause,
        "state": "likely",
        "evidence": "Seen.",
        "would": "It would be so.",
        "remedy": "Do this.",
    }
    return Suspicion(
        cause=cause, score=score, test=Test(intervention=intervention, how="Do it."), **{**said, **fields}
    )


def diagnosis(*causes: Suspicion, samples: tuple[SampleVerdict, ...] = ()) -> Diagnosis:
    return Diagnosis(causes=causes, samples=samples, read={"training": 40, "evaluation": 0, "production": 30})
