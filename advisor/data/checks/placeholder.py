"""Blanks that nobody filled in."""

from __future__ import annotations

from advisor.data.batch import Batch
from advisor.data.checks.contract import (
    Check,
    Example,
    MarkedRows,
    Measured,
    chat,
    good_rows,
)
from advisor.data.searching import found

PATTERN = (
    r"\{\{\s*[A-Za-z_][\w .]{0,40}\}\}|\{[a-z]+_[a-z_]+\}|\{(?:name|date|city|product|company|email|amount|number|user|order|customer|item|title)\}"
    r"|\$\{[A-Za-z_]\w*\}|%\([a-z_]+\)s|<(?i:insert|your|name|company|product|enter|add)\b[^<>\n]{0,40}>|\[(?i:insert|your|enter|add|company|customer|first|last|full|product|agent|user)[ _][^\[\]\n]{0,40}\]"
    r"|\[(?:NAME|DATE|COMPANY|PRODUCT|EMAIL|PHONE|ADDRESS|CITY|LINK|URL|AMOUNT|ORDER_?ID|REDACTED|PLACEHOLDER)\]|\b(?:TODO|FIXME|TBD)\b(?::|$|\s*$)|(?i:lorem ipsum)|\bXX{2,}\b"
)

# Every alternative but "lorem ipsum" holds one of these.
NEEDED = r"[{%<\[]|TODO|FIXME|TBD|XXX"


def measure(batch: Batch) -> Measured:
    """Mark rows whose assistant turns hold a blank."""
    likely = batch.targets_series.str.contains(NEEDED) | batch.targets_lower.str.contains(
        "lorem", literal=True
    )
    return {"placeholder": found(batch.targets_series, PATTERN, likely)}


CHECK = Check(
    id="placeholder",
    columns=("placeholder",),
    spoils=True,
    title="A blank was not filled in",
    detects="{{name}}, {order_id}, ${VAR}, [Your Name], <insert link>, [DATE], TODO, lorem ipsum in an assistant turn.",
    matters="The target is a form, not an answer.",
    remedy="Fill the blank with the real value, or with what production's code replaces.",
    tuned_model="It sends customers text with blanks in it.",
    fires=Example(
        shows="'Hi {{customer_name}}, your order is on its way.'",
        rows=lambda: [
            *good_rows(20),
            chat("Where's my order?", "Hi {{customer_name}}, your order is on its way."),
        ],
    ),
    quiet=Example(shows="'Hi Ana, your order is on its way.'", rows=good_rows),
    judge=MarkedRows("contain blanks that nobody filled in", note_above=0.5, confidence="medium"),
    measure=measure,
    harm=62,
)
