"""The command evaluate: compare answers that exist."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer
from pydantic import ValidationError

from advisor.doors.cli.evaluate_options import (
    ArmOption,
    BaseUrlOption,
    ClusterOption,
    DocumentsOption,
    GoodEnoughOption,
    JournalOption,
    JudgeOption,
    KeyOption,
    MarginOption,
    RatingsOption,
    ReferencesOption,
    RubricOption,
    ScorerOption,
    TrainedOnOption,
    TrainOption,
    WriteAnswersOption,
    YesOption,
)
from advisor.doors.cli.grading import grader
from advisor.doors.cli.options import (
    AsOfOption,
    JsonOption,
    RulesOption,
    catalog_of,
    day_of,
    print_json,
    stderr,
    stdout,
)
from advisor.doors.cli.terminal import confirm
from advisor.doors.cli.using_measured import write_measured
from advisor.errors import AdvisorError

if TYPE_CHECKING:
    from advisor.evaluate.evaluating import Compared, EvaluateOptions
    from advisor.evaluate.judging.arms import Judged
    from advisor.evaluate.judging.served import JudgeOptions
    from advisor.evaluate.records import ArmResult, Evaluation

ROWS_SHOWN = 10


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "evaluate",
        help="Compare systems by their answers to the same rows: scores with intervals, verdict, cost.",
    )(evaluate_command)


def evaluate_command(
    arm: ArmOption,
    references: ReferencesOption = None,
    scorer: ScorerOption = None,
    margin: MarginOption = 3.0,
    cluster: ClusterOption = None,
    train: TrainOption = None,
    documents: DocumentsOption = None,
    good_enough: GoodEnoughOption = None,
    trained_on: TrainedOnOption = None,
    judge: JudgeOption = None,
    rubric: RubricOption = None,
    base_url: BaseUrlOption = "https://api.openai.com/v1",
    key_from: KeyOption = "OPENAI_API_KEY",
    ratings: RatingsOption = None,
    journal: JournalOption = None,
    yes: YesOption = False,
    write_answers: WriteAnswersOption = None,
    rules: RulesOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare the arms and print the verdict."""
    from advisor.evaluate.evaluating import EvaluateOptions, evaluate

    try:
        options = EvaluateOptions(
            references=references, scorers=tuple(scorer or ()), margin=margin / 100, cluster=cluster, train=train,
            documents=documents, good_enough=None if good_enough is None else good_enough / 100,
            trained_on=dict(_sized(one) for one in trained_on or []),
        )  # fmt: skip
    except ValidationError as error:
        raise AdvisorError(
            str(error.errors()[0]["msg"]), place="advisor evaluate", remedy="See --help."
        ) from error
    asked = None if judge is None else _judge_options(judge, base_url, key_from, journal)
    grading = _grading(asked, options, rubric)
    grade = None if grading is None else grader(grading, ratings, yes=yes)
    compared = evaluate([_named(one) for one in arm], options, as_of=day_of(as_of), grade=grade)
    told = None
    if grading is not None:
        told = _graded(compared, ratings)
    elif asked is not None:
        told = _judged(compared, asked, ratings, yes=yes)
    if write_answers is not None:
        from advisor.evaluate.measured import run_of

        judge_told = "" if told is None else told.calibration.because
        write_measured(write_answers, run_of(compared.evaluation, judge=judge_told), catalog_of(rules))
    if as_json:
        judged = {} if told is None else {"judged": told.model_dump(mode="json")}
        print_json(compared.evaluation.model_dump(mode="json") | judged)
        return
    show_evaluation(compared.evaluation)
    if told is not None:
        _show_judged(told)


def _judge_options(model: str, base_url: str, key_variable: str, journal: Path | None) -> JudgeOptions:
    from advisor.evaluate.judging.served import JudgeOptions

    return JudgeOptions(model=model, base_url=base_url, key_variable=key_variable, journal=journal)


def _grading(asked: JudgeOptions | None, options: EvaluateOptions, rubric: str | None) -> JudgeOptions | None:
    """Return the judge with its rubric where it is to grade single answers; None where it compares pairs, or there is none."""
    from advisor.evaluate.judging.grades import RUBRIC, rubric_of
    from advisor.evaluate.judging.grading import METRIC

    if asked is None and rubric is not None:
        raise AdvisorError("no judge model is named", place="--rubric", remedy="Name it with --judge.")
    if asked is None or (rubric is None and METRIC not in options.scorers):
        return None
    return asked.model_copy(update={"rubric": RUBRIC if rubric is None else rubric_of(rubric)})


