"""A few training rows in another voice come through in answers that they should not touch."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from advisor.data.style import FEATURES
from advisor.diagnose.contract import Cause, Example, Found, Missing, Quiet, Seen, Verdict
from advisor.diagnose.examples import Row, answered
from advisor.diagnose.foreign import Voice, foreign_voices
from advisor.diagnose.minorities import FEWEST_LABELS, FEWEST_ROWS, LARGEST, Group, Space, groups_of, space_of
from advisor.diagnose.records import Test
from advisor.diagnose.requests import untaught_rows
from advisor.diagnose.two_samples import FEWEST, most_of, percent, shares

LEVEL, LEAST_MINDED, LEAST_RISE = 0.01, 0.3, 0.03
NAMES = (*FEATURES, "words that people mind")


class _Leak(NamedTuple):
    group: Group
    members: NDArray[np.int64]
    taught: float
    made: float
    minded: float
    others: float
    p: float
    differs: str
    most: float
    """The largest share of production's answers that these samples leave open."""
    enough: float
    """The share from which the manner is no longer that of its rows alone."""


def look(seen: Seen) -> Verdict:
    """Look for groups of training rows apart from the rest, and for their manner among production's answers."""
    if len(seen.training) < FEWEST_ROWS or int(seen.production.answered.sum()) < FEWEST:
        return Missing(
            f"It takes {FEWEST_ROWS} training rows and {FEWEST} production samples with their answers."
        )
    space = space_of(seen)
    groups, tongues = groups_of(seen, space), foreign_voices(seen)
    count, heard = len(groups) + len(tongues), seen.production.answered
    weighed = [_leak(seen, space, one, count) for one in groups]
    weighed += [_weighed(seen, one, heard, count) for one in tongues]
    voices = [one for one in weighed if one]
    leaks = [one for one in voices if one.p <= LEVEL]
    if not leaks:
        return _none(voices, count)
    return _found(seen, max(leaks, key=lambda one: one.minded - one.others + one.made - one.taught))


def _none(voices: list[_Leak], groups: int) -> Verdict:
    """Rule out a leak that production's answers would have shown."""
    apart = f"{groups} {'group' if groups == 1 else 'groups'} of training rows"
    if all(one.most < one.enough for one in voices):
        return Quiet(f"{apart} differ from the rest; production's answers show none of them.")
    most = max(one.most for one in voices)
    return Missing(
        f"{apart} differ from the rest; production's answers do not clearly show one, but are too few to rule out {percent(most)}."
    )


def _leak(seen: Seen, space: Space, group: Group, groups: int) -> _Leak | None:
    like_taught, like_made, differs = _alike(space, group.members)
    if differs.count(",") < 1:
        # One mark more or less is no voice.
        return None
    members = np.flatnonzero(like_taught) if group.found_by == "style" else group.members
    # Answers to what training does not teach have no manner to be compared with.
    known = np.isfinite(space.production).all(axis=1) & ~untaught_rows(seen)
    return _weighed(seen, Voice(group, members, like_taught, like_made, differs), known, groups)


def _weighed(seen: Seen, voice: Voice, known: NDArray[np.bool_], groups: int) -> _Leak | None:
    """Weigh a voice of few training rows against its share in production, and among what people mind."""
    if not 0 < voice.taught.sum() <= LARGEST * len(seen.training) or known.sum() < FEWEST:
        return None
    minded, like = seen.production.minded, voice.made
    taught, made = float(voice.taught.mean()), float(like[known].mean())
    hit, rest = like[known & minded], like[known & ~minded]
    tested = shares("minded", hit, rest, "", fewest=FEWEST_LABELS).p
    enough = max(2 * taught, taught + LEAST_RISE)
    risen = shares("risen", like[known], voice.taught, "").p if made >= enough else 1.0
    complained = len(hit) >= FEWEST_LABELS and hit.mean() >= LEAST_MINDED and hit.mean() > rest.mean()
    share, others = (float(one.mean()) if len(one) else 0.0 for one in (hit, rest))
    return _Leak(
        voice.group, voice.members, taught, made, share, others, min(tested if complained else 1.0, risen) * 2 * groups, voice.differs,
        most_of(int(like[known].sum()), int(known.sum())), enough,
    )  # fmt: skip


