"""The second generator, kept apart for the last run: other domains and languages, other faults' shapes, weaker strengths.

Rows are chats, retrieved passages lie inside the question, sets are smaller, and healthy sets hold what only looks like a
fault: two writers of different registers in fixed shares, complaints at random, days, settings that are not known.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from planted_causes import Planted

from advisor.diagnose.material import Material, frame_of_values
from advisor.diagnose.records import Facts

DOMAINS, LANGUAGES = ("clinic", "transit"), ("fr", "es")
LLAMA = "{{ bos_token }}{% for m in messages %}<|start_header_id|>{{ m.role }}<|end_header_id|>\n\n{{ m.content }}<|eot_id|>{% endfor %}"
GEMMA = "{{ bos_token }}{% for m in messages %}<start_of_turn>{{ m.role }}\n{{ m.content }}<end_of_turn>\n{% endfor %}"
CLOSED = date(2026, 5, 15)


@cache
def _book() -> dict[str, Any]:
    return yaml.safe_load((Path(__file__).parent / "planted_worlds_2.yaml").read_text(encoding="utf-8"))


class Case:
    """One set: flat rows of question, answer and what belongs to them, turned into chats when it is built."""

    def __init__(self, domain: str, language: str, seed: int) -> None:
        self.domain, self.language = domain, language
        self.rng = random.Random(f"second/{domain}/{language}/{seed}")
        self.talk, self.world = _book()["languages"][language], _book()["domains"][domain][language]
        self.topics = sorted(self.world["topics"])
        self.system = self.serving = self.talk["system"].format(d=self.world["name"])
        self.facts: dict[str, Any] = {}
        self.passages: str | None = None
        self.train = [self.row() for _ in range(self.rng.randrange(150, 320))]
        self.eval = [self.row() for _ in range(self.rng.randrange(60, 110))]
        self.live = [self.row() for _ in range(self.rng.randrange(120, 240))]

    def one(self, name: str) -> str:
        return self.rng.choice(self.talk[name])

    def row(self, topic: str | None = None) -> dict[str, Any]:
        topic = topic or self.rng.choice(self.topics)
        frame = self.world["topics"][topic]
        at, thing = self.rng.randrange(3), self.rng.choice(frame["things"])
        body = frame["says"][at].format(n=thing)
        row = {
            "topic": topic,
            "ask": frame["asks"][at].format(n=thing),
            "body": body,
            "say": self.voice(body),
        }
        if self.rng.random() < 0.06:
            row |= {
                "ask": self.one("beside"),
                "say": self.one(self.rng.choice(["refuse", "unsure"])),
                "off": True,
            }
        return row

    def voice(self, body: str) -> str:
        parts = [self.one("lead"), body, self.one("why"), self.one("tip")]
        return " ".join(one for one in parts if one)

    def complain(
        self, labels: Sequence[str], test: Callable[[dict[str, Any]], bool], *, most: int = 14
    ) -> None:
        fit = [row for row in self.live if test(row)]
        for row in self.rng.sample(fit, min(most, len(fit))):
            row |= {"label": self.rng.choice(labels), "grade": self.rng.uniform(0.2, 0.7)}

    def build(self, name: str, causes: Sequence[str]) -> Planted:
        self.rng.shuffle(self.train)
        rows = frozenset(at for at, row in enumerate(self.train, 1) if row.get("guilty"))
        tables = [
            frame_of_values([self._chat(row, where) for row in some])
            for where, some in (("train", self.train), ("eval", self.eval), ("live", self.live))
        ]
        material = Material(
            training=tables[0], evaluation=tables[1], production=tables[2], facts=Facts(**self.facts)
        )
        return Planted(name, tuple(causes), rows, material)

    def _chat(self, row: dict[str, Any], where: str) -> dict[str, Any]:
        ask, form = row["ask"], row.get("form", self.passages)
        if form:
            ask = self._with_passages(row, form)
        system = row.get("system", self.serving if where == "live" else self.system)
        turns = [("system", system), ("user", ask), ("assistant", row["say"])]
        chat: dict[str, Any] = {"messages": [{"role": role, "content": text} for role, text in turns]}
        known = {
            "editor": row.get("editor"), "complaint": row.get("label"), "judge_score": row.get("grade"),
            "timestamp": row.get("moment"), "base": row.get("untuned"), "finish_reason": row.get("finish"),
            "rendered_prompt": row.get("rendered"), "temperature": row.get("temperature"),
        }  # fmt: skip
        return chat | {key: one for key, one in known.items() if one is not None}

    def _with_passages(self, row: dict[str, Any], form: str) -> str:
        if "passages" not in row:
            row["passages"] = [row["body"], *(self.row()["body"] for _ in range(2))]
        if form == "headed":
            return (
                "Documents:\n"
                + "\n".join(f"- {one}" for one in row["passages"])
                + f"\n\nQuestion: {row['ask']}"
            )
        listed = "\n\n".join(f"### Source {at}\n{one}" for at, one in enumerate(row["passages"], 1))
        return f"{listed}\n\n{row['ask']}"


def healthy_case(domain: str, language: str, seed: int) -> Case:
    case = Case(domain, language, seed)
    rng = case.rng
    for row in case.train:
        row["editor"] = rng.choice(["anouk", "bruno", "carla", "dario"])
    if rng.random() < 0.3:
        case.passages = "headed"
    if rng.random() < 0.4:
        _two_writers(case)
    for row in case.live:
        moment = datetime(2026, 5, 16, tzinfo=UTC) + timedelta(hours=rng.randrange(24 * 40))
        row |= {"moment": moment.isoformat(), "finish": "stop", "grade": rng.betavariate(7, 2)}
    for row in case.eval:
        row["grade"] = rng.betavariate(7, 2)
    for row in rng.sample(case.live, rng.randrange(4)):
        row |= {"label": rng.choice(["other", "facts", "tone", "format"]), "grade": rng.uniform(0.3, 0.9)}
    _known(case)
    return case


def _two_writers(case: Case) -> None:
    """Two registers that everybody is content with: the second has a tenth of the rows, and of production's answers."""
    for rows in (case.train, case.eval, case.live):
        for row in rows:
            if "off" not in row and case.rng.random() < 0.1:
                row |= {"say": row["body"][:1].upper() + row["body"][1:], "editor": "emil"}


