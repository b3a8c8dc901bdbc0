"""The system prompt of serving is not the one of training."""

from __future__ import annotations

import re
from collections import Counter
from difflib import SequenceMatcher

from advisor.diagnose.contract import Cause, Example, Found, Missing, Quiet, Seen, Verdict
from advisor.diagnose.examples import PROMPT, answered, with_system
from advisor.diagnose.records import Facts, Prompts, Test
from advisor.diagnose.seen import Rows

MOST = 0.5
_MOMENT = re.compile(r"\d+|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b", re.IGNORECASE)


def look(seen: Seen) -> Verdict:
    """Compare the commonest system prompt of training with that of serving."""
    training = _prompt_of(seen.training, seen.facts.prompts.training)
    serving = _prompt_of(seen.production, seen.facts.prompts.serving)
    if training is None or serving is None:
        side = "training" if training is None else "serving"
        return Missing(f"The system prompt of {side} is not known.")
    if _plain(training) == _plain(serving):
        return Quiet("Training and serving have the same system prompt.")
    return _differs(training, serving)


def _differs(training: str, serving: str) -> Found:
    said = "Training and serving have different system prompts"
    figures = {"training": training[:300], "serving": serving[:300]}
    if not training or not serving:
        have, lack = ("training", "serving") if training else ("serving", "training")
        return Found(
            score=0.95,
            evidence=f"{have.capitalize()} has a system prompt and {lack} has none.",
            figures=figures,
        )
    gone, come = _changed(training, serving)
    if _MOMENT.sub("#", training) == _MOMENT.sub("#", serving):
        return Found(
            score=0.7,
            evidence=f"{said}: only a date or number differs ({gone} became {come}).",
            figures=figures,
        )
    alike = SequenceMatcher(None, training.split(), serving.split(), autojunk=False).ratio()
    return Found(
        score=0.95 if alike < 0.9 else 0.9,
        evidence=f"{said}, alike in {alike:.0%} of their words: {gone} became {come}.",
        figures={**figures, "alike": round(alike, 3)},
    )


def _changed(training: str, serving: str) -> tuple[str, str]:
    one, two = training.split(), serving.split()
    steps = SequenceMatcher(None, one, two, autojunk=False).get_opcodes()
    moved = [step for step in steps if step[0] != "equal"][:1]
    return next(
        ((_quoted(one[at:to]), _quoted(two[start:end])) for _, at, to, start, end in moved), ("''", "''")
    )


def _quoted(words: list[str]) -> str:
    text = " ".join(words)
    return f"'{text[:80]}{'…' if len(text) > 80 else ''}'"


def _prompt_of(rows: Rows, said: str | None) -> str | None:
    if said is not None:
        return said.strip()
    known = Counter(one.strip() for one in rows.frame["system"].drop_nulls().to_list())
    common, count = known.most_common(1)[0] if known else (None, 0)
    return common if count >= MOST * known.total() else None


def _plain(text: str) -> str:
    return " ".join(text.split())


CAUSE = Cause(
    id="system-prompt-differs",
    title="Training and serving have different system prompts",
    means="A tuned model answers in the tuned voice under the prompt it was trained with; a few other words, a date or the template's default prompt weaken it.",
    reads=("training", "production", "prompts"),
    looks_at="The commonest system prompt on each side, white space aside, and the words in which they differ.",
    would="With the training prompt put back, the same requests are answered in the wanted voice.",
    remedy="Serve with exactly the training system prompt, or train again with the one that is served.",
    test=Test(
        intervention="training-system-prompt",
        how="Answer the samples again under the training system prompt.",
    ),
    found=Example(
        shows="'You are the friendly helper of a shop.' in training, 'You are a helpful assistant.' in production",
        training=lambda: with_system(answered(40), PROMPT),
        production=lambda: answered(40, shift=40),
        facts=Facts(prompts=Prompts(serving="You are a helpful assistant.")),
    ),
    quiet=Example(
        shows="the same prompt on both sides",
        training=lambda: with_system(answered(40), PROMPT),
        production=lambda: with_system(answered(40, shift=40), PROMPT),
    ),
    look=look,
)
