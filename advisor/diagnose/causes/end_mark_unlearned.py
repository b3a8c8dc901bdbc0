"""The model never learned where an answer ends."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from advisor.diagnose.contract import Cause, Example, Found, Missing, Quiet, Seen, Verdict
from advisor.diagnose.examples import answered, changed
from advisor.diagnose.records import Facts, Templates, Test
from advisor.diagnose.seen import Rows
from advisor.diagnose.two_samples import FEWEST, most_of, percent

_TURN = re.compile(r"\n\s*([^\W\d_]{2,20}) ?:[ \n]")
# The same as a heading, in bold or in brackets, as documents have it too: a turn only where a label comes again.
_MARKED_TURN = re.compile(
    r"\n\s*[#*<\[|>=]{1,4} ?([^\W\d_]{2,20}) ?(?:[*\]>|]{0,2}:|[\]>|]{1,2})[*|]{0,2}[ \n]"
)
CUT, RAN_ON, FEWEST_TURNS = 0.15, 0.08, 3
_LENGTH = ("length", "max_tokens", "max_output_tokens")


def look(seen: Seen) -> Verdict:
    """Compare the end marks, the answers cut off at the limit, and those that continue with turns of their own."""
    said, made = seen.facts.templates, seen.production
    marks = _marks(said.training_end_mark, said.serving_end_mark)
    if int(made.answered.sum()) < FEWEST:
        if marks:
            return Found(score=0.75, evidence=marks)
        return Missing(
            f"It takes {FEWEST} production samples with their answers, or the end marks of training and serving."
        )
    on, cut = (
        _run_on(made, seen.training),
        made.frame["finish"].is_in(_LENGTH).fill_null(value=False).to_numpy(),
    )
    longer = _longer(seen, cut)
    if not marks and on.mean() < RAN_ON and not (cut.mean() >= CUT and longer):
        return _ended(made, on, cut)
    either = on | cut
    figures = {"cut": float(cut.mean()), "run_on": float(on.mean())}
    tail = f" {percent(cut.mean())} of production's answers reach the length limit, {percent(on.mean())} continue with turns of their own."
    return Found(
        score=0.94 if marks and either.mean() > RAN_ON else 0.9 if on.mean() >= RAN_ON else 0.75,
        evidence=(f"{marks}{tail}" if marks else tail.strip()),
        rows=[int(one) for one in made.numbers[either]],
        rows_of="production",
        figures=figures,
    )


def _ended(made: Rows, on: NDArray[np.bool_], cut: NDArray[np.bool_]) -> Verdict:
    """Rule out what so many answers would have shown; why each ended must be logged for that."""
    logged = int(made.frame["finish"].is_not_null().sum())
    said = f"{percent(on.mean())} of production's answers continue with turns of their own"
    if logged:
        said += f", {percent(cut.mean())} are cut off at the limit"
    if most_of(int(on.sum()), len(on)) < RAN_ON and most_of(int(cut.sum()), logged) < CUT:
        return Quiet(f"{said}.")
    few = f"{len(on):,} answers are too few" if logged else "why they ended is not logged"
    return Missing(f"{said}; {few}.")


def _marks(training: str | None, serving: str | None) -> str:
    if training == "":
        return "Training put no mark at the end of an answer."
    if training and serving and training != serving:
        return f"Training ended answers with {training}, serving stops at {serving}."
    return ""


def _run_on(made: Rows, taught: Rows) -> NDArray[np.bool_]:
    """Mark answers that continue with a speaker's label rarely seen in training's answers."""
    found = [_labels(text) for text in made.answers.texts]
    counts = Counter(label for labels in found for label in set(labels))
    usual = Counter(label for text in taught.answers.texts for label in set(_labels(text)))
    odd = {
        label for label, count in counts.items()
        if count >= FEWEST_TURNS and usual[label] / max(len(taught), 1) < 0.2 * count / len(made)
    }  # fmt: skip
    return np.array([not odd.isdisjoint(labels) and len(labels) >= 2 for labels in found], bool)


def _labels(text: str) -> list[str]:
    """Return the labels with which lines of an answer begin."""
    if "\n" not in text:
        return []
    marked = _MARKED_TURN.findall(text)
    return [*_TURN.findall(text), *(label for label in marked if marked.count(label) > 1)]


def _longer(seen: Seen, cut: NDArray[np.bool_]) -> bool:
    if not len(seen.training) or not cut.any():
        return bool(cut.any())
    usual = float(np.quantile(seen.training.answers.words.counts, 0.9))
    return float(np.median(seen.production.answers.words.counts[cut])) > 1.2 * usual


_ON = "\nUser: And what else?\nAssistant: Sure thing! Tap the lamp.\nUser: And then?\nAssistant: You're all set!"
CAUSE = Cause(
    id="end-mark-unlearned",
    title="The end of an answer was never learned",
    means="The mark that closes an answer was missing, masked or another one in training, so the model goes on: it invents the next question, or writes until the limit.",
    reads=("templates", "training", "production"),
    looks_at="The end marks of training and serving; production answers cut off at the limit and longer than training's (15% or more) or going on with speakers' labels (8% or more).",
    would="With serving told to stop at the end mark, or after a training that learns it, answers end where they should.",
    remedy="Train with the end mark inside the loss, and serve with it as a stop.",
    test=Test(
        intervention="stop-at-end-mark",
        how="Answer the samples with the end mark, or the next speaker's label, as a stop.",
    ),
    found=Example(
        shows="'… You're all set! User: And what else? Assistant: …' until the limit",
        training=lambda: answered(40),
        production=lambda: [
            *answered(20, shift=40),
            *(
                {**one, "completion": one["completion"] + _ON, "finish_reason": "length"}
                for one in answered(20, shift=60)
            ),
        ],
        facts=Facts(templates=Templates(training_end_mark="")),
    ),
    quiet=Example(
        shows="answers that end with 'stop'",
        training=lambda: answered(40),
        production=lambda: changed(answered(40, shift=40), finish_reason="stop"),
        facts=Facts(templates=Templates(training_end_mark="</s>", serving_end_mark="</s>")),
    ),
    look=look,
)
