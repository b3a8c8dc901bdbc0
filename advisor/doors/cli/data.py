"""The commands audit, fix, split and augment."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from advisor.data.records import Audit, AuditInputs, AuditOptions, Finding
from advisor.doors.cli.data_options import (
    AugmentedOption,
    BaselineOption,
    BenchmarkOption,
    ConcurrencyOption,
    DataArgument,
    DryRunOption,
    EmbeddingOption,
    EndpointOption,
    EvalOption,
    ExecutorOption,
    FailOnOption,
    GoalOption,
    KeyOption,
    LengthOption,
    ModelOption,
    PriceInOption,
    PriceOutOption,
    ProductionOption,
    RateOption,
    SystemOption,
    VariationsOption,
    WriteBaselineOption,
    WriterOption,
    YesOption,
)
from advisor.doors.cli.evaluate_options import WriteAnswersOption
from advisor.doors.cli.options import (
    AsOfOption,
    GateOption,
    JsonOption,
    RulesOption,
    catalog_of,
    day_of,
    print_gate,
    print_json,
    stderr,
    stdout,
)
from advisor.doors.cli.terminal import confirm
from advisor.doors.cli.using_measured import write_measured
from advisor.errors import AdvisorError, did_you_mean

SEVERITIES = ("error", "warning", "note")
MARKS = {"error": "[bold red]error[/]", "warning": "[yellow]warning[/]", "note": "[dim]note[/]"}


def register(app: typer.Typer) -> None:
    """Add the dataset commands."""
    for name, command, words in (
        (
            "audit",
            audit_command,
            "Check a training file: problems, their rows, why they matter and what to do.",
        ),
        ("fix", fix_command, "Write a copy with safe fixes and a diff. Quarantine the rest."),
        ("split", split_command, "Split into train and eval. Groups and near-duplicates stay on one side."),
        ("augment", augment_command, "Paraphrase training rows with a language model. Shows the cost first."),
    ):
        app.command(name, help=words)(command)


def audit_command(
    data: DataArgument,
    eval_file: EvalOption = None,
    production: ProductionOption = None,
    benchmark: BenchmarkOption = None,
    model: ModelOption = None,
    max_length: LengthOption = None,
    system_prompt: SystemOption = None,
    goal: GoalOption = None,
    embedding_model: EmbeddingOption = None,
    fail_on: FailOnOption = None,
    baseline: BaselineOption = None,
    save_baseline: WriteBaselineOption = None,
    executor: ExecutorOption = "",
    form: GateOption = None,
    write_answers: WriteAnswersOption = None,
    rules: RulesOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Audit a file and print the findings."""
    from advisor.data.audit import audit
    from advisor.data.baseline import failing, worse_than, write_baseline
    from advisor.data.measured_run import run_of

    gate = _severity(fail_on)
    options = _options(model, max_length, system_prompt, goal=goal, embedding_model=embedding_model)
    inputs = AuditInputs(data=data, eval=eval_file, production=production, benchmarks=benchmark or [])
    result = audit(inputs, options, executor=_executor(executor), progress=None)
    counted = worse_than(baseline, result) if baseline else result.findings
    if save_baseline:
        write_baseline(save_baseline, result)
    if write_answers:
        write_measured(write_answers, run_of(result, day_of(as_of)), catalog_of(rules))
    if form is not None:
        from advisor.share.report.gates import gate_of_audit

        failing_ones = _failing_severities((gate or "warning") if gate or baseline else None)
        print_gate(gate_of_audit(result, counted, failing_ones), form)
    elif as_json:
        print_json(
            result.model_dump(mode="json")
            | ({"worse_than_baseline": [one.model_dump(mode="json") for one in counted]} if baseline else {})
        )
    else:
        _show(result, counted if baseline else None)
    if (gate or baseline) and failing(counted, gate or "warning"):  # type: ignore[arg-type]
        raise typer.Exit(1)


def _failing_severities(gate: str | None) -> tuple[str, ...]:
    return SEVERITIES[: SEVERITIES.index(gate) + 1] if gate else ()


def _severity(text: str | None) -> str | None:
    if text is not None and text not in SEVERITIES:
        raise AdvisorError(
            f"there is no severity '{text}'", place="--fail-on", remedy=did_you_mean(text, SEVERITIES)
        )
    return text


def _options(
    model: str | None, max_length: int | None, system_prompt: Path | None, **more: Any
) -> AuditOptions:
    goals = ("style", "format", "classification", "skill")
    if more.get("goal") not in (None, *goals):
        raise AdvisorError(
            f"there is no goal '{more['goal']}'", place="--goal", remedy=did_you_mean(more["goal"], goals)
        )
    return AuditOptions(model=model, max_length=max_length, system_prompt=_text(system_prompt), **more)


