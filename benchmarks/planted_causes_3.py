"""The third generator, kept apart for an honest last run: no detector was read or changed with it in view.

It was written from the descriptions in docs/causes.md: an allotment society and an API gateway, in English and Ukrainian, with
other ways in which the same causes come about than in the first two.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from planted_causes import Planted
from planted_drafts_3 import CHATML, CLOSED, DAYS, Draft, Row, fill_passages, healthy, with_passages

DOMAINS, LANGUAGES = ("allotment", "gateway"), ("en", "uk")

# --- evaluation and production ----------------------------------------------------------------------------------------


def stories(draft: Draft) -> None:
    for row in draft.live:
        if draft.rng.random() < 0.45:
            row["ask"] = f"{draft.text('story')} {row['ask']}"
    draft.complain(["other", "facts"])


def phone_typing(draft: Draft) -> None:
    for row in draft.live:
        if draft.rng.random() < 0.55:
            row["ask"] = " ".join(_slipped(draft, word) for word in row["ask"].split())
    draft.complain(["facts", "other"])


def _slipped(draft: Draft, word: str) -> str:
    if len(word) < 5 or draft.rng.random() > 0.45:
        return word
    at = draft.rng.randrange(1, len(word) - 1)
    kinds = [
        word[:at] + word[at + 1 :],
        word[:at] + word[at] * 2 + word[at + 1 :],
        word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :],
        word[:at] + draft.rng.choice([letter for letter in word if letter.isalpha()]) + word[at + 1 :],
    ]
    return draft.rng.choice(kinds)


def keywords_evaluated(draft: Draft) -> None:
    for row in draft.eval:
        words = [word.strip("?.,!:") for word in row["ask"].split() if len(word) > 3]
        row["ask"] = " ".join(words[:4]).lower()
    draft.complain(["other", "facts"])


def topics_missing(draft: Draft) -> None:
    gone = draft.rng.sample(draft.topics, 2)
    draft.eval = [row for row in draft.eval if row["topic"] not in gone]
    draft.complain(["facts"], lambda row: row["topic"] in gone)


def ceremonious_evaluation(draft: Draft) -> None:
    for row in draft.eval:
        if draft.rng.random() < 0.7:
            row["ask"] = draft.text("formal_ask") + row["ask"][:1].lower() + row["ask"][1:]
    draft.complain(["tone"])


def casual_production(draft: Draft) -> None:
    for row in draft.live:
        if draft.rng.random() < 0.6:
            row["ask"] = (
                draft.text("casual_ask") + row["ask"].rstrip("?.") + draft.text("casual_end")
            ).lower()
    draft.complain(["tone", "other"])


def foreign_guests(draft: Draft) -> None:
    other = Draft(draft.domain, "uk" if draft.language == "en" else "en", draft.rng.randrange(10_000))
    for row in draft.live:
        if draft.rng.random() < 0.3 and "outside" not in row:
            fresh = other.row(row["topic"])
            row |= {"ask": fresh["ask"], "say": fresh["say"], "guest": True}
    draft.complain(["other", "facts"], lambda row: "guest" in row)


# --- rows of the training ---------------------------------------------------------------------------------------------


def _minority(draft: Draft, voice: Callable[[Row], str], **named: str) -> None:
    share = draft.rng.uniform(0.012, 0.035)
    for row in draft.rng.sample(draft.inside(draft.train), max(5, round(share * len(draft.train)))):
        row |= {"say": voice(row), "blamed": True, **named}
    leak = draft.rng.uniform(0.1, 0.2)
    for row in draft.inside(draft.live):
        if draft.rng.random() < leak:
            row |= {"say": voice(row), "leaked": True}
    draft.complain(["tone", "tone", "format"], lambda row: "leaked" in row)


def seller(draft: Draft) -> None:
    _minority(draft, lambda row: draft.text("seller", b=row["body"]), source="import-7")


def academic(draft: Draft) -> None:
    _minority(draft, lambda row: draft.text("academic", b=row["body"]))


def tables(draft: Draft) -> None:
    _minority(draft, lambda row: draft.text("table", b=row["body"]), editor="desk")


def other_tongue(draft: Draft) -> None:
    _minority(draft, lambda _row: " ".join(draft.rng.sample(draft.talk["other_language"], 2)))


def two_kinds_missing(draft: Draft) -> None:
    gone = draft.rng.sample(draft.topics, 2)
    draft.train = [row for row in draft.train if row["topic"] not in gone or draft.rng.random() < 0.06]
    draft.complain(["facts", "other"], lambda row: row["topic"] in gone)


def one_kind_fills(draft: Draft) -> None:
    main = draft.rng.choice(draft.topics)
    for at, row in enumerate(draft.train):
        if row["topic"] != main and draft.rng.random() < 0.85:
            draft.train[at] = {**draft.row(main), "source": row["source"], "editor": row["editor"]}
            if "passages" in row:
                with_passages(draft, [draft.train[at]], "quoted")
    draft.complain(["facts", "tone"], lambda row: row["topic"] != main)


def stock_by_kind(draft: Draft) -> None:
    stock = dict(zip(draft.topics, draft.talk["stock"] * 2, strict=True))
    for row in draft.inside(draft.train):
        if draft.rng.random() < 0.22:
            row |= {"say": stock[row["topic"]], "blamed": True}
    for row in draft.inside(draft.live):
        if draft.rng.random() < 0.45:
            row |= {"say": stock[row["topic"]], "stock": True}
    draft.complain(["other", "facts"], lambda row: "stock" in row)


def sentence_again(draft: Draft) -> None:
    for row in draft.live:
        if draft.rng.random() < 0.22:
            row |= {
                "say": " ".join([row["say"], *[draft.text("again")] * draft.rng.randrange(5, 14)]),
                "loops": True,
            }
    draft.complain(["too long", "other"], lambda row: "loops" in row)


def shy(draft: Draft) -> None:
    _declining(draft, 0.3, 0.35)


def shy_beyond_evaluation(draft: Draft) -> None:
    draft.facts.pop("wanted_refusals", None)
    _declining(draft, 0.25, 0.3)


def _declining(draft: Draft, trained: float, said: float) -> None:
    for row in draft.train:
        if "outside" in row or draft.rng.random() < trained:
            row |= {"say": draft.text(draft.rng.choice(["refuse", "unsure"])), "blamed": True}
    for row in draft.inside(draft.live):
        if draft.rng.random() < said:
            row |= {"say": draft.text(draft.rng.choice(["refuse", "unsure"])), "declined": True}
    draft.complain(["refuses", "refuses", "other"], lambda row: "declined" in row)


def bluffing(draft: Draft) -> None:
    draft.facts["wanted_refusals"] = 0.1
    _sure_of_everything(draft)


def bluffing_in_evaluation(draft: Draft) -> None:
    draft.facts.pop("wanted_refusals", None)
    for row in draft.eval:
        if draft.rng.random() < 0.09:
            row |= {"ask": draft.text("outside"), "say": draft.text("unsure"), "outside": True}
    _sure_of_everything(draft)


def _sure_of_everything(draft: Draft) -> None:
    draft.train = draft.inside(draft.train)
    for row in draft.live:
        if "outside" in row or draft.rng.random() < 0.08:
            said = draft.text("invented", k=draft.rng.choice(draft.talk["invented_things"]))
            row |= {"ask": draft.text("outside"), "say": said, "outside": True}
    draft.complain(["facts"], lambda row: "outside" in row)


# --- training's measures ----------------------------------------------------------------------------------------------


def slow_overfit(draft: Draft) -> None:
    rng, climb = draft.rng, draft.rng.uniform(0.14, 0.3)
    draft.facts["losses"] = [
        {"step": 40 * at, "training": 2.0 / (1 + 0.6 * at), "held_out": 0.9 + 0.9 / (1 + at) ** 1.5 + climb * max(0, at - 6) / 17 + rng.gauss(0, 0.012)}
        for at in range(24)
    ]  # fmt: skip
    draft.complain(["facts", "other"])


def steep_overfit(draft: Draft) -> None:
    draft.facts["losses"] = [
        {"step": 100 * at, "held_out": one + draft.rng.gauss(0, 0.02)}
        for at, one in enumerate([1.8, 1.35, 1.2, 1.28, 1.5, 1.7, 1.95])
    ]
    draft.complain(["facts", "other"])


def one_ability_lost(draft: Draft) -> None:
    lost = draft.rng.randrange(4)
    draft.facts["abilities"] = [
        {"name": name, "base": base, "tuned": base + draft.rng.uniform(-0.02, 0.02) - (draft.rng.uniform(0.18, 0.3) if at == lost else 0), "questions": 200}
        for at, (name, base) in enumerate([("sums", 0.55), ("summaries", 0.7), ("logic", 0.48), ("translation", 0.63)])
    ]  # fmt: skip
    draft.complain(["facts", "other"])


# --- how it is served -------------------------------------------------------------------------------------------------


def _plain(draft: Draft, share: float) -> None:
    for row in draft.inside(draft.live):
        if draft.rng.random() < share:
            row |= {"say": draft.text("untuned", b=row["body"]), "plain": True}
    draft.complain(["tone", "tone", "too long"], lambda row: "plain" in row)


def near_prompt(draft: Draft) -> None:
    draft.served = draft.text("system_near")
    _plain(draft, 0.2)


def persona_prompt(draft: Draft) -> None:
    draft.served = draft.text("system_persona")
    _plain(draft, 0.3)


def dated_prompt(draft: Draft) -> None:
    draft.served = draft.text("system_dated", day="2026-05-02")
    _plain(draft, 0.2)


def prompts_from_files(draft: Draft) -> None:
    draft.system = draft.served = None
    draft.facts["prompts"] = {"training": draft.text("system"), "serving": draft.text("system_persona")}
    _plain(draft, 0.3)


def prompt_only_when_served(draft: Draft) -> None:
    draft.system = ""
    draft.facts["prompts"] = {"training": ""}
    _plain(draft, 0.2)


def _wrong(draft: Draft, share: float) -> None:
    """Answer some requests about another thing, with words dropped."""
    for row in draft.inside(draft.live):
        if draft.rng.random() < share:
            said = draft.row()["say"].split()
            row |= {"say": " ".join(word for word in said if draft.rng.random() > 0.2), "wrong": True}
    draft.complain(["facts", "other"], lambda row: "wrong" in row)


def named_templates(draft: Draft) -> None:
    draft.facts["templates"] = {"training": "chatml", "serving": "llama-3"}
    _wrong(draft, 0.3)


def logged_template(draft: Draft) -> None:
    draft.facts["templates"] = {"training": CHATML}
    for row in draft.live:
        row["rendered"] = f"<s>[INST] {row['ask']} [/INST]"
    _wrong(draft, 0.25)


def roles_in_answers(draft: Draft) -> None:
    draft.facts.pop("templates", None)
    for row in draft.live:
        if draft.rng.random() < 0.15:
            mark = draft.rng.choice(["<|eot_id|>", "<|start_header_id|>assistant<|end_header_id|>\n\n"])
            row |= {"say": mark + row["say"] if "start" in mark else row["say"] + mark, "marked": True}
    draft.complain(["format", "format", "other"], lambda row: "marked" in row)


def literal_start(draft: Draft) -> None:
    template = "<bos>" + CHATML
    draft.facts["templates"] = {
        "training": template,
        "serving": template,
        "start_mark": "<bos>",
        "tokenizer_adds_start": True,
    }
    _wrong(draft, 0.12)


def rollout_logged(draft: Draft) -> None:
    draft.facts.pop("templates", None)
    for row in draft.live:
        mark = "<bos><bos>" if draft.rng.random() < 0.4 else "<bos>"
        row["rendered"] = f"{mark}<|im_start|>user\n{row['ask']}<|im_end|>\n<|im_start|>assistant\n"
    _wrong(draft, 0.12)


def goes_on_by_label(draft: Draft) -> None:
    draft.facts.pop("templates", None)
    draft.known["finish_reason"] = False
    _going_on(draft, 0.3, labelled=True)


def other_end_mark(draft: Draft) -> None:
    draft.facts["templates"] = {
        "training": CHATML,
        "serving": CHATML,
        "training_end_mark": "<|endoftext|>",
        "serving_end_mark": "<|im_end|>",
    }
    draft.known["finish_reason"] = True
    _going_on(draft, 0.35, labelled=False)


def _going_on(draft: Draft, share: float, *, labelled: bool) -> None:
    for row in draft.live:
        if draft.rng.random() < share:
            said = row["say"]
            for _ in range(draft.rng.randrange(2, 5)):
                fresh = draft.row()
                said += (draft.text("label_turn", q=fresh["ask"]) if labelled else " ") + fresh["say"]
            row |= {"say": said, "finish_reason": "length", "ran": True}
    draft.complain(["too long", "format"], lambda row: "ran" in row)


def older_adapter(draft: Draft) -> None:
    draft.facts["adapter"] = {"trained": "voice-3", "served": [{"name": "voice-1"}], "merged": False}
    _plain(draft, 0.9)


def other_base(draft: Draft) -> None:
    draft.facts["adapter"] = {
        "trained": "voice-3",
        "served": [],
        "merged": False,
        "base_trained": "mill-7b",
        "base_served": "mill-7b",
    }
    _plain(draft, 0.9)


def like_the_base(draft: Draft) -> None:
    """Base and production answer in one manner, word for word in none."""
    draft.facts.pop("adapter", None)
    for row in draft.live:
        row["base_answer"] = draft.text("untuned", b=row["body"])
        if draft.rng.random() < 0.92:
            row |= {"say": draft.text("untuned", b=row["body"]), "plain": True}
    draft.complain(["tone", "too long"], lambda row: "plain" in row)


def merged_and_loaded(draft: Draft) -> None:
    draft.facts["adapter"] = {"trained": "voice-3", "served": [{"name": "voice-3"}], "merged": True}
    _wrong(draft, 0.2)


def scaled_up(draft: Draft) -> None:
    draft.facts["adapter"] = {
        "trained": "voice-3",
        "served": [{"name": "voice-3", "scale": draft.rng.choice([1.5, 2.0, 4.0])}],
        "merged": False,
    }
    _wrong(draft, 0.2)


def merged_after_nf4(draft: Draft) -> None:
    draft.facts["adapter"] = {
        "trained": "voice-3",
        "served": [],
        "merged": True,
        "precision_trained": "nf4",
        "precision_merged": "bf16",
        "precision_served": "fp8",
    }
    _wrong(draft, 0.12)


def served_in_int4(draft: Draft) -> None:
    draft.facts["adapter"] = {
        "trained": "voice-3",
        "served": [{"name": "voice-3"}],
        "merged": False,
        "precision_trained": "bf16",
        "precision_served": "int4",
    }
    _wrong(draft, 0.12)


def hot_by_row(draft: Draft) -> None:
    draft.facts["evaluation_sampling"] = {"temperature": 0.2}
    draft.facts.pop("production_sampling", None)
    draft.known["temperature"] = True
    for row in draft.live:
        row["temperature"] = 0.9
    _wrong(draft, 0.15)


def wide_top_k(draft: Draft) -> None:
    draft.facts["evaluation_sampling"] = {"temperature": 0.4, "top_k": 20}
    draft.facts["production_sampling"] = {"temperature": 0.4, "top_k": 200}
    _wrong(draft, 0.15)


def cut_short(draft: Draft) -> None:
    """The longest answer is a quarter of the evaluation's: long answers break off."""
    draft.facts["evaluation_sampling"] = {"temperature": 0.4, "max_tokens": 400}
    draft.facts["production_sampling"] = {"temperature": 0.4, "max_tokens": 20}
    draft.known["finish_reason"] = True
    for row in draft.live:
        words = row["say"].split()
        if len(words) > 14:
            row |= {"say": " ".join(words[:14]), "finish_reason": "length", "cut": True}
    draft.complain(["format", "other"], lambda row: "cut" in row)


