"""What the command bakeoff can be told beyond what it shares with evaluate."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

ArmOption = Annotated[
    list[str] | None,
    typer.Option(
        "--arm",
        metavar="ARM",
        help="Arm to compare, which is one way of getting the answers; may be repeated. Write KIND, KIND=MODEL or "
        "KIND=MODEL@URL, or NAME=FILE for existing answers. Kinds: prompt, optimised-prompt, whole-text, few-shot, "
        "few-shot-nearest, few-shot-retrieval, retrieval, right-passage (the passage that holds the answer is in the prompt), tuned, tuned-retrieval (trained on rows with "
        "passages, asked with passages), tuned-then-retrieval (trained on rows without passages, asked with passages).",
    ),
]
JudgeOption = Annotated[
    str | None,
    typer.Option(
        "--judge",
        metavar="MODEL[@URL]",
        help="Model that grades every answer by --rubric (default URL: --base-url).",
    ),
]
IndexOption = Annotated[
    Literal["bm25", "static", "fused"] | None,
    typer.Option(
        "--index",
        help="Search that finds passages: bm25 (by words), static (by embeddings) or fused (by both) (default: bm25).",
    ),
]
StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="URL",
        help="PostgreSQL database with pgvector, for the passages of a large corpus. The URL must not contain a password.",
    ),
]
ExecutorOption = Annotated[
    str,
    typer.Option("--executor", help="What runs the calls: local (this process), ray or ray://HOST:PORT."),
]
WorkersOption = Annotated[int, typer.Option("--workers", min=1, max=256, help="Number of Ray workers.")]
