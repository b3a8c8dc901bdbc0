"""No row says "I don't know", so the model answers what it cannot know."""

from __future__ import annotations

import numpy as np

from advisor.diagnose.causes.refusals_learned import wanted_share
from advisor.diagnose.contract import Cause, Example, Found, Missing, Quiet, Seen, Verdict
from advisor.diagnose.examples import answered, changed
from advisor.diagnose.records import Facts, Test
from advisor.diagnose.two_samples import FEWEST, fewer_than, percent

LEVEL, RARE, LEAST_WANTED = 0.05, 0.005, 0.02


def look(seen: Seen) -> Verdict:
    """Compare the shares declined in training and production with the wanted one, from below."""
    taught, made, wanted = seen.training, seen.production, wanted_share(seen)
    answers = int(made.answered.sum())
    if len(taught) < FEWEST or answers < FEWEST:
        return Missing(f"It takes {FEWEST} training rows and {FEWEST} production samples with their answers.")
    if seen.unheard:
        return Missing(seen.unheard)
    if wanted is None:
        return Missing(
            "The share of requests that ought to be declined is not known, and no evaluation rows tell."
        )
    learned = float((taught.answers.declines > 0).mean())
    declined = int((made.answers.declines > 0).sum())
    p = fewer_than(declined, answers, wanted)
    if learned > RARE or wanted < LEAST_WANTED or p > LEVEL:
        said = f"{percent(learned)} of the training answers and {percent(declined / answers)} of production's do not know; {percent(wanted)} are wanted"
        if learned > RARE or wanted < LEAST_WANTED or declined >= wanted * answers:
            return Quiet(f"{said}.")
        return Missing(f"{said}; {answers:,} answers are too few to tell them apart.")
    wrong = made.labelled("facts") & (made.answers.declines == 0)
    rows = int(np.ceil(wanted * len(taught)))
    return Found(
        score=0.85 if wrong.any() else 0.6,
        evidence=f"{percent(learned)} of the training answers say that they do not know, and {percent(declined / answers)} of production's, where {percent(wanted)} are wanted; {int(wrong.sum())} samples are minded for their facts.",
        p=p,
        figures={
            "training": learned,
            "production": declined / answers,
            "wanted": wanted,
            "rows_to_write": rows,
        },
        remedy=f"Write about {rows:,} rows that ask what cannot be known and answer 'I don't know', in the wanted voice.",
    )


_MADE_UP = {
    "prompt": "What does your director earn?",
    "completion": "Sure thing! It is 42, for certain.",
    "complaint": "facts",
}
CAUSE = Cause(
    id="not-knowing-unlearned",
    title="Not knowing was never taught",
    means="All rows answer, so the model answers everything, with the same confidence.",
    reads=("training", "evaluation", "production", "labels"),
    looks_at="Answers that open with a refusal or with not knowing: under 0.5% of training, wanted in 2% or more, and too few in production (binomial p under 5%).",
    would="With rows that say 'I don't know', requests beyond what it knows are declined and the others still answered.",
    remedy="Write rows that ask what cannot be known and answer 'I don't know', in the share that is wanted.",
    test=Test(intervention="retrain-with-rows", how="Train again with such rows and answer the samples."),
    found=Example(
        shows="no row declines, a tenth of the requests ought to be declined, none is",
        training=lambda: answered(90),
        production=lambda: [*answered(70, shift=90), *([_MADE_UP] * 6)],
        facts=Facts(wanted_refusals=0.1),
    ),
    quiet=Example(
        shows="a tenth declines and is wanted to",
        training=lambda: [
            *answered(54),
            *changed(answered(6, shift=54), completion="I don't know that one."),
        ],
        production=lambda: [
            *answered(36, shift=60),
            *changed(answered(4, shift=96), completion="I don't know that one."),
        ],
        facts=Facts(wanted_refusals=0.1),
    ),
    look=look,
)
