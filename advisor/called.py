"""Packages that can also be called, where a verb of the public surface has the name of its folder."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any


class _Called(ModuleType):
    """A package that hands a call to the function of its name in ``advisor.surface``."""

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        verb = self.__name__.rpartition(".")[2]
        return getattr(importlib.import_module("advisor.surface"), verb)(*arguments, **options)


def make_callable(package: str) -> None:
    """Let ``advisor.cost(answers)`` work beside ``advisor.cost.project``, in whichever order they are imported."""
    sys.modules[package].__class__ = _Called
