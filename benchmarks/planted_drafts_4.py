"""Sets without a fault for the fourth generator, written from the causes' descriptions alone.

One domain keeps prompt and completion, the other chats with an earlier turn. A healthy set holds what only looks like a fault: a
second writer who signs, guests in another language, some typing errors, kinds of unequal share, all on every side alike.
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

CHATML = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
CLOSED, DAYS = date(2026, 6, 14), 60
ABILITIES = (("sums", 0.61), ("reading", 0.74), ("instructions", 0.66), ("French", 0.52), ("code", 0.43))
KEPT = ("source", "team", "complaint", "judge_score", "date", "base_answer", "finish_reason", "rendered", "temperature")  # fmt: skip
Row = dict[str, Any]


@cache
def book() -> dict[str, Any]:
    return yaml.safe_load((Path(__file__).parent / "planted_worlds_4.yaml").read_text(encoding="utf-8"))


def other_language(language: str) -> str:
    return "nl" if language == "en" else "en"


def lowered(text: str) -> str:
    return text[:1].lower() + text[1:]


class Draft:
    """One set under construction; `build` turns its rows into the files of a service."""

    def __init__(self, domain: str, language: str, seed: int) -> None:
        self.domain, self.language = domain, language
        self.rng = random.Random(f"fourth|{domain}|{language}|{seed}")
        self.words, self.talk = book()["domains"][domain][language], book()["voices"][language]
        self.topics = list(self.words["topics"])
        self.weights = [self.rng.uniform(0.7, 1.5) for _ in self.topics]
        self.system: str | None = self.text("system")
        self.served: str | None = self.system
        self.facts: dict[str, Any] = {}
        self.labels = (8, 19)
        self.known = {
            name: self.rng.random() < 0.65 for name in ("judge_score", "finish_reason", "date", "temperature")
        }
        self.train: list[Row] = []
        self.eval: list[Row] = []
        self.live: list[Row] = []

    def fill(self) -> None:
        self.train = [self.row() for _ in range(self.rng.randrange(160, 401))]
        self.eval = [self.row() for _ in range(self.rng.randrange(70, 151))]
        self.live = [self.row() for _ in range(self.rng.randrange(120, 321))]

    def text(self, name: str, **more: Any) -> str:
        found = self.talk[name]
        chosen = self.rng.choice(found) if isinstance(found, list) else found
        return chosen.format(d=self.words["name"], **more)

    def row(self, topic: str | None = None) -> Row:
        topic = topic or self.rng.choices(self.topics, self.weights)[0]
        frame, at = self.words["topics"][topic], self.rng.randrange(4)
        thing = self.rng.choice(frame["things"])
        ask = frame["asks"][at].format(n=thing, p=self.rng.choice(self.talk["moments"]))
        ask = self.text("asks_with") + ask
        row = {"topic": topic, "ask": ask[:1].upper() + ask[1:], "body": frame["says"][at].format(n=thing)}
        row["say"] = self.house(row["body"])
        if self.rng.random() < 0.04:
            row |= {"ask": self.text("outside"), "say": self.decline(), "outside": True}
        return row

    def house(self, body: str) -> str:
        opening, closing = self.text("opens"), self.text("closes") if self.rng.random() < 0.9 else ""
        return " ".join(part for part in (opening, body[:1].upper() + body[1:], closing) if part)

    def decline(self) -> str:
        return self.text(self.rng.choice(["refuse", "unsure"]))

    def inside(self, rows: list[Row]) -> list[Row]:
        return [row for row in rows if "outside" not in row]

    def complain(self, labels: Sequence[str], among: Callable[[Row], bool] = lambda _row: True) -> None:
        """Label samples that fit, and up to two by mistake; twenty at most."""
        fit = [row for row in self.live if among(row) and "complaint" not in row]
        for row in self.rng.sample(fit, min(self.rng.randrange(*self.labels), len(fit))):
            row |= {"complaint": self.rng.choice(labels), "judge_score": self.rng.betavariate(4, 5)}
        rest = [row for row in self.live if "complaint" not in row]
        left = 20 - (len(self.live) - len(rest))
        for row in self.rng.sample(rest, min(self.rng.randrange(3), max(left, 0))):
            row["complaint"] = self.rng.choice(["tone", "other", "facts"])

    def build(self, name: str, causes: Sequence[str]) -> Planted:
        self.rng.shuffle(self.train)
        blamed = frozenset(at for at, row in enumerate(self.train, 1) if row.get("blamed"))
        training, evaluation, production = (
            frame_of_values(
                self._filed(row, self.served if rows is self.live else self.system) for row in rows
            )
            for rows in (self.train, self.eval, self.live)
        )
        given = Material(
            training=training, evaluation=evaluation, production=production, facts=Facts(**self.facts)
        )
        return Planted(name, tuple(causes), blamed, given)

    def _filed(self, row: Row, system: str | None) -> Row:
        system = row.get("system", system)
        kept = {name: row[name] for name in KEPT if name in row and self.known.get(name, True)}
        parts = [row["passages"], row["ask"]] if "passages" in row else [row["ask"]]
        if self.domain == "vet":
            given = {} if system is None else {"system": system}
            return {"prompt": "\n\n".join(parts), "completion": row["say"], **given, **kept}
        turns = [("system", system), *row.get("before", []), ("user", "\n\n".join(parts[::-1])), ("assistant", row["say"])]  # fmt: skip
        return {
            "messages": [{"role": role, "content": text} for role, text in turns if text],
            "metadata": kept,
        }


def healthy(domain: str, language: str, seed: int) -> Draft:
    """Draw a set in which training, evaluation, serving and production agree."""
    draft = Draft(domain, language, seed)
    draft.fill()
    rng, everybody = draft.rng, [draft.train, draft.eval, draft.live]
    _innocent(draft, everybody)
    for row in draft.train:
        row |= {"source": rng.choice(["calls", "mail", "counter"]), "team": rng.choice(["early", "late"])}
    for row in rng.sample(draft.train, rng.randrange(6)):
        row["source"] = "fax"
    if rng.random() < 0.3:
        with_passages(draft, [row for rows in everybody for row in rows], "labels")
    for row in [*draft.eval, *draft.live]:
        row["judge_score"] = rng.betavariate(7, 2)
    shown_base = rng.random() < 0.3
    for row in draft.live:
        row |= {"date": drawn_day(rng), "finish_reason": "stop", "temperature": 0.3}
        if shown_base:
            row["base_answer"] = draft.text("untuned", b=row["body"])
    for row in rng.sample(draft.live, rng.randrange(7)):
        row["complaint"] = rng.choice(["tone", "facts", "format", "too long", "other"])
    draft.facts = _known(rng)
    return draft


def drawn_day(rng: random.Random) -> str:
    """Draw a day after the training was closed; Sundays are rare."""
    day = CLOSED + timedelta(days=1 + rng.randrange(DAYS))
    return (day + timedelta(days=1) if day.weekday() == 6 and rng.random() < 0.8 else day).isoformat()


def _innocent(draft: Draft, everybody: Sequence[list[Row]]) -> None:
    """Add what only looks like a fault, on every side alike."""
    rng = draft.rng
    signs, guests, slips = rng.random() < 0.3, rng.random() < 0.3, rng.random() < 0.4
    other = Draft(draft.domain, other_language(draft.language), rng.randrange(10_000))
    for rows in everybody:
        for row in draft.inside(rows):
            if guests and rng.random() < 0.03:
                fresh = other.row(row["topic"])
                row |= {name: fresh[name] for name in ("ask", "say", "body")}
                row |= {name: True for name in ("guest", "outside") if name in fresh or name == "guest"}
            elif signs and rng.random() < 0.1:
                row["say"] += " Jo"
            if slips and rng.random() < 0.06:
                row["ask"] = slipped(rng, row["ask"], 0.2)
        if draft.domain == "invoices":
            for row in rows:
                if rng.random() < 0.25:
                    row["before"] = [("user", "Hallo!" if draft.language == "nl" else "Hi!"), ("assistant", draft.talk["opens"][0])]  # fmt: skip


def slipped(rng: random.Random, text: str, rate: float) -> str:
    return " ".join(_slip(rng, word) if rng.random() < rate else word for word in text.split())


def _slip(rng: random.Random, word: str) -> str:
    if len(word) < 4:
        return word
    at = rng.randrange(1, len(word) - 1)
    return rng.choice(
        [
            word[:at] + word[at + 1 :],
            word[:at] + rng.choice("qwertzuiopasdfghjkl") + word[at + 1 :],
            word[:at] + rng.choice("nmvbcx") + word[at:],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        ]
    )


FORMS: dict[str, Callable[[int, str], str]] = {
    "labels": lambda at, text: f"Source {'ABC'[at]}: {text}",
    "headings": lambda at, text: f"## Source {at + 1}\n{text}",
    "tags": lambda at, text: f'<source nr="{at + 1}">{text}</source>',
}


def with_passages(draft: Draft, rows: list[Row], form: str) -> None:
    for row in rows:
        texts = [row["body"], *(draft.row(row["topic"])["body"] for _ in range(2))]
        draft.rng.shuffle(texts)
        row["passages"] = "\n".join(FORMS[form](at, text) for at, text in enumerate(texts))


def like_the_others(draft: Draft) -> None:
    """Put passages on rows that came later, where the other rows have some."""
    everybody = [*draft.train, *draft.eval, *draft.live]
    if any("passages" in row for row in everybody):
        with_passages(draft, [row for row in everybody if "passages" not in row], "labels")


def templates(training: str, serving: str, **more: Any) -> dict[str, Any]:
    return {"training": training, "serving": serving, "start_mark": "<s>", "tokenizer_adds_start": False, **more}  # fmt: skip


def adapter(**more: Any) -> dict[str, Any]:
    return {"trained": "desk-v2", "served": [{"name": "desk-v2"}], "merged": False, **more}


def _known(rng: random.Random) -> dict[str, Any]:
    """Return what is known of the service; three facts in five, each with a harmless difference."""
    falling = [0.8 + 1.3 * 0.78**at for at in range(18)]
    everything: dict[str, Any] = {
        "losses": [
            {
                "step": 50 * at,
                "training": one + rng.gauss(0, 0.025),
                "held_out": one + 0.08 + rng.gauss(0, 0.02),
            }
            for at, one in enumerate(falling)
        ],
        "abilities": [
            {"name": name, "base": base, "tuned": base + rng.uniform(-0.02, 0.03), "questions": 250}
            for name, base in ABILITIES
        ],
        "templates": templates(
            CHATML,
            CHATML + rng.choice(["", "\n"]),
            training_end_mark="<|im_end|>",
            serving_end_mark="<|im_end|>",
        ),
        "evaluation_sampling": {"temperature": 0.3, "top_p": 0.9, "max_tokens": 300},
        "production_sampling": {
            "temperature": rng.choice([0.3, 0.35]),
            "top_p": rng.choice([0.9, 0.92]),
            "max_tokens": 320,
        },
        "adapter": adapter(
            base_trained="elm-8b",
            base_served="elm-8b",
            precision_trained="bf16",
            precision_served=rng.choice(["bf16", "fp16"]),
        ),
        "wanted_refusals": 0.04,
        "trained_on": CLOSED,
    }
    return {name: one for name, one in everything.items() if rng.random() < 0.6}
