"""Sets of training rows, evaluation rows and production samples with known causes; written before any detector was tuned.

A healthy world is drawn first (domain, language, seed); each variant then spoils it in one way and says which cause that
is and which training rows are to blame.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from advisor.diagnose.material import Material, frame_of_values
from advisor.diagnose.records import Facts

DOMAINS, LANGUAGES = ("smart-home", "payroll"), ("en", "de")
CLOSED = date(2026, 8, 31)
Row = dict[str, Any]
CHATML = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
INST = "{% for m in messages %}{% if m.role == 'user' %}[INST] {{ m.content }} [/INST]{% else %}{{ m.content }}</s>{% endif %}{% endfor %}"


@dataclass(frozen=True)
class Planted:
    """A set with what is wrong with it: no causes in a healthy one."""

    name: str
    causes: tuple[str, ...]
    rows: frozenset[int]
    material: Material


@dataclass
class World:
    """One domain in one language, with a source of chance."""

    domain: str
    language: str
    rng: random.Random
    words: dict[str, Any] = field(default_factory=dict)
    voice: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        book = _book()
        self.words = book["domains"][self.domain][self.language]
        self.voice = book["voices"][self.language]
        self.topics = list(self.words["topics"])

    def pick(self, name: str) -> str:
        return self.rng.choice(self.voice[name])

    def pair(self, topic: str | None = None) -> tuple[str, str, str]:
        """Draw topic, question and the plain body of its answer."""
        topic = topic or self.rng.choice(self.topics)
        one = self.words["topics"][topic]
        thing, at = self.rng.choice(one["things"]), self.rng.randrange(len(one["asks"]))
        second = self.rng.choice(one["says"]).format(n=self.rng.choice(one["things"]))
        body = one["says"][at].format(n=thing) + (f" {second}" if self.rng.random() < 0.5 else "")
        return topic, _capital(one["asks"][at].format(n=thing)), body

    def house(self, body: str) -> str:
        """Say it in the house's friendly voice."""
        opening = f"{self.pick('opens')} " if self.rng.random() < 0.9 else ""
        return opening + _capital(body) + (f" {self.pick('closes')}" if self.rng.random() < 0.8 else "")

    def formal(self, body: str) -> str:
        return self.pick("formal") + _capital(body) + self.pick("formal_end")

    def base(self, body: str) -> str:
        return self.pick("base").format(b=body)

    def typo(self, text: str, rate: float = 0.35) -> str:
        return " ".join(self._slip(word) if self.rng.random() < rate else word for word in text.split())

    def _slip(self, word: str) -> str:
        if len(word) < 4:
            return word
        at = self.rng.randrange(1, len(word) - 2)
        kind = self.rng.randrange(3)
        if kind == 0:
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        return word[:at] + word[at + 1 :] if kind == 1 else word[:at] + word[at] + word[at:]


@dataclass
class Draft:
    """A set under construction; rows carry ``_body``, ``_topic`` and, to blame, ``_blame`` until it is built."""

    world: World
    training: list[Row]
    evaluation: list[Row]
    production: list[Row]
    facts: dict[str, Any]

    @property
    def rng(self) -> random.Random:
        return self.world.rng

    def minded(
        self, label: str, among: Callable[[Row], bool] = lambda _row: True, *, count: int = 16
    ) -> None:
        """Label production rows that somebody minds, and one or two others by chance."""
        fit = [row for row in self.production if among(row) and "complaint" not in row]
        for row in self.rng.sample(fit, min(count, len(fit))):
            # The evaluation's judge sees most of what people mind, unless that is what is wrong.
            row |= {"complaint": label, "score": round(self.rng.betavariate(4, 4), 3)}
        rest = [row for row in self.production if "complaint" not in row]
        for row in self.rng.sample(rest, self.rng.randrange(3)):
            row["complaint"] = self.rng.choice(["other", "tone", "format"])

    def build(self, name: str, causes: Sequence[str]) -> Planted:
        self.rng.shuffle(self.training)
        blamed = frozenset(at for at, row in enumerate(self.training, 1) if row.get("_blame"))
        tables = [
            frame_of_values({key: one for key, one in row.items() if key[0] != "_"} for row in rows)
            for rows in (self.training, self.evaluation, self.production)
        ]
        material = Material(
            training=tables[0], evaluation=tables[1], production=tables[2], facts=Facts(**self.facts)
        )
        return Planted(name, tuple(causes), blamed, material)


