"""The evaluation set does not hold what production asks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from advisor.data.languages import ALL
from advisor.data.style import FEATURES
from advisor.diagnose.contract import Cause, Example, Found, Missing, Quiet, Seen, Verdict
from advisor.diagnose.examples import answered, changed, half_of
from advisor.diagnose.records import Test
from advisor.diagnose.requests import Kind, Novelty, kinds_of, novelty_of
from advisor.diagnose.seen import Texts
from advisor.diagnose.spelling import slips
from advisor.diagnose.two_samples import FEWEST, Difference, corrected, kinds, ordered, percent, shares

LEVEL = 0.05
# Effects below these are found in any two samples that are large enough, and explain nothing.
LEAST = {"length": 0.3, "typing errors": 0.12, "language": 0.1, "topic": 0.12}
REGISTER = 0.3
FEWEST_OF_A_KIND = 3
_REGISTER = (
    "exclamation marks",
    "question marks",
    "commas",
    "capitals",
    "formal words",
    "casual words",
    "apostrophes",
    "word length",
)


def look(seen: Seen) -> Verdict:
    """Test length, typing errors, language, topic and register of the requests, corrected for being many."""
    one, two = seen.evaluation, seen.production
    if min(len(one), len(two)) < FEWEST:
        return Missing(f"It takes {FEWEST} evaluation rows and {FEWEST} production samples to compare them.")
    left, right = one.sample(), two.sample()
    here, there = (
        Texts([rows.questions.texts[at] for at in some]) for rows, some in ((one, left), (two, right))
    )
    novel = novelty_of(seen, one, two)
    tested = corrected([*_plain(here, there), _topic(novel), *_register(here, there)])
    found = [diff for diff in tested if diff.p < LEVEL and diff.effect >= LEAST.get(diff.aspect, REGISTER)]
    if not found:
        return _alike(tested, len(here), len(there))
    return _found(found, _missing(seen, novel), two.numbers[right[novel.rows]].tolist())


def _alike(tested: list[Difference], one: int, two: int) -> Verdict:
    """Rule out what these samples would have shown, and name the aspects in which they are too few."""
    hidden = [diff for diff in tested if diff.most >= LEAST.get(diff.aspect, REGISTER)]
    rows = f"{one:,} evaluation rows and {two:,} production samples"
    if not hidden:
        aspects = "length, typing errors, language, topic and register"
        return Quiet(f"Requests of evaluation and production are alike in {aspects} ({rows}).")
    said = "; ".join(f"{diff.aspect}: {diff.words}" for diff in hidden[:3])
    return Missing(f"{rows} are too few to rule out a difference that matters in {said}.")


def _missing(seen: Seen, novel: Novelty) -> list[Kind]:
    """Return the kinds of request that production has and evaluation lacks, the largest first."""
    kinds = kinds_of(seen, seen.evaluation, seen.production).kinds
    kept = [kind._replace(rows=kind.rows[novel.rows[kind.rows]]) for kind in kinds]
    return sorted(
        (kind for kind in kept if len(kind.rows) >= FEWEST_OF_A_KIND), key=lambda kind: -len(kind.rows)
    )


def _found(found: list[Difference], lacking: list[Kind], rows: list[int]) -> Found:
    found = sorted(found, key=lambda diff: -diff.effect)
    topic = any(diff.aspect == "topic" for diff in found)
    missing = [{"kind": kind.name, "rows": len(kind.rows)} for kind in lacking] if topic else []
    said = "; ".join(f"{diff.aspect}: {diff.words}" for diff in found[:3])
    more = f" Missing in evaluation: {', '.join(kind.name for kind in lacking[:3])}." if missing else ""
    return Found(
        score=min(0.85, 0.6 + 0.3 * found[0].effect),
        evidence=f"Production's requests are not the evaluation's in {said}.{more}",
        p=min(diff.p for diff in found),
        rows=rows if topic else [],
        rows_of="production",
        figures={
            "aspects": {diff.aspect: {"effect": round(diff.effect, 3), "p": diff.p} for diff in found},
            "missing": missing,
        },
    )


def _plain(here: Texts, there: Texts) -> Iterator[Difference]:
    counts = [one.words.counts.astype(float) for one in (here, there)]
    middle = [float(np.median(one)) for one in counts]
    yield ordered(
        "length", counts[0], counts[1], f"{middle[0]:.0f} words at the median against {middle[1]:.0f}"
    )
    typed = slips([here.texts, there.texts])
    yield shares(
        "typing errors",
        typed[0],
        typed[1],
        f"in {percent(typed[0].mean())} of the rows against {percent(typed[1].mean())}",
    )
    spoken = [one.languages[one.languages < len(ALL)].astype(np.int64) for one in (here, there)]
    words = " against ".join(_commonest(one) for one in spoken)
    yield kinds("language", spoken[0], spoken[1], words)


def _commonest(spoken: np.ndarray[tuple[int], np.dtype[np.int64]]) -> str:
    values, counts = np.unique(spoken, return_counts=True)
    order = np.argsort(-counts)[:3]
    return ", ".join(f"{percent(counts[at] / counts.sum())} {ALL[values[at]]}" for at in order)


def _topic(novel: Novelty) -> Difference:
    """Compare how many of production's requests are far from any of the evaluation's with how many of these are."""
    usual = novel.among_themselves < novel.limit
    words = f"{percent(float(novel.rows.mean()))} of production's requests are unlike any of evaluation, {percent(float(usual.mean()))} of evaluation's unlike its others"
    return shares("topic", usual, novel.rows, words)


def _register(here: Texts, there: Texts) -> Iterator[Difference]:
    for name in _REGISTER:
        at = FEATURES.index(name)
        left, right = (one.style[:, at].astype(float) for one in (here, there))
        means = [float(np.nanmean(one)) if np.isfinite(one).any() else 0.0 for one in (left, right)]
        yield ordered(f"register ({name})", left, right, f"{means[0]:.2f} against {means[1]:.2f}")


CAUSE = Cause(
    id="evaluation-unlike-production",
    title="The evaluation is not like production",
    means="What people ask is not what the evaluation asks: longer, mistyped, in another register or language, or of kinds that it lacks. Its score says nothing about them.",
    reads=("evaluation", "production"),
    looks_at="Length (Mann-Whitney), typing errors (Fisher), language and kind of request (chi-square) and eight marks of register, p after Holm's correction under 5%, for all causes together too, and an effect that matters. Ruled out where the samples exclude such an effect in every aspect.",
    would="Scored on production's own requests, the tuned model does worse than on the evaluation set.",
    remedy="Draw the evaluation from production: sample requests of every kind, the missing ones first, and write the wanted answers.",
    test=Test(
        intervention="evaluate-on-production",
        how="Evaluate on a sample of production's requests with wanted answers.",
    ),
    found=Example(
        shows="polite sentences in evaluation, 'lamp wont pair pls' in production",
        evaluation=lambda: answered(40),
        production=lambda: changed_prompts(40),
    ),
    quiet=Example(
        shows="requests of one kind on both sides",
        evaluation=lambda: half_of(120, 0),
        production=lambda: half_of(120, 1),
    ),
    look=look,
)


def changed_prompts(count: int) -> list[dict[str, object]]:
    """Return rows asked in haste: no capitals, no question marks."""
    return [
        changed([one], prompt="hey so " + one["prompt"].lower().strip("?."))[0]
        for one in answered(count, shift=60)
    ]
