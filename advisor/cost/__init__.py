"""What each strategy costs for a workload, when one overtakes another, how sure that is, how long answers take.

In: a situation or a frame, and the catalog's prices of a day.
Out: costs by component with intervals, break-even, latency, models compared, each assumption named.
Never: a verdict, or a price that is not known counted as 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from advisor.called import make_callable
from advisor.cost.break_even import break_even
from advisor.cost.comparison import ModelRow, compare_models
from advisor.cost.derived import DERIVED, derived_columns
from advisor.cost.frames import cost_frame
from advisor.cost.latency import Latency, latency_of
from advisor.cost.projection import first_month, project
from advisor.cost.records import CostComponent, CostProjection, Crossing, Curve, Range, StrategyCost, Swing
from advisor.cost.tokens import TokenCount, count_file, count_tokens, text_tokens, workload_facts
from advisor.palette import STRATEGIES

if TYPE_CHECKING:
    from advisor.catalog import Catalog

__all__ = [
    "DERIVED",
    "CostComponent",
    "CostProjection",
    "Crossing",
    "Curve",
    "Latency",
    "ModelRow",
    "Range",
    "StrategyCost",
    "Swing",
    "TokenCount",
    "break_even",
    "compare_models",
    "cost_frame",
    "count_file",
    "count_tokens",
    "derived_columns",
    "latency_ms",
    "project",
    "text_tokens",
    "workload_facts",
]

make_callable(__name__)


def latency_ms(answers: Mapping[str, Any], catalog: Catalog, *, as_of: date) -> dict[str, Latency]:
    """Return each strategy's latency for one workload, in milliseconds."""
    from advisor.cost.checks import checked_answers
    from advisor.cost.projection import chosen
    from advisor.cost.resolving import resolve

    facts = chosen(checked_answers(answers, catalog, cache_hit=None), catalog, as_of)
    row = first_month(facts, resolve(facts, catalog, as_of), catalog, as_of)
    return {strategy: latency_of(row, strategy) for strategy in STRATEGIES}