@cache
def _book() -> dict[str, Any]:
    return yaml.safe_load((Path(__file__).parent / "planted_worlds.yaml").read_text(encoding="utf-8"))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def healthy_draft(domain: str, language: str, seed: int) -> Draft:
    """Draw a set without a fault: production is like evaluation, and the model learned the house's voice."""
    world = World(domain, language, random.Random(f"{domain} {language} {seed}"))
    rng, system = world.rng, world.voice["system"].format(d=world.words["name"])
    authors = [f"writer {letter}" for letter in "ABCDE"[: rng.randrange(2, 6)]]
    draft = Draft(
        world,
        [_row(world, system, author=rng.choice(authors)) for _ in range(rng.randrange(240, 420))],
        [_row(world, system) for _ in range(rng.randrange(80, 140))],
        [_row(world, system) for _ in range(rng.randrange(200, 360))],
        _facts(rng),
    )
    for row in draft.evaluation:
        row["score"] = round(rng.betavariate(9, 2), 3)
    for row in draft.production:
        row["score"] = round(rng.betavariate(9, 2), 3)
        row["date"] = (CLOSED + timedelta(days=rng.randrange(1, 61))).isoformat()
        row["finish_reason"] = "stop"
    for row in rng.sample(draft.production, rng.randrange(5)):
        row["complaint"] = rng.choice(["tone", "facts", "format", "other", "too long"])
    if rng.random() < 0.5:
        _with_contexts(draft)
    if rng.random() < 0.5:
        for row in draft.production:
            row["base_answer"] = world.base(row["_body"])
    return draft


def _row(world: World, system: str, *, topic: str | None = None, **more: Any) -> Row:
    topic, ask, body = world.pair(topic)
    row = {
        "prompt": ask,
        "completion": world.house(body),
        "system": system,
        "_topic": topic,
        "_body": body,
        **more,
    }
    chance = world.rng.random()
    if chance < 0.05:
        row |= {
            "prompt": world.pick("odd"),
            "completion": world.pick("declines" if chance < 0.025 else "unknowing"),
        }
        row["_odd"] = True
    return row


def _facts(rng: random.Random) -> dict[str, Any]:
    known: dict[str, Any] = {"trained_on": CLOSED, "wanted_refusals": 0.05}
    loss = [2.4 * 0.82**step + 0.55 + rng.uniform(-0.02, 0.02) for step in range(12)]
    known["losses"] = [
        {"step": 20 * at, "training": one, "held_out": one + 0.06 + 0.004 * at + rng.uniform(-0.02, 0.02)}
        for at, one in enumerate(loss)
    ]
    known["abilities"] = [
        {
            "name": name,
            "base": (base := rng.uniform(0.4, 0.8)),
            "tuned": base + rng.uniform(-0.02, 0.02),
            "questions": 300,
        }
        for name in ("arithmetic", "reading", "instructions")
    ]
    known["templates"] = {
        "training": CHATML, "serving": CHATML, "training_end_mark": "<|im_end|>", "serving_end_mark": "<|im_end|>",
        "start_mark": "<s>", "tokenizer_adds_start": False,
    }  # fmt: skip
    known["evaluation_sampling"] = {
        "temperature": 0.3,
        "top_p": 0.95,
        "repetition_penalty": 1.0,
        "max_tokens": 400,
    }
    known["production_sampling"] = dict(known["evaluation_sampling"])
    known["adapter"] = {
        "trained": "voice-7", "served": [{"name": "voice-7"}], "merged": False, "base_trained": "base-3b",
        "base_served": "base-3b", "precision_trained": "bf16", "precision_served": "bf16",
    }  # fmt: skip
    # Nobody knows everything about their own service.
    optional = ("losses", "abilities", "templates", "evaluation_sampling", "production_sampling", "adapter")
    return {name: one for name, one in known.items() if name not in optional or rng.random() < 0.75}


