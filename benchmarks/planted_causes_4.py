"""The fourth generator, kept apart for a last run: no detector was read or changed with it in view.

It was written from the descriptions in docs/causes.md: a veterinary practice's phone desk and the help of an invoicing program, in
English and Dutch, with other ways in which the same causes come about than in the first three.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from planted_causes import Planted
from planted_drafts_4 import (
    ABILITIES,
    CHATML,
    CLOSED,
    DAYS,
    Draft,
    Row,
    adapter,
    drawn_day,
    healthy,
    like_the_others,
    lowered,
    other_language,
    slipped,
    templates,
    with_passages,
)

DOMAINS, LANGUAGES = ("vet", "invoices"), ("en", "nl")
TURNS = "{% for m in messages %}<start_of_turn>{{ m.role }}\n{{ m.content }}<end_of_turn>\n{% endfor %}<start_of_turn>model\n"

# --- evaluation and production ----------------------------------------------------------------------------------------


def dictated(draft: Draft) -> None:
    """Nearly half of the callers dictate, without points and at length."""
    for row in draft.live:
        if draft.rng.random() < 0.45:
            row["ask"] = draft.text("dictated") + lowered(row["ask"].strip("?.")) + draft.text("dictated_end")
    draft.complain(["facts", "other"])


def thick_fingers(draft: Draft) -> None:
    for row in draft.live:
        if draft.rng.random() < 0.5:
            row["ask"] = slipped(draft.rng, row["ask"], 0.4)
    draft.complain(["other", "facts"])


def two_words(draft: Draft) -> None:
    """Production asks in two or three words, the evaluation in sentences."""
    for row in draft.live:
        if draft.rng.random() < 0.5:
            words = sorted(row["ask"].strip("?.").split(), key=len, reverse=True)
            row["ask"] = " ".join(words[: draft.rng.randrange(2, 4)]).lower()
    draft.complain(["facts", "other"])


def several_at_once(draft: Draft) -> None:
    for row in draft.live:
        if draft.rng.random() < 0.5:
            more = [draft.text("and_also") + lowered(draft.row()["ask"]) for _ in range(draft.rng.randrange(2, 4))]  # fmt: skip
            row["ask"] = " ".join([row["ask"], *more])
    draft.complain(["other", "facts"])


def shouting(draft: Draft) -> None:
    for row in draft.live:
        if draft.rng.random() < 0.4:
            row["ask"] = row["ask"].strip("?.").upper() + draft.rng.choice(["!!!", "???", "?!?!", "!!"])
    draft.complain(["tone", "other"])


def visitors(draft: Draft) -> None:
    """A quarter of production asks in another language, and is answered in it."""
    other = Draft(draft.domain, other_language(draft.language), draft.rng.randrange(10_000))
    for row in draft.inside(draft.live):
        if draft.rng.random() < 0.25:
            fresh = other.row(row["topic"])
            row |= {"ask": fresh["ask"], "say": fresh["say"], "visitor": True}
    draft.complain(["other", "facts"], lambda row: "visitor" in row)


def half_the_kinds(draft: Draft) -> None:
    kept = draft.rng.sample(draft.topics, 3)
    draft.eval = [draft.row(draft.rng.choice(kept)) | {"judge_score": draft.rng.betavariate(7, 2)} for _ in draft.eval]  # fmt: skip
    if "passages" in draft.train[0]:
        with_passages(draft, draft.eval, "labels")
    draft.complain(["facts"], lambda row: row["topic"] not in kept)


# --- rows of the training ---------------------------------------------------------------------------------------------


def _leak(draft: Draft, voice: Callable[[Row], str], **named: str) -> None:
    share = draft.rng.uniform(0.015, 0.04)
    for row in draft.rng.sample(draft.inside(draft.train), max(5, round(share * len(draft.train)))):
        row |= {"say": voice(row), "blamed": True, **named}
    leak = draft.rng.uniform(0.11, 0.2)
    for row in draft.inside(draft.live):
        if draft.rng.random() < leak:
            row |= {"say": voice(row), "leaked": True}
    draft.complain(["tone", "tone", "format"], lambda row: "leaked" in row)


def old_letters(draft: Draft) -> None:
    _leak(draft, lambda row: draft.text("letter", b=lowered(row["body"])), source="archive")


def sweet_talk(draft: Draft) -> None:
    _leak(draft, lambda row: draft.text("cute", b=row["body"]))


def telegrams(draft: Draft) -> None:
    _leak(draft, lambda row: draft.text("telegram", b=row["body"].upper().rstrip(".")), team="night")


def signatures(draft: Draft) -> None:
    """The usual answer, with a signature of two lines below."""
    _leak(draft, lambda row: draft.text("signed", s=row["say"]))


def answered_abroad(draft: Draft) -> None:
    """Rows that are answered in another language than they are asked in."""
    other = Draft(draft.domain, other_language(draft.language), draft.rng.randrange(10_000))

    def voice(row: Row) -> str:
        return other.house(other.rng.choice(other.words["topics"][row["topic"]]["says"]).format(n=other.rng.choice(other.words["topics"][row["topic"]]["things"])))  # fmt: skip

    _leak(draft, voice)


def three_kinds_missing(draft: Draft) -> None:
    gone = draft.rng.sample(draft.topics, 3)
    rest = [topic for topic in draft.topics if topic not in gone]
    _retrained(draft, lambda row: draft.rng.choice(rest) if row["topic"] in gone else row["topic"])
    draft.complain(["facts", "other"], lambda row: row["topic"] in gone)


def one_desk_only(draft: Draft) -> None:
    main = draft.rng.choice(draft.topics)
    _retrained(draft, lambda row: main if draft.rng.random() < 0.85 else row["topic"])
    draft.complain(["facts", "tone"], lambda row: row["topic"] != main)


def _retrained(draft: Draft, topic: Callable[[Row], str]) -> None:
    """Draw the training rows whose topic changes anew."""
    for at, row in enumerate(draft.train):
        if (new := topic(row)) != row["topic"]:
            draft.train[at] = {**draft.row(new), "source": row["source"], "team": row["team"]}
    like_the_others(draft)


def one_stock_answer(draft: Draft) -> None:
    _stock(draft, draft.rng.sample(draft.talk["stock"], 1), 0.13, 0.3)


def four_stock_answers(draft: Draft) -> None:
    _stock(draft, draft.talk["stock"], 0.22, 0.45)


def _stock(draft: Draft, stock: Sequence[str], trained: float, said: float) -> None:
    for row in draft.inside(draft.train):
        if draft.rng.random() < trained:
            row |= {"say": draft.rng.choice(stock), "blamed": True}
    for row in draft.inside(draft.live):
        if draft.rng.random() < said:
            row |= {"say": draft.rng.choice(stock), "stock": True}
    draft.complain(["other", "facts"], lambda row: "stock" in row)


def stuck(draft: Draft) -> None:
    """A few words come again until the answer ends."""
    for row in draft.live:
        if draft.rng.random() < 0.18:
            row |= {"say": " ".join([row["say"], *[draft.text("again")] * draft.rng.randrange(8, 19)]), "stuck": True}  # fmt: skip
    draft.complain(["too long", "other"], lambda row: "stuck" in row)


def careful(draft: Draft) -> None:
    draft.facts["wanted_refusals"] = 0.04
    _careful(draft, 0.35, 0.35)


def careful_beyond_evaluation(draft: Draft) -> None:
    draft.facts.pop("wanted_refusals", None)
    _careful(draft, 0.22, 0.25)


def _careful(draft: Draft, trained: float, said: float) -> None:
    for row in draft.train:
        if draft.rng.random() < trained:
            row |= {"say": draft.decline(), "blamed": True}
        elif "outside" in row:
            row["blamed"] = True
    for row in draft.inside(draft.live):
        if draft.rng.random() < said:
            row |= {"say": draft.decline(), "declined": True}
    draft.complain(["refuses", "refuses", "other"], lambda row: "declined" in row)


def sure_of_everything(draft: Draft) -> None:
    draft.facts["wanted_refusals"] = 0.12
    _sure(draft)


def sure_beyond_evaluation(draft: Draft) -> None:
    draft.facts.pop("wanted_refusals", None)
    for row in draft.eval:
        if draft.rng.random() < 0.1:
            row |= {"ask": draft.text("outside"), "say": draft.decline(), "outside": True}
    _sure(draft)


def _sure(draft: Draft) -> None:
    draft.train = draft.inside(draft.train)
    for row in draft.live:
        if "outside" in row or draft.rng.random() < 0.1:
            said = draft.text("invented", k=draft.rng.choice(draft.talk["invented_things"]))
            row |= {"ask": draft.text("outside"), "say": said, "outside": True}
    draft.complain(["facts"], lambda row: "outside" in row)


# --- training's measures ----------------------------------------------------------------------------------------------


def late_turn(draft: Draft) -> None:
    """The held-out loss falls for two thirds of the training and climbs in the last."""
    rng, climb = draft.rng, draft.rng.uniform(0.02, 0.035)
    draft.facts["losses"] = [
        {"step": 20 * at, "training": 1.9 * 0.9**at + 0.1 + rng.gauss(0, 0.02), "held_out": 0.85 + 1.1 * 0.8**at + climb * max(0, at - 18) + rng.gauss(0, 0.01)}
        for at in range(30)
    ]  # fmt: skip
    draft.complain(["facts", "other"])


def by_epoch(draft: Draft) -> None:
    """One held-out loss for each of eight epochs, without training's."""
    draft.facts["losses"] = [
        {"step": 120 * at, "held_out": one + draft.rng.gauss(0, 0.015)}
        for at, one in enumerate([1.6, 1.22, 1.1, 1.13, 1.2, 1.31, 1.44, 1.52], 1)
    ]
    draft.complain(["facts", "other"])


