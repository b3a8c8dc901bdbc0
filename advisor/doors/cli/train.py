"""``train``: submit, watch and stop jobs, and serve what came out."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from advisor.doors.cli.options import JsonOption, RulesOption, catalog_of, print_json, stderr, stdout
from advisor.doors.cli.terminal import confirm, echo
from advisor.errors import AdvisorError
from advisor.train import job_verbs
from advisor.train.curves import JobCurves, curves_of
from advisor.train.jobs import JobStore
from advisor.train.records import Job, TrainingPlan
from advisor.train.table import entry

train = typer.Typer(
    help="Train here or at a provider. Jobs continue after the shell is closed.", no_args_is_help=True
)

JobArgument = Annotated[str, typer.Argument(help="Id of a job, or the beginning of it.")]
PortOption = Annotated[
    int, typer.Option("--port", min=0, max=65535, help="Port on this machine; 0 picks a free one.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(train, name="train")


@train.command()
def submit(
    bundle: Annotated[Path, typer.Argument(help="Bundle written by `advisor plan`.")],
    rules: RulesOption = None,
    again: Annotated[
        bool, typer.Option("--again", help="Start a new job if the earlier ones for this plan have ended.")
    ] = False,
    host: Annotated[
        list[str] | None,
        typer.Option(
            help="Host that may receive your key and the rows. Needed if the bundle names a host that Advisor does not know; may be repeated."
        ),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Send the rows and the key without confirmation.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Start the training job of a bundle. Resume it if it was interrupted.

    Submitting the same plan again finds the existing job instead of starting another, unless you pass --again. Before
    anything leaves this machine, the command shows recipient, data, host and price, and asks you.
    """
    from advisor.train.bundle import read_bundle

    store = JobStore()
    plan = read_bundle(bundle)
    _agree(plan, bundle, host or [], agreed=yes)
    attempt = _attempt(store, plan, bundle) if again else 1
    job = job_verbs.submit(
        store, plan, bundle, catalog=catalog_of(rules), attempt=attempt, from_elsewhere=True
    )
    _show(store, job, as_json=as_json)


def _agree(plan: TrainingPlan, bundle: Path, named: list[str], *, agreed: bool) -> None:
    from advisor.train.receivers import require_named, terms_of

    terms = terms_of(plan, bundle, os.environ)
    if terms is None:
        return
    for line in terms.lines():
        stderr().print(line, markup=False, soft_wrap=True)
    require_named(terms, named)
    if not agreed and not (sys.stdin.isatty() and confirm("Send the rows and the key?")):
        raise AdvisorError(
            "sending the rows was not confirmed",
            place=str(bundle),
            remedy="Nothing was sent. Add --yes to send them.",
        )


def _attempt(store: JobStore, plan: Any, bundle: Path) -> int:
    attempt = 1
    while store.add(plan, bundle, attempt=attempt).ended:
        attempt += 1
    return attempt


@train.command()
def status(job_id: JobArgument, as_json: JsonOption = False) -> None:
    """Show a job: state, losses, speed, results."""
    store = JobStore()
    _show(store, job_verbs.refresh(store, job_id), as_json=as_json)


@train.command()
def watch(
    job_id: JobArgument,
    every: Annotated[float, typer.Option(min=0.1, help="Seconds between updates.")] = 2.0,
    as_json: JsonOption = False,
) -> None:
    """Follow a job until it ends. If you interrupt the command, the job continues."""
    store = JobStore()
    job = job_verbs.refresh(store, job_id)
    said = ""
    while not job.ended:
        line = _line(job, curves_of(store, job))
        if line != said:
            stderr().print(line, markup=False)
            said = line
        if job.state == "queued" and any(event.kind == "state" for event in job.events):
            break  # the trainer is gone; waiting would be for ever
        time.sleep(every)
        job = job_verbs.refresh(store, job.id)
    _show(store, job, as_json=as_json)
    if job.state == "failed":
        raise typer.Exit(1)


@train.command()
def resume(job_id: JobArgument, as_json: JsonOption = False) -> None:
    """Resume a stopped job from its last checkpoint."""
    store = JobStore()
    _show(store, job_verbs.resume(store, job_id), as_json=as_json)


@train.command()
def cancel(job_id: JobArgument, as_json: JsonOption = False) -> None:
    """Stop a job. Its last checkpoint is kept."""
    store = JobStore()
    _show(store, job_verbs.cancel(store, job_id), as_json=as_json)


