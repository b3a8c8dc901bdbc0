"""Plant each defect kind into clean data of three domains and three scripts; print recall and false alarms, ours and the peers'.

Run: python benchmarks/audit_defects.py [--rows 200] [--peers DIR with the peers' virtual environments] [--only NAME]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from defect_kinds import DEFECTS
from defects import PARTS, Defect, Planted, clean, clean_labels
from more_defect_kinds import MORE

from advisor.data.audit import audit
from advisor.data.records import Audit, AuditInputs, AuditOptions

PEERS = {
    "parallelogram": ["parallelogram", "check", "{train}", "--json"],
    "finelint": ["finelint", "inspect", "{train}"],
    "wana": ["wana", "check"],
}


def write(path: Path, rows: list[Any]) -> Path:
    path.write_bytes(
        b"\n".join(
            one if isinstance(one, bytes) else json.dumps(one, ensure_ascii=False).encode() for one in rows
        )
        + b"\n"
    )
    return path


def ours(planted: Planted, folder: Path) -> Audit:
    files = {name: write(folder / f"{name}.jsonl", rows) for name, rows in planted.files.items()}
    inputs = AuditInputs(
        data=write(folder / "train.jsonl", planted.rows),
        eval=files.get("eval"),
        production=files.get("production"),
        benchmarks=[files["benchmark"]] if "benchmark" in files else [],
    )
    return audit(inputs, AuditOptions(**planted.options))


def peer_output(command: list[str], peers: Path, folder: Path) -> str | None:
    """Run a peer and give its output without paths and times; None where it is not installed."""
    program = peers / command[0] / "bin" / command[0]
    if not program.exists():
        return None
    if command[0] == "wana":
        # Its check compares with an evaluation file and does nothing else: where the defect brings none, clean rows are one.
        held_out = folder / "eval.jsonl"
        if not held_out.exists():
            held_out = write(folder / "held_out.jsonl", clean("en", "support", 300, 1)[-30:])
        arguments = [
            "check",
            str(folder / "train.jsonl"),
            "--eval",
            str(held_out),
            "-o",
            str(folder / "wana"),
        ]
    elif command[0] == "finelint" and (folder / "eval.jsonl").exists():
        arguments = ["compare", f"train={folder / 'train.jsonl'}", f"eval={folder / 'eval.jsonl'}"]
    else:
        arguments = [part.format(train=folder / "train.jsonl", eval="") for part in command[1:]]
    done = subprocess.run(
        [str(program), *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "NO_COLOR": "1"},
    )
    # Numbers are left out of the comparison, but whether there is a near copy at all is wana's whole verdict.
    said = done.stdout.replace(str(folder), "").replace("NEAR=0,", "NEAR=none,")
    return f"{done.returncode}\n" + re.sub(r"[\d.]+", "#", said)


QUICK = (("en", "support"), ("ru", "cooking"), ("zh", "policy"))


def cells(rows: int, *, quick: bool = False) -> list[tuple[str, str, list[dict[str, Any]]]]:
    chosen = QUICK if quick else [(language, domain) for language in PARTS for domain in PARTS[language]]
    return [(language, domain, clean(language, domain, rows, 1)) for language, domain in chosen]


def caught(defect: Defect, planted: Planted, result: Audit, before: Audit) -> tuple[bool, float]:
    """Say whether the right check spoke (louder than on the clean file), and which share of the planted rows it named."""
    mine = [one for one in result.findings if one.check in defect.checks]
    earlier = {(one.check, one.severity) for one in before.findings}
    if planted.where is None:
        return any((one.check, one.severity) not in earlier or one.count == 0 for one in mine), 1.0
    named = {row for one in mine for row in one.rows}
    recall = len(named & set(planted.where)) / len(planted.where)
    # A pair of rows is caught when either of the two is named.
    return bool(mine) and recall >= 0.5, recall


def run_defect(
    defect: Defect, base_cells: list[Any], peers: Path | None, alarms: dict[Any, Any]
) -> dict[str, Any]:
    table: dict[str, Any] = {"cells": 0, "caught": 0, "recall": [], "peers": defaultdict(int), "missed": []}
    for language, domain, base in base_cells:
        labels = defect.name.startswith("label")
        if labels and (language, domain) != ("en", "support"):
            continue
        source = clean_labels(len(base), 1) if labels else base
        for share in defect.shares:
            rng = random.Random(f"{defect.name}{language}{domain}{share}")
            planted = defect.plant(source, rng, share, language)
            with tempfile.TemporaryDirectory() as folder:
                result = ours(planted, Path(folder))
                hit, recall = caught(defect, planted, result, alarms[language, domain])
                table["cells"] += 1
                table["caught"] += hit
                table["recall"].append(recall)
                if not hit:
                    table["missed"].append(f"{language}/{domain}/{share:g}")
                if peers and language == "en" and domain == "support" and share == defect.shares[-1]:
                    run_peers(peers, Path(folder), source, planted, table)
    return table


def run_peers(peers: Path, folder: Path, source: list[Any], planted: Planted, table: dict[str, Any]) -> None:
    for name, command in PEERS.items():
        after = peer_output(command, peers, folder)
        before = unplanted(name, command, peers, source, with_eval="eval" in planted.files)
        table["peers"][name] += int(after is not None and _facts(after) != _facts(before or ""))


KNOWN: dict[Any, str | None] = {}


def unplanted(
    name: str, command: list[str], peers: Path, source: list[Any], *, with_eval: bool
) -> str | None:
    key = (name, with_eval, len(source), str(source[1]))
    if key not in KNOWN:
        with tempfile.TemporaryDirectory() as other:
            write(Path(other) / "train.jsonl", source)
            if with_eval:
                write(Path(other) / "eval.jsonl", clean("en", "support", 300, 1)[-30:])
            KNOWN[key] = peer_output(command, peers, Path(other))
    return KNOWN[key]


def _facts(output: str) -> str:
    # Hashes and counts of the input change with any edit; a peer has caught something when its words change.
    return "\n".join(sorted(set(re.sub(r"[0-9a-f#]{8,}", "H", output).split("\n"))))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--peers", type=Path)
    parser.add_argument("--only")
    parser.add_argument("--quick", action="store_true", help="one domain a language")
    parser.add_argument("--part", default="1/1", help="2/3 runs the second of three shares of the kinds")
    arguments = parser.parse_args()
    alarms: dict[Any, Audit] = {}
    per_check: dict[str, int] = defaultdict(int)
    total = 0
    for language, domain, rows in cells(arguments.rows, quick=arguments.quick):
        with tempfile.TemporaryDirectory() as folder:
            result = ours(Planted(rows, None), Path(folder))
        alarms[language, domain] = result
        total += len(rows)
        for one in result.findings:
            if one.severity != "note":
                per_check[one.check] += one.count or 1
                print(f"  false alarm {language}/{domain}: {one.severity} {one.check} {one.message[:100]}")
    print(
        f"clean rows {total:,}; false alarms {sum(per_check.values())} rows ({sum(per_check.values()) / total:.2%}) {dict(per_check)}\n"
    )
    print(
        f"{'defect':32} {'ours':>9} {'recall':>7}   "
        + " ".join(f"{name:>14}" for name in PEERS if arguments.peers)
        + "   missed"
    )
    kinds = [defect for defect in (*DEFECTS, *MORE) if not arguments.only or arguments.only in defect.name]
    part, parts = map(int, arguments.part.split("/"))
    kinds = kinds[part - 1 :: parts]
    caught_kinds = 0
    for defect in kinds:
        table = run_defect(defect, cells(arguments.rows, quick=arguments.quick), arguments.peers, alarms)
        caught_kinds += table["caught"] == table["cells"]
        recall = sum(table["recall"]) / len(table["recall"])
        print(
            f"{defect.name:32} {table['caught']:>4}/{table['cells']:<4} {recall:>7.0%}   "
            + " ".join(f"{table['peers'][name]:>12}/1" for name in PEERS if arguments.peers)
            + "   "
            + " ".join(table["missed"][:6]),
            flush=True,
        )
    print(f"\n{caught_kinds} of {len(kinds)} kinds caught in every language, domain and strength")


if __name__ == "__main__":
    main()
