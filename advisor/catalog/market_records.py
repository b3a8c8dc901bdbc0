"""Records of dated market facts: models, caches, tuning, hosting, retrieval, availability, retirement."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from advisor.catalog.dated_numbers import DatedNumber
from advisor.catalog.price_bounds import (
    Money,
    PerGibMonth,
    PerHour,
    PerMillion,
    PerMonth,
    PerMtok,
    PerThousandSearches,
)
from advisor.catalog.records import Day, Number, Record


class TokenPrice(Record):
    """What a model's tokens cost from a day on, in USD per 1M tokens."""

    from_: Day = Field(alias="from")
    """First day in force."""
    until: Day | None = None
    """The day on which a promotion ends; the price before it returns."""
    input_usd_per_mtok: Annotated[Number, Field(ge=0.003, le=1000)]
    """Input that is not read from a cache."""
    cache_read_usd_per_mtok: Money | None = None
    """Input read from a cache; null where the vendor has none or does not say."""
    cache_write_usd_per_mtok: Money | None = None
    """Input written to a cache; null where writing costs the same as input."""
    output_usd_per_mtok: Annotated[Number, Field(ge=0.003, le=1000)]
    """USD per million output tokens."""
    batch_factor: Annotated[Number, Field(gt=0, le=1)] | None = None
    """What a batch request costs, as a share of the standard price; null: no batch price known."""
    sources: tuple[str, ...] = Field(min_length=1)
    """Ids in the bibliography."""
    checked: Day
    """The day on which we last looked."""
    review_by: Day
    """The day by which it should be checked again."""
    note: str = ""
    """What to beware of."""

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> TokenPrice:
        if self.until is not None and self.until <= self.from_:
            raise ValueError("until must come after from")
        return self


class Retirement(Record):
    """The day on which a model stops answering."""

    on: Day
    """First day without the model."""
    replacement: str = ""
    """What the vendor names instead; an id of a model, or words."""
    sources: tuple[str, ...] = Field(min_length=1)
    """Ids in the bibliography."""
    checked: Day
    """The day on which we last looked."""


class CacheRule(Record):
    """How a vendor's prompt cache works, apart from its prices."""

    minimum_tokens: Annotated[int, Field(ge=0)]
    """A shorter prefix is never cached."""
    lifetime_minutes: tuple[DatedNumber, ...] = Field(min_length=1)
    """How long an entry lives after its last use."""
    long_lifetime_minutes: tuple[DatedNumber, ...] = ()
    """A longer life that can be asked for; empty where there is none."""
    long_write_factor: Annotated[Number, Field(ge=1, le=10)] | None = None
    """What writing an entry of the longer life costs, over the price of input."""
    automatic: bool = True
    """Whether it works without asking for it."""
    sources: tuple[str, ...] = Field(min_length=1)
    """Ids in the bibliography."""
    checked: Day
    """The day on which we last looked."""
    note: str = ""
    """What to beware of."""


class MarketModel(Record):
    """A model on offer at a provider; its token prices come from the price library unless overridden."""

    label: str
    """What a person reads."""
    provider: str
    """The provider's id in the price library."""
    price_ref: str
    """The model's name in the price library."""
    speed: Literal["fast", "medium", "slow"]
    """Class of latency; the numbers are in parameters/latency.yaml."""
    context_tokens: Annotated[int, Field(gt=0)] | None = None
    """Tokens of input and output together; null where unknown."""
    max_input_tokens: int | None = None
    """Where the vendor caps the input apart."""
    cache: str = ""
    """Id of a cache rule; empty: no prompt cache known."""
    encoding: str = ""
    """A tiktoken encoding; empty: the tokenizer is not public and counts are estimates."""
    open_weights: bool = False
    """Whether the weights can be had."""
    parameters_billions: Annotated[Number, Field(gt=0, le=10_000)] | None = None
    """Size; null where the maker does not say."""
    retires: Retirement | None = None
    """When it is shut down, as far as announced."""
    shortlist: bool = True
    """Whether the comparison shows it unasked."""
    sources: tuple[str, ...] = Field(min_length=1)
    """Ids in the bibliography."""
    checked: Day
    """The day on which we last looked."""
    review_by: Day
    """The day by which it should be checked again."""
    note: str = ""
    """What to beware of."""


