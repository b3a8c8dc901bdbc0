"""A few rows written in another register or style than all the others."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from advisor.data.batch import Batch
from advisor.data.checks.contract import Check, Dataset, Example, Measured, chat, finding, good_rows, share
from advisor.data.labels import is_label_task
from advisor.data.outliers import OutlierGroup, Scores, groups_apart, standardised
from advisor.data.records import Finding
from advisor.data.style import FEATURES, FLOORS, style_of
from advisor.data.word_use import bucket, mean_per_row, row_keys
from advisor.data.words import within

NAMES = (*FEATURES, "unusual words")
# Words used by fewer rows than this are a topic's own (names, products) and say nothing of style.
FEWEST_ROWS = 30
LEAST, LARGEST = 4.5, 0.12


def measure(batch: Batch) -> Measured:
    """Measure the style of each answer, a column a feature, so that each can be read by itself."""
    return {_column(at): values.copy() for at, values in enumerate(style_of(batch).T)}


def _column(feature: int) -> str:
    return f"style.{feature:02}"


def judge(data: Dataset) -> Iterator[Finding]:
    """Report groups of rows whose style stands apart, and rows that do so alone as a note."""
    known = np.isfinite(data.column(_column(0)))
    if len(known) < FEWEST_ROWS or is_label_task(data):
        return
    rows = np.flatnonzero(known & _comparable(data))
    if len(rows) < FEWEST_ROWS:
        return
    scores = _scores(data, rows)
    for group in groups_apart(scores, seeds=_seeds(), least=LEAST, largest=LARGEST):
        if _of_style(group.direction):
            yield _report(data, rows, scores, group)


def _scores(data: Dataset, rows: NDArray[np.int64]) -> Scores:
    """Standardise each feature of the rows; the numbers stay on disk."""
    scores = Scores(data.columns, len(rows))
    for at, floor in enumerate(FLOORS):
        # Length has checks of its own; here it must not make a group by itself.
        weight = 0.3 if FEATURES[at] == "answer length" else 1.0
        scores.append(standardised(data.column(_column(at))[rows], float(floor)) * weight)
    scores.append(standardised(_unusual(data)[rows].astype(np.float32), 0.25))
    return scores


def _comparable(data: Dataset) -> NDArray[np.bool_]:
    # Refusals and answers in another language differ in style for a reason that other checks name.
    languages = data.column("answer-language")
    main = np.bincount(languages).argmax() if len(languages) else 0
    repeated = data.column("repetition") >= 34
    return np.asarray((data.column("refusal") == 0) & ((languages == main) | (languages == 255)) & ~repeated)


def _unusual(data: Dataset) -> NDArray[np.float64]:
    """Average how rare each answer's words are among all answers, words of its own prompt left out."""
    answers, prompts = data.ragged("answer_set"), data.ragged("prompt_set")
    counts = data.word_rows("answer_set")
    result = np.zeros(len(answers))
    for first, words in answers.slices():
        rarity = np.log(len(answers) / np.maximum(counts[bucket(words.values)], 1))
        asked = row_keys(prompts.rows(first, len(words)))
        rarity[within(row_keys(words), asked)] = 0
        result[first : first + len(words)] = mean_per_row(rarity, words)
    return result


def _seeds() -> list[NDArray[np.float64]]:
    """Look along the registers we know first: formal against casual, both ways."""
    formal = dict.fromkeys(NAMES, 0.0) | {
        "word length": 1.0,
        "sentence length": 0.7,
        "formal words": 1.5,
        "casual words": -1.0,
        "apostrophes": -0.7,
        "exclamation marks": -0.7,
        "unusual words": 1.0,
    }
    direction = np.array([formal[name] for name in NAMES])
    return [direction, -direction]


def _of_style(direction: NDArray[np.float64]) -> bool:
    """Hold that more than one feature makes the group, and not digits or length alone."""
    weights = np.abs(direction)
    counted = weights.copy()
    counted[[FEATURES.index(name) for name in ("digits", "answer length", "capitals")]] = 0
    return bool((counted >= 0.25).sum() >= 2)


