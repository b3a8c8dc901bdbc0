"""The commands audit, fix, split and augment; augment shows the cost before it spends."""

from __future__ import annotations

import typer

from advisor.doors.cli.audit import audit_command, audit_options, text_of
from advisor.doors.cli.data_options import (
    AugmentedOption,
    ConcurrencyOption,
    DataArgument,
    DryRunOption,
    EndpointOption,
    EvalShareOption,
    FixedFileOption,
    GroupOption,
    KeyOption,
    LengthOption,
    ModelOption,
    PriceInOption,
    PriceOutOption,
    RateOption,
    RedactOption,
    SeedOption,
    SkipBrokenOption,
    SplitFolderOption,
    StratifyOption,
    SystemOption,
    TimeOption,
    ToOption,
    VariationsOption,
    WriterOption,
    YesOption,
)
from advisor.doors.cli.options import (
    JsonOption,
    RulesOption,
    catalog_of,
    print_json,
    stderr,
    stdout,
)
from advisor.doors.cli.terminal import confirm
from advisor.errors import AdvisorError


def register(app: typer.Typer) -> None:
    """Add the dataset commands."""
    for name, command, words in (
        (
            "audit",
            audit_command,
            "Check a training file: problems, their rows, why they matter and what to do.",
        ),
        (
            "fix",
            fix_command,
            "Write a copy with safe fixes, and a diff. Quarantine the rows that cannot be fixed.",
        ),
        (
            "split",
            split_command,
            "Split rows into train and eval files. Groups and near-duplicates stay together in one file.",
        ),
        ("augment", augment_command, "Paraphrase training rows with a language model. Shows the cost first."),
    ):
        app.command(name, help=words)(command)


def fix_command(
    data: DataArgument,
    output: FixedFileOption,
    system_prompt: SystemOption = None,
    to: ToOption = None,
    redact: RedactOption = False,
    model: ModelOption = None,
    max_length: LengthOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fix a file and print what was done."""
    from advisor.data.fix import FixOptions, fix

    options = FixOptions(
        system_prompt=text_of(system_prompt),
        to_chat=_is_chat(to),
        redact=redact,
        audit=audit_options(model, max_length, None),
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
        raise AdvisorError(f"cannot write rows as '{to}'", place="--to", remedy="Use chat, the only format.")
    return to == "chat"


def split_command(
    data: DataArgument,
    output: SplitFolderOption,
    eval_share: EvalShareOption = None,
    seed: SeedOption = None,
    stratify: StratifyOption = None,
    group: GroupOption = None,
    time: TimeOption = None,
    skip_broken: SkipBrokenOption = False,
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
    requests_per_minute: RateOption = None,
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