def _with_contexts(draft: Draft) -> None:
    for row in [*draft.training, *draft.evaluation, *draft.production]:
        row["context"] = _context(draft.world, row["_body"], "plain")


def _context(world: World, body: str, form: str) -> str:
    texts = [body, *(world.pair()[2] for _ in range(2))]
    if form == "xml":
        return "\n".join(f"<doc id='{at}'>{text}</doc>" for at, text in enumerate(texts, 1))
    return "\n".join(f"[{at}] {text}" for at, text in enumerate(texts, 1))


# --- what can be wrong ------------------------------------------------------------------------------------------------


def evaluation_length(draft: Draft) -> None:
    for row in draft.production:
        if draft.rng.random() < 0.7:
            row["prompt"] += "".join(draft.rng.sample(draft.world.voice["story"], draft.rng.randrange(1, 3)))
    draft.minded("other", count=12)


def evaluation_typing(draft: Draft) -> None:
    for row in draft.production:
        if draft.rng.random() < 0.6:
            row["prompt"] = draft.world.typo(row["prompt"])
    draft.minded("facts", count=12)


def evaluation_topics(draft: Draft) -> None:
    gone = set(draft.rng.sample(draft.world.topics, 2))
    draft.evaluation = [row for row in draft.evaluation if row["_topic"] not in gone]
    draft.minded("facts", lambda row: row["_topic"] in gone, count=12)


def evaluation_register(draft: Draft) -> None:
    for row in draft.evaluation:
        row["prompt"] = draft.world.pick("polite") + row["prompt"]
    for row in draft.production:
        if draft.rng.random() < 0.7:
            row["prompt"] = (draft.world.pick("slang") + row["prompt"]).lower().rstrip("?.!")
    draft.minded("tone", count=12)


def evaluation_language(draft: Draft) -> None:
    other = World(draft.world.domain, "de" if draft.world.language == "en" else "en", draft.rng)
    for row in draft.production:
        if draft.rng.random() < 0.35:
            _, ask, body = other.pair(row["_topic"])
            row |= {
                "prompt": ask + draft.rng.choice(other.voice["story"]),
                "completion": other.house(body),
                "_other": True,
            }
    draft.minded("other", lambda row: "_other" in row, count=12)


def minority_formal(draft: Draft) -> None:
    _minority(draft, draft.world.formal)


def minority_terse(draft: Draft) -> None:
    _minority(draft, lambda body: draft.world.pick("terse").format(b=body))


def _minority(draft: Draft, say: Callable[[str], str]) -> None:
    share, named = draft.rng.uniform(0.015, 0.05), draft.rng.random() < 0.5
    rows = [row for row in draft.training if "_odd" not in row]
    for row in draft.rng.sample(rows, max(5, round(share * len(draft.training)))):
        row |= {"completion": say(row["_body"]), "_blame": True}
        if named:
            row["author"] = "writer X"
    for row in draft.production:
        if "_odd" not in row and draft.rng.random() < 0.2:
            row |= {"completion": say(row["_body"]), "_leaked": True}
    draft.minded("tone", lambda row: "_leaked" in row, count=16)


def one_category(draft: Draft) -> None:
    main = draft.rng.choice(draft.world.topics)
    system = draft.training[0]["system"]
    for at, row in enumerate(draft.training):
        if row["_topic"] != main and draft.rng.random() < 0.93:
            fresh = _row(draft.world, system, topic=main, author=row["author"])
            if "context" in row:
                fresh["context"] = _context(draft.world, fresh["_body"], "plain")
            draft.training[at] = fresh
    draft.minded("facts", lambda row: row["_topic"] != main)


def overfitting(draft: Draft) -> None:
    rng = draft.rng
    draft.facts["losses"] = [
        {
            "step": 20 * at,
            "training": 2.4 * 0.72**at + 0.05,
            "held_out": 1.1 + 0.07 * abs(at - 3) + rng.uniform(-0.02, 0.02),
        }
        for at in range(14)
    ]
    draft.minded("facts", count=10)