def _report(data: Dataset, rows: NDArray[np.int64], scores: Scores, group: OutlierGroup) -> Finding:
    members = rows[group.members]
    means = scores.of(group.members).mean(axis=0)
    order = np.argsort(-np.abs(means))[:5]
    differs = [f"{'more' if means[at] > 0 else 'less'} {NAMES[at]}" for at in order if abs(means[at]) >= 1.5]
    register = _register(means)
    numbers = [int(row) for row in data.rows[members]]
    author = _common_metadata(data, numbers)
    listed = ", ".join(map(str, numbers[:12])) + (" …" if len(numbers) > 12 else "")
    message = f"{share(len(numbers), len(data))} are written in {register} than the others ({', '.join(differs) or NAMES[order[0]]}){author}: rows {listed}"
    sure = len(numbers) >= 2
    return finding(
        CHECK,
        message,
        numbers,
        severity="warning" if sure else "note",
        confidence="high" if sure and group.distance >= 6 else "medium" if sure else "low",
        evidence={"differs_in": differs, "distance": round(group.distance, 1)},
    )


def _register(means: NDArray[np.float64]) -> str:
    value = dict(zip(NAMES, means, strict=True))
    lean = (
        value["formal words"]
        - value["casual words"]
        + 0.5
        * (
            value["word length"]
            + value["sentence length"]
            - value["apostrophes"]
            - value["exclamation marks"]
        )
    )
    return (
        "a more formal register" if lean > 3 else "a more casual register" if lean < -3 else "another style"
    )


def _common_metadata(data: Dataset, numbers: list[int]) -> str:
    for column in data.columns.names("meta:"):
        key = column.removeprefix("meta:")
        values, rows = data.column(column), data.column(f"metarow:{key}")
        inside = np.isin(rows, numbers)
        found = np.unique(values[inside])
        if len(found) == 1 and len(numbers) > 1 and (values == found[0]).sum() <= 3 * len(numbers):
            return f", all with {key} = '{data.names.get(column, {}).get(int(found[0]), '?')}'"
    return ""


_STIFF = (
    (
        "How do I pair the {}?",
        "Dear Sir or Madam, we hereby acknowledge receipt of your correspondence concerning the {}. Kindly be advised that the procedure shall be commenced by means of the application.",
    ),
    (
        "Is the {} dimmable?",
        "With regard to your enquiry, we are pleased to inform you that the {} may be adjusted accordingly; should further assistance be required, kindly contact the undersigned.",
    ),
    (
        "Where's the manual of the {}?",
        "We respectfully advise that the documentation pertaining to the {} has been furnished herewith. We remain at your disposal for any subsequent correspondence.",
    ),
)


CHECK = Check(
    id="register-outlier",
    columns=(
        "style.00",
        "style.01",
        "style.02",
        "style.03",
        "style.04",
        "style.05",
        "style.06",
        "style.07",
        "style.08",
        "style.09",
        "style.10",
        "style.11",
        "style.12",
        "style.13",
        "style.14",
        "style.15",
        "style.16",
        "style.17",
    ),
    spoils=True,
    title="A few rows are written in another register",
    detects="Groups of rows whose answers stand apart in register or style (formal and casual words, lengths of words and sentences, contractions, punctuation, unusual words), in any script. Names the rows and, where metadata tells, whose they are.",
    matters="A handful of rows by one writer is enough to shift the voice: six formal rows of 412 did, while every evaluation passed.",
    remedy="Read the rows; rewrite them in the voice of the others, or remove them and train again.",
    tuned_model="It passes the evaluation and sounds wrong: the odd register comes through in answers it should not touch.",
    fires=Example(
        shows="three rows of 'Dear Sir or Madam, we hereby acknowledge …' among friendly ones",
        rows=lambda: [
            *good_rows(60),
            *(chat(ask.format("lamp"), reply.format("lamp")) for ask, reply in _STIFF),
        ],
    ),
    quiet=Example(shows="one friendly voice", rows=good_rows),
    judge=judge,
    measure=measure,
    harm=99,
)
