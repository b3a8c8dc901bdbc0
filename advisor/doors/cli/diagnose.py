"""The command diagnose: why a tuned model sounds wrong though its evaluation passed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from advisor.doors.cli.diagnose_acting import (
    ApplyOption,
    BaseOption,
    BundleOption,
    CallsOption,
    KeyOption,
    ModelOption,
    PatchOption,
    PriceOption,
    ReportOption,
    RetrainOption,
    SamplesOption,
    UsdOption,
    YesOption,
)
from advisor.doors.cli.diagnose_options import (
    CurvesOption,
    EvalOption,
    FactsOption,
    FailOption,
    JobOption,
    LabelsOption,
    ProductionOption,
    ServeSystemOption,
    TrainOption,
    TrainSystemOption,
    WriteAnswersOption,
)
from advisor.doors.cli.options import AsOfOption, JsonOption, day_of, print_json, stdout
from advisor.errors import AdvisorError

if TYPE_CHECKING:
    from datetime import date

    from advisor.diagnose.given import Given
    from advisor.diagnose.records import Diagnosis, Suspicion
    from advisor.doors.cli.diagnose_acting import Acting

ROWS_SHOWN = 12


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "diagnose",
        help="Find out why a model that passed its evaluation sounds wrong: ranked causes and suspected rows.",
    )(diagnose_command)


def diagnose_command(
    train: TrainOption = None,
    evaluation: EvalOption = None,
    production: ProductionOption = None,
    labels: LabelsOption = None,
    train_system: TrainSystemOption = None,
    serve_system: ServeSystemOption = None,
    curves: CurvesOption = None,
    job: JobOption = None,
    facts: FactsOption = None,
    model: ModelOption = None,
    base: BaseOption = None,
    key_from: KeyOption = "OPENAI_API_KEY",
    samples: SamplesOption = 20,
    max_calls: CallsOption = 400,
    max_usd: UsdOption = None,
    usd_per_call: PriceOption = 0.0,
    retrain: RetrainOption = False,
    patch: PatchOption = None,
    apply: ApplyOption = None,
    bundle: BundleOption = None,
    report: ReportOption = None,
    write_answers: WriteAnswersOption = None,
    yes: YesOption = False,
    fail_on_found: FailOption = False,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Diagnose and print causes, rows and what to change; test causes where a model is at hand."""
    from advisor.diagnose.given import Given
    from advisor.doors.cli.diagnose_acting import Acting

    given = Given(
        training=train, evaluation=evaluation, production=production, labels=labels, training_system=train_system,
        serving_system=serve_system, curves=curves, job=job, facts=facts,
    )  # fmt: skip
    acting = Acting(
        training=train, job=job, model=model, base=base, key_variable=key_from, samples=samples, max_calls=max_calls, max_usd=max_usd,
        usd_per_call=usd_per_call, retrain=retrain, patch=patch, apply=apply, bundle=bundle, report=report,
        write_answers=write_answers, yes=yes,
    )  # fmt: skip
    found = _carry_out(given, acting, day_of(as_of), as_json=as_json)
    if fail_on_found and found:
        raise typer.Exit(1)


def _carry_out(given: Given, acting: Acting, day: date, *, as_json: bool) -> bool:
    """Diagnose, act and print; return whether a cause was found."""
    from advisor.diagnose.diagnosing import diagnose
    from advisor.diagnose.given import material_of
    from advisor.doors.cli.diagnose_acting import act, show

    if not any((given.training, given.evaluation, given.production, given.curves, given.job, given.facts)):
        raise AdvisorError(
            "there are no files to examine",
            place="advisor diagnose",
            remedy="Add --train and --production, and any other files you have. Each one lets more causes be checked.",
        )
    material = material_of(given)
    done = act(diagnose(material), material, acting, day=day)
    if as_json:
        print_json(done.diagnosis.model_dump(mode="json") | done.more)
    else:
        _show(done.diagnosis)
        show(done)
    return bool(done.diagnosis.found)


def _show(said: Diagnosis) -> None:
    from rich.markup import escape

    console = stdout()
    if not said.found:
        console.print("[bold]Nothing found[/] No cause is likely from these files.")
    for place, one in enumerate(said.found, 1):
        console.print(
            f"[bold]{place}. {escape(one.title)}[/] [dim]({one.state}, {one.score:.2f}; {one.cause})[/]"
        )
        console.print(f"   {escape(one.evidence)}")
        if one.rows:
            console.print(f"   [dim]{one.rows_of} rows[/] {_listed(one)}")
        console.print(f"   [bold]Do[/] {escape(one.remedy)}")
        console.print(f"   [dim]How to test it: {escape(one.test.how)}[/]\n")
    _show_samples(said)
    _show_rest(said)


def _listed(one: Suspicion) -> str:
    more = len(one.rows) - ROWS_SHOWN
    return ", ".join(map(str, one.rows[:ROWS_SHOWN])) + (
        f" and {more:,} more (all with --json)" if more > 0 else ""
    )


def _show_samples(said: Diagnosis) -> None:
    from rich.markup import escape
    from rich.table import Table

    if not said.samples:
        return
    table = Table("Sample", "Complaint", "What to do", box=None)
    for one in said.samples:
        table.add_row(str(one.row), one.label, escape(one.advice))
    stdout().print(table)


def _show_rest(said: Diagnosis) -> None:
    from rich.markup import escape

    console = stdout()
    for state, words in (("cannot_tell", "Cannot tell from this"), ("ruled_out", "Ruled out")):
        some = [one for one in said.causes if one.state == state]
        if some:
            console.print(f"\n[bold]{words}[/]")
        for one in some:
            console.print(f"  {escape(one.title)} [dim]{escape(one.evidence)}[/]")
    for note in said.notes:
        console.print(f"[dim]{escape(note)}[/]")