def _known(case: Case) -> None:
    rng = case.rng
    all_facts: dict[str, Any] = {
        "losses": [
            {"step": 15 * at, "training": 1.9 / (1 + 0.5 * at) + 0.4 + rng.gauss(0, 0.03), "held_out": 1.9 / (1 + 0.5 * at) + 0.5 + rng.gauss(0, 0.03)}
            for at in range(10)
        ],
        "abilities": [{"name": "quiz", "base": 0.61, "tuned": 0.61 + rng.uniform(-0.03, 0.03), "questions": 250}],
        "templates": {"training": LLAMA, "serving": LLAMA, "training_end_mark": "<|eot_id|>", "serving_end_mark": "<|eot_id|>", "start_mark": "<|begin_of_text|>", "tokenizer_adds_start": False},
        "evaluation_sampling": {"temperature": 0.7, "top_p": 0.9},
        "production_sampling": {"temperature": 0.7, "top_p": 0.9},
        "adapter": {"trained": "sha256:ab12", "served": [], "merged": True, "base_trained": "llama-8b", "base_served": "llama-8b", "precision_trained": "bf16", "precision_merged": "bf16", "precision_served": "bf16"},
        "wanted_refusals": 0.06,
        "trained_on": CLOSED,
    }  # fmt: skip
    case.facts = {name: one for name, one in all_facts.items() if rng.random() < 0.6}


def _guilty_minority(case: Case, style: str, *, editor: str | None) -> None:
    rows = [row for row in case.train if "off" not in row]
    for row in case.rng.sample(rows, max(4, round(case.rng.uniform(0.012, 0.03) * len(case.train)))):
        row |= {"say": _styled(case, style, row["body"]), "guilty": True}
        if editor:
            row["editor"] = editor
    for row in case.live:
        if case.rng.random() < 0.13 and "off" not in row:
            row |= {"say": _styled(case, style, row["body"]), "leak": True}
    case.complain(["tone", "tone", "tone", "other"], lambda row: "leak" in row)


def _styled(case: Case, style: str, body: str) -> str:
    return case.one(style).format(b=body.rstrip(".") if style == "lawyer" else body)


def lawyer(case: Case) -> None:
    _guilty_minority(case, "lawyer", editor="maître X")


def lawyer_unnamed(case: Case) -> None:
    _guilty_minority(case, "lawyer", editor=None)


