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
        "--references", metavar="FILE", help="Held-out rows with wanted answers; logs may bring them."
    ),
]
ScorerOption = Annotated[
    list[str] | None,
    typer.Option(
        "--scorer",
        metavar="NAME[:ARG]",
        help="How answers are scored; the first decides. Chosen when not given.",
    ),
]
MarginOption = Annotated[
    float,
    typer.Option("--margin", metavar="POINTS", help="Points by which an arm may be worse.", min=0, max=99),
]
ClusterOption = Annotated[
    str | None, typer.Option("--cluster", metavar="FIELD", help="Field that names rows that belong together.")
]
TrainOption = Annotated[
    Path | None, typer.Option("--train", metavar="FILE", help="Training rows; near copies are counted apart.")
]
DocumentsOption = Annotated[
    Path | None,
    typer.Option("--documents", metavar="DIR", help="Documents; answers that occur there are counted apart."),
]
GoodEnoughOption = Annotated[
    float | None,
    typer.Option("--good-enough", metavar="POINTS", help="Score from which an arm works.", min=0, max=100),
]
TrainedOnOption = Annotated[
    list[str] | None,
    typer.Option(
        "--trained-on",
        metavar="NAME=ROWS",
        help="Training rows of an arm; two or more give a learning curve.",
    ),
]
JudgeOption = Annotated[
    str | None,
    typer.Option("--judge", metavar="MODEL", help="Ask this model which of two answers is better."),
]
BaseUrlOption = Annotated[
    str, typer.Option("--base-url", metavar="URL", help="Where the judge is served; OpenAI-compatible.")
]
KeyOption = Annotated[
    str, typer.Option("--key-from", metavar="VARIABLE", help="Environment variable with the judge's key.")
]
RatingsOption = Annotated[
    Path | None,
    typer.Option("--ratings", metavar="FILE", help="What people said, to join with the judge's word."),
]
JournalOption = Annotated[
    Path | None,
    typer.Option(
        "--journal",
        metavar="FILE",
        help="Keep the judge's answers here; the same command asks nothing twice.",
    ),
]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask before the judge is asked.")]
WriteAnswersOption = Annotated[
    Path | None,
    typer.Option(
        "--write-answers",
        metavar="ANSWERS",
        help="Put what was measured into this answers file, in place of what was argued.",
    ),
]
