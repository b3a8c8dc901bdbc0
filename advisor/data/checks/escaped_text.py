"""Text that was escaped once too often, or that carries markup of the page it came from."""

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
from advisor.data.searching import found, with_any

PATTERN = (
    r"&(?:amp|lt|gt|quot|apos|nbsp|#\d{2,6}|#x[0-9a-fA-F]{2,6}|eacute|uuml|ouml|auml|rsquo|lsquo|mdash|ndash|hellip);|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}"
    r"|[\p{L}.!?,:]\\n(?:\\n|[\p{L}\d*-])|</?(?:p|br|div|span|b|i|strong|em|ul|ol|li|h[1-6]|table|tr|td|font|a)(?: [^<>]{0,200})?/?>|%[2-7][0-9A-F]%[2-7][0-9A-F]|\p{L}%20\p{L}"
)


def measure(batch: Batch) -> Measured:
    """Mark rows with left-over escapes or HTML tags."""
    return {"escaped-text": found(batch.turns_series, PATTERN, with_any(batch.turns_series, r"&\\<%"))}


CHECK = Check(
    id="escaped-text",
    columns=("escaped-text",),
    title="Text carries left-over escapes or markup",
    detects="HTML entities and tags, literal \\n and \\u escapes, percent-encoding, where the other rows have none.",
    matters="They come from an export that escaped twice or a page that was not cleaned, and are learned as part of the voice.",
    remedy="Unescape at the source; `advisor fix` decodes entities and literal escapes.",
    tuned_model="It writes &amp;amp; and <br> into its answers.",
    fires=Example(
        shows="'Terms &amp;amp; conditions&lt;br&gt;'",
        rows=lambda: [
            *good_rows(20),
            chat("Where are the terms?", "See Terms &amp; Conditions<br>in the app."),
        ],
    ),
    quiet=Example(shows="'Terms & conditions'", rows=good_rows),
    judge=MarkedRows(
        "hold HTML tags, entities or literal escapes (&amp;, \n, \u00e9)", note_above=0.5, confidence="medium"
    ),
    measure=measure,
    harm=48,
)
