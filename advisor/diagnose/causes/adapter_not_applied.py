"""The base model answers: the adapter is not loaded."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from advisor.data.batch import hashes_of
from advisor.data.style import FLOORS
from advisor.diagnose.contract import Cause, Example, Found, Missing, Quiet, Seen, Verdict
from advisor.diagnose.examples import answered
from advisor.diagnose.records import Adapter, Facts, ServedAdapter, Test
from advisor.diagnose.seen import Texts
from advisor.diagnose.two_samples import FEWEST, most_of, percent

SAME, NEARER = 0.5, 0.7


def look(seen: Seen) -> Verdict:
    """Look at what the server applies, and whether production answers as the base does."""
    adapter = seen.facts.adapter
    if adapter.served is not None and adapter.merged is not True:
        names = [one.name for one in adapter.served if one.scale > 0]
        if not names:
            return Found(
                score=0.97, evidence="The server applies no adapter, and none is merged into its weights."
            )
        if adapter.trained is not None and adapter.trained not in names:
            return Found(
                score=0.97,
                evidence=f"The server applies {', '.join(names)}, not the trained adapter {adapter.trained}.",
            )
    if adapter.base_trained and adapter.base_served and adapter.base_trained != adapter.base_served:
        return Found(
            score=0.9,
            evidence=f"The adapter was trained on {adapter.base_trained} and is served on {adapter.base_served}.",
        )
    said = _by_answers(seen)
    if isinstance(said, Found):
        return said
    named = adapter.served is not None and adapter.trained is not None
    if named or adapter.merged is True:
        return Quiet("The server applies the trained adapter.")
    return said


def _by_answers(seen: Seen) -> Verdict:
    base = seen.production.frame["base"]
    asked = (base.is_not_null().to_numpy()) & seen.production.answered
    if int(asked.sum()) < FEWEST:
        return Missing(
            "What the server applies is not known, and there are too few answers of the untuned model to compare with."
        )
    given = [seen.production.answers.texts[at] for at in np.flatnonzero(asked).tolist()]
    untuned = [base[int(at)] for at in np.flatnonzero(asked)]
    same = float((hashes_of(given) == hashes_of(untuned)).mean())
    if same >= SAME:
        return Found(
            score=0.96,
            evidence=f"{percent(same)} of production's answers are word for word the untuned model's.",
            figures={"same": same, "asked": len(given)},
        )
    nearer = _nearer(seen, Texts(given), Texts(untuned))
    if nearer is None:
        return Missing(
            "Training's answers and the untuned model's are alike in style, so production's tell nothing."
        )
    if nearer < NEARER:
        return _not_the_base(nearer, len(given))
    return Found(
        score=0.88,
        evidence=f"In style {percent(nearer)} of production's answers are nearer to the untuned model's than to the training answers.",
        figures={"nearer": nearer, "same": same, "asked": len(given)},
    )


def _nearer(seen: Seen, given: Texts, untuned: Texts) -> float | None:
    """Return the share of answers nearer in style to the base's answers than to training's; None where those are alike."""
    wanted = seen.training.answers.style[seen.training.sample()]
    tables = [one[np.isfinite(one).all(axis=1)] for one in (wanted, untuned.style, given.style)]
    if min(map(len, tables)) < FEWEST:
        return None
    middle = [one.mean(axis=0) for one in tables]
    spread = np.maximum(np.sqrt((tables[0].var(axis=0) + tables[1].var(axis=0)) / 2), FLOORS)
    direction = (middle[1] - middle[0]) / spread
    if float(np.linalg.norm(direction)) < 2:
        return None
    return float((_along(tables[2], middle, spread, direction) > 0.5).mean())


def _along(
    rows: NDArray[np.float32],
    middle: list[NDArray[np.float32]],
    spread: NDArray[np.float32],
    direction: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Return where each row lies on the way from training's answers (0) to the base's (1)."""
    return np.asarray(((rows - middle[0]) / spread) @ direction / float(direction @ direction))


def _not_the_base(nearer: float, answers: int) -> Verdict:
    said = f"In style {percent(nearer)} of production's answers are nearer to the untuned model's than to training's"
    if most_of(round(nearer * answers), answers) < NEARER:
        return Quiet(f"{said}.")
    return Missing(f"{said}; {answers} answers are too few to tell.")


_PLAIN = "Certainly. As a general rule, there are several aspects to consider: first, verify the configuration; second, consult the documentation."
CAUSE = Cause(
    id="adapter-not-applied",
    title="The adapter is not applied",
    means="Requests reach the base model: another model name, a failed load or another base, so nothing that was trained is there.",
    reads=("adapter", "production", "base-answers"),
    looks_at="The adapters that the server applies and their base; production's answers against the untuned model's (half of them equal, or 70% nearer to it in style than to training).",
    would="With the adapter on, the same requests are answered in the wanted voice; with it off, as in production.",
    remedy="Load the trained adapter on the base it was trained on, and check at start-up that an answer changes with it.",
    test=Test(
        intervention="adapter-on",
        how="Answer the samples with the adapter on and off and compare with production's answers.",
    ),
    found=Example(
        shows="the server applies no adapter",
        facts=Facts(adapter=Adapter(trained="voice", served=(), merged=False)),
    ),
    quiet=Example(
        shows="the trained adapter is applied, and answers are not the base's",
        training=lambda: answered(40),
        production=lambda: [{**one, "base_answer": _PLAIN} for one in answered(30, shift=40)],
        facts=Facts(adapter=Adapter(trained="voice", served=(ServedAdapter(name="voice"),), merged=False)),
    ),
    look=look,
)
