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
        help="Arm to compare: a name, and the answers of one system as JSONL, CSV, an Inspect log or promptfoo results; "
        "may be repeated.",
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
        help="How to score answers; may be repeated. The verdict uses the first scorer (default: chosen by the form of the references).",
    ),
]
MarginOption = Annotated[
    float,
    typer.Option(
        "--margin",
        metavar="POINTS",
        help="Drop in score that you accept, in points. The verdict names the cheapest arm that is shown to score no more than this "
        "below any other arm.",
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
        help="Training rows. Arms are also scored without the held-out rows that have near-copies in this file.",
    ),
]
DocumentsOption = Annotated[
    Path | None,
    typer.Option(
        "--documents",
        metavar="DIR",
        help="Folder of documents. Arms are also scored without the held-out rows whose answer occurs in one.",
    ),
]
GoodEnoughOption = Annotated[
    float | None,
    typer.Option(
        "--good-enough",
        metavar="POINTS",
        help="Lowest score, in points, at which an arm is good enough.",
        min=0,
        max=100,
    ),
]
TrainedOnOption = Annotated[
    list[str] | None,
    typer.Option(
        "--trained-on",
        metavar="NAME=ROWS",
        help="Number of training rows for an arm, as NAME=ROWS (for example half=80 for an arm named half); may be "
        "repeated. Two or more arms make a learning curve.",
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
        help="Text, or file with the text, that says what makes a good answer. The judge grades single answers by it. The grades appear as the scores of a scorer named 'judge'.",
    ),
]
BaseUrlOption = Annotated[
    str, typer.Option("--base-url", metavar="URL", help="OpenAI-compatible URL of the judge.")
]
KeyOption = Annotated[
    str, typer.Option("--key-from", metavar="VARIABLE", help="Environment variable with the API key.")
]
RatingsOption = Annotated[
    Path | None,
    typer.Option("--ratings", metavar="FILE", help="File of people's ratings, to check the judge against."),
]
JournalOption = Annotated[
    Path | None,
    typer.Option(
        "--journal",
        metavar="FILE",
        help="File that keeps the judge's answers. If you run the command again, the judge is not asked again what this file answers.",
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
