"""A document as one HTML file that needs nothing else: no network, no script unless charts are asked for."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from advisor.cost import CostProjection
from advisor.palette import STRATEGY_COLOURS, STRATEGY_COLOURS_DARK
from advisor.share.report.document import Bars, Block, Document, around
from advisor.share.report.text import tame

TEMPLATES: Final = Path(__file__).parent / "templates"


def render(document: Document, *, cost: CostProjection | None = None) -> str:
    """Write the document; with ``cost``, its curves become a chart that answers to the pointer."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    content = _content(document)
    chart = _chart(cost) if cost and cost.curves else {"script": "", "figure": ""}
    return environment.get_template("report.html").render(
        report=content, around=around(document), light=STRATEGY_COLOURS, dark=STRATEGY_COLOURS_DARK, **chart
    )


def _content(document: Document) -> dict[str, Any]:
    sections = [
        {"id": part.id, "title": part.title, "blocks": [_block(item) for item in part.blocks]}
        for part in document.sections
    ]
    found: dict[str, Any] = _tamed({**asdict(document), "sections": sections})
    return found


def _block(item: Block) -> dict[str, Any]:
    content = {"kind": type(item).__name__.lower(), **asdict(item)}
    if isinstance(item, Bars):
        content["bars"] = _placed(item)
    if content["kind"] == "references":
        content["items"] = [{**entry, "url": _safe(entry["url"])} for entry in content["items"]]
    return content


def _placed(item: Bars) -> list[dict[str, Any]]:
    most = max((max(bar.value, bar.high or 0) for bar in item.bars), default=0) or 1

    def share(value: float | None) -> float:
        return round((value or 0) / most * 100, 2)

    return [
        {**asdict(bar), "width": share(bar.value), "start": share(bar.low), "to": share(bar.high)}
        for bar in item.bars
    ]


def _safe(url: str) -> str:
    return url if re.fullmatch(r"https?://[^\s\"'<>]+", url) else ""


def _tamed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _tamed(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_tamed(item) for item in value]
    return tame(value) if isinstance(value, str) else value


def _chart(cost: CostProjection) -> dict[str, Any]:
    from markupsafe import Markup
    from plotly.offline import get_plotlyjs

    from advisor.share.report.curves import figure

    # The figure is our own numbers and names; `</` is the only text that could end a script early.
    as_json = figure(cost).to_json().replace("</", "<\\/")
    return {"script": Markup(get_plotlyjs()), "figure": Markup(as_json)}  # noqa: S704
