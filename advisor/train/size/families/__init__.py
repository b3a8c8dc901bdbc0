"""How each family of models is put together, by the `model_type` of its configuration."""

from __future__ import annotations

from advisor.train.size.families.dense import DENSE
from advisor.train.size.families.experts import EXPERTS
from advisor.train.size.families.family import Family
from advisor.train.size.families.hybrid import HYBRID
from advisor.train.size.families.older import OLDER

__all__ = ["FAMILIES", "Family"]

FAMILIES: dict[str, Family] = {**DENSE, **OLDER, **EXPERTS, **HYBRID}
"""Every type that is known."""
