"""How the code is built: lines, modules, functions, circles, what one plan opens and visits, the cold start of `decide`.

    python benchmarks/structure.py [--json FILE] [--before FILE]

The figures are those of the checkout that the current folder holds, so that two versions can be compared.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ANSWERS = "title: Support\nanswers: {behavior_gap: main, behaviors: [tone], knowledge_gap: none}\n"
PLAN = """
import json, os, sys
opened, visits, seen = [0], [], set()
data, package = sys.argv[1], os.path.join(os.getcwd(), "advisor") + os.sep
def hook(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, os.PathLike)) and os.fspath(arguments[0]) == data:
        opened[0] += 1
def profile(frame, event, _argument):
    code = frame.f_code
    if event == "call" and code.co_filename.startswith(package) and code.co_name != "<module>" and code not in seen:
        seen.add(code)
        room = os.path.dirname(code.co_filename[len(package):]) or "(top)"
        if not visits or visits[-1] != room:
            visits.append(room)
from advisor.doors.cli import build
app = build()
sys.addaudithook(hook)
sys.setprofile(profile)
try:
    app(sys.argv[2:], standalone_mode=False)
finally:
    sys.setprofile(None)
print(json.dumps({"opens": opened[0], "stays": len(visits), "rooms": len(set(visits))}), file=sys.stderr)
"""


def main() -> None:
    """Measure, print, and compare with an earlier run where one is given."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", type=Path)
    parser.add_argument("--before", type=Path)
    given = parser.parse_args()
    found = {**sizes(), **circles(), **plan_figures(), **cold_start()}
    before = json.loads(given.before.read_text()) if given.before else {}
    for name, value in found.items():
        print(f"{name:45} {before.get(name, ''):>10} {value:>10}")
    if given.json:
        given.json.write_text(json.dumps(found, indent=1))


def sizes() -> dict[str, float]:
    """Count lines, modules, and the lines of functions."""
    files = sorted(Path("advisor").rglob("*.py"))
    texts = [path.read_text(encoding="utf-8") for path in files]
    lengths = sorted(
        (node.end_lineno or node.lineno) - node.lineno + 1
        for text in texts
        for node in ast.walk(ast.parse(text))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    )
    tenths = statistics.quantiles(lengths, n=10)
    return {
        "lines of advisor/": sum(text.count("\n") for text in texts),
        "modules": len(files),
        "functions": len(lengths),
        "lines of a function, median": statistics.median(lengths),
        "lines of a function, 90th percentile": tenths[-1],
        "longest module": max(text.count("\n") for text in texts),
        "load_catalog() calls below the doors": sum(
            text.count("load_catalog()")
            for path, text in zip(files, texts, strict=True)
            if path.parts[1] not in {"doors", "catalog"} and path.name != "__main__.py"
        ),
    }


def circles() -> dict[str, int]:
    """Count groups of modules that import one another, imports inside functions included."""
    import grimp
    import networkx as nx

    built = grimp.build_graph("advisor", cache_dir=None)
    graph = nx.DiGraph(
        (one, other) for one in built.modules for other in built.find_modules_directly_imported_by(one)
    )
    groups = [group for group in nx.strongly_connected_components(graph) if len(group) > 1]
    return {"import circles": len(groups), "modules in circles": sum(map(len, groups))}


def plan_figures() -> dict[str, int]:
    """Plan once and count how often the data file is opened, and how often a room is entered again."""
    with tempfile.TemporaryDirectory() as folder:
        data, answers = Path(folder) / "train.jsonl", Path(folder) / "answers.yaml"
        rows = (
            [
                {"role": "user", "content": f"Ask number {n}"},
                {"role": "assistant", "content": f"Answer {n} it is"},
            ]
            for n in range(80)
        )
        data.write_text("".join(json.dumps({"messages": row}) + "\n" for row in rows))
        answers.write_text(ANSWERS)
        command = [
            str(data),
            "plan",
            str(answers),
            "--data",
            str(data),
            "--backend",
            "axolotl",
            "--model",
            "qwen3-8b",
        ]
        command += ["-o", f"{folder}/bundle", "--json", "--as-of", "2026-11-22"]
        done = subprocess.run(
            [sys.executable, "-c", PLAN, *command], capture_output=True, text=True, check=False, env=_here()
        )
        found = json.loads(done.stderr.splitlines()[-1])
    return {
        "plan: opens of the data file": found["opens"],
        "plan: stays in a room": found["stays"],
        "plan: returns to a room": found["stays"] - found["rooms"],
    }


def cold_start() -> dict[str, float]:
    """Time `advisor decide` in a fresh process, seven times; count the modules that it loads."""
    with tempfile.TemporaryDirectory() as folder:
        answers = Path(folder) / "answers.yaml"
        answers.write_text(ANSWERS)
        command = [sys.executable, "-m", "advisor", "decide", str(answers), "--json"]
        seconds = []
        for _ in range(7):
            began = time.perf_counter()
            subprocess.run(command, capture_output=True, check=True, env=_here())
            seconds.append(time.perf_counter() - began)
        traced = [sys.executable, "-X", "importtime", *command[1:]]
        listing = subprocess.run(traced, capture_output=True, text=True, check=True, env=_here()).stderr
    loaded = [line.rpartition("|")[2].strip() for line in listing.splitlines() if "|" in line]
    return {
        "decide: cold start, median of 7 [s]": round(statistics.median(seconds), 2),
        "decide: cold start, fastest of 7 [s]": round(min(seconds), 2),
        "decide: modules loaded": len(loaded),
        "decide: modules of advisor loaded": sum(name.startswith("advisor") for name in loaded),
    }


def _here() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path.cwd())}


if __name__ == "__main__":
    main()
