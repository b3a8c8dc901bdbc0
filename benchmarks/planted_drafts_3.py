"""Sets without a fault for the third generator, which was written from the causes' descriptions alone.

One domain keeps instruction and output, the other chats. What is known of a service differs from set to set, and a healthy set
holds what only looks like a fault: a rare source in the common voice, a topic a little more frequent, settings that differ by
little, complaints at random.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from planted_causes import Planted

from advisor.diagnose.material import Material, frame_of_values
from advisor.diagnose.records import Facts

CHATML = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
CLOSED, DAYS = date(2026, 3, 31), 45
Row = dict[str, Any]


@cache
def book() -> dict[str, Any]:
    return yaml.safe_load((Path(__file__).parent / "planted_worlds_3.yaml").read_text(encoding="utf-8"))


class Draft:
    """One set under construction; `build` turns its rows into the files of a service."""

    def __init__(self, domain: str, language: str, seed: int) -> None:
        self.domain, self.language = domain, language
        self.rng = random.Random(f"third|{domain}|{language}|{seed}")
        self.words, self.talk = book()["domains"][domain][language], book()["voices"][language]
        self.topics = list(self.words["topics"])
        self.system: str | None = self.text("system")
        self.served: str | None = self.system
        self.facts: dict[str, Any] = {}
        self.known = {
            name: self.rng.random() < 0.7 for name in ("judge_score", "finish_reason", "date", "temperature")
        }
        self.train = [self.row() for _ in range(self.rng.randrange(180, 400))]
        self.eval = [self.row() for _ in range(self.rng.randrange(80, 150))]
        self.live = [self.row() for _ in range(self.rng.randrange(150, 320))]

    def text(self, name: str, **more: Any) -> str:
        found = self.talk[name]
        chosen = self.rng.choice(found) if isinstance(found, list) else found
        return str(chosen).format(d=self.words["name"], **more) if "{" in str(chosen) else str(chosen)

    def row(self, topic: str | None = None) -> Row:
        topic = topic or self.rng.choice(self.topics)
        frame, at = self.words["topics"][topic], self.rng.randrange(4)
        thing = self.rng.choice(frame["things"])
        ask = frame["asks"][at].format(n=thing, p=self.rng.choice(self.talk["places"]))
        body = frame["says"][at].format(n=thing)
        row = {"topic": topic, "ask": self.text("asks_with") + ask[:1].upper() + ask[1:], "body": body}
        row["say"] = self.house(body, frame["steps"])
        if self.rng.random() < 0.05:
            row |= {
                "ask": self.text("outside"),
                "say": self.text(self.rng.choice(["refuse", "unsure"])),
                "outside": True,
            }
        return row

    def house(self, body: str, steps: Sequence[str]) -> str:
        start = self.text("starts")
        said = f"{start} {body}" if start else body[:1].upper() + body[1:]
        return f"{said} {self.talk['next']} {self.rng.choice(steps)}." if self.rng.random() < 0.88 else said

    def inside(self, rows: list[Row]) -> list[Row]:
        return [row for row in rows if "outside" not in row]

    def complain(self, labels: Sequence[str], among: Callable[[Row], bool] = lambda _row: True) -> None:
        """Label 9 to 18 samples, and up to two by mistake."""
        fit = [row for row in self.live if among(row) and "complaint" not in row]
        for row in self.rng.sample(fit, min(self.rng.randrange(9, 19), len(fit))):
            row |= {"complaint": self.rng.choice(labels), "judge_score": self.rng.betavariate(4, 4)}
        rest = [row for row in self.live if "complaint" not in row]
        for row in self.rng.sample(rest, self.rng.randrange(3)):
            row["complaint"] = self.rng.choice(["other", "facts", "format"])

    def build(self, name: str, causes: Sequence[str]) -> Planted:
        self.rng.shuffle(self.train)
        blamed = frozenset(at for at, row in enumerate(self.train, 1) if row.get("blamed"))
        made = [
            frame_of_values(
                self._filed(row, self.served if rows is self.live else self.system) for row in rows
            )
            for rows in (self.train, self.eval, self.live)
        ]
        facts = Facts(**self.facts)
        return Planted(
            name, tuple(causes), blamed, Material(training=made[0], evaluation=made[1], production=made[2], facts=facts)
        )  # fmt: skip

    def _filed(self, row: Row, system: str | None) -> Row:
        names = ("source", "editor", "complaint", "judge_score", "date", "base_answer", "finish_reason", "rendered", "temperature")  # fmt: skip
        kept = {name: row[name] for name in names if name in row and self.known.get(name, True)}
        ask = row["ask"]
        if "passages" in row and self.domain == "gateway":
            ask = f"{row['passages']}\n\n{ask}"
        elif "passages" in row:
            kept["context"] = row["passages"]
        if self.domain == "allotment":
            return {
                "instruction": ask,
                "output": row["say"],
                **({} if system is None else {"system": system}),
                **kept,
            }
        turns = [("system", system), ("user", ask), ("assistant", row["say"])]
        return {
            "messages": [{"role": role, "content": text} for role, text in turns if text],
            "metadata": kept,
        }


def healthy(domain: str, language: str, seed: int) -> Draft:
    """Draw a set in which training, evaluation, serving and production agree."""
    draft = Draft(domain, language, seed)
    rng = draft.rng
    for row in draft.train:
        row |= {
            "source": rng.choice(["handbook", "mail", "forum"]),
            "editor": rng.choice(["iris", "jonas", "kai", "lea"]),
        }
    for row in rng.sample(draft.train, rng.randrange(7)):
        row["source"] = "hotline"
    if rng.random() < 0.35:
        with_passages(draft, [*draft.train, *draft.eval, *draft.live], "quoted")
    if rng.random() < 0.5:
        more = rng.choice(draft.topics)
        draft.live += [draft.row(more) for _ in range(len(draft.live) // 25)]
        fill_passages(draft)
    for row in [*draft.eval, *draft.live]:
        row["judge_score"] = rng.betavariate(8, 2)
    shown_base = rng.random() < 0.3
    for row in draft.live:
        row |= {
            "date": (CLOSED + timedelta(days=1 + rng.randrange(DAYS))).isoformat(),
            "finish_reason": "stop",
            "temperature": 0.4,
        }
        if shown_base:
            row["base_answer"] = draft.text("untuned", b=row["body"])
    for row in rng.sample(draft.live, rng.randrange(6)):
        row["complaint"] = rng.choice(["tone", "facts", "format", "too long", "other"])
    draft.facts = _known(rng)
    return draft


def with_passages(draft: Draft, rows: list[Row], form: str) -> None:
    for row in rows:
        texts = [row["body"], *(draft.row(row["topic"])["body"] for _ in range(2))]
        draft.rng.shuffle(texts)
        if form == "quoted":
            row["passages"] = "\n".join(f"> {text}" for text in texts)
        else:
            row["passages"] = "\n".join(
                f'{{"id": {at}, "score": 0.{90 - 7 * at}, "text": "{text}"}}' for at, text in enumerate(texts)
            )


def fill_passages(draft: Draft) -> None:
    """Put passages on rows that came later, where the first row of training has some."""
    if "passages" in draft.train[0]:
        with_passages(draft, [row for row in draft.live if "passages" not in row], "quoted")


def _known(rng: random.Random) -> dict[str, Any]:
    """Return what is known of the service; two facts in three, each with a harmless difference."""
    falling = [1.1 / (1 + 0.35 * at) + 0.7 for at in range(14)]
    everything: dict[str, Any] = {
        "losses": [{"step": 25 * at, "training": one - 0.05 * at / 14 + rng.gauss(0, 0.02), "held_out": one + 0.05 + rng.gauss(0, 0.02)} for at, one in enumerate(falling)],
        "abilities": [{"name": name, "base": base, "tuned": base + rng.uniform(-0.025, 0.025), "questions": 200} for name, base in (("sums", 0.55), ("summaries", 0.7), ("logic", 0.48), ("translation", 0.63))],
        "templates": {"training": CHATML, "serving": CHATML + rng.choice(["", "\n", " "]), "training_end_mark": "<|im_end|>", "serving_end_mark": "<|im_end|>", "start_mark": "<bos>", "tokenizer_adds_start": rng.random() < 0.5},
        "evaluation_sampling": {"temperature": 0.4, "top_p": 0.95, "max_tokens": 500},
        "production_sampling": {"temperature": rng.choice([0.4, 0.45]), "top_p": 0.95, "max_tokens": rng.choice([500, 512])},
        "adapter": {"trained": "voice-3", "served": [{"name": "voice-3"}], "merged": False, "base_trained": "mill-7b", "base_served": "mill-7b", "precision_trained": "bf16", "precision_served": rng.choice(["bf16", "fp16"])},
        "wanted_refusals": 0.05,
        "trained_on": CLOSED,
    }  # fmt: skip
    return {name: one for name, one in everything.items() if rng.random() < 0.67}
