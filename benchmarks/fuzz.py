"""Fuzz every place where bytes arrive: valid inputs first, then mutated in their structure and in their bytes.

What may happen to an input is that it is used, or that it is refused in our own words within two seconds. Whatever is
used can be written as strict JSON again. Run: python benchmarks/fuzz.py [--seconds 60] [--seed 1] [--only TARGET]
"""

from __future__ import annotations

import argparse
import collections
import copy
import hashlib
import json
import random
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import yaml

from advisor.advice import advise
from advisor.catalog import load_catalog
from advisor.catalog.loading import rules_folder
from advisor.catalog.strict_json import parse_json
from advisor.catalog.strict_yaml import decode_text, parse_yaml, read_yaml
from advisor.doors.brief.checking import check_reply
from advisor.doors.cli.terminal import in_escapes, tame
from advisor.errors import AdvisorError
from advisor.scenario import Situation, parse_situation
from advisor.share.recheck import still_fitting
from advisor.share.report.exchange import read, write
from advisor.share.store.transfer import read_library
from advisor.train.bundle import read_bundle, write_bundle
from advisor.train.planning import plan_spec
from advisor.train.records import TrainingSpec
from advisor.train.serving.engine import Engine
from advisor.train.serving.gateway import Gateway, Problem, prepare
from advisor.train.serving.served import Served

DAY = date(2026, 11, 22)
SECONDS_AT_MOST = 2
CATALOG = load_catalog()
BRIEF = "We answer 1,000 questions a day about a handbook that changes daily, and have 120 examples."
ANSWERS: dict[str, Any] = {
    "title": "Support bot",
    "answers": {
        "knowledge_gap": "main",
        "behaviors": ["tone", "taxonomy"],
        "labelled_examples": 120,
        "queries_per_day": 1000.5,
        "needs_citations": True,
        "model": "gpt-4o-mini",
    },
    "origins": {"queries_per_day": "assumed"},
    "notes": "Q4",
}


def deep(opening: str, levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value] if opening == "[" else {"a": value}
    return value


HOSTILE: tuple[Any, ...] = (
    None, True, 0, -1, 1, 1e308, -1e308, 5e-324, 10**18, 10**350, 0.1, "", " ", "\x1b[31m", "\u202e", "\0", "\ud800",
    "../../etc/passwd", "/dev/zero", "x" * 5_000, "<script>", "=1+1", "[red]", "{{7*7}}", "%s", "nan", "null", "~",
    [], {}, [[]], {"": None}, "2026-02-30", "9" * 400, float("nan"), float("inf"), deep("[", 70), deep("{", 70), "é" * 40,
)  # fmt: skip
TOKENS = (
    b"{", b"}", b"[", b"]", b'"', b"\\", b"\\ud800", b"\\u0000", b"NaN", b"1e999", b"-Infinity", b": ", b"- ", b"? ", b"&a ",
    b"*a", b"!!python/object:x ", b"|\n", b"\x00", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\r", b"\t", b"\n---\n", b"#", b"'",
    b"9" * 400, b"[" * 300, b'{"a":' * 100, b"? " * 100, b"\x1b]0;x\x07", b"<<: ",
)  # fmt: skip


# --- mutations ---------------------------------------------------------------------------------------------