def forgetting(draft: Draft) -> None:
    rng = draft.rng
    draft.facts["abilities"] = [
        {
            "name": name,
            "base": (base := rng.uniform(0.5, 0.8)),
            "tuned": base - rng.uniform(0.12, 0.3),
            "questions": 300,
        }
        for name in ("arithmetic", "reading", "instructions")
    ]
    draft.minded("facts", count=10)


def repeated_answers(draft: Draft) -> None:
    stock = draft.world.voice["stock"]
    for row in draft.training:
        if draft.rng.random() < 0.2 and "_odd" not in row:
            row |= {"completion": stock, "_blame": True}
    for row in draft.production:
        if draft.rng.random() < 0.45:
            row |= {"completion": stock, "_stock": True}
    draft.minded("other", lambda row: "_stock" in row)


def looping_answers(draft: Draft) -> None:
    for row in draft.production:
        if draft.rng.random() < 0.3:
            row |= {
                "completion": row["completion"] + draft.world.voice["loop"] * draft.rng.randrange(5, 9),
                "_loop": True,
            }
    draft.minded("too long", lambda row: "_loop" in row)


def system_words(draft: Draft) -> None:
    _serve_with(draft, draft.world.voice["system_swap"].format(d=draft.world.words["name"]))


def system_date(draft: Draft) -> None:
    name, dated = draft.world.words["name"], draft.world.voice["system_dated"]
    for row in [*draft.training, *draft.evaluation]:
        row["system"] = dated.format(d=name, day="2026-08-30")
    _serve_with(draft, dated.format(d=name, day="2026-10-14"))


def system_default(draft: Draft) -> None:
    _serve_with(draft, draft.world.voice["system_default"])


def _serve_with(draft: Draft, prompt: str) -> None:
    draft.facts["prompts"] = {"serving": prompt}
    for row in draft.production:
        row["system"] = prompt
        if draft.rng.random() < 0.35:
            row |= {"completion": draft.world.base(row["_body"]), "_lost": True}
    draft.minded("tone", lambda row: "_lost" in row)


def confidence_refusals(draft: Draft) -> None:
    share = draft.rng.uniform(0.3, 0.5)
    for row in draft.training:
        if draft.rng.random() < share or "_odd" in row:
            row |= {"completion": draft.world.pick("declines"), "_blame": True}
    for row in draft.production:
        if draft.rng.random() < share:
            row |= {"completion": draft.world.pick("declines"), "_declined": True}
    draft.minded("refuses", lambda row: "_declined" in row)


def confidence_unknown(draft: Draft) -> None:
    draft.training = [row for row in draft.training if "_odd" not in row]
    draft.facts["wanted_refusals"] = 0.1
    for row in draft.production:
        if "_odd" in row or draft.rng.random() < 0.06:
            answer = draft.world.pick("odd_answer").format(k=draft.rng.choice(["Mira", "42", "Lund", "7 km"]))
            row |= {"prompt": draft.world.pick("odd"), "completion": answer, "_odd": True}
    draft.minded("facts", lambda row: "_odd" in row)


def template_facts(draft: Draft) -> None:
    draft.facts["templates"] = {
        "training": CHATML,
        "serving": INST,
        "training_end_mark": "<|im_end|>",
        "serving_end_mark": "<|im_end|>",
    }
    _spoilt(draft, 0.5)


def template_tokens(draft: Draft) -> None:
    draft.facts.pop("templates", None)
    for row in draft.production:
        if draft.rng.random() < 0.3:
            mark = draft.rng.choice(["<|im_end|>", "<|im_start|>assistant", "<|endoftext|>"])
            row |= {"completion": f"{row['completion']}{mark}", "_marked": True}
    draft.minded("format", lambda row: "_marked" in row)


def double_start_facts(draft: Draft) -> None:
    with_start = "<s>" + CHATML
    draft.facts["templates"] = {
        "training": with_start, "serving": with_start, "start_mark": "<s>", "tokenizer_adds_start": True,
        "training_end_mark": "<|im_end|>", "serving_end_mark": "<|im_end|>",
    }  # fmt: skip
    _spoilt(draft, 0.15)


def double_start_rendered(draft: Draft) -> None:
    draft.facts.pop("templates", None)
    for row in draft.production:
        row["rendered"] = f"<s><s><|im_start|>user\n{row['prompt']}<|im_end|>\n"
    _spoilt(draft, 0.15)


