"""What can be seen in the rows of a diagnosis: each figure is computed once, when the first cause asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from advisor.data import words
from advisor.data.batch import Batch
from advisor.data.languages import ALL, UNKNOWN, languages_of
from advisor.data.meaning import Meaning, Vectors
from advisor.data.phrases import DECLINED_IN, REFUSAL, UNKNOWING
from advisor.data.records import AuditOptions
from advisor.data.rows.conversation import Conversation, Message
from advisor.data.style import style_of
from advisor.diagnose.material import Material
from advisor.diagnose.passages import question_of
from advisor.diagnose.records import Facts

AT_A_TIME = 5_000
MOST_SAMPLED = 5_000
MOST_JOINED = 200
"""Texts that are read together to tell their language."""
REFUSES, UNKNOWS = 1, 2


class Texts:
    """One column of texts, measured."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts

    def __len__(self) -> int:
        return len(self.texts)

    @cached_property
    def style(self) -> NDArray[np.float32]:
        """Return style features, shape (rows, `advisor.data.style.FEATURES`); rows under five words are NaN."""
        return np.concatenate([style_of(one) for one in self._batches()])

    @cached_property
    def languages(self) -> NDArray[np.uint8]:
        """Index into `advisor.data.languages.ALL`, 255 where a text is too short or unclear."""
        return np.concatenate([languages_of(one.answer_words, one.answer_scripts) for one in self._batches()])

    @cached_property
    def language(self) -> str | None:
        """Code of the language of all texts together; None where it is unclear."""
        some = [one for one in self.texts if one.strip()][:MOST_JOINED]
        found = int(Texts([" ".join(some)]).languages[0]) if some else UNKNOWN
        return None if found == UNKNOWN else ALL[found]

    @cached_property
    def declines(self) -> NDArray[np.uint8]:
        """1 where a text opens with a refusal, 2 where with not knowing, 0 elsewhere."""
        return np.concatenate([_declines(one) for one in self._batches()])

    @cached_property
    def words(self) -> words.Ragged:
        """Word hashes of each text."""
        return words.word_hashes(list(self.texts))

    def _batches(self) -> list[Batch]:
        starts = range(0, max(len(self), 1), AT_A_TIME)
        return [_batch(self.texts[start : start + AT_A_TIME]) for start in starts]


class Rows:
    """One table of the material with its measured columns."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame
        self.numbers: NDArray[np.int64] = frame["row"].to_numpy().astype(np.int64)

    def __len__(self) -> int:
        return len(self.frame)

    @cached_property
    def prompts(self) -> Texts:
        """The requests."""
        return Texts(self.frame["prompt"].to_list())

    @cached_property
    def questions(self) -> Texts:
        """The requests without the passages that retrieval put in front."""
        return Texts([question_of(one) for one in self.prompts.texts])

    @cached_property
    def answers(self) -> Texts:
        """The answers; wanted ones in training and evaluation, given ones in production."""
        return Texts(self.frame["answer"].to_list())

    @cached_property
    def answered(self) -> NDArray[np.bool_]:
        """Mask of the rows that hold an answer, shape (rows,)."""
        return np.asarray((self.frame["answer"].str.strip_chars() != "").to_numpy())

    @cached_property
    def minded(self) -> NDArray[np.bool_]:
        """Mask of the rows that somebody labelled with a complaint, shape (rows,)."""
        return self.frame["label"].is_not_null().to_numpy()

    def labelled(self, *labels: str) -> NDArray[np.bool_]:
        """Mark rows with one of these complaints."""
        return self.frame["label"].is_in(list(labels)).fill_null(value=False).to_numpy()

    def sample(self, most: int = MOST_SAMPLED) -> NDArray[np.int64]:
        """Return row indices, in order: all, or as many as ``most`` drawn with a fixed seed."""
        if len(self) <= most:
            return np.arange(len(self))
        return np.sort(np.random.default_rng(5).choice(len(self), most, replace=False))

    def field_names(self) -> list[str]:
        """Return the metadata fields, sorted."""
        return sorted(self._fields["name"].unique().to_list())

    def field(self, name: str) -> list[str | None]:
        """Return the value of a metadata field for each row, None where a row has none."""
        mine = self._fields.filter(pl.col("name") == name).unique("at", keep="first")
        values: list[str | None] = [None] * len(self)
        for at, value in zip(mine["at"], mine["value"], strict=True):
            values[at] = value
        return values

    @cached_property
    def _fields(self) -> pl.DataFrame:
        listed = self.frame.select("fields").with_row_index("at").explode("fields")
        return listed.drop_nulls("fields").unnest("fields")


class Seen:
    """The material of a diagnosis and what has been measured of it so far."""

    def __init__(self, material: Material) -> None:
        self.material = material
        self.facts: Facts = material.facts
        self.training = Rows(material.training)
        self.evaluation = Rows(material.evaluation)
        self.production = Rows(material.production)
        self._vectors: dict[int, Vectors] = {}

    @cached_property
    def meaning(self) -> Meaning:
        """Vectors of meaning, fitted on requests of all tables."""
        tables = (self.training, self.evaluation, self.production)
        return Meaning([one.questions.texts[at] for one in tables for at in one.sample()])

    def vectors(self, rows: Rows) -> Vectors:
        """Return one unit vector for each request of a table's sample, in the sample's order."""
        known = self._vectors.get(id(rows))
        if known is None:
            known = self._vectors[id(rows)] = self.meaning([rows.questions.texts[at] for at in rows.sample()])
        return known

    @cached_property
    def unheard(self) -> str:
        """Describe why declining answers cannot be seen; empty where they can."""
        tables = (self.training, self.evaluation, self.production)
        if any(bool(one.answers.declines.any()) for one in tables if len(one)):
            return ""
        languages = {one.answers.language for one in tables if len(one)}
        if languages & DECLINED_IN:
            return ""
        spoken = ", ".join(sorted(filter(None, languages))) or "not clear"
        return f"No phrases of declining are known in the language of the answers ({spoken})."

    @cached_property
    def training_meaning(self) -> Vectors:
        """One unit vector for each training request."""
        return self.meaning(self.training.questions.texts)


def _batch(texts: Sequence[str]) -> Batch:
    rows = [Conversation(at, "chat", [Message("assistant", text)]) for at, text in enumerate(texts, 1)]
    return Batch(rows, (), AuditOptions())


def _declines(batch: Batch) -> NDArray[np.uint8]:
    opening = batch.targets_lower.str.slice(0, 220)
    refuses = opening.str.contains_any(list(REFUSAL)).to_numpy()
    unknowing = opening.str.contains_any(list(UNKNOWING)).to_numpy()
    return np.where(refuses, REFUSES, np.where(unknowing, UNKNOWS, 0)).astype(np.uint8)