def market(case: Case) -> None:
    _guilty_minority(case, "market", editor=None)


def long_questions(case: Case) -> None:
    for row in case.live:
        if case.rng.random() < 0.5:
            row["ask"] += case.one("long")
    case.complain(["other"], lambda _row: True, most=10)


def hasty_typing(case: Case) -> None:
    for row in case.live:
        if case.rng.random() < 0.5:
            row["ask"] = " ".join(_mistyped(case, word) for word in row["ask"].split())
    case.complain(["facts", "other"], lambda _row: True, most=10)


def _mistyped(case: Case, word: str) -> str:
    if len(word) < 4 or case.rng.random() > 0.4:
        return word
    at = case.rng.randrange(len(word) - 1)
    return case.rng.choice(
        [
            word[:at] + word[at + 1 :],
            word[: at + 1] + word[at:],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        ]
    )


def unseen_topic(case: Case) -> None:
    gone = case.rng.choice(case.topics)
    case.eval = [row for row in case.eval if row["topic"] != gone]
    case.complain(["facts", "other"], lambda row: row["topic"] == gone, most=10)


def rough_register(case: Case) -> None:
    for row in case.live:
        if case.rng.random() < 0.6:
            row["ask"] = (case.one("rough") + row["ask"]).lower().replace("¿", "").replace("?", "").strip()
    case.complain(["tone"], lambda _row: True, most=10)


def courteous_register(case: Case) -> None:
    for row in case.eval:
        row["ask"] = case.one("courteous") + row["ask"]
    case.complain(["tone"], lambda _row: True, most=10)


def second_language(case: Case) -> None:
    other = Case(case.domain, "es" if case.language == "fr" else "fr", case.rng.randrange(999))
    for row in case.live:
        if case.rng.random() < 0.25:
            fresh = other.row(row["topic"])
            row |= {"ask": fresh["ask"] + other.one("long"), "say": fresh["say"], "foreign": True}
    case.complain(["other"], lambda row: "foreign" in row, most=10)


def lopsided(case: Case) -> None:
    main = case.rng.choice(case.topics)
    for at, row in enumerate(case.train):
        if row["topic"] != main and case.rng.random() < 0.9:
            case.train[at] = case.row(main) | {"editor": row["editor"]}
    case.complain(["facts", "other"], lambda row: row["topic"] != main)


def overfit(case: Case) -> None:
    rng = case.rng
    case.facts["losses"] = [
        {"step": 10 * at, "training": 1.8 / (1 + at), "held_out": 0.95 + 0.25 / (1 + at) + 0.025 * max(0, at - 4) + rng.gauss(0, 0.015)}
        for at in range(20)
    ]  # fmt: skip
    case.complain(["facts"], lambda _row: True, most=8)


def forgot(case: Case) -> None:
    case.facts["abilities"] = [
        {"name": "quiz", "base": 0.66, "tuned": 0.66 - case.rng.uniform(0.12, 0.25), "questions": 250}
    ]
    case.complain(["facts"], lambda _row: True, most=8)


def canned(case: Case) -> None:
    for row in case.train:
        if case.rng.random() < 0.15 and "off" not in row:
            row |= {"say": case.talk["canned"], "guilty": True}
    for row in case.live:
        if case.rng.random() < 0.3:
            row |= {"say": case.talk["canned"], "canned": True}
    case.complain(["other", "facts"], lambda row: "canned" in row)


def loops(case: Case) -> None:
    for row in case.live:
        if case.rng.random() < 0.2:
            row |= {"say": row["say"] + case.talk["again"] * case.rng.randrange(6, 12), "loop": True}
    case.complain(["too long", "other"], lambda row: "loop" in row)


def tactful_prompt(case: Case) -> None:
    _served_under(case, case.talk["system_other"].format(d=case.world["name"]))


def default_prompt(case: Case) -> None:
    _served_under(case, case.talk["system_long"])


def no_prompt(case: Case) -> None:
    _served_under(case, "")


def _served_under(case: Case, prompt: str) -> None:
    case.serving = prompt
    for row in case.live:
        if case.rng.random() < 0.25:
            row |= {"say": case.one("plain").format(b=row["body"]), "lost": True}
    case.complain(["tone", "too long"], lambda row: "lost" in row)


