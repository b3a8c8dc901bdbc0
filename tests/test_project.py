"""What the project promises about itself: current generated files, locks without addresses, documented names."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def test_generated_files_are_current():
    command = [sys.executable, str(ROOT / "tools" / "generate.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_holds_hashes_and_no_address(name):
    text = (ROOT / name).read_text(encoding="utf-8")

    assert "://" not in text
    assert text.count("--hash=sha256:") > text.count("==")


def test_the_base_lock_has_no_torch():
    names = re.findall(
        r"^([a-z0-9-]+)==", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE
    )

    assert not {"torch", "transformers", "peft", "trl", "xllamacpp"} & set(names)
    assert "streamlit" in names


def test_every_dependency_says_why_it_is_there():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = text[text.index("dependencies = [") : text.index("[project.scripts]")]
    lines = [line for line in block.splitlines() if re.match(r'\s+"[a-zA-Z]', line)]

    assert lines
    assert [line for line in lines if "#" not in line] == []


def test_every_public_function_and_class_has_a_docstring():
    bare = []
    for path in sorted((ROOT / "advisor").rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
            overload = public and any(getattr(mark, "id", "") == "overload" for mark in node.decorator_list)
            if public and not overload and not ast.get_docstring(node):
                bare.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")

    assert bare == []


def test_every_relative_link_in_the_documentation_leads_somewhere():
    dead = []
    pages = [
        ROOT / "README.md",
        *sorted((ROOT / "docs").glob("*.md")),
        *sorted((ROOT / "benchmarks").glob("*.md")),
    ]
    for page in pages:
        targets = re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
        dead += [f"{page.name}: {target}" for target in targets if not (page.parent / target).exists()]

    assert dead == []


ROOMS = ("catalog", "scenario", "cost", "decide", "data", "train", "evaluate", "diagnose", "share", "doors")
# What is still longer; nothing may join it.
LONG_FUNCTIONS = {"evaluate_command", "bakeoff_command"}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_says_in_three_lines_what_comes_in_what_goes_out_and_what_never_happens(room):
    text = (ROOT / "advisor" / room / "__init__.py").read_text(encoding="utf-8")
    told = (ast.get_docstring(ast.parse(text)) or "").splitlines()

    assert [line.partition(":")[0] for line in told[2:]] == ["In", "Out", "Never"]


def test_the_rooms_are_all_there_is():
    folders = {path.parent.name for path in (ROOT / "advisor").glob("*/__init__.py")}

    assert folders == set(ROOMS)


def test_no_module_has_more_than_three_hundred_lines_and_no_function_more_than_fifty():
    modules, functions = set(), set()
    for path in (ROOT / "advisor").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > 300:
            modules.add(path.relative_to(ROOT / "advisor").as_posix())
        functions |= {
            node.name
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and (node.end_lineno or 0) - node.lineno + 1 > 50
        }

    assert modules == set()
    assert functions <= LONG_FUNCTIONS
