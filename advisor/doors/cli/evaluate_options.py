"""What the command evaluate can be told."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ArmOption = Annotated[
    list[str],
    typer.Option(
        "--arm",
        metavar="NAME=FILE",
        help="Answers of one system: JSONL, CSV, an inspect log or promptfoo results.",
    ),
]
ReferencesOption = Annotated[
    Path | None,
    typer.Option(
        "--references",
        metavar="FILE",
        help="Held-out rows with reference answers. Not needed if the logs hold them.",
    ),
]
ScorerOption = Annotated[
    list[str] | None,
    typer.Option(
        "--scorer",
        metavar="NAME[:ARG]",
        help="How to score answers; the first scorer decides (default: chosen from the references).",
    ),
]
MarginOption = Annotated[
    float,
    typer.Option(
        "--margin",
        metavar="POINTS",
        help="Loss in points that you accept. The verdict names the cheapest arm shown to be at most this much worse "
        "than any other.",
        min=0,
        max=99,
    ),
]
ClusterOption = Annotated[
    str | None,
    typer.Option("--cluster", metavar="FIELD", help="Field that groups rows, such as a conversation id."),
]
TrainOption = Annotated[
    Path | None,
    typer.Option(
        "--train",
        metavar="FILE",
        help="Training rows. Rows with near copies there are also scored separately.",
    ),
]
DocumentsOption = Annotated[
    Path | None,
    typer.Option(
        "--documents",
        metavar="DIR",
        help="Documents. Rows whose answer occurs there are also scored separately.",
    ),
]
GoodEnoughOption = Annotated[
    float | None,
    typer.Option(
        "--good-enough",
        metavar="POINTS",
        help="Lowest score in points at which an arm is good enough.",
        min=0,
        max=100,
    ),
]
TrainedOnOption = Annotated[
    list[str] | None,
    typer.Option(
        "--trained-on",
        metavar="NAME=ROWS",
        help="How many rows an arm was trained on, as a number: half=80. Two or more arms make a learning curve.",
    ),
]
JudgeOption = Annotated[
    str | None,
    typer.Option(
        "--judge",
        metavar="MODEL",
        help="Model that judges which of two answers is better; with --rubric it grades single answers.",
    ),
]
RubricOption = Annotated[
    str | None,
    typer.Option(
        "--rubric",
        metavar="TEXT|FILE",
        help="What makes a good answer. The judge grades single answers by it, as the scorer 'judge'.",
    ),
]
BaseUrlOption = Annotated[
    str, typer.Option("--base-url", metavar="URL", help="OpenAI-compatible address of the judge.")
]
KeyOption = Annotated[
    str, typer.Option("--key-from", metavar="VARIABLE", help="Environment variable with the API key.")
]
RatingsOption = Annotated[
    Path | None,
    typer.Option("--ratings", metavar="FILE", help="People's ratings, to check the judge against."),
]
JournalOption = Annotated[
    Path | None,
    typer.Option(
        "--journal",
        metavar="FILE",
        help="File for the judge's answers. The same command never asks twice.",
    ),
]
YesOption = Annotated[bool, typer.Option("--yes", help="Send rows to the judge without confirmation.")]
WriteAnswersOption = Annotated[
    Path | None,
    typer.Option(
        "--write-answers",
        metavar="ANSWERS",
        help="Answers file to update with the measured results.",
    ),
]
