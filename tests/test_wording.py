"""Every text of the interface is in one file, and the code names what is in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from string import Formatter

import pytest
from streamlit.testing.v1 import AppTest

from advisor.catalog import Catalog, load_catalog
from advisor.wording import say, texts

ADVISOR = Path(__file__).resolve().parent.parent / "advisor"
MODULES = sorted([*ADVISOR.glob("doors/ui/*.py"), *ADVISOR.glob("share/report/*.py")])


def calls() -> Iterator[tuple[str, str, set[str], bool, bool]]:
    """Where a text is asked for, its key ("*" where the code fills it in), the values, whether there may be more values,
    and whether the code chooses between keys."""
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
                place = f"{path.relative_to(ADVISOR)}:{node.lineno}"
                for key in keys(node.args[0]):
                    names = {item.arg for item in node.keywords if item.arg}
                    more = any(item.arg is None for item in node.keywords)
                    yield place, key, names, more, not isinstance(node.args[0], ast.Constant)


def keys(node: ast.expr) -> Iterator[str]:
    """The keys that an argument can be; a choice of two is two keys."""
    if isinstance(node, ast.IfExp):
        yield from keys(node.body)
        yield from keys(node.orelse)
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values)
    elif isinstance(node, ast.Constant):
        yield str(node.value)
    else:
        yield "*"


def fields(text: str) -> set[str]:
    return {re.split(r"[.\[]", name)[0] for _, name, _, _ in Formatter().parse(text) if name}


def test_every_text_that_the_code_names_is_in_the_file_with_the_same_values():
    wrong = []
    for place, key, values, more, choice in calls():
        found = [name for name in texts() if fnmatchcase(name, key)]
        if not found:
            wrong.append(f"{place}: no text {key}")
        for name in found if key != "*" else []:
            needed = fields(texts()[name])
            if (needed - values and not more) or (values - needed and not choice):
                wrong.append(f"{place}: {name} has {sorted(needed)}, the code gives {sorted(values)}")
    assert not wrong, "\n".join(wrong)


def test_every_text_in_the_file_is_used():
    named = {key for _, key, *_ in calls() if key != "*"}
    unused = [name for name in texts() if not any(fnmatchcase(name, key) for key in named)]
    assert not unused


TWO_WORDS = re.compile(r"[A-Za-z’']{2,}[,;:.]? +[A-Za-z’'(]{2,}")
MARKUP = re.compile(r"<[^>]*>|<[^>]*$|^[^<]*>")
PARTS_OF_A_COST = {
    "examples in the prompt", "knowledge in the prompt", "retrieved context", "query embedding", "vector store",
}  # fmt: skip


def literals(path: Path) -> Iterator[tuple[int, str]]:
    """Every literal of a module but docstrings, keys of texts and what only a programmer reads."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(id(node.value))
        elif isinstance(node, ast.JoinedStr):
            skipped |= {id(part) for part in node.values}
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in (
            "say",
            "re.compile",
            "re.search",
            "_LOG.exception",
        ):
            skipped |= {id(argument) for argument in node.args}
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.JoinedStr):
            parts = [str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values]
            yield node.lineno, "".join(parts)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_no_text_is_written_in_the_code(path):
    found = [(line, text) for line, text in literals(path) if TWO_WORDS.search(MARKUP.sub(" ", text))]
    assert not [
        (line, text)
        for line, text in found
        if not text.startswith("advisor ") and text not in PARTS_OF_A_COST  # a command is the same everywhere
    ]


def test_a_number_chooses_its_word(monkeypatch):
    monkeypatch.setitem(texts(), "test.rows", "{count} {count:row|rows} of {total:,}")
    assert say("test.rows", count=1, total=2_000) == "1 row of 2,000"
    assert say("test.rows", count=3, total=2_000) == "3 rows of 2,000"


def test_a_value_is_never_read_as_a_template(monkeypatch):
    monkeypatch.setitem(texts(), "test.title", "About {title}")
    assert say("test.title", title="{0.__class__} {title}") == "About {0.__class__} {title}"


def test_a_text_that_is_missing_is_an_error():
    with pytest.raises(KeyError):
        say("test.nowhere")


def page(name: str) -> None:
    import importlib

    from advisor.catalog import load_catalog
    from advisor.doors.ui import state

    state.begin(name, load_catalog())
    importlib.import_module(f"advisor.doors.ui.{name}").render()


PAGES = (
    "recommendation",
    "costs",
    "compare",
    "data",
    "sizing",
    "train",
    "evaluate",
    "diagnose",
    "library",
    "rulebook",
)
ANSWERS = {
    "knowledge_gap": "main",
    "behavior_gap": "some",
    "knowledge_change": "weekly",
    "labelled_examples": "300",
}


OF_THE_RULEBOOK = ("recommendation", "rulebook")
"""Pages that show titles of rules and labels of answers, which are in the rulebook's own files."""


def titles(catalog: Catalog) -> set[str]:
    answers = {option.label for fact in catalog.facts.values() for option in fact.options}
    return answers | {rule.title for rule in catalog.rules.values()} | {"Yes", "No"}


@pytest.fixture
def other_language(monkeypatch):
    for name, text in texts().items():
        monkeypatch.setitem(texts(), name, f"⟦{text}⟧")


@pytest.mark.parametrize("name", PAGES)
def test_with_another_file_a_page_is_in_another_language(name, other_language, tmp_path, monkeypatch):
    monkeypatch.setenv("ADVISOR_DATA", str(tmp_path))
    app = AppTest.from_function(page, kwargs={"name": name}, default_timeout=120)
    for fact, answer in ANSWERS.items():
        app.query_params[fact] = answer
    app.run()
    assert not app.exception
    told = [item.value for kind in (app.title, app.header, app.subheader) for item in kind]
    told += [item.label for kind in (app.button, app.expander, app.tabs, app.text_input) for item in kind]
    told = [text for text in told if not re.fullmatch(r"[\d,.]*", text)]
    assert told
    if name in OF_THE_RULEBOOK:
        told = [
            text
            for text in told
            if not any(words in text.replace("\\", "") for words in titles(load_catalog()))
        ]
    assert [text for text in told if text and "⟦" not in text] == []