class TuningRoute(Record):
    """One way to train and serve a tuned model, with everything it charges for."""

    label: str
    """What a person reads."""
    backend: str
    """Id of a backend."""
    base: str
    """Id of the model that is tuned; its prices, context and retirement hold for the tune."""
    serving: Literal["tuned_price", "base_price", "dedicated"]
    """Tokens at a price of their own, at the base model's price, or a GPU by the hour instead of tokens."""
    training_usd_per_mtok: PerMtok = ()
    """Per million trained tokens (tokens of the file × epochs)."""
    training_usd_per_hour: PerHour = ()
    """Per hour, where the vendor bills by time or the GPU is rented."""
    training_tokens_per_second: tuple[DatedNumber, ...] = ()
    """Speed of training, where it is billed by the hour."""
    minimum_usd: tuple[DatedNumber, ...] = ()
    """Least charge for a job."""
    tuned_prices: tuple[TokenPrice, ...] = ()
    """Prices of the tuned model's tokens."""
    hosting_usd_per_hour: PerHour = ()
    """Fee per deployment, idle or not; or the price of one replica where serving is dedicated."""
    replica_output_tokens_per_second: tuple[DatedNumber, ...] = ()
    """What one dedicated replica can write when it is well filled."""
    assumable: bool = True
    """Whether it may be assumed where nobody has chosen; false where a figure of it is borrowed or unchecked."""
    training_until: Retirement | None = None
    """The first day without new training jobs, where that differs from the base model's end."""
    training_for: Literal["anyone", "existing customers"] = "anyone"
    """Who may start a job; somebody new cannot where it says existing customers."""
    retires: Retirement | None = None
    """The first day on which the tune no longer answers, where that differs from its base model."""
    sources: tuple[str, ...] = Field(min_length=1)
    """Ids in the bibliography."""
    checked: Day
    """The day on which we last looked."""
    review_by: Day
    """The day by which it should be checked again."""
    note: str = ""
    """What to beware of."""

    @model_validator(mode="after")
    def _has_what_its_serving_needs(self) -> TuningRoute:
        if self.serving == "tuned_price" and not self.tuned_prices:
            raise ValueError("serving: tuned_price needs tuned_prices")
        if self.serving == "dedicated" and not (
            self.hosting_usd_per_hour and self.replica_output_tokens_per_second
        ):
            raise ValueError(
                "serving: dedicated needs hosting_usd_per_hour and replica_output_tokens_per_second"
            )
        if self.training_usd_per_hour and not self.training_tokens_per_second:
            raise ValueError("training_usd_per_hour needs training_tokens_per_second")
        return self


class Gpu(Record):
    """A GPU for rent."""

    label: str
    """What a person reads."""
    memory_gib: Annotated[Number, Field(gt=0, le=2000)]
    """Memory of one card, in GiB."""
    peak_bf16_tflops: Annotated[Number, Field(gt=0, le=20_000)] | None = None
    """Dense peak; null where unknown."""
    usd_per_hour: PerHour
    """On-demand price of one card, in USD an hour."""


class Embedding(Record):
    """A model that turns text into vectors."""

    label: str
    """What a person reads."""
    provider: str = ""
    """The provider's id in the price library, where it carries the price."""
    price_ref: str = ""
    """The model's name there."""
    usd_per_mtok: PerMtok = ()
    """The price, where the library lacks it or an overlay has a better one."""
    dimensions: Annotated[int, Field(gt=0)]
    """Length of a vector."""
    note: str = ""
    """What to beware of."""


class Reranker(Record):
    """A model that orders retrieved passages."""

    label: str
    """What a person reads."""
    usd_per_1k_searches: PerThousandSearches = ()
    """Where it is billed per search."""
    usd_per_mtok: PerMtok = ()
    """Where it is billed per token."""
    note: str = ""
    """What to beware of."""


class VectorStore(Record):
    """A place for vectors."""

    label: str
    """What a person reads."""
    usd_per_month: PerMonth = ()
    """What it costs before any data: plan, smallest machine, or monthly minimum."""
    minimum: bool = False
    """Whether usage counts towards usd_per_month instead of coming on top."""
    usd_per_gib_month: PerGibMonth = ()
    """Storage, in USD per GiB and month."""
    usd_per_million_queries: PerMillion = ()
    """Reads, in USD per million queries."""
    note: str = ""
    """What to beware of."""


class Currency(Record):
    """What one US dollar buys."""

    label: str
    """What a person reads."""
    per_usd: tuple[DatedNumber, ...] = Field(min_length=1)
    """Units of the currency for one dollar, by day."""


class KnownDifference(Record):
    """A difference between price tables that has been looked into."""

    entry: str
    """Id of a model or tuning route."""
    table: Literal["genai-prices", "LiteLLM"]
    """Which table says otherwise."""
    what: str
    """Which figure, as ``prices check`` names it."""
    because: str
    """Why it differs, and which figure is used."""
    checked: Day
    """The day on which we last looked."""


class Defaults(Record):
    """What is assumed where nobody has chosen."""

    model: str = "openai:gpt-6-luna"
    """Model that answers, as ``provider:name``."""
    tuning_route: str = "together:qwen3.5-9b"
    """Where a tune is trained and served when the chosen model cannot be tuned."""
    embedding: str = "openai:text-embedding-3-small"
    """Embedding model, as ``provider:name``."""
    vector_store: str = "neon"
    """Id of the vector store."""
