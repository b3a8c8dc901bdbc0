"""The acting half of the command diagnose: causes tested with a model at hand, the patch, and the next training."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from advisor.doors.cli.options import catalog_of, stderr, stdout
from advisor.doors.cli.terminal import confirm
from advisor.doors.cli.using_measured import write_measured
from advisor.errors import AdvisorError, did_you_mean

if TYPE_CHECKING:
    from advisor.diagnose.material import Material
    from advisor.diagnose.mend.patch import Patch
    from advisor.diagnose.proof.bench import Bench
    from advisor.diagnose.proof.proving import Planned
    from advisor.diagnose.proof.retraining import Retraining
    from advisor.diagnose.records import Diagnosis

ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model", metavar="URL", help="Test the leading causes with the served model: URL, or URL#NAME."
    ),
]
BaseOption = Annotated[
    str | None,
    typer.Option("--base", metavar="URL", help="Served base model, without tuning: URL, or URL#NAME."),
]
KeyOption = Annotated[
    str, typer.Option("--key-from", metavar="NAME", help="Environment variable with the key.")
]
SamplesOption = Annotated[
    int, typer.Option("--samples", min=5, max=400, help="Production samples to answer again.")
]
CallsOption = Annotated[int, typer.Option("--max-calls", min=1, help="Limit on calls to models.")]
UsdOption = Annotated[
    float | None,
    typer.Option("--max-usd", min=0, help="Limit on spending for the tests, in USD. Needs --usd-per-call."),
]
PriceOption = Annotated[
    float, typer.Option("--usd-per-call", min=0, help="Price of one call in USD; 0 on your own machine.")
]
RetrainOption = Annotated[
    bool,
    typer.Option("--retrain", help="Train again without the suspected rows, with the settings of --job."),
]
PatchOption = Annotated[
    Path | None,
    typer.Option("--patch", metavar="FILE", help="Write the proposed changes to this file as JSON."),
]
ApplyOption = Annotated[
    Path | None,
    typer.Option(
        "--apply", metavar="FILE", help="Write the repaired training rows to this new file, with a diff."
    ),
]
BundleOption = Annotated[
    Path | None,
    typer.Option(
        "--bundle",
        metavar="DIR",
        help="Plan the next training run on the repaired rows, in this folder. Needs --apply and --job.",
    ),
]
ReportOption = Annotated[
    Path | None, typer.Option("--report", metavar="FILE", help="Write a report: .pdf, .html, .md or .json.")
]
YesOption = Annotated[bool, typer.Option("--yes", help="Call the models without confirmation.")]


@dataclass(frozen=True, kw_only=True)
class Acting:
    """What is to be done with a diagnosis."""

    training: Path | None
    job: str | None = None
    model: str | None = None
    base: str | None = None
    key_variable: str = "OPENAI_API_KEY"
    samples: int = 20
    max_calls: int = 400
    max_usd: float | None = None
    usd_per_call: float = 0.0
    retrain: bool = False
    patch: Path | None = None
    apply: Path | None = None
    bundle: Path | None = None
    report: Path | None = None
    write_answers: Path | None = None
    yes: bool = False


@dataclass
class Acted:
    """What was done."""

    diagnosis: Diagnosis
    patch: Patch
    more: dict[str, Any] = field(default_factory=dict)
    """``applied`` and ``next``, where they were asked for."""


def act(diagnosis: Diagnosis, material: Material, acting: Acting, *, day: date) -> Acted:
    """Test, mend and report as far as it was asked for."""
    from advisor.diagnose.mend.patch import patch_for

    _check(acting)
    if acting.model:
        diagnosis = _proved(diagnosis, material, acting)
    patch = patch_for(diagnosis, material)
    done = Acted(diagnosis.model_copy(update={"patch": patch.model_dump(mode="json")}), patch)
    if acting.patch:
        from advisor.diagnose.mend.applying import write_patch

        write_patch(patch, acting.patch)
    if acting.apply:
        _apply(done, acting, day)
    if acting.report:
        _report(done, acting.report, day)
    if acting.write_answers:
        from advisor.diagnose.measured import run_of

        write_measured(acting.write_answers, run_of(done.diagnosis, material, day), catalog_of(None))
    return done


def _check(acting: Acting) -> None:
    needs = (
        ("--base", acting.base, acting.model, "--model"),
        (
            "--retrain",
            acting.retrain,
            acting.model and acting.job and acting.training,
            "--model, --job and --train",
        ),
        ("--apply", acting.apply, acting.training, "--train"),
        ("--bundle", acting.bundle, acting.apply and acting.job, "--apply and --job"),
        ("--max-usd", acting.max_usd is not None, acting.usd_per_call, "--usd-per-call"),
    )
    for option, wanted, there, what in needs:
        if wanted and not there:
            raise AdvisorError(f"{option} needs {what}", place=option, remedy=f"Add {what}.")


def _proved(diagnosis: Diagnosis, material: Material, acting: Acting) -> Diagnosis:
    from advisor.diagnose.proof.options import ProofOptions
    from advisor.diagnose.proof.proving import bench_for, leading, plan_proof, prove
    from advisor.files import scratch_folder

    assert acting.model
    if not leading(diagnosis):
        return diagnosis
    options = ProofOptions(
        model=acting.model, base=acting.base, key_variable=acting.key_variable, samples=acting.samples,
        max_calls=acting.max_calls, max_usd=acting.max_usd, usd_per_call=acting.usd_per_call,
    )  # fmt: skip
    bench = bench_for(diagnosis, material, options)
    with scratch_folder("diagnose") as folder:
        retraining = _retraining(acting, bench, folder) if acting.retrain else None
        planned = plan_proof(diagnosis, bench, retraining)
        _agree(planned, bench, yes=acting.yes)
        return prove(diagnosis, bench, planned, retraining=retraining)


def _retraining(acting: Acting, bench: Bench, folder: Path) -> Retraining:
    from advisor.diagnose.proof.retraining import Retraining
    from advisor.train.jobs import JobStore

    assert acting.job
    assert acting.training
    return Retraining(acting.job, acting.training, folder, catalog_of(None), JobStore(), bench.tuned.meter)


def _agree(planned: Planned, bench: Bench, *, yes: bool) -> None:
    hosts = {talk.receiver.host: talk.receiver.local for talk in (bench.tuned, bench.base) if talk}
    told = [*planned.lines(), "The samples go to " + ", ".join(hosts) + "."]
    for line in told:
        stderr().print(line, markup=False, soft_wrap=True)
    # What stays on this machine and costs nothing needs no second word.
    if yes or (all(hosts.values()) and not planned.usd):
        return
    if not (sys.stdin.isatty() and confirm("Ask the models?")):
        raise AdvisorError(
            "calling the models was not confirmed",
            place="--model",
            remedy="Nothing was sent. Add --yes to call them.",
        )


def _apply(done: Acted, acting: Acting, day: date) -> None:
    from advisor.diagnose.mend.applying import apply_patch

    assert acting.training
    assert acting.apply
    done.more["applied"] = apply_patch(acting.training, done.patch, acting.apply).model_dump(mode="json")
    if acting.bundle and acting.job:
        from advisor.diagnose.mend.next_training import next_training
        from advisor.train.bundle import write_bundle
        from advisor.train.jobs import JobStore

        plan = next_training(acting.job, acting.apply, JobStore(), catalog_of(None), as_of=day)
        write_bundle(plan, acting.bundle)
        must = [one.model_dump(mode="json") for one in done.patch.must_improve]
        done.more["next"] = {"bundle": str(acting.bundle), "plan_sha256": plan.sha256, "must_improve": must}


def _report(done: Acted, path: Path, day: date) -> None:
    from advisor.files import replacing
    from advisor.share.report.diagnosis import DIAGNOSIS_FORMATS, render_diagnosis
    from advisor.share.report.rendering import FORMATS

    fmt = next((name for name in DIAGNOSIS_FORMATS if path.name.endswith(FORMATS[name].ending)), None)
    if fmt is None:
        endings = [FORMATS[name].ending for name in DIAGNOSIS_FORMATS]
        raise AdvisorError(
            f"'{path.suffix}' is not a report format",
            place="--report",
            remedy=did_you_mean(path.suffix, endings),
        )
    with replacing(path, binary=True) as stream:
        stream.write(render_diagnosis(done.diagnosis, done.patch, fmt, day=day))


def show(done: Acted) -> None:
    """Print what to change and what was done."""
    from advisor.diagnose.mend.patch import sentences

    console = stdout()
    for one in done.diagnosis.causes:
        if one.trial:
            console.print(f"[bold]{escape(one.title)}[/]: {escape(one.trial.because)}", soft_wrap=True)
    told = list(sentences(done.patch))
    if told:
        console.print("\n[bold]What to change[/]")
    for line in told:
        console.print(f"  {escape(line)}", soft_wrap=True)
    if applied := done.more.get("applied"):
        errors = f"audit errors {applied['errors_before']} before, {applied['errors_after']} after"
        console.print(
            f"\nWritten: {applied['fixed']['written']} of {applied['rows']} rows; {errors}.", soft_wrap=True
        )
    if following := done.more.get("next"):
        console.print(f"Next training: advisor train submit {escape(following['bundle'])}", soft_wrap=True)