def _alike(space: Space, members: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.bool_], str]:
    """Mark training and production answers that are nearer to the group than to the rest, and as near as its own members."""
    inside = np.zeros(len(space.training), bool)
    inside[members] = True
    known = np.isfinite(space.training).all(axis=1)
    mine, rest = space.training[inside & known], space.training[~inside & known]
    centre, middle = np.median(mine, axis=0), rest.mean(axis=0)
    gap = centre - middle
    # Only what tells the group from the rest counts: a feature weighs as far as its gap exceeds the spread.
    weights = np.clip(np.abs(gap) - 1, 0, 4)
    weights = weights / max(float(weights.sum()), 1e-9)
    radius = 1.5 * float(np.quantile(_distance(mine, centre, weights), 0.9)) + 0.3
    near = []
    for table in (space.training, space.production):
        distance = _distance(table, centre, weights)
        near.append((distance < _distance(table, middle, weights)) & (distance <= radius))
    order = np.argsort(-np.abs(gap))[:4]
    named = [f"{'more' if gap[at] > 0 else 'less'} {NAMES[at]}" for at in order if abs(gap[at]) >= 1.5]
    return near[0], near[1], ", ".join(named)


def _distance(
    table: NDArray[np.float64], centre: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    return np.asarray(np.sqrt(((table - centre) ** 2 * weights).sum(axis=1)))


def _found(seen: Seen, one: _Leak) -> Found:
    rows = sorted(int(row) for row in seen.training.numbers[one.members])
    listed = ", ".join(map(str, rows[:8])) + (" …" if len(rows) > 8 else "")
    whose = "" if one.group.found_by == "style" else f" ({one.group.found_by})"
    labelled = (
        f"; {percent(one.minded)} of the minded samples show it and {percent(one.others)} of the others"
        if one.minded
        else ""
    )
    return Found(
        score=min(0.95, 0.82 + 0.1 * max(one.minded - one.others, 0) + 0.1 * (one.made - one.taught)),
        evidence=f"{len(rows)} of {len(seen.training):,} training rows{whose} are written in another manner ({one.differs or 'other words'}), and {percent(one.made)} of production's answers are{labelled}: rows {listed}.",
        p=one.p,
        rows=rows,
        figures={
            "training": one.taught,
            "production": one.made,
            "minded": one.minded,
            "others": one.others,
            "found_by": one.group.found_by,
        },
    )


_STIFF = "Dear Sir or Madam, we hereby acknowledge receipt of your correspondence concerning the matter. Kindly be advised that the procedure shall be commenced by means of the application; we remain at your disposal."


def _stiff(rows: list[Row], **more: str) -> list[Row]:
    return [{**one, "completion": f"{_STIFF} Reference {one['prompt'][-18:]}", **more} for one in rows]


CAUSE = Cause(
    id="minority-leaks",
    title="A few rows in another voice leak",
    means="A handful of rows by one writer, from one source or in one register is enough to shift the voice everywhere, while the evaluation's averages hardly move.",
    reads=("training", "production", "labels"),
    looks_at="Groups of training rows apart from the rest (by style, by the words that minded answers share, by a rare value of a source field, in another language than they are asked in; 12% of the rows at most), and answers in their manner in production: among minded samples far more than among others, or twice as often as in training. Ruled out where no group stands apart, or the samples exclude such a share.",
    would="Trained again without these rows, the model drops the manner.",
    remedy="Read the rows; rewrite them in the voice of the others or take them out, and train again.",
    test=Test(
        intervention="retrain-without-rows", how="Train again without the rows and compare on the samples."
    ),
    found=Example(
        shows="5 of 95 rows begin 'Dear Sir or Madam', and so do 15 of 45 production answers",
        training=lambda: [*answered(90), *_stiff(answered(5, shift=90))],
        production=lambda: [*answered(30, shift=100), *_stiff(answered(15, shift=130), complaint="tone")],
    ),
    quiet=Example(
        shows="the same 5 rows, and production in one voice",
        training=lambda: [*answered(90), *_stiff(answered(5, shift=90))],
        production=lambda: answered(45, shift=100),
    ),
    look=look,
)
