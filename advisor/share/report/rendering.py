"""The formats of a report, each with its file ending and media type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from advisor.advice import Advice
from advisor.catalog import Catalog
from advisor.share.report.composing import compose
from advisor.wording import say

Format = Literal["md", "html", "pdf", "json", "adr"]


@dataclass(frozen=True)
class FormatInfo:
    """What a person and a browser need to know about a format."""

    id: Format
    ending: str
    media_type: str

    @property
    def title(self) -> str:
        """The name that people choose it by."""
        return say(f"report_rendering.title_{self.id}")


FORMATS: Final[dict[Format, FormatInfo]] = {
    "pdf": FormatInfo("pdf", ".pdf", "application/pdf"),
    "html": FormatInfo("html", ".html", "text/html"),
    "md": FormatInfo("md", ".md", "text/markdown"),
    "adr": FormatInfo("adr", ".adr.md", "text/markdown"),
    "json": FormatInfo("json", ".json", "application/json"),
}


def render(advice: Advice, catalog: Catalog, fmt: Format, *, interactive: bool = False) -> bytes:
    """Write the advice in one format; the same advice and rulebook give the same bytes.

    ``interactive`` puts charts that answer to the pointer into an HTML report; they take 5 MB.
    """
    match fmt:
        case "json":
            from advisor.share.report.exchange import write

            return write(advice).encode()
        case "md":
            from advisor.share.report.markdown import render as markdown

            return markdown(compose(advice, catalog)).encode()
        case "adr":
            from advisor.share.report.decision_record import render as decision_record

            return decision_record(compose(advice, catalog), advice, catalog).encode()
        case "html":
            from advisor.share.report.html import render as html

            return html(compose(advice, catalog), cost=advice.cost if interactive else None).encode()
        case "pdf":
            from advisor.share.report.pdf import render as pdf

            return pdf(compose(advice, catalog))