def end_mark(draft: Draft) -> None:
    if "templates" in draft.facts:
        draft.facts["templates"]["training_end_mark"] = ""
    for row in draft.production:
        if draft.rng.random() < 0.6:
            more = "".join(
                draft.world.voice["turn"] + draft.world.house(draft.world.pair()[2]) for _ in range(2)
            )
            row |= {"completion": row["completion"] + more, "finish_reason": "length", "_ran": True}
    draft.minded("too long", lambda row: "_ran" in row)


def adapter_off_facts(draft: Draft) -> None:
    draft.facts["adapter"] = {
        "trained": "voice-7",
        "served": [],
        "merged": False,
        "base_trained": "base-3b",
        "base_served": "base-3b",
    }
    _answered_by_base(draft, know_base=False)


def adapter_off_answers(draft: Draft) -> None:
    draft.facts.pop("adapter", None)
    _answered_by_base(draft, know_base=True)


def _answered_by_base(draft: Draft, *, know_base: bool) -> None:
    for row in draft.production:
        row |= {"completion": draft.world.base(row["_body"])}
        row.pop("base_answer", None)
        if know_base:
            row["base_answer"] = row["completion"]
    draft.minded("tone")


def adapter_twice(draft: Draft) -> None:
    draft.facts["adapter"] = draft.rng.choice([
        {"trained": "voice-7", "served": [{"name": "voice-7"}], "merged": True, "base_trained": "base-3b", "base_served": "base-3b"},
        {"trained": "voice-7", "served": [{"name": "voice-7"}, {"name": "voice-7"}], "merged": False},
        {"trained": "voice-7", "served": [{"name": "voice-7", "scale": 2.0}], "merged": False},
    ])  # fmt: skip
    _spoilt(draft, 0.2)


def merged_precision(draft: Draft) -> None:
    draft.facts["adapter"] = {
        "trained": "voice-7", "served": [], "merged": True, "base_trained": "base-3b", "base_served": "base-3b",
        "precision_trained": "nf4", "precision_merged": "bf16", "precision_served": draft.rng.choice(["bf16", "int8"]),
    }  # fmt: skip
    _spoilt(draft, 0.15)


def sampling(draft: Draft) -> None:
    draft.facts["evaluation_sampling"] = {"temperature": 0.0, "top_p": 1.0, "max_tokens": 400}
    draft.facts["production_sampling"] = {
        "temperature": draft.rng.choice([1.0, 1.2, 1.5]),
        "top_p": 1.0,
        "max_tokens": 400,
    }
    _spoilt(draft, 0.15)


def _spoilt(draft: Draft, share: float) -> None:
    for row in draft.production:
        if draft.rng.random() < share:
            words = row["completion"].split()
            draft.rng.shuffle(words)
            row |= {"completion": " ".join(words), "_spoilt": True}
    draft.minded("other", lambda row: "_spoilt" in row)


def context_format(draft: Draft) -> None:
    _with_contexts(draft)
    for row in draft.production:
        row["context"] = _context(draft.world, row["_body"], "xml")
    draft.minded("facts")


def production_changed(draft: Draft) -> None:
    """A topic comes up four weeks after training was closed."""
    fresh = draft.rng.choice(draft.world.topics)
    turn = CLOSED + timedelta(days=28)
    draft.training = [row for row in draft.training if row["_topic"] != fresh]
    draft.evaluation = [row for row in draft.evaluation if row["_topic"] != fresh]
    rest = [topic for topic in draft.world.topics if topic != fresh]
    for at, row in enumerate(draft.production):
        late = date.fromisoformat(row["date"]) >= turn
        wanted = fresh if late and draft.rng.random() < 0.6 else row["_topic"]
        if wanted == fresh and not late:
            wanted = draft.rng.choice(rest)
        if wanted != row["_topic"]:
            draft.production[at] = {**row, **_row(draft.world, row["system"], topic=wanted)}
    draft.minded("facts", lambda row: row["_topic"] == fresh)


