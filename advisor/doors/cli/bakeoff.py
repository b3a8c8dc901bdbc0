"""The command bakeoff: ask every way of adapting a model about the same rows, and compare."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from advisor.doors.cli.bakeoff_options import (
    ArmOption,
    ExecutorOption,
    IndexOption,
    JudgeOption,
    StoreOption,
    WorkersOption,
)
from advisor.doors.cli.evaluate import show_evaluation
from advisor.doors.cli.evaluate_options import (
    ClusterOption,
    GoodEnoughOption,
    KeyOption,
    MarginOption,
    RubricOption,
    ScorerOption,
    WriteAnswersOption,
)
from advisor.doors.cli.options import (
    AsOfOption,
    JsonOption,
    RulesOption,
    catalog_of,
    day_of,
    print_json,
    stderr,
)
from advisor.doors.cli.terminal import confirm
from advisor.doors.cli.using_measured import write_measured
from advisor.errors import AdvisorError

if TYPE_CHECKING:
    from advisor.evaluate.bakeoff.records import BakeoffOptions, BakeoffPlan, Judging
    from advisor.evaluate.bakeoff.running import Ready, Tell
    from advisor.evaluate.records import Evaluation


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "bakeoff",
        help="Measure prompting, few-shot, RAG, fine-tuning, and RAG with fine-tuning on your own rows.",
    )(bakeoff_command)


def bakeoff_command(
    answers: Annotated[
        Path | None,
        typer.Argument(help="Answers file. Without --arm, the arms are the strategies of its shortlist."),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(metavar="DIR|FILE", help="DIR with train.jsonl and eval.jsonl, or one FILE to split."),
    ] = None,
    documents: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of documents for retrieval.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="Model to call. Written as provider:name, it also sets the price list.")
    ] = None,
    base_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="URL of the model's service, with /v1 (default: the packaged small model)."
        ),
    ] = None,
    arm: ArmOption = None,
    scorer: ScorerOption = None,
    judge: JudgeOption = None,
    rubric: RubricOption = None,
    margin: MarginOption = 3.0,
    good_enough: GoodEnoughOption = None,
    cluster: ClusterOption = None,
    rows: Annotated[
        int | None, typer.Option(min=1, help="Number of held-out rows to ask about (default: all).")
    ] = None,
    shots: Annotated[int, typer.Option(min=1, max=64, help="Number of examples in few-shot arms.")] = 4,
    passages: Annotated[
        int, typer.Option(min=1, max=64, help="Number of passages that retrieval adds to a prompt.")
    ] = 3,
    index: IndexOption = None,
    store: StoreOption = None,
    max_tokens: Annotated[int, typer.Option(min=1, help="Longest answer in tokens.")] = 256,
    whole_text_tokens: Annotated[
        int, typer.Option(min=1, help="Largest text for the whole-text arm, in tokens.")
    ] = 100_000,
    optimise_calls: Annotated[
        int, typer.Option(min=10, help="Calls that the prompt optimiser may make.")
    ] = 200,
    max_usd: Annotated[
        float | None, typer.Option(min=0, help="Spending limit in USD. No call that could exceed it is made.")
    ] = None,
    concurrency: Annotated[int, typer.Option(min=1, max=256, help="Concurrent calls.")] = 4,
    requests_per_minute: Annotated[
        int | None,
        typer.Option(
            min=1, help="Limit on calls per minute (default: 300; none for a service on this machine)."
        ),
    ] = None,
    executor: ExecutorOption = "local",
    workers: WorkersOption = 2,
    key_from: KeyOption = "OPENAI_API_KEY",
    seed: Annotated[int, typer.Option(help="Seed of every random choice; also sent with every call.")] = 20,
    out: Annotated[
        Path | None,
        typer.Option(
            "-o", "--run", metavar="DIR", help="Folder of the run (default: one named after its settings)."
        ),
    ] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Print the plan and call no model.")] = False,
    demo: Annotated[
        bool,
        typer.Option(
            "--demo", help="Run the packaged model and task: no key, no network, training included."
        ),
    ] = False,
    write_answers: WriteAnswersOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Send rows without confirmation.")] = False,
    rules: RulesOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print the plan, run it, and print the verdict. Ctrl-C keeps every answer. The same command resumes."""
    from advisor.evaluate.bakeoff.folder import open_run
    from advisor.evaluate.bakeoff.running import ready

    if demo:
        options = _demo(data, model)
    else:
        options = _options(
            answers=answers, data=data, documents=documents, model=model, base_url=base_url, arms=arm or [],
            scorers=tuple(scorer or ()), margin=margin / 100, cluster=cluster,
            good_enough=None if good_enough is None else good_enough / 100, most_rows=rows, shots=shots,
            passages=passages, max_tokens=max_tokens, whole_text_tokens=whole_text_tokens,
            optimise_calls=optimise_calls, max_usd=max_usd, concurrency=concurrency,
            requests_per_minute=requests_per_minute, key_variable=key_from, seed=seed,
            judge=_judging(judge, rubric), index=index or ("static" if store else "bm25"), store=store,
            executor=executor, workers=workers,
        )  # fmt: skip
    day = day_of(as_of)
    made = ready(open_run(options, out), catalog_of(rules), day=day)
    _show_plan(made.plan, made.folder.path)
    if plan:
        if as_json:
            print_json({"plan": made.plan.model_dump(mode="json"), "run": str(made.folder.path)})
        return
    _agree(options, yes=yes)
    result = _carried_out(made, day)
    if write_answers is not None:
        from advisor.evaluate.measured import run_of

        write_measured(write_answers, run_of(result), catalog_of(rules))
    _finish(made, result, as_json=as_json)


