"""MkDocs hook: pages that live outside docs/ join the site, and links between the two follow.

The files stay where a reader of the repository looks for them (README.md, CHANGELOG.md, rules/README.md, …).
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parent.parent
PAGES = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "benchmarks/README.md": "benchmarks.md",
    "benchmarks/readings/README.md": "readings.md",
    "rules/README.md": "rulebook.md",
}
_LINK = re.compile(r"\[((?:[^\[\]]|\[[^\]]*\]\([^)]*\))*)\]\(([^)\s#]+)(#[^)\s]*)?\)")


def on_files(files: Files, config: Any) -> Files:
    """Add the outside pages under their names on the site."""
    for source, page in PAGES.items():
        text = (ROOT / source).read_text(encoding="utf-8")
        files.append(File.generated(config, page, content=_relinked(text, source, page)))
    return files


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Point links that leave docs/ at the page that the site has for them."""
    source = page.file.src_uri
    if source in PAGES.values():
        return markdown
    return _relinked(markdown, f"docs/{source}", source)


def _relinked(text: str, source: str, page: str) -> str:
    def link(found: re.Match[str]) -> str:
        words, target, anchor = found.groups()
        on_site = _on_site(target, source, page)
        # A file of the repository that is not a page keeps its words and loses its link.
        return words if on_site is None else f"[{words}]({on_site}{anchor or ''})"

    return _LINK.sub(link, text)


def _on_site(target: str, source: str, page: str) -> str | None:
    if ":" in target or target.startswith("/"):
        return target
    place = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
    inside = PAGES.get(place, place.removeprefix("docs/"))
    if inside == place and (ROOT / place).exists():
        return None
    return posixpath.relpath(inside, posixpath.dirname(page) or ".")
