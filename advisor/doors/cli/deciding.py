"""``ask``, ``decide`` and ``map``: the questionnaire and the recommendation in the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from advisor.doors.cli.options import (
    AnswersArgument,
    AsOfOption,
    JsonOption,
    RulesOption,
    catalog_of,
    day_of,
    print_json,
    situation_of,
    stderr,
    stdout,
)
from advisor.errors import AdvisorError

_TABLES = (".csv", ".parquet", ".jsonl", ".ndjson")


CaseOrTableArgument = Annotated[
    Path,
    typer.Argument(
        help="Answers file (YAML or JSON; - for standard input), or a table of use cases "
        "(.csv, .parquet, .jsonl, .ndjson)."
    ),
]
VerdictsOption = Annotated[
    Path | None,
    typer.Option(
        "-o", "--out", help="File for the rows of a table with their verdicts. Required for a table."
    ),
]
SamplesOption = Annotated[
    int,
    typer.Option(
        min=0,
        max=1024,
        help="For a table: number of random ways to answer the open questions of a row. A row's robustness is the share "
        "of them that keep the recommendation. 0 omits robustness.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(ask)
    app.command()(decide)
    app.command(name="map")(map_)


def ask(
    answers: Annotated[
        Path,
        typer.Argument(
            metavar="file",
            help="Answers file to write. If it exists, its answers are kept and you continue from them.",
        ),
    ] = Path("answers.yaml"),
    rules: RulesOption = None,
    as_of: AsOfOption = None,
) -> None:
    """Answer questions in the terminal. Each answer is saved at once.

    The next question is always one of those most worth answering. You can type a number as 3k or 2M,
    or as a word such as "hundreds". Press Enter alone for "I don't know". Type "back" to change the last answer and
    "stop" to end. Run the command again to continue.
    """
    from advisor.doors.cli.asking import interview

    interview(answers, catalog_of(rules), as_of=day_of(as_of))


def decide(
    file: CaseOrTableArgument,
    out: VerdictsOption = None,
    samples: SamplesOption = 128,
    as_json: JsonOption = False,
    rules: RulesOption = None,
    as_of: AsOfOption = None,
) -> None:
    """Recommend a strategy and show the reasons, the confidence and what would change it.

    A table has one use case per row and one fact per column. Name the file for the verdicts with -o. It gets the same
    rows with more columns: recommended, start_with, shortlist, verdict, probabilities and robustness.
    """
    catalog = catalog_of(rules)
    day = day_of(as_of)
    if file.suffix.lower() in _TABLES:
        from advisor.doors.cli.portfolio import decide_table

        decide_table(file, out, catalog, as_of=day, samples=samples, as_json=as_json)
        return
    if out is not None:
        raise AdvisorError(
            "-o works with a table only",
            place="-o",
            remedy="To write a report, use: advisor report FILE -o OUT.",
        )
    from advisor.advice import recommend

    situation = situation_of(file, catalog)
    recommendation = recommend(situation, catalog, as_of=day)
    if as_json:
        print_json(recommendation)
        return
    from advisor.doors.cli.showing import show_recommendation
    from advisor.share.report import words

    show_recommendation(recommendation, catalog, stdout())
    if situation.answers:
        stdout().print(words.stated_and_measured(situation, catalog), style="dim", markup=False)


def map_(
    file: AnswersArgument,
    x: Annotated[str, typer.Option("--x", help="Fact on the x axis.")],
    y: Annotated[str, typer.Option("--y", help="Fact on the y axis.")],
    as_json: JsonOption = False,
    rules: RulesOption = None,
    as_of: AsOfOption = None,
) -> None:
    """Show which strategy leads for every pair of answers to two questions; all other answers stay."""
    from advisor.decide import decision_map

    catalog = catalog_of(rules)
    answers = situation_of(file, catalog).answers
    drawn = decision_map(answers, catalog, x=x, y=y, as_of=day_of(as_of))
    if as_json:
        print_json(drawn)
        return
    from advisor.doors.cli.showing import show_map

    show_map(drawn, catalog, stdout())
    stderr().print("[dim]To choose the axes in the app, run: advisor app[/]")
