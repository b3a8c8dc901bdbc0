"""What one family of models has beside the numbers of its configuration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from advisor.train.size.matrices import Block, ModelShape


@dataclass(frozen=True, slots=True)
class Family:
    """What one type of model has beside the numbers of its configuration."""

    layout: Callable[[ModelShape], Block]
    norms: float | Callable[[ModelShape], float] = 2
    """Norms of hidden width in a layer."""
    norm_bias: bool = False
    layer_norm: bool = False
    """The library's own LayerNorm, which keeps one input; otherwise an RMS norm written out in steps."""
    final_norm: bool = True
    tied: bool = False
    """Whether token table and output matrix are one where the configuration does not say."""
    always_untied: bool = False
    """Whether they are two whatever the configuration says."""
    head_bias: bool = False
    query_key_norm: bool = False
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """What an omitted field means."""
    ignored: frozenset[str] = frozenset()
    """Fields that say again what others say, or what changes no weight of this family."""

    def norms_of(self, shape: ModelShape) -> float:
        """Count the norms of one layer, on average."""
        return self.norms(shape) if callable(self.norms) else self.norms


def layer_normed(family: Family, *, tied: bool = False) -> Family:
    """Return the family with the library's own LayerNorm and its biases."""
    return replace(family, norm_bias=True, layer_norm=True, tied=tied)
