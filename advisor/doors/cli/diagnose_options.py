"""What the command diagnose can be told."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

TrainOption = Annotated[
    Path | None, typer.Option("--train", metavar="FILE", help="The rows the model was trained on.")
]
EvalOption = Annotated[
    Path | None,
    typer.Option(
        "--eval", metavar="FILE", help="The rows the model was evaluated on, with scores if you have them."
    ),
]
ProductionOption = Annotated[
    Path | None,
    typer.Option(
        "--production", metavar="FILE", help="Samples from production: requests with their answers."
    ),
]
LabelsOption = Annotated[
    Path | None,
    typer.Option(
        "--labels",
        metavar="FILE",
        help="File that says what is wrong with samples: row and label (tone, facts, format, refuses, too long, other).",
    ),
]
TrainSystemOption = Annotated[
    Path | None,
    typer.Option("--train-system", metavar="FILE", help="Text file with the system prompt used in training."),
]
ServeSystemOption = Annotated[
    Path | None,
    typer.Option("--serve-system", metavar="FILE", help="Text file with the system prompt used in serving."),
]
CurvesOption = Annotated[
    Path | None,
    typer.Option(
        "--curves",
        metavar="FILE",
        help="File of losses by step: step, loss, eval_loss; or trainer_state.json.",
    ),
]
JobOption = Annotated[
    str | None, typer.Option("--job", metavar="ID", help="Training job to read losses from.")
]
FactsOption = Annotated[
    Path | None,
    typer.Option(
        "--facts",
        metavar="FILE",
        help="YAML or JSON file with what you know about training and serving: prompts, losses, templates, "
        "evaluation_sampling, production_sampling, adapter, abilities, wanted_refusals, trained_on.",
    ),
]
FailOption = Annotated[
    bool, typer.Option("--fail-on-found", help="Exit with 1 if a cause is likely, for scripts.")
]
WriteAnswersOption = Annotated[
    Path | None,
    typer.Option(
        "--write-answers",
        metavar="ANSWERS",
        help="Answers file to update with what the diagnosis measured.",
    ),
]