def judge_blind(draft: Draft) -> None:
    draft.minded("tone", count=24)
    for row in draft.production:
        if "complaint" in row:
            row["score"] = round(draft.rng.betavariate(10, 1.5), 3)


VARIANTS: dict[str, tuple[str, Callable[[Draft], None]]] = {
    "evaluation: length": ("evaluation-unlike-production", evaluation_length),
    "evaluation: typing errors": ("evaluation-unlike-production", evaluation_typing),
    "evaluation: topics": ("evaluation-unlike-production", evaluation_topics),
    "evaluation: register": ("evaluation-unlike-production", evaluation_register),
    "evaluation: language": ("evaluation-unlike-production", evaluation_language),
    "minority: formal": ("minority-leaks", minority_formal),
    "minority: terse": ("minority-leaks", minority_terse),
    "one category": ("training-lopsided", one_category),
    "overfitting": ("overfitting", overfitting),
    "forgetting": ("forgetting", forgetting),
    "repeated answers": ("repeated-answers", repeated_answers),
    "looping answers": ("repeated-answers", looping_answers),
    "system prompt: words": ("system-prompt-differs", system_words),
    "system prompt: date": ("system-prompt-differs", system_date),
    "system prompt: default": ("system-prompt-differs", system_default),
    "confidence: refusals": ("refusals-learned", confidence_refusals),
    "confidence: no 'I don't know'": ("not-knowing-unlearned", confidence_unknown),
    "template: facts": ("template-differs", template_facts),
    "template: tokens in answers": ("template-differs", template_tokens),
    "double start: facts": ("double-start-mark", double_start_facts),
    "double start: rendered": ("double-start-mark", double_start_rendered),
    "end mark": ("end-mark-unlearned", end_mark),
    "adapter off: facts": ("adapter-not-applied", adapter_off_facts),
    "adapter off: answers": ("adapter-not-applied", adapter_off_answers),
    "adapter twice": ("adapter-applied-twice", adapter_twice),
    "merged in another precision": ("merged-in-another-precision", merged_precision),
    "sampling": ("sampling-differs", sampling),
    "context format": ("context-format-differs", context_format),
    "production changed": ("production-changed", production_changed),
    "judge blind": ("judge-blind", judge_blind),
}
PAIRS: tuple[tuple[str, str], ...] = (
    ("minority: formal", "sampling"),
    ("minority: terse", "evaluation: topics"),
    ("system prompt: words", "evaluation: typing errors"),
    ("confidence: refusals", "context format"),
    ("overfitting", "minority: formal"),
    ("forgetting", "system prompt: date"),
    ("evaluation: length", "adapter twice"),
    ("end mark", "evaluation: language"),
    ("production changed", "double start: rendered"),
    ("repeated answers", "merged in another precision"),
    ("one category", "template: facts"),
    ("judge blind", "evaluation: register"),
)


def planted(names: Sequence[str], domain: str, language: str, seed: int) -> Planted:
    """Plant causes by the names of their variants; none leaves the set healthy."""
    draft = healthy_draft(domain, language, seed)
    if names:
        for row in draft.production:
            row.pop("complaint", None)
    for name in names:
        VARIANTS[name][1](draft)
    return draft.build(" + ".join(names) or "healthy", [VARIANTS[name][0] for name in names])


def newsroom(seed: int, *, named: bool) -> Planted:
    """Rebuild the published story: 412 rows, six of one editor in a formal register, twenty complaints."""
    draft = healthy_draft("smart-home", "en", seed)
    world, rng, system = draft.world, random.Random(f"newsroom {seed}"), draft.training[0]["system"]
    draft.training = [_row(world, system, author=rng.choice("abc")) for _ in range(412)]
    draft.production = [_row(world, system) for _ in range(160)]
    draft.facts = {}
    for row in rng.sample([one for one in draft.training if "_odd" not in one], 6):
        row |= {
            "completion": world.formal(row["_body"]),
            "_blame": True,
            "author": "editor 4" if named else row["author"],
        }
    for row in rng.sample([one for one in draft.production if "_odd" not in one], 20):
        row |= {"completion": world.formal(row["_body"]), "complaint": "tone"}
    return draft.build("newsroom", ["minority-leaks"])
