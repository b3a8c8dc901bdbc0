"""Token counts by script and by vendor, for where no tokenizer is at hand; always labelled as estimates."""

from __future__ import annotations

from datetime import date

from advisor.catalog import Catalog
from advisor.cost.offers import plain_name

SCRIPTS = (
    # first and last code point, number in parameters/tokens.yaml
    (0x0000, 0x024F, "tokens.chars_per_token_latin"),
    (0x1E00, 0x1EFF, "tokens.chars_per_token_latin"),
    (0x2000, 0x206F, "tokens.chars_per_token_latin"),
    (0x0370, 0x052F, "tokens.chars_per_token_cyrillic"),
    (0x0590, 0x077F, "tokens.chars_per_token_arabic"),
    (0x0900, 0x0EFF, "tokens.chars_per_token_indic"),
    (0x3040, 0x30FF, "tokens.chars_per_token_kana"),
    (0x3400, 0x9FFF, "tokens.chars_per_token_han"),
    (0xAC00, 0xD7AF, "tokens.chars_per_token_hangul"),
)
OTHER = "tokens.chars_per_token_other"
VENDOR_FACTORS = {"claude": "tokens.factor_anthropic", "gemini": "tokens.factor_google"}
NEWEST = date.max


def estimate_by_script(text: str, catalog: Catalog, day: date = NEWEST) -> int:
    """Estimate the tokens of ``text`` from its characters, script by script."""
    counts: dict[str, int] = {}
    for character in text:
        name = _script(ord(character))
        counts[name] = counts.get(name, 0) + 1
    return round(sum(count / catalog.parameter(name, day).number for name, count in counts.items()))


def _script(point: int) -> str:
    return next((name for first, last, name in SCRIPTS if first <= point <= last), OTHER)


def vendor_factor(model: str, catalog: Catalog, day: date = NEWEST) -> float:
    """Return the tokens of this model's tokenizer for one token of o200k_base."""
    name = plain_name(model)
    parameter = next((value for prefix, value in VENDOR_FACTORS.items() if name.startswith(prefix)), None)
    return catalog.parameter(parameter or "tokens.factor_other", day).number
