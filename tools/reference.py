"""Reference pages from the code itself: commands and options, the Python surface, the fields of a recommendation."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import typer.main

from advisor.doors.cli import build

# What a program may rely on: module and names. Everything else may move.
SURFACE = {
    "advisor.advice": ("advise_from",),
    "advisor.catalog": ("load_catalog",),
    "advisor.cost": ("project", "compare_models"),
    "advisor.data.audit": ("audit",),
    "advisor.evaluate.evaluating": ("evaluate",),
    "advisor.train.planning": ("plan_training",),
    "advisor.errors": ("AdvisorError",),
}


def commands_page() -> str:
    """Return every command with its arguments, options and defaults as Markdown."""
    group = typer.main.get_command(build())
    lines = [
        "# Commands",
        "",
        "Generated from the command line itself. `advisor COMMAND --help` prints the same.",
        "",
    ]
    for name, command in sorted(group.commands.items()):  # type: ignore[attr-defined]
        lines += _command(f"advisor {name}", command)
    return "\n".join(lines).rstrip() + "\n"


def _command(name: str, command: Any) -> Iterator[str]:
    yield from (f"## {name}", "", inspect.cleandoc(command.help or "").replace("\b\n", ""), "")
    for sub, inner in getattr(command, "commands", {}).items():
        yield from _command(f"{name} {sub}", inner)
    shown = [item for item in command.params if not getattr(item, "hidden", False) and item.name != "help"]
    if shown and not hasattr(command, "commands"):
        yield from ("| argument or option | meaning |", "| --- | --- |")
        yield from (f"| {_names(item)} | {_meaning(item)} |" for item in shown)
        yield ""


def _names(item: Any) -> str:
    names = item.opts if item.param_type_name == "option" else [(item.metavar or item.name or "").upper()]
    return ", ".join(f"`{name}`" for name in names)


def _meaning(item: Any) -> str:
    text = " ".join((getattr(item, "help", None) or "").split()).replace("|", "\\|")
    default = item.default
    plain = isinstance(default, (int, float, str)) and not isinstance(default, bool) and default != ""
    said = "default" in text.lower()
    return text if said or not plain else f"{text} (default: {getattr(default, 'value', default)})"


def python_page() -> str:
    """Return the public functions with signature and docstring as Markdown."""
    lines = ["# Python", "", "What a program may rely on. Everything else may move between versions.", ""]
    for module_name, names in SURFACE.items():
        module = __import__(module_name, fromlist=list(names))
        for name in names:
            thing = getattr(module, name)
            signature = (
                f"{name}{inspect.signature(thing)}".replace("'", "") if inspect.isfunction(thing) else name
            )
            lines += [
                f"## {name}",
                "",
                f"```python\nfrom {module_name} import {name}\n\n{signature}\n```",
                "",
            ]
            lines += [f"```text\n{inspect.cleandoc(thing.__doc__ or '')}\n```", ""]
    return "\n".join(lines).rstrip() + "\n"


def fields_page(schema: dict[str, Any]) -> str:
    """Return the fields of a JSON schema as one table for each record."""
    lines = [
        "# JSON of a recommendation",
        "",
        "What `advisor decide --json` and `advisor report -o x.json` print.",
        "",
    ]
    for name, record in {"advice": schema, **schema.get("$defs", {})}.items():
        if fields := record.get("properties"):
            lines += [f"## {name}", "", "| field | type | meaning |", "| --- | --- | --- |"]
            lines += [f"| `{field}` | {_type(value)} | {_text(value)} |" for field, value in fields.items()]
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _type(value: dict[str, Any]) -> str:
    if "$ref" in value:
        return str(value["$ref"]).rsplit("/", 1)[-1]
    if "anyOf" in value:
        return " or ".join(_type(item) for item in value["anyOf"])
    if "enum" in value or "const" in value:
        return ", ".join(f"`{item}`" for item in value.get("enum", [value.get("const")]))
    inner = value.get("items")
    kind = str(value.get("type", "any"))
    return f"{kind} of {_type(inner)}" if isinstance(inner, dict) and inner else kind


def _text(value: dict[str, Any]) -> str:
    return " ".join(str(value.get("description", "")).split()).replace("|", "\\|")
