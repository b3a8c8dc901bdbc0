"""The one reader: a file of any known container and format in, its conversations out, row by row."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from advisor.data.rows.conversation import Conversation
from advisor.data.rows.formats import to_conversation
from advisor.data.rows.sources import Broken, chunks, open_source, parse
from advisor.errors import AdvisorError


def read_conversations(path: Path) -> Iterator[Conversation]:
    """Read the rows of a file or folder in order; problems of a row are in its ``problems``.

    Raises:
        AdvisorError: The file or a line of it cannot be read; the line is named.
    """
    for chunk in chunks(open_source(path)):
        for row, value in parse(chunk):
            if isinstance(value, Broken):
                raise AdvisorError(
                    f"this line cannot be read ({value.reason})",
                    place=f"{path}:{row}",
                    remedy="See all of them with `advisor audit`, and put them aside with `advisor fix`.",
                )
            yield to_conversation(row, value)
