"""Are judges' faults found, and do combined ratings hold: scripted judges of known bias, served on loopback.

Run: python benchmarks/judges.py [--repeats 20] [--simulations 2000] [--seed 0]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import polars as pl

from advisor.evaluate.judging.asking import SCHEMA, Pair, choice_of, judged, messages
from advisor.evaluate.judging.calibration import Evidence, calibrate
from advisor.evaluate.judging.grade_calibration import calibrate_grades
from advisor.evaluate.judging.grades import RUBRIC, grade_of, probes_of
from advisor.evaluate.judging.prediction_powered import combined
from advisor.evaluate.statistics.intervals import mean_interval
from advisor.net import Asking, endpoint

PAIRS, RATED = 120, 40


# --- judges: two answers in, a word out; an answer says its quality, so that the script knows the truth ---------------


def quality(text):
    return float(re.search(r"quality ([\d.]+)", text)[1])


def fair(first, second, chance):
    better = "first" if quality(first) > quality(second) else "second"
    return better if chance.random() < 0.9 else {"first": "second", "second": "first"}[better]


def position(first, second, chance):
    return "first" if chance.random() < 0.5 else fair(first, second, chance)


def length(first, second, chance):
    longer = "first" if len(first) > len(second) else "second"
    return longer if chance.random() < 0.6 else fair(first, second, chance)


def family(first, second, chance):
    own = [name for name, text in (("first", first), ("second", second)) if "as a fox" in text]
    return own[0] if len(own) == 1 and chance.random() < 0.6 else fair(first, second, chance)


def noise(_first, _second, chance):
    return chance.choice(["first", "second"])


def constant(_first, _second, _chance):
    return "first"


def always_tie(_first, _second, _chance):
    return "tie"


def garbled(first, second, chance):
    return "..." if chance.random() < 0.2 else fair(first, second, chance)


JUDGES: dict[str, tuple[Callable, str | None]] = {
    "fair": (fair, None),
    "position": (position, "position"),
    "length": (length, "length"),
    "family": (family, "family"),
    "noise": (noise, "noise"),
    "constant": (constant, "constant"),
    "always-tie": (always_tie, "constant"),
    "garbled": (garbled, "unreadable"),
}


class Judges(BaseHTTPRequestHandler):
    """A chat endpoint in OpenAI's shape; the model's name says which judge answers."""

    protocol_version = "HTTP/1.1"
    asked = 0

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        name, _, seed = body["model"].partition("#")
        spoken = body["messages"][-1]["content"]
        first, second = (
            re.search(rf"<{tag}>\n(.*?)\n</{tag}>", spoken, re.DOTALL)[1] for tag in ("first", "second")
        )
        word = JUDGES[name][0](first, second, random.Random(f"{seed}{spoken}"))
        told = {"choices": [{"message": {"role": "assistant", "content": json.dumps({"better": word})}}]}
        answer = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
        Judges.asked += 1

    def log_message(self, *_arguments):
        pass


# --- pairs of answers whose better one is known -----------------------------------------------------------------------


def pairs_of(rng):
    pairs, better, words = [], [], []
    for at in range(PAIRS):
        good, bad = sorted(rng.random(2), reverse=True)
        lengths, foxes = rng.integers(5, 60, 2), rng.permutation([True, False])
        texts = [
            f"{'as a fox, ' if fox else ''}answer of quality {worth:.6f}{' and so on' * size}"
            for worth, size, fox in zip((good, bad), lengths, foxes, strict=True)
        ]
        # The fox's arm is a or b by chance, and so is the better answer.
        a, b = (0, 1) if foxes[0] else (1, 0)
        pairs.append(Pair(str(at), f"request {at}", None, "fox", "owl", texts[a], texts[b]))
        better.append({"example": str(at), "a": "fox", "b": "owl", "better": "a" if a == 0 else "b"})
        words += [
            {"example": str(at), "arm": arm, "words": len(texts[i].split())}
            for arm, i in (("fox", a), ("owl", b))
        ]
    return pairs, Evidence(pl.DataFrame(better), words=pl.DataFrame(words), own_family=frozenset({"fox"}))


async def served(pairs, url, name, seed):
    receiver = endpoint(url, f"{name}#{seed}", place="judge", key_variable="NO_KEY")
    async with Asking(receiver, requests_per_minute=10_000_000, concurrency=8) as judge:

        async def ask(told):
            return (await judge.ask(told, SCHEMA, name="judgement", seed=seed)).text

        return await judged(pairs, ask)


def called(pairs, name, seed):
    """Ask the script itself, without the server: the same judgements at a thousandth of the time."""
    rows = []
    for pair in pairs:
        for order in ("ab", "ba"):
            spoken = messages(pair, order)[-1]["content"]
            first, second = (
                (pair.answer_a, pair.answer_b) if order == "ab" else (pair.answer_b, pair.answer_a)
            )
            word = JUDGES[name][0](first, second, random.Random(f"{seed}{spoken}"))
            choice = choice_of(json.dumps({"better": word}), order)
            rows.append({"example": pair.example, "a": pair.a, "b": pair.b, "order": order, "choice": choice})
    return pl.DataFrame(rows)


def judges(repeats, simulations, start):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Judges)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/v1"
    print(
        f"Scripted judges on {PAIRS} pairs in both orders; {repeats} times over HTTP on loopback, {simulations:,} times by call"
    )
    print(
        "| judge | its fault found, HTTP | its fault found, by call | accepted, by call | another fault named too, by call |"
    )
    print("| --- | --- | --- | --- | --- |")
    sentences = []
    for name, (_script, fault) in JUDGES.items():
        counts = np.zeros(3)
        for seed in range(start, start + simulations):
            pairs, evidence = pairs_of(np.random.default_rng(seed))
            one = calibrate(name, called(pairs, name, seed), evidence)
            counts += fault in one.faults, one.accepted, bool(set(one.faults) - {fault, "noise"})
        over_http = 0
        for seed in range(start, start + repeats):
            pairs, evidence = pairs_of(np.random.default_rng(seed))
            one = calibrate(name, asyncio.run(served(pairs, url, name, seed)), evidence)
            over_http += fault in one.faults
        sentences.append(one.because)
        found, accepted, others = 100 * counts / simulations
        shown = ("–", "–") if fault is None else (f"{over_http} of {repeats}", f"{found:.1f} %")
        print(f"| {name} | {shown[0]} | {shown[1]} | {accepted:.1f} % | {others:.1f} % |", flush=True)
    server.shutdown()
    print(f"{Judges.asked:,} calls served\n" + "\n".join(sentences))


# --- judges of single answers: whether it is the wanted one, whether that came first and whether words were added in ---


def graded_fairly(good, _first, _longer, chance):
    return 5 if good == (chance.random() < 0.9) else 1


def mostly(share, grade):
    """Let a judge say ``grade`` of what it is biased for in a share of the cases, and be fair else."""
    return lambda *told: grade(*told) if told[3].random() < share else graded_fairly(*told)


GRADERS = {
    "fair": (graded_fairly, None),
    "position": (mostly(0.5, lambda _good, first, _longer, _chance: 5 if first else 1), "position"),
    "length": (mostly(0.6, lambda good, first, longer, chance: 5 if longer else graded_fairly(good, first, longer, chance)), "length"),
    "noise": (lambda *told: told[3].randint(1, 5), "noise"),
    "constant": (lambda *_: 4, "constant"),
    "garbled": (mostly(0.2, lambda *_: None), "unreadable"),
}  # fmt: skip


def graders(simulations, start):
    wanted = pl.DataFrame(
        [
            {"example": f"{n:02}", "input": f"plan {n}?", "references": [f"It is {n} euros."]}
            for n in range(30)
        ]
    )
    probes = probes_of(wanted, RUBRIC, 30)
    print(f"\nScripted graders on 30 rows, {len(probes)} known answers, {simulations:,} times by call")
    print("| judge | its fault found | accepted | another fault named too |\n| --- | --- | --- | --- |")
    for name, (script, fault) in GRADERS.items():
        counts = np.zeros(3)
        for seed in range(start, start + simulations):
            chance = random.Random(f"{name} {seed}")
            told = [
                script(one.kind == "good", one.order == "wanted first", "longer" in one.kind, chance)
                for one in probes
            ]
            one = calibrate_grades(name, probes, [grade_of(json.dumps({"grade": word})) for word in told])
            counts += fault in one.faults, one.accepted, bool(set(one.faults) - {fault, "noise"})
        found, accepted, others = 100 * counts / simulations
        print(
            f"| {name} | {'–' if fault is None else f'{found:.1f} %'} | {accepted:.1f} % | {others:.1f} % |",
            flush=True,
        )


# --- a few human ratings and many judged ones -------------------------------------------------------------------------


def said_by(people, kind, rng):
    """Return a judge's word on rows of which people say -1, 0 or 1."""
    right = rng.random(len(people)) < 0.85
    other = rng.choice([-1.0, 0.0, 1.0], len(people))
    word = np.where(right, people, other)
    if kind == "leans to b":
        word = np.where(rng.random(len(people)) < 0.3, -1.0, word)
    return rng.choice([-1.0, 1.0], len(people)) if kind == "noise" else word