def _graded(compared: Compared, ratings: Path | None) -> Judged | None:
    from advisor.evaluate.judging.arms import Judged
    from advisor.evaluate.judging.grading import graded_preferences
    from advisor.evaluate.judging.served import read_ratings

    if compared.evaluation.judge is None:
        return None
    found = []
    if ratings is not None and compared.grades is not None:
        people = read_ratings(ratings)
        found = graded_preferences(compared.frames.answers, compared.grades, compared.ranked(), people)
    return Judged(calibration=compared.evaluation.judge, preferences=found)


def _judged(compared: Compared, options: JudgeOptions, ratings: Path | None, *, yes: bool) -> Judged:
    from advisor.evaluate.judging.arms import calls
    from advisor.evaluate.judging.served import ask_judge, read_ratings

    people = None if ratings is None else read_ratings(ratings)
    arms = compared.ranked()
    count = calls(compared.frames, arms)
    stderr().print(
        f"{options.model} at {options.base_url} will be sent requests, wanted answers and answers: at most {count:,} questions."
    )
    if not yes and not confirm("Ask the judge?"):
        raise typer.Exit(1)
    return ask_judge(compared.frames, arms, options, people)


def _show_judged(told: Judged) -> None:
    from rich.markup import escape

    console = stdout()
    console.print(f"\n[bold]Judge[/] {escape(told.calibration.because)}")
    for one in told.preferences:
        console.print(escape(one.in_words()))


def _named(text: str) -> tuple[str, Path]:
    name, equals, path = text.partition("=")
    if not equals or not name.strip() or not path:
        raise AdvisorError(f"'{text}' is not an arm", place="--arm", remedy="Write it as NAME=FILE.")
    return name.strip(), Path(path)


def _sized(text: str) -> tuple[str, int]:
    name, _, rows = text.rpartition("=")
    if not name or not rows.isdecimal():
        raise AdvisorError(
            f"'{text}' is not a number of rows", place="--trained-on", remedy="Write it as NAME=ROWS."
        )
    return name.strip(), int(rows)


def show_evaluation(result: Evaluation) -> None:
    """Print a comparison: verdict, table of arms, differences, notes."""
    from rich.markup import escape
    from rich.table import Table

    console = stdout()
    console.print(f"[bold]{escape(result.verdict.because)}[/]\n")
    metrics = list(next(iter(result.arms.values())).scores)
    table = Table("Arm", *metrics, "failed", "USD per 1,000", "seconds p50 / p95", box=None)
    for name, one in result.arms.items():
        table.add_row(
            escape(name),
            *(_score(one, metric) for metric in metrics),
            f"{one.failed} of {one.n}",
            *_figures(one),
        )
    console.print(table)
    _show_differences(result)
    if result.verdict_without_apart:
        told = f"{len(result.apart)} rows are leaked (in training rows or documents). Without them: {result.verdict_without_apart.because}"
        console.print(f"\n[bold]Counted apart[/] {escape(told)}")
    if result.learning:
        console.print(f"\n[bold]Learning curve[/] {escape(result.learning.because)}")
    for note in result.notes:
        console.print(f"[dim]{escape(note)}[/]")


def _show_differences(result: Evaluation) -> None:
    from rich.markup import escape

    from advisor.evaluate.verdict import signed

    console = stdout()
    console.print()
    for one in result.differences:
        if one.metric == result.verdict.metric:
            told = f"{one.a} − {one.b}: {signed(one.difference)} points ({signed(one.low)} to {signed(one.high)}), p {one.p:.3g}, {one.p_holm:.3g} for all pairs"
            console.print(escape(told))
    if result.differing:
        names = ", ".join(one.example for one in result.differing[:ROWS_SHOWN])
        more = len(result.differing) - ROWS_SHOWN
        console.print(
            escape(f"differ on: {names}" + (f" and {more} more (all with --json)" if more > 0 else ""))
        )


def _score(one: ArmResult, metric: str) -> str:
    score = one.scores[metric]
    return f"{100 * score.value:.1f} ({100 * score.low:.1f} to {100 * score.high:.1f})"


def _figures(one: ArmResult) -> tuple[str, str]:
    usd = "unknown" if one.usd_per_1k is None else f"{one.usd_per_1k:,.2f}"
    seconds = "unknown" if one.seconds_p50 is None else f"{one.seconds_p50:.2f} / {one.seconds_p95:.2f}"
    return usd, seconds
