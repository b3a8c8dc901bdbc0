"""Advice in, a document out: Markdown, HTML, PDF, JSON or a decision record; same input, same bytes."""

from __future__ import annotations

from advisor.share.report.exchange import read as read_advice
from advisor.share.report.exchange import schema as advice_schema
from advisor.share.report.rendering import FORMATS, Format, render

__all__ = ["FORMATS", "Format", "advice_schema", "read_advice", "render"]