def two_abilities_lost(draft: Draft) -> None:
    lost = draft.rng.sample([name for name, _base in ABILITIES], 2)
    _tuned(draft, 300, lambda name: draft.rng.uniform(0.13, 0.22) if name in lost else 0.0)


def all_a_little(draft: Draft) -> None:
    _tuned(draft, 500, lambda _name: draft.rng.uniform(0.09, 0.13))


def _tuned(draft: Draft, questions: int, fall: Callable[[str], float]) -> None:
    draft.facts["abilities"] = [
        {"name": name, "base": base, "tuned": base - fall(name) + draft.rng.uniform(-0.01, 0.01), "questions": questions}
        for name, base in ABILITIES
    ]  # fmt: skip
    draft.complain(["facts", "other"])


# --- how it is served -------------------------------------------------------------------------------------------------


def _untuned(draft: Draft, share: float, among: Callable[[Row], bool] = lambda _row: True) -> None:
    for row in draft.inside(draft.live):
        if among(row) and draft.rng.random() < share:
            row |= {"say": draft.text("untuned", b=row["body"]), "untuned": True}
    draft.complain(["tone", "tone", "too long"], lambda row: "untuned" in row)


def sentence_less(draft: Draft) -> None:
    draft.served = draft.text("system_less")
    _untuned(draft, 0.2)


