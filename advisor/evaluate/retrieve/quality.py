"""What was found and what was wanted in, a score for each question out, in the shape in which arms are compared."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from advisor.errors import AdvisorError

SCORES = {
    "example": pl.String, "group": pl.String, "arm": pl.String, "metric": pl.String, "score": pl.Float64, "failed": pl.Boolean,
}  # fmt: skip


def score_retrieval(
    found: pl.DataFrame, wanted: pl.DataFrame, *, ks: Sequence[int] = (1, 3, 5), arm: str = "retrieval"
) -> pl.DataFrame:
    """Score retrieval by recall@k and by the reciprocal rank of the first right passage.

    The frame is the one that `advisor.evaluate.comparing` takes: `arm_scores` puts intervals on it, `differences`
    compares two indexes question by question.

    Args:
        found: query, rank, passage_id, as an index gives them.
        wanted: Row i is query i: example (its id), passages (list of right ones, each a passage or a whole document)
            and, where rows belong together, group. A question whose right passages are unknown is left out.
        ks: How many passages count; the largest one also bounds the reciprocal rank.
        arm: The name under which this retrieval is compared.

    Returns:
        example, group, arm, metric (``recall@1`` …, ``mrr@5``), score (0 to 1), failed (nothing was found).

    Raises:
        AdvisorError: No question has a known passage.
    """
    asked = _asked(wanted).join(_ranks(found), on=["query", "right"], how="left")
    found_anything = pl.col("query").is_in(found["query"].unique().implode())
    rank = pl.col("rank")
    recalls = [(rank <= k).fill_null(value=False).mean().alias(f"recall@{k}") for k in ks]
    first = pl.when(rank.min() <= max(ks)).then(1 / rank.min()).otherwise(0.0)
    by_query = asked.group_by("query", "example", "group", maintain_order=True).agg(
        *recalls, first.alias(f"mrr@{max(ks)}")
    )
    told = by_query.with_columns(pl.lit(arm).alias("arm"), (~found_anything).alias("failed"))
    index = ["example", "group", "arm", "failed"]
    scores = told.drop("query").unpivot(index=index, variable_name="metric", value_name="score")
    return scores.select(list(SCORES)).cast(SCORES)  # type: ignore[arg-type]


def _asked(wanted: pl.DataFrame) -> pl.DataFrame:
    """Return one row for each query and right passage: query, example, group, right."""
    group = pl.col("group") if "group" in wanted.columns else pl.lit(None, pl.String).alias("group")
    query = pl.int_range(pl.len(), dtype=pl.Int64).alias("query")
    right = pl.col("passages").list.unique(maintain_order=True).alias("right")
    asked = wanted.select(query, "example", group, right).explode("right").drop_nulls("right")
    if not len(asked):
        raise AdvisorError(
            "no question has a known passage",
            place="passages",
            remedy="Name the right passages or documents of some rows in the field 'passages'.",
        )
    return asked


def _ranks(found: pl.DataFrame) -> pl.DataFrame:
    """Return the best rank of each passage, and of each document by any of its passages: query, right, rank."""
    document = pl.col("passage_id").str.replace(r"#\d+$", "")
    both = [found.select("query", name.alias("right"), "rank") for name in (pl.col("passage_id"), document)]
    return pl.concat(both).group_by("query", "right").agg(pl.col("rank").min())
