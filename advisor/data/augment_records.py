"""Options, estimate and result of an augmentation."""

from __future__ import annotations

from pydantic import Field

from advisor.catalog.records import Record


class AugmentOptions(Record):
    """Which model writes how many variations, and how fast it may be asked."""

    model: str
    """Model name at the endpoint."""
    base_url: str = "https://api.openai.com/v1"
    """OpenAI-compatible endpoint."""
    variations: int = Field(default=3, ge=1, le=20)
    """Variations per row."""
    concurrency: int = Field(default=4, ge=1, le=64)
    """Requests under way at once."""
    requests_per_minute: int | None = Field(default=None, ge=1)
    """Limit on calls per minute; null is 300, and no limit for a service on this machine."""
    key_variable: str = "OPENAI_API_KEY"
    """Environment variable that holds the key."""
    usd_per_mtok_in: float | None = Field(default=None, ge=0)
    """Price of a million input tokens; looked up when None."""
    usd_per_mtok_out: float | None = Field(default=None, ge=0)
    """Price of a million output tokens."""
    seed: int = 20
    """Sent with each request, the row number added."""


class AugmentEstimate(Record):
    """What an augmentation is expected to take."""

    rows: int
    """Number of rows to vary."""
    done: int
    """Of these, rows already in the journal of an earlier run."""
    requests: int
    """Requests still to send."""
    tokens_in: int
    """Expected input tokens."""
    tokens_out: int
    """Expected output tokens."""
    usd: float | None
    """Expected cost; None where the price is not known."""
    price: str
    """Where the price comes from."""
    receiver: str
    """Who receives the rows."""

    def in_words(self) -> str:
        """Return it as one line."""
        cost = f"about ${self.usd:,.4f} ({self.price})" if self.usd is not None else self.price
        return f"{self.requests:,} requests for {self.rows:,} rows ({self.done:,} done before), about {self.tokens_in:,} tokens in and {self.tokens_out:,} out: {cost}. The rows are sent to {self.receiver}."


class Augmented(Record):
    """What an augmentation did."""

    given: int
    """Rows of the input, all of them in the output."""
    added: int
    """Number of variations written."""
    rejected: int
    """Variations dropped by the filters."""
    reasons: dict[str, int]
    """Why they were dropped."""
    written: int
    """Rows in the output."""
    tokens_in: int
    """Input tokens as the endpoint counted them, earlier runs included."""
    tokens_out: int
    """Output tokens that the service counted."""
    usd: float | None
    """Cost of these tokens; None where the price is not known."""
    output: str
    """Path of the new file."""

    def cost_in_words(self) -> str:
        """Describe what it cost."""
        tokens = f"{self.tokens_in:,} tokens in, {self.tokens_out:,} out"
        return tokens + (f", ${self.usd:,.4f}" if self.usd is not None else ", price not known")