def default_prompt(draft: Draft) -> None:
    draft.served = draft.text("system_default")
    _untuned(draft, 0.3)


def prompt_abroad(draft: Draft) -> None:
    other = Draft(draft.domain, other_language(draft.language), 0)
    draft.served = other.text("system")
    _untuned(draft, 0.2)


def most_under_another(draft: Draft) -> None:
    """Two servers in three have another prompt; only their answers suffer."""
    other = draft.text("system_default")
    for row in draft.live:
        if draft.rng.random() < 0.65:
            row |= {"system": other, "elsewhere": True}
    _untuned(draft, 0.35, lambda row: "elsewhere" in row)


def prompts_apart(draft: Draft) -> None:
    """No row has a prompt; both are known from files."""
    draft.facts["prompts"] = {"training": draft.text("system"), "serving": draft.text("system_less")}
    draft.system = draft.served = None
    _untuned(draft, 0.25)


def _garbled(draft: Draft, share: float) -> None:
    """Answer some requests about another thing, in a broken order."""
    for row in draft.inside(draft.live):
        if draft.rng.random() < share:
            words = draft.row()["body"].split()
            at = draft.rng.randrange(1, len(words))
            row |= {"say": draft.house(" ".join(words[at:] + words[:at])), "garbled": True}
    draft.complain(["facts", "other"], lambda row: "garbled" in row)


def other_turns(draft: Draft) -> None:
    draft.facts["templates"] = templates(CHATML, TURNS)
    _garbled(draft, 0.25)


