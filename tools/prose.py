"""Report words that readers stumble over, in Markdown, help, docstrings, errors and the rulebook.

``python tools/prose.py`` exits with 1 where it finds one; ``--counts`` prints how often each pattern occurs instead.
The words are in tools/prose.yaml, the reasons in docs/style.md.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).resolve().parent.parent
# Generated from what is checked already, history, and other people's words.
SKIPPED = (
    "docs/rules.md",
    "docs/cases.md",
    "docs/checks.md",
    "docs/causes.md",
    "docs/reference/",
    "docs/style.md",
    "rules/cases/",
    "rules/sources",
)
_CODE = re.compile(r"```.*?```|`[^`\n]*`|<!--.*?-->|\]\([^)]*\)", re.DOTALL)


class Text(NamedTuple):
    """A piece of prose and where it is."""

    place: str
    line: int
    kind: str
    words: str


def texts() -> Iterator[Text]:
    """Yield every text of the project that a person reads."""
    for path in sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("*/README.md")]):
        yield from _lines(path, _CODE.sub(_blank, path.read_text(encoding="utf-8")), "prose")
    for path in sorted(ROOT.glob("rules/**/*.yaml")):
        yield from _lines(path, path.read_text(encoding="utf-8"), "rulebook")
    for path in sorted([*ROOT.glob("advisor/**/*.py"), ROOT / "app.py"]):
        yield from _strings(path)


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found.group())


def _lines(path: Path, text: str, kind: str) -> Iterator[Text]:
    for number, line in enumerate(text.splitlines(), 1):
        yield Text(path.relative_to(ROOT).as_posix(), number, kind, line.strip())


def _strings(path: Path) -> Iterator[Text]:
    place = path.relative_to(ROOT).as_posix()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    helps = {
        id(keyword.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "help"
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            kind = "docstring" if id(node) in documented else "help" if id(node) in helps else "string"
            for offset, line in enumerate(node.value.splitlines()):
                if kind != "docstring" or offset == 0 or line.strip():
                    yield Text(place, node.lineno + offset, kind, _code_free(line.strip()))


def _code_free(line: str) -> str:
    return re.sub(r"``[^`]*``", "", line)


def findings() -> Iterator[tuple[Text, str, str]]:
    """Yield each text with the words found in it and what to write instead."""
    patterns: list[dict[str, Any]] = yaml.safe_load(
        (ROOT / "tools" / "prose.yaml").read_text(encoding="utf-8")
    )
    for item in patterns:
        item["compiled"] = re.compile(item["find"], re.IGNORECASE if "^" not in item["find"] else 0)
    for text in texts():
        if text.place.startswith(SKIPPED):
            continue
        for item in patterns:
            if text.place.startswith(tuple(item.get("except", ()))):
                continue
            if item.get("in", text.kind) == text.kind and (found := item["compiled"].search(text.words)):
                yield text, found.group(), str(item["write"])


def main() -> int:
    """Print findings, or their counts."""
    found = list(findings())
    if "--counts" in sys.argv:
        for words, count in Counter(words.lower() for _, words, _ in found).most_common():
            print(f"{count:5}  {words}")
        return 0
    for text, words, write in found:
        print(f"{text.place}:{text.line}: '{words}' → {write}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
