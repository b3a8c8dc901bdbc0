"""The command audit: findings, their rows, why they matter and what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer
from rich.markup import escape

from advisor.data.records import Audit, AuditInputs, AuditOptions, Finding
from advisor.doors.cli.data_options import (
    BaselineOption,
    BenchmarkOption,
    DataArgument,
    EmbeddingOption,
    EvalOption,
    ExecutorOption,
    FailOnOption,
    GoalOption,
    LengthOption,
    ModelOption,
    ProductionOption,
    SystemOption,
    WriteBaselineOption,
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
    stdout,
)
from advisor.doors.cli.using_measured import write_measured
from advisor.errors import AdvisorError, did_you_mean

SEVERITIES = ("error", "warning", "note")
MARKS = {"error": "[bold red]error[/]", "warning": "[yellow]warning[/]", "note": "[dim]note[/]"}


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
    options = audit_options(model, max_length, system_prompt, goal=goal, embedding_model=embedding_model)
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


def audit_options(
    model: str | None, max_length: int | None, system_prompt: Path | None, **more: Any
) -> AuditOptions:
    """Check what the commands were told and return it as the audit takes it."""
    goals = ("style", "format", "classification", "skill")
    if more.get("goal") not in (None, *goals):
        raise AdvisorError(
            f"there is no goal '{more['goal']}'", place="--goal", remedy=did_you_mean(more["goal"], goals)
        )
    return AuditOptions(model=model, max_length=max_length, system_prompt=text_of(system_prompt), **more)


def text_of(path: Path | None) -> str | None:
    """Read a text file in UTF-8; None where no file is named."""
    if path is None:
        return None
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise AdvisorError(
            f"the file cannot be read ({error})", place=str(path), remedy="Give a text file in UTF-8."
        ) from error