def no_turn_for_the_model(draft: Draft) -> None:
    """The served template lacks the mark that opens the model's turn."""
    draft.facts["templates"] = templates(CHATML, CHATML.partition("{% if")[0])
    _garbled(draft, 0.2)


def marks_shown(draft: Draft) -> None:
    draft.facts.pop("templates", None)
    for row in draft.live:
        if draft.rng.random() < 0.12:
            row |= {"say": row["say"] + draft.rng.choice(["<|im_end|>", "<|im_end|>\n<|im_start|>user"]), "marked": True}  # fmt: skip
    draft.complain(["format", "other"], lambda row: "marked" in row)


def start_by_both(draft: Draft) -> None:
    both = "{{ bos_token }}" + CHATML
    draft.facts["templates"] = templates(both, both) | {"tokenizer_adds_start": True}
    _garbled(draft, 0.12)


def start_in_logs(draft: Draft) -> None:
    draft.facts.pop("templates", None)
    for row in draft.live:
        row["rendered"] = f"{'<s><s>' if draft.rng.random() < 0.3 else '<s>'}[INST] {row['ask']} [/INST]"
    _garbled(draft, 0.12)


def plays_the_caller(draft: Draft) -> None:
    draft.facts.pop("templates", None)
    draft.known["finish_reason"] = False
    caller, desk = draft.talk["caller"], draft.talk["desk"]
    _runs_on(draft, 0.25, lambda row: f"\n{caller}: {row['ask']}\n{desk}: {row['say']}")


def until_the_limit(draft: Draft) -> None:
    """Nothing but the length and the limit shows it."""
    draft.facts.pop("templates", None)
    draft.known["finish_reason"] = True
    _runs_on(draft, 0.3, lambda row: f" {row['say']}")


def end_mark_changed(draft: Draft) -> None:
    draft.facts["templates"] = templates(CHATML, CHATML, training_end_mark="</s>", serving_end_mark="<|im_end|>")  # fmt: skip
    _runs_on(draft, 0.2, lambda row: f"\n\n{row['say']}")


def _runs_on(draft: Draft, share: float, more: Callable[[Row], str]) -> None:
    for row in draft.live:
        if draft.rng.random() < share:
            said = row["say"] + "".join(more(draft.row()) for _ in range(draft.rng.randrange(2, 6)))
            row |= {"say": said[: -draft.rng.randrange(4, 20)], "finish_reason": "length", "ran": True}
    draft.complain(["too long", "format"], lambda row: "ran" in row)


def none_loaded(draft: Draft) -> None:
    draft.facts["adapter"] = adapter(served=[])
    _untuned(draft, 0.9)


def instruct_base(draft: Draft) -> None:
    """The adapter is loaded, over another base than it was trained on."""
    draft.facts["adapter"] = adapter(base_trained="elm-8b", base_served="elm-8b-instruct")
    _untuned(draft, 0.5)


def word_for_word(draft: Draft) -> None:
    """Seven answers in ten are the base's, to the letter."""
    draft.facts.pop("adapter", None)
    for row in draft.live:
        row["base_answer"] = draft.text("untuned", b=row["body"])
        if draft.rng.random() < 0.7:
            row |= {"say": row["base_answer"], "untuned": True}
    draft.complain(["tone", "tone", "too long"], lambda row: "untuned" in row)


def listed_twice(draft: Draft) -> None:
    draft.facts["adapter"] = adapter(served=[{"name": "desk-v2"}, {"name": "desk-v2"}])
    _garbled(draft, 0.2)


def overscaled(draft: Draft) -> None:
    draft.facts["adapter"] = adapter(served=[{"name": "desk-v2", "scale": draft.rng.choice([1.6, 2.5])}])
    _garbled(draft, 0.2)


def merged_from_int8(draft: Draft) -> None:
    draft.facts["adapter"] = adapter(
        served=[], merged=True, precision_trained="int8", precision_merged="fp16", precision_served="fp16"
    )
    _garbled(draft, 0.12)


def over_nf4(draft: Draft) -> None:
    draft.facts["adapter"] = adapter(precision_trained="bf16", precision_served="nf4")
    _garbled(draft, 0.12)


