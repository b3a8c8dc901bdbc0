"""What the commands audit, fix, split and augment can be told."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

DataArgument = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help="Training rows: JSONL, JSON, CSV or Parquet (also as .gz or .zst), or a folder of them; - for standard input.",
    ),
]
ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model",
        help="Folder or GGUF file with the chat template, or a built-in template: chatml or llama-3.",
    ),
]
LengthOption = Annotated[
    int | None,
    typer.Option(
        "--max-length",
        min=16,
        max=10_000_000,
        help="Maximum sequence length in training, in tokens (default: 4,096).",
    ),
]
SystemOption = Annotated[
    Path | None,
    typer.Option(
        "--system-prompt", metavar="FILE", help="Text file with the system prompt used in production."
    ),
]
ExecutorOption = Annotated[
    str,
    typer.Option(
        "--executor",
        help="What runs the audit: local (this process), processes, ray or ray://HOST:PORT (default: by size of the data).",
    ),
]
EvalOption = Annotated[
    Path | None,
    typer.Option("--eval", metavar="FILE", help="Held-out data that must not leak into training."),
]
ProductionOption = Annotated[
    Path | None,
    typer.Option(
        "--production", metavar="FILE", help="Real requests, to check coverage and the system prompt."
    ),
]
BenchmarkOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--benchmark",
        metavar="FILE",
        help="Benchmark file whose rows the data must not contain; may be repeated.",
    ),
]
GoalOption = Annotated[
    str | None,
    typer.Option(
        "--goal",
        help="What training is for: style, format, classification or skill. Sets how many rows are enough.",
    ),
]
EmbeddingOption = Annotated[
    str | None,
    typer.Option(
        "--embedding-model",
        metavar="DIR",
        help="Static embedding model (model2vec) for similarity of meaning.",
    ),
]
FailOnOption = Annotated[
    str | None,
    typer.Option(
        "--fail-on", help="Exit with 1 if a finding is at least this severe: error, warning or note."
    ),
]
BaselineOption = Annotated[
    Path | None,
    typer.Option(
        "--baseline", metavar="FILE", help="Fail only on findings that are worse than in this baseline file."
    ),
]
WriteBaselineOption = Annotated[
    Path | None,
    typer.Option(
        "--write-baseline", metavar="FILE", help="Write the current findings to this file as the baseline."
    ),
]
AugmentedOption = Annotated[
    Path,
    typer.Option("-o", "--output", metavar="FILE", help="New file for the rows and their variations."),
]
WriterOption = Annotated[
    str, typer.Option("--model", help="Model that writes the variations, by the name that its endpoint uses.")
]
EndpointOption = Annotated[str, typer.Option("--base-url", help="OpenAI-compatible endpoint.")]
VariationsOption = Annotated[int, typer.Option("--variations", min=1, max=20, help="Variations per row.")]
ConcurrencyOption = Annotated[int, typer.Option("--concurrency", min=1, max=64, help="Concurrent calls.")]
RateOption = Annotated[
    int | None,
    typer.Option(
        "--requests-per-minute",
        min=1,
        help="Limit on calls per minute (default: 300; none for a service on this machine).",
    ),
]
KeyOption = Annotated[
    str, typer.Option("--key-from", metavar="VARIABLE", help="Environment variable with the key.")
]
PriceInOption = Annotated[
    float | None,
    typer.Option(
        "--usd-per-mtok-in", min=0, help="USD for a million input tokens (default: from the price list)."
    ),
]
PriceOutOption = Annotated[
    float | None,
    typer.Option(
        "--usd-per-mtok-out", min=0, help="USD for a million output tokens (default: from the price list)."
    ),
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Show the expected cost and stop.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Spend without confirmation.")]
SplitFolderOption = Annotated[
    Path,
    typer.Option(
        "-o", "--output", metavar="DIR", help="Folder for train.jsonl, eval.jsonl and manifest.json."
    ),
]
EvalShareOption = Annotated[
    float | None,
    typer.Option("--eval-share", min=0.01, max=0.9, help="Share of rows held out (default: 0.1)."),
]
SeedOption = Annotated[
    int | None,
    typer.Option("--seed", help="Seed that picks the held-out groups (default: 42, as in `plan`)."),
]
StratifyOption = Annotated[
    str | None,
    typer.Option(
        "--stratify",
        metavar="FIELD",
        help="Keep the mix of this field's values alike in both files. Use 'answer' for the answer itself, such as a class label.",
    ),
]
GroupOption = Annotated[
    str | None,
    typer.Option(
        "--group",
        metavar="FIELD",
        help="Keep all rows with the same value of this field, such as customer, in the same file.",
    ),
]
TimeOption = Annotated[
    str | None,
    typer.Option("--time", metavar="FIELD", help="Hold out the latest rows, in the order of this field."),
]
SkipBrokenOption = Annotated[
    bool, typer.Option("--skip-broken", help="Skip broken lines instead of stopping.")
]
FixedFileOption = Annotated[
    Path,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        help="New file. The diff and the quarantine are written beside it.",
    ),
]
ToOption = Annotated[
    str | None,
    typer.Option(
        "--to",
        help="Write every row in this format. The only choice is chat (default: keep each row's format).",
    ),
]
RedactOption = Annotated[
    bool, typer.Option("--redact", help="Replace personal data and secrets with placeholders.")
]
