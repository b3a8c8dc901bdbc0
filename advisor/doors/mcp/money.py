"""Tools of cost and size: what each strategy costs, the same workload on other models, the memory of a training run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from advisor.catalog import Record
from advisor.cost import CostProjection, ModelRow, compare_models, project
from advisor.doors.mcp.arguments import AnswersArgument, DayArgument, NameArgument, PathArgument
from advisor.doors.mcp.house import House
from advisor.palette import STRATEGIES
from advisor.scenario import check_answers
from advisor.train.records import Method
from advisor.train.size.estimate import Question
from advisor.train.size.programs import settings_of
from advisor.train.size.run import Optimizer, Quantisation
from advisor.train.size.sizing import Serve, Sizing, size_run

Strategy = Literal["prompting", "few_shot", "rag", "fine_tuning", "hybrid"]
assert set(STRATEGIES) == set(Strategy.__args__)  # type: ignore[attr-defined]


class Comparison(Record):
    """One workload on several models."""

    as_of: date
    """The day of the prices."""
    strategy: str
    """Id of the strategy that was costed."""
    models: tuple[ModelRow, ...]
    """Models, the cheapest first."""


SAME_NAMES = ("method", "rank", "seq_len", "micro_batch", "optimizer", "quantisation", "checkpointing")
"""Arguments that a run calls by the same name."""


def _named(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: given[name] for name in SAME_NAMES}


@dataclass(frozen=True)
class MoneyTools:
    """The tools; every one reads only."""

    house: House

    def cost(
        self,
        answers: AnswersArgument,
        cache_hit: Annotated[
            float | None,
            Field(ge=0, le=1, description="Share of requests the prompt cache serves; modelled if null."),
        ] = None,
        draws: Annotated[int, Field(ge=1, le=20_000, description="Draws behind the intervals.")] = 1000,
        as_of: DayArgument = None,
    ) -> CostProjection:
        """Cost a workload with each strategy: per month, once, per 1,000 requests, latency, and each break-even.

        What nobody answered takes a documented number and is listed under `assumed`; a cost that is not known is null,
        and a break-even that never comes says why.
        """
        catalog = self.house.catalog
        checked = check_answers(answers, catalog)
        return project(checked, catalog, as_of=self.house.day(as_of), cache_hit=cache_hit, draws=draws)

    def compare_models(
        self,
        answers: AnswersArgument,
        strategy: Strategy = "prompting",
        models: Annotated[
            list[NameArgument] | None,
            Field(max_length=100, description="provider:name; the shortlist where null."),
        ] = None,
        as_of: DayArgument = None,
    ) -> Comparison:
        """Cost the same workload with several models, with latency, context, tuning and announced retirement."""
        catalog, day = self.house.catalog, self.house.day(as_of)
        checked = check_answers(answers, catalog)
        rows = compare_models(checked, catalog, as_of=day, models=models, strategy=strategy)
        return Comparison(as_of=day, strategy=strategy, models=tuple(rows))

    def size(
        self,
        model: Annotated[
            NameArgument | None, Field(description="A model that the rulebook knows, such as qwen3-8b.")
        ] = None,
        config: Annotated[
            PathArgument | None, Field(description="A config.json as Hugging Face writes it, below a root.")
        ] = None,
        method: Method = "lora",
        rank: Annotated[int, Field(ge=1, le=4096)] = 16,
        seq_len: Annotated[int, Field(ge=1, le=10_000_000, description="Tokens of a row.")] = 2048,
        micro_batch: Annotated[int, Field(ge=1, le=65_536, description="Rows on one device at once.")] = 1,
        optimizer: Optimizer = "adamw",
        quantisation: Quantisation = "none",
        checkpointing: bool = True,
        program: Annotated[
            NameArgument | None, Field(description="What trains: trl, axolotl, unsloth …")
        ] = None,
        gpu: Annotated[
            NameArgument | None, Field(description="The card that time and money are for.")
        ] = None,
        train_tokens: Annotated[
            float, Field(gt=0, le=1e14, description="Training tokens of one pass.")
        ] = 1e6,
        epochs: Annotated[float, Field(gt=0, le=1e4)] = 3,
        serve_requests: Annotated[
            int | None, Field(ge=1, le=1_000_000, description="Also size serving so many requests at once.")
        ] = None,
        as_of: DayArgument = None,
    ) -> Sizing:
        """Size a training run: trained parameters, peak memory as a range, cards it fits on, time and money.

        A range is what nine runs of ten lie above and below; null is not known.
        """
        settings = {**settings_of(program), **_named(locals())}
        return size_run(
            self.house.catalog,
            Question(self.house.day(as_of), gpu, train_tokens=train_tokens, epochs=epochs),
            settings,
            model=self.house.maybe_inside(model),
            config=self.house.inside(config) if config else None,
            serve=Serve(serve_requests) if serve_requests else None,
        )