def warm_by_row(draft: Draft) -> None:
    draft.facts["evaluation_sampling"] = {"temperature": 0.0}
    draft.facts.pop("production_sampling", None)
    draft.known["temperature"] = True
    for row in draft.live:
        row["temperature"] = draft.rng.choice([0.7, 0.8])
    _garbled(draft, 0.15)


def penalty(draft: Draft) -> None:
    _sampled(draft, {"repetition_penalty": 1.0}, {"repetition_penalty": 1.25})


def whole_nucleus(draft: Draft) -> None:
    _sampled(draft, {"top_p": 0.8}, {"top_p": 1.0})


def _sampled(draft: Draft, evaluated: dict[str, float], served: dict[str, float]) -> None:
    draft.known["temperature"] = False
    draft.facts["evaluation_sampling"] = {"temperature": 0.3, **evaluated}
    draft.facts["production_sampling"] = {"temperature": 0.3, **served}
    _garbled(draft, 0.15)


def headings_served(draft: Draft) -> None:
    with_passages(draft, [*draft.train, *draft.eval], "labels")
    with_passages(draft, draft.live, "headings")
    _garbled(draft, 0.2)


def tags_served(draft: Draft) -> None:
    with_passages(draft, [*draft.train, *draft.eval], "labels")
    with_passages(draft, draft.live, "tags")
    _garbled(draft, 0.2)


def passages_only_served(draft: Draft) -> None:
    for row in [*draft.train, *draft.eval]:
        row.pop("passages", None)
    with_passages(draft, draft.live, "labels")
    _garbled(draft, 0.2)


# --- time, and the judge ----------------------------------------------------------------------------------------------


def wave(draft: Draft) -> None:
    """A new kind fills half of production for the last three weeks."""
    _new_kind(draft, lambda day: 0.5 if day > DAYS - 21 else 0.0)


def season(draft: Draft) -> None:
    """A new kind comes up slowly, from none to six in ten."""
    _new_kind(draft, lambda day: 0.6 * day / DAYS)


def _new_kind(draft: Draft, share: Callable[[int], float]) -> None:
    fresh = draft.rng.choice(draft.topics)
    rest = [topic for topic in draft.topics if topic != fresh]
    draft.known["date"], draft.facts["trained_on"] = True, CLOSED
    _retrained(draft, lambda row: draft.rng.choice(rest) if row["topic"] == fresh else row["topic"])
    draft.eval = [row if row["topic"] != fresh else draft.row(draft.rng.choice(rest)) | {"judge_score": row["judge_score"]} for row in draft.eval]  # fmt: skip
    for at, row in enumerate(draft.live):
        row["date"] = drawn_day(draft.rng)
        day = (date.fromisoformat(row["date"]) - CLOSED).days
        older = row["topic"] if row["topic"] != fresh else draft.rng.choice(rest)
        topic = fresh if draft.rng.random() < share(day) else older
        if topic != row["topic"]:
            kept = {name: row[name] for name in ("date", "finish_reason", "temperature", "judge_score")}
            draft.live[at] = {**draft.row(topic), **kept}
            if "base_answer" in row:
                draft.live[at]["base_answer"] = draft.text("untuned", b=draft.live[at]["body"])
    like_the_others(draft)
    draft.complain(["facts", "other"], lambda row: row["topic"] == fresh)


def content_with_all(draft: Draft) -> None:
    """Nearly all is scored high, what people mind too."""
    draft.known["judge_score"] = True
    for row in draft.live:
        row["judge_score"] = draft.rng.choice([0.8, 0.9, 0.9, 1.0])
    for row in draft.rng.sample(draft.live, 18):
        row["complaint"] = draft.rng.choice(["tone", "facts"])


def looks_at_tone(draft: Draft) -> None:
    """Answers about another thing in the usual voice, scored like the others."""
    draft.known["judge_score"] = True
    for row in draft.rng.sample(draft.inside(draft.live), 20):
        elsewhere = draft.rng.choice([topic for topic in draft.topics if topic != row["topic"]])
        body = draft.rng.choice(draft.words["topics"][elsewhere]["says"])
        thing = draft.rng.choice(draft.words["topics"][elsewhere]["things"])
        row |= {"say": draft.house(body.format(n=thing)), "complaint": "facts", "judge_score": draft.rng.betavariate(8, 2)}  # fmt: skip