def _text(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise AdvisorError(
            f"the file cannot be read ({error})", place=str(path), remedy="Give a text file in UTF-8."
        ) from error


def _executor(name: str) -> Any:
    from advisor.data.executor import executor_named

    return executor_named(name, 2) if name else None


def _show(result: Audit, worse: list[Finding] | None) -> None:
    console = stdout()
    tokens = result.tokens
    console.print(
        f"[bold]{escape(str(result.file))}[/]: {result.rows:,} rows, {result.format.container}, {escape(result.format.shape)}; {tokens.get('total', 0):,} tokens ({escape(str(tokens.get('template')))})"
    )
    for line in result.format.because + result.assumptions:
        console.print(f"  [dim]{escape(line)}[/]")
    for one in worse if worse is not None else result.findings:
        _show_finding(console, one)
    counts = {name: sum(one.severity == name for one in result.findings) for name in SEVERITIES}
    console.print(
        "\n"
        + ", ".join(f"{count} {name}{'' if count == 1 else 's'}" for name, count in counts.items())
        + (f"; {len(worse)} worse than the baseline" if worse is not None else "")
    )
    console.print(
        "measured: " + ", ".join(f"{name} = {value}" for name, value in result.facts.items()), markup=False
    )


def _show_finding(console: Any, one: Finding) -> None:
    console.print(
        f"\n{MARKS[one.severity]} [bold]{one.check}[/] [dim]({one.confidence} confidence)[/]\n  {escape(one.message)}"
    )
    if one.rows:
        shown = ", ".join(map(str, one.rows[:15])) + (f" … {one.count:,} in all" if one.count > 15 else "")
        console.print(f"  rows: {shown}")
    console.print(f"  [dim]why:[/] {escape(one.why)}\n  [dim]→[/] {escape(one.remedy)}")


def fix_command(
    data: DataArgument,
    output: Annotated[
        Path,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="New file. The diff and the quarantine are written beside it.",
        ),
    ],
    system_prompt: SystemOption = None,
    to: Annotated[str | None, typer.Option("--to", help="Format of every written row: chat.")] = None,
    redact: Annotated[
        bool, typer.Option("--redact", help="Replace personal data and secrets with stand-ins.")
    ] = False,
    model: ModelOption = None,
    max_length: LengthOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fix a file and print what was done."""
    from advisor.data.fix import FixOptions, fix

    options = FixOptions(
        system_prompt=_text(system_prompt),
        to_chat=_is_chat(to),
        redact=redact,
        audit=_options(model, max_length, None),
    )
    result = fix(data, output, options)
    if as_json:
        print_json(result)
        return
    console = stdout()
    console.print(
        f"{result.written:,} rows written to {output}; {result.changed:,} changed (see {result.diff}); {result.quarantined:,} quarantined (see {result.quarantine})",
        markup=False,
    )
    for reason, count in result.reasons.items():
        console.print(f"  {count:,} × {reason}", markup=False)


def _is_chat(to: str | None) -> bool:
    if to not in (None, "chat"):
        raise AdvisorError(f"cannot write rows as '{to}'", place="--to", remedy="Known: chat.")
    return to == "chat"


def split_command(
    data: DataArgument,
    output: Annotated[
        Path,
        typer.Option(
            "-o", "--output", metavar="DIR", help="Folder for train.jsonl, eval.jsonl and manifest.json."
        ),
    ],
    eval_share: Annotated[
        float | None,
        typer.Option("--eval-share", min=0.01, max=0.9, help="Share of rows held out (default: 0.1)."),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option("--seed", help="Seed that picks the held-out groups (default: 42, as in `plan`)."),
    ] = None,
    stratify: Annotated[
        str | None,
        typer.Option(
            "--stratify",
            metavar="FIELD",
            help="Stratify by this field; 'answer' for labels.",
        ),
    ] = None,
    group: Annotated[
        str | None,
        typer.Option(
            "--group",
            metavar="FIELD",
            help="Keep rows with the same value on one side, for example customer.",
        ),
    ] = None,
    time: Annotated[
        str | None, typer.Option("--time", metavar="FIELD", help="Hold out the latest rows by this field.")
    ] = None,
    skip_broken: Annotated[
        bool, typer.Option("--skip-broken", help="Skip broken lines instead of stopping.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Split a file and print the manifest."""
    from advisor.data.split import SplitOptions, split

    said = {"eval_share": eval_share, "seed": seed, "stratify": stratify, "group": group, "time": time}
    given = {name: value for name, value in said.items() if value is not None}
    options = SplitOptions(**given, skip_broken=skip_broken)
    manifest = split(data, output, options)
    if as_json:
        print_json(manifest)
        return
    stdout().print(
        f"{manifest.train.rows:,} rows in {output / 'train.jsonl'}, {manifest.eval.rows:,} in {output / 'eval.jsonl'}; {manifest.groups:,} groups kept together; manifest.json holds the hashes",
        markup=False,
    )
    for note in manifest.notes:
        stderr().print(f"note: {note}", markup=False)


def augment_command(
    data: DataArgument,
    output: AugmentedOption,
    model: WriterOption,
    base_url: EndpointOption = "https://api.openai.com/v1",
    variations: VariationsOption = 3,
    concurrency: ConcurrencyOption = 4,
    requests_per_minute: RateOption = 300,
    key_variable: KeyOption = "OPENAI_API_KEY",
    usd_in: PriceInOption = None,
    usd_out: PriceOutOption = None,
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    rules: RulesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the expected cost, then write variations of each training row."""
    from advisor.data.augment import augment, estimate
    from advisor.data.augment_records import AugmentOptions

    options = AugmentOptions(
        model=model,
        base_url=base_url,
        variations=variations,
        concurrency=concurrency,
        requests_per_minute=requests_per_minute,
        key_variable=key_variable,
        usd_per_mtok_in=usd_in,
        usd_per_mtok_out=usd_out,
    )
    catalog = catalog_of(rules)
    expected = estimate(data, output, options, catalog=catalog)
    stderr().print(expected.in_words(), markup=False)
    if dry_run:
        if as_json:
            print_json(expected)
        return
    if not yes and not confirm("Send the rows to this endpoint?"):
        raise typer.Exit(1)
    result = augment(data, output, options, catalog=catalog)
    if as_json:
        print_json(result)
        return
    stdout().print(
        f"{result.written:,} rows in {output}: {result.given:,} given, {result.added:,} added, {result.rejected:,} variations rejected; {result.cost_in_words()}",
        markup=False,
    )