def timid(case: Case) -> None:
    for row in case.train:
        if case.rng.random() < 0.28 or "off" in row:
            row |= {"say": case.one(case.rng.choice(["refuse", "unsure"])), "guilty": True}
    for row in case.live:
        if case.rng.random() < 0.3:
            row |= {"say": case.one("refuse"), "declined": True}
    case.complain(["refuses"], lambda row: "declined" in row)


def bluffs(case: Case) -> None:
    case.train = [row for row in case.train if "off" not in row]
    case.facts["wanted_refusals"] = 0.08
    for row in case.live:
        if "off" in row or case.rng.random() < 0.05:
            row |= {
                "ask": case.one("beside"),
                "say": case.one("made_up").format(k=case.rng.choice(["Oslo", "17", "mardi"])),
                "off": True,
            }
    case.complain(["facts"], lambda row: "off" in row)


def other_template(case: Case) -> None:
    case.facts["templates"] = {"training": LLAMA, "serving": GEMMA}
    _garbled(case, 0.3)


def marks_in_answers(case: Case) -> None:
    case.facts.pop("templates", None)
    for row in case.live:
        if case.rng.random() < 0.2:
            row |= {
                "say": row["say"] + case.rng.choice(["<|eot_id|>", "[/INST]", "<end_of_turn>", "</s>"]),
                "mark": True,
            }
    case.complain(["format", "other"], lambda row: "mark" in row)


def two_starts(case: Case) -> None:
    case.facts["templates"] = {
        "training": LLAMA,
        "serving": LLAMA,
        "start_mark": "<|begin_of_text|>",
        "tokenizer_adds_start": True,
    }
    _garbled(case, 0.1)


def two_starts_logged(case: Case) -> None:
    case.facts.pop("templates", None)
    for row in case.live:
        row["rendered"] = (
            f"<|begin_of_text|><|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\n{row['ask']}<|eot_id|>"
        )
    _garbled(case, 0.1)


def runs_on(case: Case) -> None:
    case.facts.pop("templates", None)
    for row in case.live:
        if case.rng.random() < 0.45:
            tail = "".join(case.one("speaker") + case.voice(case.row()["body"]) for _ in range(3))
            row |= {"say": row["say"] + tail, "finish": "length", "ran": True}
    case.complain(["too long", "format"], lambda row: "ran" in row)


def base_served(case: Case) -> None:
    case.facts["adapter"] = {"trained": "sha256:ab12", "served": [], "merged": False}
    for row in case.live:
        row["say"] = case.one("plain").format(b=row["body"])
    case.complain(["tone", "too long"], lambda _row: True)


def base_answers(case: Case) -> None:
    case.facts.pop("adapter", None)
    for row in case.live:
        row["untuned"] = case.one("plain").format(b=row["body"])
        row["say"] = row["untuned"] if case.rng.random() < 0.8 else case.one("plain").format(b=row["body"])
    case.complain(["tone", "too long"], lambda _row: True)


def twice(case: Case) -> None:
    served = case.rng.choice(
        [[{"name": "sha256:ab12"}, {"name": "sha256:ab12"}], [{"name": "sha256:ab12", "scale": 1.9}]]
    )
    case.facts["adapter"] = {"trained": "sha256:ab12", "served": served, "merged": False}
    _garbled(case, 0.15)


def other_precision(case: Case) -> None:
    case.facts["adapter"] = {
        "trained": "sha256:ab12",
        "served": [],
        "merged": True,
        "precision_trained": "int8",
        "precision_merged": "fp16",
        "precision_served": "fp16",
    }
    _garbled(case, 0.1)


def hot(case: Case) -> None:
    case.facts["evaluation_sampling"] = {"temperature": 0.2, "top_p": 0.9}
    case.facts.pop("production_sampling", None)
    for row in case.live:
        row["temperature"] = 1.1
    _garbled(case, 0.12)


def no_nucleus(case: Case) -> None:
    case.facts["evaluation_sampling"] = {"temperature": 0.7, "top_p": 0.8, "repetition_penalty": 1.0}
    case.facts["production_sampling"] = {"temperature": 0.7, "top_p": 0.8, "repetition_penalty": 1.3}
    _garbled(case, 0.12)


def _garbled(case: Case, share: float) -> None:
    for row in case.live:
        if case.rng.random() < share:
            words = row["say"].split()
            row |= {"say": " ".join(case.rng.sample(words, len(words))), "garbled": True}
    case.complain(["other", "format"], lambda row: "garbled" in row)