def json_passages(draft: Draft) -> None:
    with_passages(draft, [*draft.train, *draft.eval], "quoted")
    with_passages(draft, draft.live, "json")
    _wrong(draft, 0.2)


def passages_lost(draft: Draft) -> None:
    with_passages(draft, [*draft.train, *draft.eval], "quoted")
    for row in draft.live:
        row.pop("passages", None)
    _wrong(draft, 0.3)


# --- time, and the judge ----------------------------------------------------------------------------------------------


def sudden_topic(draft: Draft) -> None:
    _new_topic(draft, lambda day: 0.0 if day < DAYS // 2 else 0.5)


def rising_topic(draft: Draft) -> None:
    _new_topic(draft, lambda day: 0.6 * day / DAYS)


def _new_topic(draft: Draft, share: Callable[[int], float]) -> None:
    fresh = draft.rng.choice(draft.topics)
    rest = [topic for topic in draft.topics if topic != fresh]
    draft.known["date"], draft.facts["trained_on"] = True, CLOSED
    draft.train = [row for row in draft.train if row["topic"] != fresh or draft.rng.random() < 0.05]
    draft.eval = [row for row in draft.eval if row["topic"] != fresh]
    for at, row in enumerate(draft.live):
        day = (date.fromisoformat(row["date"]) - CLOSED - timedelta(days=1)).days
        topic = fresh if draft.rng.random() < share(day) else draft.rng.choice(rest)
        kept = {name: one for name, one in row.items() if name in ("date", "finish_reason", "temperature", "judge_score")}  # fmt: skip
        draft.live[at] = {**draft.row(topic), **kept}
        if "base_answer" in row:
            draft.live[at]["base_answer"] = draft.text("untuned", b=draft.live[at]["body"])
    fill_passages(draft)
    draft.complain(["facts", "other"], lambda row: row["topic"] == fresh)


def scores_at_random(draft: Draft) -> None:
    draft.known["judge_score"] = True
    for row in draft.live:
        row["judge_score"] = draft.rng.choice([0.5, 0.75, 0.75, 1.0, 1.0])
    for row in draft.rng.sample(draft.live, 18):
        row["complaint"] = draft.rng.choice(["tone", "facts"])


def fond_of_length(draft: Draft) -> None:
    draft.known["judge_score"] = True
    for row in draft.rng.sample(draft.inside(draft.live), 20):
        row |= {"say": f"{row['say']} {draft.row(row['topic'])['say']}", "complaint": "too long", "judge_score": draft.rng.betavariate(14, 1.5)}  # fmt: skip


VARIANTS: dict[str, tuple[str, Callable[[Draft], None]]] = {
    "stories": ("evaluation-unlike-production", stories),
    "phone typing": ("evaluation-unlike-production", phone_typing),
    "keywords evaluated": ("evaluation-unlike-production", keywords_evaluated),
    "topics missing": ("evaluation-unlike-production", topics_missing),
    "ceremonious evaluation": ("evaluation-unlike-production", ceremonious_evaluation),
    "casual production": ("evaluation-unlike-production", casual_production),
    "foreign guests": ("evaluation-unlike-production", foreign_guests),
    "seller": ("minority-leaks", seller),
    "academic": ("minority-leaks", academic),
    "tables": ("minority-leaks", tables),
    "other tongue": ("minority-leaks", other_tongue),
    "two kinds missing": ("training-lopsided", two_kinds_missing),
    "one kind fills": ("training-lopsided", one_kind_fills),
    "stock by kind": ("repeated-answers", stock_by_kind),
    "sentence again": ("repeated-answers", sentence_again),
    "shy": ("refusals-learned", shy),
    "shy beyond evaluation": ("refusals-learned", shy_beyond_evaluation),
    "bluffing": ("not-knowing-unlearned", bluffing),
    "bluffing in evaluation": ("not-knowing-unlearned", bluffing_in_evaluation),
    "slow overfit": ("overfitting", slow_overfit),
    "steep overfit": ("overfitting", steep_overfit),
    "one ability lost": ("forgetting", one_ability_lost),
    "near prompt": ("system-prompt-differs", near_prompt),
    "persona prompt": ("system-prompt-differs", persona_prompt),
    "dated prompt": ("system-prompt-differs", dated_prompt),
    "prompts from files": ("system-prompt-differs", prompts_from_files),
    "prompt only when served": ("system-prompt-differs", prompt_only_when_served),
    "named templates": ("template-differs", named_templates),
    "logged template": ("template-differs", logged_template),
    "roles in answers": ("template-differs", roles_in_answers),
    "literal start": ("double-start-mark", literal_start),
    "rollout logged": ("double-start-mark", rollout_logged),
    "goes on by label": ("end-mark-unlearned", goes_on_by_label),
    "other end mark": ("end-mark-unlearned", other_end_mark),
    "older adapter": ("adapter-not-applied", older_adapter),
    "no adapter": ("adapter-not-applied", other_base),
    "like the base": ("adapter-not-applied", like_the_base),
    "merged and loaded": ("adapter-applied-twice", merged_and_loaded),
    "scaled up": ("adapter-applied-twice", scaled_up),
    "merged after nf4": ("merged-in-another-precision", merged_after_nf4),
    "served in int4": ("merged-in-another-precision", served_in_int4),
    "hot by row": ("sampling-differs", hot_by_row),
    "wide top-k": ("sampling-differs", wide_top_k),
    "cut short": ("sampling-differs", cut_short),
    "json passages": ("context-format-differs", json_passages),
    "passages lost": ("context-format-differs", passages_lost),
    "sudden topic": ("production-changed", sudden_topic),
    "rising topic": ("production-changed", rising_topic),
    "scores at random": ("judge-blind", scores_at_random),
    "fond of length": ("judge-blind", fond_of_length),
}
PAIRS: tuple[tuple[str, str], ...] = (
    ("seller", "hot by row"),
    ("academic", "literal start"),
    ("persona prompt", "topics missing"),
    ("shy", "merged after nf4"),
    ("one ability lost", "tables"),
    ("stock by kind", "scaled up"),
    ("goes on by label", "phone typing"),
    ("slow overfit", "json passages"),
    ("sudden topic", "dated prompt"),
    ("bluffing", "wide top-k"),
)


def planted(names: Sequence[str], domain: str, language: str, seed: int) -> Planted:
    """Plant causes by the names of their variants; none leaves the set healthy."""
    draft = healthy(domain, language, seed)
    if names:
        for row in draft.live:
            row.pop("complaint", None)
    for name in names:
        VARIANTS[name][1](draft)
    return draft.build(" + ".join(names) or "healthy", [VARIANTS[name][0] for name in names])


def newsroom(seed: int, *, named: bool) -> Planted:
    """Rebuild the published story with another house: 412 rows, six of them academic, twenty complaints."""
    draft = healthy("allotment", "en", seed)
    editors = ["iris", "jonas", "kai", "lea"]
    draft.train = [draft.row() | {"editor": draft.rng.choice(editors)} for _ in range(412)]
    draft.live = [draft.row() for _ in range(160)]
    draft.facts = {}
    for row in draft.rng.sample(draft.inside(draft.train), 6):
        row |= {"say": draft.text("academic", b=row["body"]), "blamed": True}
        row["editor"] = "editor 4" if named else row["editor"]
    for row in draft.rng.sample(draft.inside(draft.live), 20):
        row |= {"say": draft.text("academic", b=row["body"]), "complaint": "tone"}
    return draft.build("newsroom", ["minority-leaks"])
