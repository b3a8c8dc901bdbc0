"""What the command bakeoff can be told beyond what it shares with evaluate."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

ArmOption = Annotated[
    list[str] | None,
    typer.Option(
        "--arm",
        metavar="ARM",
        help="What to compare; may be repeated. KIND, KIND=MODEL, KIND=MODEL@URL, or NAME=FILE with answers. Kinds: "
        "prompt, optimised-prompt, whole-text, few-shot, few-shot-nearest, few-shot-retrieval, retrieval, right-passage, "
        "tuned, tuned-retrieval, tuned-then-retrieval.",
    ),
]
JudgeOption = Annotated[
    str | None,
    typer.Option(
        "--judge",
        metavar="MODEL[@URL]",
        help="Model that grades every answer by --rubric (default address: --base-url).",
    ),
]
IndexOption = Annotated[
    Literal["bm25", "static", "fused"] | None,
    typer.Option("--index", help="How passages are found: words, embeddings, or both (default: bm25)."),
]
StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="URL",
        help="PostgreSQL with pgvector that holds the passages of a large corpus; no password in it.",
    ),
]
ExecutorOption = Annotated[
    str,
    typer.Option("--executor", help="Who sends the questions: local, ray or ray://HOST:PORT."),
]
WorkersOption = Annotated[int, typer.Option("--workers", min=1, max=256, help="Workers of Ray.")]
