"""What every intervention works on: the samples, the models at hand, and the answers as they are served."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from advisor.diagnose.material import Material
from advisor.diagnose.proof.asking import Question, Talk
from advisor.diagnose.proof.measure import scores
from advisor.diagnose.records import Facts


@dataclass
class Bench:
    """The samples to answer again, and those who answer."""

    samples: pl.DataFrame
    """Production rows with prompt, system, label and temperature."""
    references: list[str]
    """Training answers, the suspected ones left out."""
    training_system: str | None
    """The system prompt of training; None where it is not known."""
    facts: Facts
    tuned: Talk
    base: Talk | None = None

    def questions(self, *, system: str | None = None, **changes: Any) -> list[Question]:
        """Return the questions as they are served, with the changes; ``system`` replaces the served prompt."""
        return [self._question(one, system, changes) for one in self.samples.iter_rows(named=True)]

    def _question(self, sample: dict[str, Any], system: str | None, changes: dict[str, Any]) -> Question:
        served = self.facts.prompts.serving if self.facts.prompts.serving is not None else sample["system"]
        prompt = served if system is None else system
        head = (("system", prompt),) if prompt else ()
        temperature = sample["temperature"]
        if temperature is None:
            temperature = self.facts.production_sampling.temperature
        said = Question(messages=(*head, ("user", sample["prompt"])), temperature=temperature)
        return Question(**{**vars(said), **changes})

    @cached_property
    def served(self) -> list[float]:
        """Score the answers of the tuned model, asked as production asks."""
        return self.score(self.tuned.answers(self.questions()))

    def score(self, answers: list[str]) -> list[float]:
        """Score answers by what people mind in each sample."""
        return scores(answers, self.samples["label"].to_list(), self.references)[0]

    @property
    def measured(self) -> str:
        """Return what the scores measure."""
        return scores([""] * self.samples.height, self.samples["label"].to_list(), self.references)[1]


def chosen_samples(production: pl.DataFrame, most: int) -> pl.DataFrame:
    """Return the samples to answer again: those that somebody minds first, then the first of the file."""
    asked = production.filter(pl.col("prompt").str.strip_chars() != "")
    minded = asked.filter(pl.col("label").is_not_null())
    return (
        minded.head(most)
        if minded.height >= min(most, 5)
        else pl.concat([minded, asked.filter(pl.col("label").is_null())]).head(most)
    )


def references_of(material: Material, suspected: set[int]) -> list[str]:
    """Return the training answers that nobody suspects."""
    kept = material.training.filter(~pl.col("row").is_in(list(suspected)))
    return [one for one in kept["answer"].to_list() if one and one.strip()]
