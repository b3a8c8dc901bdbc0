"""Advisor: how to adapt a language model to a task, with reasons, costs and evidence.

The functions here are the public surface; each is documented where it is defined, in ``advisor.surface``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from advisor.surface import advise_from, audit, compare, cost, diagnose, plan_training, portfolio

__version__ = "0.1.0"
__all__ = ["__version__", "advise_from", "audit", "compare", "cost", "diagnose", "plan_training", "portfolio"]


def __getattr__(name: str) -> Any:
    # Loaded on first use: importing the package stays quick, and commands load what they need.
    if name not in __all__:
        raise AttributeError(f"module 'advisor' has no attribute '{name}'")
    import importlib

    found = getattr(importlib.import_module("advisor.surface"), name)
    # A verb that is also a package stays the package, which can be called.
    return globals().setdefault(name, found)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
