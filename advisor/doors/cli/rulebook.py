"""``rules check|list|show|overdue``: the rulebook from the terminal."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

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
from advisor.errors import AdvisorError, did_you_mean


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(no_args_is_help=True, help="Read and check the rulebook.")
    group.command()(check)
    group.command(name="list")(list_)
    group.command()(show)
    group.command()(overdue)
    app.add_typer(group, name="rules")


def check(
    samples: Annotated[
        int, typer.Option(min=1000, max=2_000_000, help="Number of scenarios to try the rules on.")
    ] = 50_000,
    form: GateOption = None,
    as_json: JsonOption = False,
    rules: RulesOption = None,
    as_of: AsOfOption = None,
) -> None:
    """Check names, examples, logic and sources: dead rules, contradictions, gaps, claims that a reader cannot verify.

    Exit code 1 if an error is found; warnings and notes do not fail.
    """
    from advisor.catalog.evidence import evidence_findings
    from advisor.decide.lint import LintFinding, lint

    catalog = catalog_of(rules)
    findings = lint(catalog, as_of=day_of(as_of), samples=samples)
    findings += [LintFinding.model_validate(item.model_dump()) for item in evidence_findings(catalog)]
    errors = [finding for finding in findings if finding.severity == "error"]
    if form is not None:
        from advisor.share.report.gates import gate_of_rules

        print_gate(gate_of_rules(findings), form)
    elif as_json:
        counts = {"facts": len(catalog.facts), "rules": len(catalog.rules), "sources": len(catalog.sources)}
        print_json({**counts, "findings": [finding.model_dump(mode="json") for finding in findings]})
    else:
        console = stdout()
        colours = {"error": "red", "warning": "yellow", "note": "dim"}
        for finding in findings:
            colour = colours[finding.severity]
            console.print(
                f"[{colour}]{finding.severity}[/] {escape(finding.place)}: {escape(finding.message)}"
            )
            if finding.scenario:
                console.print(f"  [dim]for example {escape(str(finding.scenario))}[/]")
        console.print(
            f"{len(catalog.rules)} rules, {len(catalog.facts)} facts, {len(catalog.sources)} sources: "
            f"{len(errors)} errors, {len(findings) - len(errors)} other findings"
        )
    if errors:
        raise typer.Exit(1)


def list_(as_json: JsonOption = False, rules: RulesOption = None) -> None:
    """List every rule with its effect."""
    from advisor.share.report import words

    catalog = catalog_of(rules)
    if as_json:
        found = [
            {
                "id": r.id,
                "title": r.title,
                "consideration": r.consideration,
                "effect": r.effect,
                "review_by": str(r.review_by),
            }
            for r in catalog.rules.values()
        ]
        print_json({"rules": found})
        return
    table = Table("rule", "effect", box=None)
    for rule in catalog.rules.values():
        table.add_row(
            rule.id,
            escape(
                words.effects(rule.effect, rule.rules_out, catalog) or "advises " + ", ".join(rule.advise)
            ),
        )
    stdout().print(table)


def show(
    rule: Annotated[str, typer.Argument(help="Id of a rule.")],
    as_json: JsonOption = False,
    rules: RulesOption = None,
) -> None:
    """Show one rule: condition, effect, why, evidence with its strength and age."""
    from advisor.share.report import words

    catalog = catalog_of(rules)
    if rule not in catalog.rules:
        raise AdvisorError(
            f"there is no rule '{rule}'", place="rules", remedy=did_you_mean(rule, catalog.rules)
        )
    found = catalog.rules[rule]
    if as_json:
        print_json(found)
        return
    console = stdout()
    console.print(f"[bold]{escape(found.title)}[/]  [dim]{catalog.places[rule]}[/]")
    console.print(f"when    {escape(str(found.when))}")
    console.print(f"effect  {escape(words.effects(found.effect, found.rules_out, catalog))}")
    console.print(f"because {escape(found.because)}\nunless  {escape(found.unless)}")
    for item in found.evidence:
        source = catalog.sources[item.source]
        console.print(
            f"• {escape(item.says)} [dim]{item.supports}; {escape(source.by)}, {source.published}; {escape(source.url)}[/]"
        )
    console.print(f"[dim]reviewed {found.reviewed}, due {found.review_by}[/]")


def overdue(as_json: JsonOption = False, rules: RulesOption = None, as_of: AsOfOption = None) -> None:
    """List rules and numbers whose review is overdue."""
    catalog = catalog_of(rules)
    day = day_of(as_of)
    due = [
        ("rule", name, str(rule.review_by)) for name, rule in catalog.rules.items() if rule.review_by < day
    ]
    due += [
        ("number", name, str(parameter.values[-1].review_by))
        for name, parameter in catalog.parameters.items()
        if parameter.values[-1].review_by < day
    ]
    if as_json:
        print_json({"as_of": str(day), "overdue": [{"kind": k, "id": i, "review_by": d} for k, i, d in due]})
        return
    for kind, name, by in sorted(due, key=lambda item: item[2]):
        stdout().print(f"{by}  {kind:<7} {name}  [dim]{catalog.places.get(name, '')}[/]")
    stdout().print(f"{len(due)} overdue on {day}")