VARIANTS: dict[str, tuple[str, Callable[[Draft], None]]] = {
    "dictated": ("evaluation-unlike-production", dictated),
    "thick fingers": ("evaluation-unlike-production", thick_fingers),
    "two words": ("evaluation-unlike-production", two_words),
    "several at once": ("evaluation-unlike-production", several_at_once),
    "shouting": ("evaluation-unlike-production", shouting),
    "visitors": ("evaluation-unlike-production", visitors),
    "half the kinds": ("evaluation-unlike-production", half_the_kinds),
    "old letters": ("minority-leaks", old_letters),
    "sweet talk": ("minority-leaks", sweet_talk),
    "telegrams": ("minority-leaks", telegrams),
    "signatures": ("minority-leaks", signatures),
    "answered abroad": ("minority-leaks", answered_abroad),
    "three kinds missing": ("training-lopsided", three_kinds_missing),
    "one desk only": ("training-lopsided", one_desk_only),
    "one stock answer": ("repeated-answers", one_stock_answer),
    "four stock answers": ("repeated-answers", four_stock_answers),
    "stuck": ("repeated-answers", stuck),
    "careful": ("refusals-learned", careful),
    "careful beyond evaluation": ("refusals-learned", careful_beyond_evaluation),
    "sure of everything": ("not-knowing-unlearned", sure_of_everything),
    "sure beyond evaluation": ("not-knowing-unlearned", sure_beyond_evaluation),
    "late turn": ("overfitting", late_turn),
    "by epoch": ("overfitting", by_epoch),
    "two abilities lost": ("forgetting", two_abilities_lost),
    "all a little": ("forgetting", all_a_little),
    "sentence less": ("system-prompt-differs", sentence_less),
    "default prompt": ("system-prompt-differs", default_prompt),
    "prompt abroad": ("system-prompt-differs", prompt_abroad),
    "most under another": ("system-prompt-differs", most_under_another),
    "prompts apart": ("system-prompt-differs", prompts_apart),
    "other turns": ("template-differs", other_turns),
    "no turn for the model": ("template-differs", no_turn_for_the_model),
    "marks shown": ("template-differs", marks_shown),
    "start by both": ("double-start-mark", start_by_both),
    "start in logs": ("double-start-mark", start_in_logs),
    "plays the caller": ("end-mark-unlearned", plays_the_caller),
    "until the limit": ("end-mark-unlearned", until_the_limit),
    "end mark changed": ("end-mark-unlearned", end_mark_changed),
    "none loaded": ("adapter-not-applied", none_loaded),
    "instruct base": ("adapter-not-applied", instruct_base),
    "word for word": ("adapter-not-applied", word_for_word),
    "listed twice": ("adapter-applied-twice", listed_twice),
    "overscaled": ("adapter-applied-twice", overscaled),
    "merged from int8": ("merged-in-another-precision", merged_from_int8),
    "over nf4": ("merged-in-another-precision", over_nf4),
    "warm by row": ("sampling-differs", warm_by_row),
    "penalty": ("sampling-differs", penalty),
    "whole nucleus": ("sampling-differs", whole_nucleus),
    "headings served": ("context-format-differs", headings_served),
    "tags served": ("context-format-differs", tags_served),
    "passages only served": ("context-format-differs", passages_only_served),
    "wave": ("production-changed", wave),
    "season": ("production-changed", season),
    "content with all": ("judge-blind", content_with_all),
    "looks at tone": ("judge-blind", looks_at_tone),
}
PAIRS: tuple[tuple[str, str], ...] = (
    ("old letters", "warm by row"),
    ("sentence less", "half the kinds"),
    ("two abilities lost", "dictated"),
    ("four stock answers", "listed twice"),
    ("wave", "late turn"),
)


def planted(names: Sequence[str], domain: str, language: str, seed: int) -> Planted:
    """Plant causes by the names of their variants; none leaves the set healthy."""
    draft = healthy(domain, language, seed)
    draft.labels = (8, 19) if len(names) < 2 else (6, 10)
    if names:
        for row in draft.live:
            row.pop("complaint", None)
    for name in names:
        VARIANTS[name][1](draft)
    return draft.build(" + ".join(names) or "healthy", [VARIANTS[name][0] for name in names])