@train.command(name="list")
def list_jobs(as_json: JsonOption = False) -> None:
    """List all jobs, newest first, with their last known state."""
    store = JobStore()
    jobs = store.all()
    for lost in sorted(set(store.ids()) - {job.id for job in jobs}):
        stderr().print(f"{lost} cannot be read: {store.folder / lost}", markup=False)
    if as_json:
        print_json({"jobs": [_summary(job) for job in jobs]})
        return
    table = Table("Job", "State", "Backend", "Base model", "Created")
    for job in jobs:
        table.add_row(
            job.id, job.state, job.backend, escape(job.base_model), f"{job.created_at:%Y-%m-%d %H:%M}"
        )
    stdout().print(table if jobs else "No jobs yet. Start one with: advisor train submit BUNDLE")


@train.command()
def logs(job_id: JobArgument) -> None:
    """Print the trainer's log, or the provider's events."""
    store = JobStore()
    job = store.load(job_id)
    path = store.folder_of(job.id) / "run" / "log.txt"
    if path.exists():
        echo(path.read_text(encoding="utf-8", errors="replace"))
    for event in job.events:
        echo(f"{event.at:%Y-%m-%d %H:%M:%S}  {event.message}")


@train.command(name="run-model")
def run_model(
    targets: Annotated[
        list[str],
        typer.Argument(help="Jobs or adapter folders; NAME=JOB or NAME=FOLDER sets the served name."),
    ],
    port: PortOption = 8766,
    host: Annotated[str, typer.Option(help="Loopback address to listen on.")] = "127.0.0.1",
    base_gguf: Annotated[
        Path | None, typer.Option(help="Base model as GGUF (default: the packaged one).")
    ] = None,
    merged: Annotated[
        bool,
        typer.Option(
            "--merged", help="Merge the adapter into the base, which is faster. Needs exactly one adapter."
        ),
    ] = False,
    allow_other_prompts: Annotated[
        bool,
        typer.Option(
            "--allow-other-prompts", help="Accept system prompts other than the one used in training."
        ),
    ] = False,
    context: Annotated[
        int, typer.Option(min=64, help="Context in tokens for one request, prompt plus answer.")
    ] = 2048,
    as_json: JsonOption = False,
) -> None:
    """Serve tuned models at an OpenAI-compatible URL. A request's `model` picks one."""
    from advisor.train.loopback import check_loopback, run_app
    from advisor.train.serving.server import ServeOptions, build_server

    check_loopback(host)
    options = ServeOptions(
        base_gguf=base_gguf, merged=merged, context=context, allow_other_prompts=allow_other_prompts
    )
    app, names = build_server(targets, options, JobStore())
    models = [item.name for item in names]
    run_app(
        app, host, port, on_ready=lambda url: _announce({"base_url": f"{url}/v1", "models": models}, as_json)
    )


def _announce(facts: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(facts)
        return
    for name, value in facts.items():
        stderr().print(f"{name}: {value if isinstance(value, str) else ', '.join(value)}", markup=False)


def _summary(job: Job) -> dict[str, Any]:
    return job.model_dump(mode="json", exclude={"events"})


def _show(store: JobStore, job: Job, *, as_json: bool) -> None:
    curves = curves_of(store, job)
    if as_json:
        print_json(
            {**job.model_dump(mode="json"), "progress": curves.latest, "folder": str(store.folder_of(job.id))}
        )
        return
    stdout().print(f"{job.id}  {_line(job, curves)}", markup=False)
    if job.tuned_model:
        stdout().print(f"model: {job.tuned_model}", markup=False)
    for artefact in job.artefacts:
        stdout().print(
            f"{artefact.kind}: {artefact.location}  {(artefact.sha256 or '')[:12]}", highlight=False
        )
    if job.error:
        raise AdvisorError(job.error.rstrip("."), place=job.id, remedy="See: advisor train logs " + job.id)


def _line(job: Job, curves: JobCurves) -> str:
    latest = curves.latest
    parts = [str(job.state)]
    if job.state == "running" and latest.get("kind") == "stage":
        parts.append(latest["message"])
    if "step" in latest and latest.get("max_steps"):
        parts.append(f"step {latest['step']} of {latest['max_steps']}")
    for name, label in (("loss", "loss"), ("eval_loss", "eval loss")):
        if name in latest:
            parts.append(f"{label} {latest[name]:.4f}")
    if "tokens_per_second" in latest:
        parts.append(f"{latest['tokens_per_second']:.0f} tokens/s")
    if "memory_gib" in latest:
        parts.append(f"{latest['memory_gib']:.2f} GiB")
    if job.state == "running" and latest.get("seconds_left"):
        parts.append(f"{latest['seconds_left'] / 60:.1f} min left")
    if job.state == "queued" and latest and entry(job.backend).kind == "local":
        parts.append(f"stopped; resume with: advisor train resume {job.id}")
    return " · ".join(parts)