def _judging(judge: str | None, rubric: str | None) -> Judging | None:
    from advisor.evaluate.bakeoff.records import Judging
    from advisor.evaluate.judging.grades import RUBRIC, rubric_of

    if judge is None:
        if rubric is not None:
            raise AdvisorError("no judge model is named", place="--rubric", remedy="Name it with --judge.")
        return None
    model, _, url = judge.partition("@http")
    told = RUBRIC if rubric is None else rubric_of(rubric)
    return Judging(model=model.strip(), base_url=f"http{url}" if url else None, rubric=told)


def _demo(data: Path | None, model: str | None) -> BakeoffOptions:
    from advisor.evaluate.bakeoff.demo import demo_options

    if data is not None or model is not None:
        raise AdvisorError(
            "the demo has its own data and model",
            place="--demo",
            remedy="Omit --data and --model.",
        )
    return demo_options()


def _options(*, arms: list[str], data: Path | None, model: str | None, **others: object) -> BakeoffOptions:
    from advisor.evaluate.bakeoff.choosing import read_arm
    from advisor.evaluate.bakeoff.records import BakeoffOptions

    for name, value in (("--data", data), ("--model", model)):
        if value is None:
            raise AdvisorError(
                f"{name} is missing",
                place="advisor bakeoff",
                remedy=f"Add {name}, or try: advisor bakeoff --demo.",
            )
    paths = {
        name: value.absolute() if isinstance(value, Path) else value
        for name, value in {**others, "data": data}.items()
    }
    return BakeoffOptions.model_validate({**paths, "model": model, "arms": tuple(map(read_arm, arms))})


def _agree(options: BakeoffOptions, *, yes: bool) -> None:
    from advisor.net import is_local

    judge = options.judge.base_url if options.judge else None
    if yes or all(is_local(url) for url in (options.base_url, judge) if url is not None):
        return
    if not (sys.stdin.isatty() and confirm("Send the rows and passages?")):
        raise AdvisorError(
            "sending the rows was not confirmed",
            place="--yes",
            remedy="Nothing was sent. Add --yes to send them.",
        )


def _carried_out(made: Ready, day: object) -> Evaluation:
    from datetime import date

    from advisor.evaluate.bakeoff.running import Cancelled, run

    assert isinstance(day, date)
    try:
        return run(made, day=day, tell=_teller())
    except (KeyboardInterrupt, Cancelled):
        stderr().print(
            f"\nStopped. Every answer is kept in {made.folder.path}. The same command resumes. "
            "A training job in progress finishes by itself and is picked up.",
            markup=False,
        )
        raise typer.Exit(130) from None


def _teller() -> Tell:
    from advisor.evaluate.bakeoff.running import Progress

    console, said = stderr(), [""]
    lively = console.is_terminal

    def tell(now: Progress) -> None:
        # On a terminal every answer shows; in a log a line for each arm and tenth is enough.
        mark = now.doing if lively or not now.total else f"{now.arm}{10 * now.done // now.total}"
        if mark != said[0]:
            said[0] = mark
            console.print(
                f"{now.done} of {now.total}  {now.arm}: {now.doing}",
                markup=False,
                end="\r" if lively else "\n",
            )

    return tell


def _show_plan(plan: BakeoffPlan, folder: Path) -> None:
    from rich.markup import escape
    from rich.table import Table

    console = stderr()
    table = Table("Arm", "What it does", "calls", "tokens in", "tokens out", "USD", box=None)
    for one in (*plan.arms, *([plan.judge] if plan.judge else [])):
        usd = "unknown" if one.usd is None else f"{one.usd:,.4f}"
        table.add_row(one.arm, one.does, f"{one.calls:,}", f"{one.tokens_in:,}", f"{one.tokens_out:,}", usd)
    console.print(table)
    money = (
        "no price is known"
        if plan.usd is None
        else f"{plan.usd.expected:,.4f} USD ({plan.usd.low:,.4f} to {plan.usd.high:,.4f})"
    )
    shows = (
        "" if plan.shows is None else f"; these rows can detect differences of about {plan.shows:g} points"
    )
    console.print(
        escape(
            f"{plan.calls:,} questions about {plan.rows} held-out rows, {plan.asked:,} answered already; {plan.train_rows} training rows{shows}.\n"
            f"{money}; about {max(1, round(plan.seconds / 60))} min{f', {plan.training_runs} training runs included' if plan.training_runs else ''}.\n"
            f"Asked: {plan.receiver}.\nRun: {folder}"
        ),
        soft_wrap=True,
    )
    for note in (*(f"left out: {one}" for one in plan.left_out), *plan.notes):
        console.print(f"[dim]{escape(note)}[/]", soft_wrap=True)


def _finish(made: Ready, result: Evaluation, *, as_json: bool) -> None:
    from advisor.evaluate.bakeoff.folder import JOURNAL

    if as_json:
        more = {
            "plan": made.plan.model_dump(mode="json"), "run": str(made.folder.path),
            "journal": str(made.folder.path / JOURNAL),
        }  # fmt: skip
        print_json(result.model_dump(mode="json") | more)
        return
    show_evaluation(result)