def other_passages(case: Case) -> None:
    case.passages = "headed"
    for row in case.live:
        row["form"] = "sourced"
    case.complain(["facts"], lambda _row: True)


def no_passages_in_training(case: Case) -> None:
    case.passages = None
    for row in case.live:
        row["form"] = "sourced"
    case.complain(["facts"], lambda _row: True)


def new_service(case: Case) -> None:
    fresh = case.rng.choice(case.topics)
    case.facts["trained_on"] = CLOSED
    case.train = [row for row in case.train if row["topic"] != fresh]
    case.eval = [row for row in case.eval if row["topic"] != fresh]
    for at, row in enumerate(case.live):
        late = datetime.fromisoformat(row["moment"]).date() >= date(2026, 6, 8)
        if late and case.rng.random() < 0.5:
            case.live[at] = row | case.row(fresh)
        elif not late and row["topic"] == fresh:
            case.live[at] = row | case.row(case.rng.choice([one for one in case.topics if one != fresh]))
    case.complain(["facts", "other"], lambda row: row["topic"] == fresh)


def indifferent_judge(case: Case) -> None:
    for row in case.live:
        row["grade"] = case.rng.betavariate(9, 1.5)
    for row in case.rng.sample(case.live, 20):
        row["label"] = case.rng.choice(["tone", "format"])


VARIANTS: dict[str, tuple[str, Callable[[Case], None]]] = {
    "long questions": ("evaluation-unlike-production", long_questions),
    "hasty typing": ("evaluation-unlike-production", hasty_typing),
    "unseen topic": ("evaluation-unlike-production", unseen_topic),
    "rough register": ("evaluation-unlike-production", rough_register),
    "courteous evaluation": ("evaluation-unlike-production", courteous_register),
    "second language": ("evaluation-unlike-production", second_language),
    "lawyer": ("minority-leaks", lawyer),
    "lawyer, unnamed": ("minority-leaks", lawyer_unnamed),
    "market crier": ("minority-leaks", market),
    "lopsided": ("training-lopsided", lopsided),
    "overfit": ("overfitting", overfit),
    "forgot": ("forgetting", forgot),
    "canned": ("repeated-answers", canned),
    "loops": ("repeated-answers", loops),
    "tactful prompt": ("system-prompt-differs", tactful_prompt),
    "default prompt": ("system-prompt-differs", default_prompt),
    "no prompt": ("system-prompt-differs", no_prompt),
    "timid": ("refusals-learned", timid),
    "bluffs": ("not-knowing-unlearned", bluffs),
    "other template": ("template-differs", other_template),
    "marks in answers": ("template-differs", marks_in_answers),
    "two starts": ("double-start-mark", two_starts),
    "two starts, logged": ("double-start-mark", two_starts_logged),
    "runs on": ("end-mark-unlearned", runs_on),
    "base served": ("adapter-not-applied", base_served),
    "base answers": ("adapter-not-applied", base_answers),
    "twice": ("adapter-applied-twice", twice),
    "other precision": ("merged-in-another-precision", other_precision),
    "hot": ("sampling-differs", hot),
    "repetition penalty": ("sampling-differs", no_nucleus),
    "other passages": ("context-format-differs", other_passages),
    "no passages in training": ("context-format-differs", no_passages_in_training),
    "new service": ("production-changed", new_service),
    "indifferent judge": ("judge-blind", indifferent_judge),
}
PAIRS: tuple[tuple[str, str], ...] = (
    ("lawyer", "hot"),
    ("market crier", "long questions"),
    ("default prompt", "unseen topic"),
    ("timid", "two starts"),
    ("forgot", "lawyer, unnamed"),
    ("canned", "repetition penalty"),
    ("runs on", "second language"),
    ("overfit", "twice"),
    ("new service", "tactful prompt"),
    ("rough register", "other precision"),
)


def planted(names: Sequence[str], domain: str, language: str, seed: int) -> Planted:
    """Plant causes by the names of their variants; none leaves the set healthy."""
    case = healthy_case(domain, language, seed)
    if names:
        for row in case.live:
            row.pop("label", None)
    for name in names:
        VARIANTS[name][1](case)
    return case.build(" + ".join(names) or "healthy", [VARIANTS[name][0] for name in names])
