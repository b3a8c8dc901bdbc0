"""Money for answers whose file counts tokens but names no price, at the prices of a day."""

from __future__ import annotations

from datetime import date

import polars as pl


def priced(answers: pl.DataFrame, day: date) -> tuple[pl.DataFrame, list[str]]:
    """Fill in ``usd`` where it is null, tokens are known and the model is named as ``provider:model``.

    Returns the answers and a note for each model that was priced.
    """
    named = pl.col("model").str.contains(":")
    open_ = pl.col("usd").is_null() & pl.col("tokens_in").is_not_null() & pl.col("tokens_out").is_not_null()
    notes = []
    for model in answers.filter(open_ & named)["model"].unique().sort().to_list():
        found = _price(model, day)
        if found is not None:
            usd, note = found
            answers = answers.with_columns(
                pl.when(open_ & (pl.col("model") == model)).then(usd).otherwise("usd").alias("usd")
            )
            notes.append(note)
    return answers, notes


def _price(model: str, day: date) -> tuple[pl.Expr, str] | None:
    from advisor.cost.price_library import library_quote

    provider, _, name = model.partition(":")
    quote = library_quote(provider, name, day, batch=False, hours=(12,))
    if quote is None:
        return None
    cached = pl.min_horizontal(pl.col("tokens_cached").fill_null(0), "tokens_in")
    usd = pl.lit(0.0)
    for tier in quote.tiers:
        fresh = (pl.col("tokens_in") - cached) * tier.input
        paid = (fresh + cached * tier.cache_read + pl.col("tokens_out") * tier.output) / 1e6
        usd = (
            pl.when(pl.col("tokens_in") > tier.above_tokens - (tier.above_tokens == 0))
            .then(paid)
            .otherwise(usd)
        )
    return usd, f"{model}: priced by its tokens, {quote.origin}, {day}"