def paths_in(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from paths_in(inner, (*path, key))


def mutated(value: Any, chance: random.Random) -> Any:
    """Change one to three places of a tree: another value, another type, gone, there twice, a key misspelt."""
    tree = copy.deepcopy(value)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        paths = [path for path in paths_in(tree) if path]
        if not paths:
            return chance.choice(HOSTILE)
        *before, last = chance.choice(paths)
        parent = tree
        for step in before:
            parent = parent[step]
        change(parent, last, chance)
    return tree


def change(parent: Any, last: Any, chance: random.Random) -> None:
    match chance.randrange(6):
        case 0 | 1:
            parent[last] = copy.deepcopy(chance.choice(HOSTILE))
        case 2:
            del parent[last]
        case 3 if isinstance(parent, dict):
            parent[str(chance.choice((f"{last}x", str(last)[:-1], "id", "", "\x1b", "__proto__")))] = (
                parent.pop(last)
            )
        case 4 if isinstance(parent, list):
            parent.extend(copy.deepcopy([parent[last]] * chance.choice((1, 2, 40))))
        case _:
            parent[last] = nearby(parent[last], chance)


def nearby(value: Any, chance: random.Random) -> Any:
    if isinstance(value, bool) or value is None:
        return chance.choice((not value, str(value), [value]))
    if isinstance(value, int | float):
        return chance.choice((-value, value * 10, value - 1, repr(value)[:40], 1e300, [value]))
    if isinstance(value, str):
        at = chance.randrange(len(value) + 1)
        return chance.choice(
            (
                value[:at],
                value + value,
                value[:at] + chance.choice("\x00\x1b\u202e'é\n") + value[at:],
                [value],
            )
        )
    return list(value) if isinstance(value, dict) else [value]


def bytes_of(tree: Any, chance: random.Random, *, as_yaml: bool) -> bytes:
    """Write a tree, and in one case of two disturb what was written."""
    try:
        text = (
            yaml.dump(tree, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False)
            if as_yaml
            else json.dumps(tree, ensure_ascii=chance.random() < 0.5)
        )
    except (yaml.YAMLError, ValueError, RecursionError):
        text = json.dumps(tree)
    content = text.encode("utf-8", "surrogatepass")
    return disturbed(content, chance) if chance.random() < 0.5 else content


def disturbed(content: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.choice((1, 1, 2, 5))):
        at, end = sorted((chance.randrange(len(content) + 1), chance.randrange(len(content) + 1)))
        match chance.randrange(5):
            case 0:
                content = content[:at] + chance.choice(TOKENS) + content[at:]
            case 1:
                content = content[:at] + content[min(end, at + chance.choice((1, 4, 64))) :]
            case 2 if content:
                content = content[:at] + bytes([chance.randrange(256)]) + content[at + 1 :]
            case 3:
                content = content[:end] + content[at:]
            case _:
                content = content[: max(1, end)]
    return content


# --- targets -----------------------------------------------------------------------------------------------


@dataclass
class Target:
    """One place where bytes arrive."""

    name: str
    seeds: list[Any]
    use: Callable[[bytes], Any]
    as_yaml: bool = False
    raw: bool = False
    runs: int = 0
    used: int = 0
    found: collections.Counter[str] = field(default_factory=collections.Counter)


def answers(content: bytes) -> Any:
    situation = parse_situation(decode_text(content, place="x"), CATALOG, place="x")
    still_fitting(situation, CATALOG)
    return situation.model_dump(mode="json")


def report(content: bytes) -> Any:
    advice = read(decode_text(content, place="x"), place="x")
    write(advice)
    return advice.model_dump(mode="json")


def library(content: bytes) -> Any:
    return read_library(content).model_dump(mode="json")


def tree_of_yaml(content: bytes) -> Any:
    return parse_yaml(decode_text(content, place="x"), place="x").value


def tree_of_json(content: bytes) -> Any:
    return parse_json(decode_text(content, place="x"), place="x").value


def reply(content: bytes) -> Any:
    proposals, _ = check_reply(content.decode("utf-8", "replace"), BRIEF, CATALOG)
    return [item.model_dump(mode="json") for item in proposals]


def terminal(content: bytes) -> Any:
    text = content.decode("utf-8", "surrogateescape")
    shown = tame(text)
    assert not set(map(ord, shown)) & {
        *range(9),
        *range(11, 32),
        *range(0x7F, 0xA0),
        *range(0x202A, 0x202F),
    }, repr(shown)
    assert json.loads(in_escapes(json.dumps(text, ensure_ascii=False))) == text
    return shown.encode("utf-8").decode()


def gateway() -> Callable[[bytes], Any]:
    engine = Engine("http://127.0.0.1:1", "key", None)
    serving = Gateway(
        engine,
        (Served("pirate", Path("p"), "You are kind.", None, "m"), Served("base", None, None, None, "")),
    )

    def use(content: bytes) -> Any:
        asked = prepare(serving, parse_json(decode_text(content, place="body"), place="body").value)
        if isinstance(asked, Problem):
            raise AdvisorError(asked.message, place="body", remedy=asked.code)
        others = [m for m in asked["messages"] if m["role"] in ("system", "developer")]
        assert asked["model"] == "base" or {m["content"] for m in others} == {"You are kind."}
        return asked

    return use


def manifest(folder: Path) -> tuple[list[Any], Callable[[bytes], Any]]:
    """A bundle whose manifest and plan are mutated; the hashes are made anew, as its maker can."""
    rows = folder / "rows.jsonl"
    row = {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}
    rows.write_text("".join(json.dumps(row | {"n": number}) + "\n" for number in range(20)))
    spec = TrainingSpec(backend="azure", base_model="gpt-4o-mini", train_path=rows, as_of=DAY)
    bundle = write_bundle(plan_spec(spec, CATALOG), folder / "bundle")
    seed = {name: json.loads((bundle / f"{name}.json").read_text()) for name in ("manifest", "plan")}

    def use(content: bytes) -> Any:
        value = json.loads(
            content
        )  # a harness of our own around two files: its own form is not what is tried
        if not isinstance(value, dict):
            raise AdvisorError("no", place="x", remedy="x")
        plan = json.dumps(value.get("plan")).encode("utf-8", "surrogatepass")
        told = value.get("manifest")
        if isinstance(told, dict) and isinstance(told.get("files"), dict):
            told["files"]["plan.json"] = {"sha256": hashlib.sha256(plan).hexdigest(), "size_bytes": len(plan)}
        (bundle / "plan.json").write_bytes(plan)
        (bundle / "manifest.json").write_bytes(json.dumps(told).encode("utf-8", "surrogatepass"))
        return read_bundle(bundle).model_dump(mode="json")

    return [seed], use


def rulebook() -> list[Any]:
    found = sorted(rules_folder().rglob("*.yaml"))[::12]
    return [read_yaml(path).value for path in found if path.stat().st_size < 30_000]


def targets(folder: Path) -> list[Target]:
    advice = advise(
        Situation(title="Support bot", answers={"knowledge_gap": "main"}), CATALOG, as_of=DAY, with_cost=False
    )
    written = json.loads(write(advice))
    situation = {"title": "T", "answers": {"knowledge_gap": "main"}, "origins": {}, "notes": ""}
    decided = {
        "try_first": "rag",
        "verdict": "clear",
        "rulebook_version": "1",
        "rulebook_sha256": "0",
        "price_day": "2026-01-01",
    }
    revision = {
        "number": 1,
        "saved_at": "2026-01-01T00:00:00Z",
        "saved_by": "a",
        "decided": decided,
        "situation": situation,
    }
    item = {
        "id": "aa",
        "owner": "a",
        "tags": ["t"],
        "created_at": "2026-01-01T00:00:00Z",
        "revisions": [revision],
    }
    proposals = [
        {"fact": "labelled_examples", "value": 120, "quote": "120 examples"},
        {"fact": "knowledge_change", "value": "daily", "quote": "changes daily"},
    ]
    said = [{"role": "system", "content": "You are kind."}, {"role": "user", "content": "Hi"}]
    chat = {"model": "pirate", "messages": said, "temperature": 0.2, "stream": True}
    bundle, use_bundle = manifest(folder)
    return [
        Target("answers, YAML", [ANSWERS], answers, as_yaml=True),
        Target("answers, JSON", [ANSWERS], answers),
        Target("rules, YAML", rulebook(), tree_of_yaml, as_yaml=True),
        Target("any JSON", [ANSWERS, written, [1, "a", None, {"b": [2.5, True]}]], tree_of_json),
        Target("JSON report", [written], report),
        Target("library file", [{"format": "advisor-library", "version": 1, "assessments": [item]}], library),
        Target("a model's reply", [{"proposals": proposals}], reply),
        Target("chat body of run-model", [chat], gateway()),
        Target("bundle: manifest and plan", bundle, use_bundle, raw=True),
        Target("text for the terminal", ["plain", "\x1b[31m日本", "a\u202eb\ud800"], terminal),
    ]


def one_run(target: Target, chance: random.Random) -> None:
    tree = copy.deepcopy(chance.choice(target.seeds))
    # Every eighth input is a valid one: what is refused always tries nothing behind the first check.
    tree = tree if chance.random() < 0.125 else mutated(tree, chance)
    content = json.dumps(tree).encode() if target.raw else bytes_of(tree, chance, as_yaml=target.as_yaml)
    target.runs += 1
    try:
        # Seconds of work, not of the clock: a busy machine is no hang.
        signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS_AT_MOST)
        value = target.use(content)
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
        target.used += 1
    except AdvisorError as error:
        if not (error.problem and error.place and error.remedy):
            note(target, error, content)
    except Exception as error:  # noqa: BLE001 this is what is looked for
        note(target, error, content)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def note(target: Target, error: Exception, content: bytes) -> None:
    last = traceback.extract_tb(error.__traceback__)[-1]
    kind = f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}: {str(error)[:100]}"
    if not target.found[kind]:
        Path(tempfile.gettempdir(), f"fuzz-{hashlib.sha256(content).hexdigest()[:12]}").write_bytes(content)
        print(f"{target.name}: {kind}\n  {content[:160]!r}", flush=True)
    target.found[kind] += 1


def too_slow(_signal: int, _frame: Any) -> None:
    raise TimeoutError(f"longer than {SECONDS_AT_MOST} s")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    signal.signal(signal.SIGVTALRM, too_slow)
    chance, started = random.Random(given.seed), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        tried = [target for target in targets(Path(folder)) if given.only in target.name]
        # Round about by time, not by number: a slow target gets its share of seconds, not of inputs.
        while time.monotonic() - started < given.seconds:
            for target in tried:
                until = time.monotonic() + 0.2
                while time.monotonic() < until:
                    one_run(target, chance)
    print(f"\nseed {given.seed}, {time.monotonic() - started:,.0f} s")
    print(f"{'where bytes arrive':<28}{'executions':>12}{'used':>9}{'kinds of fault':>16}")
    for target in tried:
        print(
            f"{target.name:<28}{target.runs:>12,}{target.used / max(1, target.runs):>9.0%}{len(target.found):>16}"
        )
    faults = sum(len(target.found) for target in tried)
    print(f"{'all':<28}{sum(target.runs for target in tried):>12,}{'':>9}{faults:>16}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
