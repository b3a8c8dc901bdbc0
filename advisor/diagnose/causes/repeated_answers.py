"""Production gives one answer to many questions, or goes round in circles within one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from advisor.data import words
from advisor.data.batch import hashes_of
from advisor.diagnose.contract import Cause, Example, Found, Missing, Quiet, Seen, Verdict
from advisor.diagnose.examples import answered, changed
from advisor.diagnose.records import Test
from advisor.diagnose.seen import Rows
from advisor.diagnose.two_samples import FEWEST, most_of, percent, shares

SHORT = 5
"""Words below which an answer is a label or a yes, which may well be given often."""
STOCK, LOOPS, ROUND = 0.15, 0.05, 0.3


def look(seen: Seen) -> Verdict:
    """Count stock answers and circles in production, and their like in training."""
    made, taught = seen.production, seen.training
    if int(made.answered.sum()) < FEWEST:
        return Missing(f"It takes {FEWEST} production samples with their answers.")
    stock, loops = _stock(made), loops_of(made)
    if stock.mean() >= STOCK and stock.mean() > 1.3 * (_stock(taught).mean() if len(taught) else 0):
        return _stock_found(made, taught, stock)
    wanted = loops_of(taught) if len(taught) else np.zeros(FEWEST, bool)
    tested = shares("loops", loops, wanted, "")
    if loops.mean() >= max(LOOPS, 2 * wanted.mean()) and tested.p < 0.01:
        return Found(
            score=min(0.9, 0.75 + loops.mean()),
            evidence=f"{percent(loops.mean())} of production's answers go round in circles (a third of their runs of four words come twice or more), {percent(wanted.mean())} of the training answers.",
            p=tested.p,
            rows=[int(one) for one in made.numbers[loops]],
            rows_of="production",
            figures={"loops": float(loops.mean()), "training": float(wanted.mean())},
            remedy="Stop earlier in training or lower its rate; a mild repetition penalty hides it.",
        )
    return _neither(stock, loops, wanted)


def _neither(stock: NDArray[np.bool_], loops: NDArray[np.bool_], wanted: NDArray[np.bool_]) -> Verdict:
    """Rule out the shares that so many samples would have shown."""
    said = f"{percent(stock.mean())} of production's answers are stock answers, {percent(loops.mean())} go round in circles"
    few = {
        "stock answers": stock.mean() < STOCK <= most_of(int(stock.sum()), len(stock)),
        "circles": loops.mean() >= 2 * wanted.mean() and most_of(int(loops.sum()), len(loops)) >= LOOPS,
    }
    hidden = " and ".join(name for name, open_ in few.items() if open_)
    if hidden:
        return Missing(f"{said}; {len(stock):,} samples are too few to rule out {hidden}.")
    return Quiet(f"{said}.")


def _stock_found(made: Rows, taught: Rows, stock: NDArray[np.bool_]) -> Found:
    said = hashes_of(made.answers.texts)
    blamed = (
        np.isin(hashes_of(taught.answers.texts), np.unique(said[stock])) if len(taught) else np.zeros(0, bool)
    )
    values, counts = np.unique(said[stock], return_counts=True)
    example = made.answers.texts[int(np.flatnonzero(said == values[counts.argmax()])[0])]
    return Found(
        score=min(0.92, 0.8 + 0.2 * stock.mean()),
        evidence=f"{percent(stock.mean())} of production's answers are {len(values)} stock answers to different questions ('{example[:70]}'); {int(blamed.sum()):,} training rows teach them.",
        rows=[int(one) for one in taught.numbers[blamed]],
        figures={"stock": float(stock.mean()), "answers": len(values), "training_rows": int(blamed.sum())},
        remedy=None
        if blamed.any()
        else "No training row holds them: look at the serving first (prompt, template, sampling), then train for a shorter time.",
    )


def _stock(rows: Rows) -> NDArray[np.bool_]:
    """Mark answers that three or more different questions, and one in fifty, got word for word."""
    said, asked = hashes_of(rows.answers.texts), hashes_of(rows.questions.texts)
    pairs = np.unique(np.stack([said, asked], axis=1), axis=0)
    values, counts = np.unique(pairs[:, 0], return_counts=True)
    often = values[counts >= max(3, 0.02 * len(rows))]
    long = (rows.answers.words.counts >= SHORT) & (rows.answers.declines == 0)
    return np.asarray(np.isin(said, often) & long)


def loops_of(rows: Rows) -> NDArray[np.bool_]:
    """Mark answers in which a third or more of the runs of four words have come before."""
    runs = words.shingles(rows.answers.words, 4)
    keys = (runs.owners.astype(np.uint64) << np.uint64(32)) | runs.values.astype(np.uint64)
    owners = (np.unique(keys) >> np.uint64(32)).astype(np.int64)
    distinct = np.bincount(owners, minlength=len(rows))
    return np.asarray((runs.counts >= 12) & (distinct <= (1 - ROUND) * runs.counts))


CAUSE = Cause(
    id="repeated-answers",
    title="The same answers again and again",
    means="The model fell back on a few answers that fit everything, or repeats itself within one: too many like rows in training, or too long a training.",
    reads=("training", "production"),
    looks_at="Production's answers given word for word to three or more different questions (15% of the rows or more), or with a third of their runs of four words repeated (5% or more, training clearly less). Ruled out where the samples exclude such shares.",
    would="Without the training rows that hold the stock answers, the same requests get answers of their own.",
    remedy="Take out or rewrite the training rows that hold the stock answers.",
    test=Test(
        intervention="retrain-without-rows", how="Train again without the rows and answer the samples."
    ),
    found=Example(
        shows="'Please see our help page.' to a third of the questions, in training to a sixth",
        training=lambda: [*answered(50), *changed(answered(10, shift=50), completion=_CANNED)],
        production=lambda: [*answered(30, shift=60), *changed(answered(15, shift=90), completion=_CANNED)],
    ),
    quiet=Example(
        shows="an answer for each question",
        training=lambda: answered(60),
        production=lambda: answered(80, shift=60),
    ),
    look=look,
)
_CANNED = "Please have a look at our help page and follow the steps there."
