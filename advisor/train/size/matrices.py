"""The weight matrices of one model, as each architecture names them: what adapters attach to and what is counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

LARGEST = 1_000_000_000
"""No single size of a model is larger; a file that says so is not a configuration."""
Part = Literal["attention", "mlp", "router", "head", "embedding"]


@dataclass(frozen=True, slots=True)
class Matrix:
    """One kind of weight matrix and how often it occurs."""

    name: str
    """As `target_modules` spells it."""
    inputs: int
    outputs: int
    part: Part
    layers: int
    """How many layers hold it."""
    bias: bool = False
    copies: int = 1
    """Experts that lie side by side in one tensor of a layer."""
    linear: bool = True
    """Whether the module is a linear layer; stacked experts are plain tensors."""
    known_as: tuple[str, ...] = ()
    """Names of the layers that a plain tensor was before it was stacked, by which PEFT still finds it."""

    hidden_name: bool = False
    """Whether the stacked experts of the model have taken this name, so that PEFT finds only them by it."""

    @property
    def reached(self) -> bool:
        """Whether `all-linear` puts an adapter here."""
        return (self.linear and not self.hidden_name) or bool(self.known_as)

    @property
    def side_by_side(self) -> int:
        """Adapters that PEFT lays into one: one for each expert and each layer that was fused."""
        return self.copies * len(self.known_as) if self.copies > 1 and self.known_as else 1

    @property
    def parameters(self) -> int:
        """All weights of this kind, biases included."""
        return self.layers * self.copies * self.outputs * (self.inputs + self.bias)


@dataclass(frozen=True, slots=True)
class Block:
    """Matrices, and the parameters beside them that are in no matrix: norms, sinks, convolutions."""

    matrices: tuple[Matrix, ...] = ()
    small: int = 0

    def __add__(self, other: Block) -> Block:
        """Put two blocks together; matrices of no layer are left out."""
        both = (*self.matrices, *other.matrices)
        return Block(tuple(matrix for matrix in both if matrix.layers > 0), self.small + other.small)


class Fields(Mapping[str, Any]):
    """A configuration that remembers which of its fields were read; an omitted field has its family's default."""

    def __init__(self, config: Mapping[str, Any], defaults: Mapping[str, Any] | None = None) -> None:
        self._config = dict(config)
        self._defaults = dict(defaults or {})
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        """Read a field; null counts as omitted."""
        self.read.add(name)
        value = self._config.get(name)
        return self._defaults[name] if value is None else value

    def __iter__(self) -> Iterator[str]:
        """Go over the names that the configuration itself has."""
        return iter(self._config)

    def __len__(self) -> int:
        """Count the fields of the configuration itself."""
        return len(self._config)

    def unread(self) -> dict[str, Any]:
        """Return the fields that hold something and that nobody has asked for."""
        return {name: value for name, value in self._config.items() if name not in self.read}


@dataclass(frozen=True, slots=True)
class ModelShape:
    """The few numbers that every architecture has, whatever its configuration file calls them."""

    hidden: int
    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    intermediate: int
    config: Fields = field(default_factory=lambda: Fields({}))

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Read a switch of the configuration file."""
        value = self.config.get(name)
        return default if value is None else bool(value)

    def number(self, *names: str, default: int = 0) -> int:
        """Read a whole number of the configuration file, under the first name that it has."""
        found = {name: value for name in names if (value := self.config.get(name)) is not None}
        if not found:
            return default
        name, value = next(iter(found.items()))
        if not -1 <= float(value) <= LARGEST or int(value) != value:  # -1 is some files' "to the end"
            raise ValueError(f"'{name}' is not a size")
        return int(value)

    def listed(self, name: str) -> list[Any]:
        """Read a list of the configuration file, one entry for each layer; empty where there is none."""
        value = self.config.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise TypeError(f"'{name}' is not a list")
        return value[: self.layers]

    @property
    def q_width(self) -> int:
        """Width of all queries."""
        return self.heads * self.head_dim

    @property
    def kv_width(self) -> int:
        """Width of all keys, and of all values."""
        return self.kv_heads * self.head_dim