def ratings(simulations):
    print(
        f"\n{RATED} human ratings and 400 judged rows, right is what people would say of all; {simulations:,} runs a row"
    )
    print(
        "| judge | people alone: holds, % (width) | with the judge: holds, % (width) | judge alone: holds, % |\n| --- | --- | --- | --- |"
    )
    for kind in ("fair", "leans to b", "noise"):
        rng, held, widths = np.random.default_rng(1), np.zeros(3), np.zeros(2)
        for _ in range(simulations):
            wins, ties = rng.uniform(0.2, 0.6), rng.uniform(0.05, 0.3)
            people = rng.choice([1.0, 0.0, -1.0], 440, p=[wins * (1 - ties), ties, (1 - wins) * (1 - ties)])
            truth = (2 * wins - 1) * (1 - ties)
            judge = said_by(people, kind, rng)
            alone = mean_interval((people[:RATED] + 1) / 2)
            both = combined(people[:RATED], judge[:RATED], judge[RATED:])
            only = mean_interval((judge + 1) / 2)
            held += (
                alone.low <= (truth + 1) / 2 <= alone.high,
                both.low <= truth <= both.high,
                only.low <= (truth + 1) / 2 <= only.high,
            )
            widths += 2 * (alone.high - alone.low), both.high - both.low
        shares, means = 100 * held / simulations, widths / simulations
        print(
            f"| {kind} | {shares[0]:.1f} ({means[0]:.2f}) | {shares[1]:.1f} ({means[1]:.2f}) | {shares[2]:.1f} |",
            flush=True,
        )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--simulations", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0, help="first seed of the scripted judges")
    options = parser.parse_args()
    start = time.perf_counter()
    judges(options.repeats, max(options.simulations // 10, 20), options.seed)
    graders(max(options.simulations // 10, 20), options.seed)
    ratings(options.simulations)
    print(f"\n{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
