"""One accent colour per strategy, the same in the app, in charts and in reports.

The five hues are far apart for the common kinds of colour blindness (after Okabe and Ito) and reach a
contrast of 3:1 against the page they are for.
"""

from __future__ import annotations

from typing import Final

STRATEGIES: Final = ("prompting", "few_shot", "rag", "fine_tuning", "hybrid")

STRATEGY_COLOURS: Final[dict[str, str]] = {
    "prompting": "#6b7280",
    "few_shot": "#b45309",
    "rag": "#0369a1",
    "fine_tuning": "#b4236f",
    "hybrid": "#0f766e",
}

STRATEGY_COLOURS_DARK: Final[dict[str, str]] = {
    "prompting": "#a3aab8",
    "few_shot": "#f0a34a",
    "rag": "#56b4e9",
    "fine_tuning": "#ef7fb5",
    "hybrid": "#3fc9b0",
}
