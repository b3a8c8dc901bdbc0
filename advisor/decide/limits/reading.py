"""Which answers limits read, so that whoever caches them knows when they can have changed."""

from __future__ import annotations

from typing import Final

from advisor.cost import checks

READ: Final = frozenset(checks.READ) | {"budget", "training_allowed", "examples_obtainable", "gradable"}
