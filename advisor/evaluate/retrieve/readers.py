"""One file of one kind in, its text out; whatever is wrong with it is said in words."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pydantic import Field

from advisor.catalog import Record
from advisor.errors import missing_extra

UNPACKED = 4
"""How many times the limit on bytes an archive may unpack to."""
_ENCODINGS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


class Limits(Record):
    """How much a document may hold; documents from elsewhere are hostile until they are read."""

    bytes: int = Field(default=64 << 20, gt=0)
    """Of one file, and of what an archive such as DOCX unpacks to, four times as many."""
    pages: int = Field(default=5_000, gt=0)
    """Most pages read of a PDF."""
    characters: int = Field(default=20_000_000, gt=0)
    """Of the text that is read out of one document."""
    documents: int = Field(default=200_000, gt=0)
    """Files below the folder."""
    seconds: float = Field(default=60, gt=0)
    """For reading one HTML, PDF or DOCX document."""


class Unreadable(Exception):  # noqa: N818 a reason, not a fault of the program
    """Why a document gives no text."""


def _plain(path: Path, limits: Limits) -> str:
    del limits
    content = path.read_bytes()
    encoding = next((name for mark, name in _ENCODINGS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable(f"it is not {encoding.upper()}: byte {error.start + 1:,}") from error
    if "\x00" in text[:4096]:
        raise Unreadable("it is not text, although it is called so")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _html(path: Path, limits: Limits) -> str:
    del limits
    try:
        from inscriptis import Inscriptis
        from lxml.etree import LxmlError
        from lxml.html import HTMLParser, document_fromstring
    except ImportError as error:
        raise missing_extra("inscriptis", "retrieve", purpose="Reading HTML") from error
    content = path.read_bytes()
    if not content.strip():
        return ""
    try:
        # Nothing is fetched, and a tree deeper than libxml2's own limit is cut there.
        parser = HTMLParser(no_network=True, huge_tree=False, encoding="utf-8" if _is_utf8(content) else None)
        tree = document_fromstring(content, parser=parser)
        for element in tree.iter():
            element.attrib.pop("style", None)  # a margin may be a billion lines wide
        return str(Inscriptis(tree).get_text())
    except (LxmlError, ValueError, RecursionError) as error:
        raise Unreadable(f"it cannot be read as HTML ({_first_line(error)})") from error


def _is_utf8(content: bytes) -> bool:
    # Without a declaration, the parser would take UTF-8 for Latin-1.
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _pdf(path: Path, limits: Limits) -> str:
    try:
        import pypdfium2
    except ImportError as error:
        raise missing_extra("pypdfium2", "retrieve", purpose="Reading PDF") from error
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        raise Unreadable(f"it cannot be read as PDF ({_first_line(error)})") from error
    try:
        if len(document) > limits.pages:
            raise Unreadable(f"it has {len(document):,} pages, more than {limits.pages:,}")
        return "\n\n".join(_pages(document, limits))
    except pypdfium2.PdfiumError as error:
        raise Unreadable(f"a page cannot be read ({_first_line(error)})") from error
    finally:
        document.close()


def _pages(document: Any, limits: Limits) -> Iterator[str]:
    left = limits.characters
    for number in range(len(document)):
        page = document[number]
        text = page.get_textpage().get_text_bounded().replace("\r\n", "\n")
        page.close()
        left -= len(text)
        if left < 0:
            raise Unreadable(f"its text has more than {limits.characters:,} characters")
        yield text


def _docx(path: Path, limits: Limits) -> str:
    try:
        from docx import Document
        from docx.opc.exceptions import PackageNotFoundError
        from lxml.etree import LxmlError
    except ImportError as error:
        raise missing_extra("docx", "retrieve", purpose="Reading DOCX") from error
    try:
        _check_archive(path, UNPACKED * limits.bytes)
        # python-docx parses without resolving entities, and follows no link.
        return "\n\n".join(_blocks(Document(str(path))))
    except (zipfile.BadZipFile, PackageNotFoundError, LxmlError, KeyError, ValueError, EOFError) as error:
        raise Unreadable(f"it cannot be read as DOCX ({_first_line(error)})") from error


def _check_archive(path: Path, most: int) -> None:
    with zipfile.ZipFile(path) as archive:
        # Python reads no more of an entry than it declares, so that the declared sizes bound what is unpacked.
        size = sum(entry.file_size for entry in archive.infolist())
    if size > most:
        raise Unreadable(f"it unpacks to {size:,} bytes, more than {most:,}")


def _blocks(document: Any) -> Iterator[str]:
    for block in document.iter_inner_content():
        if hasattr(block, "rows"):
            yield "\n".join(" | ".join(_cells(row, block)) for row in block.rows)
        elif text := block.text.strip():
            style = str(block.style.name) if block.style is not None else ""
            level = style.removeprefix("Heading ")
            yield f"{'#' * int(level)} {text}" if style != level and level.isdecimal() else text


def _cells(row: Any, table: Any) -> list[str]:
    from docx.table import _Cell

    # A cell may claim to span a billion columns; `row.cells` would make as many.
    return [" ".join(_Cell(cell, table).text.split()) for cell in row._tr.tc_lst]  # noqa: SLF001


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


Reader = Callable[[Path, Limits], str]
READERS: dict[str, Reader] = {
    **dict.fromkeys((".md", ".markdown", ".txt", ".rst"), _plain),
    **dict.fromkeys((".html", ".htm"), _html),
    ".pdf": _pdf,
    ".docx": _docx,
}
"""Readers by the ending of a file's name."""
PLAIN = frozenset(ending for ending, reader in READERS.items() if reader is _plain)
"""Endings whose files need no parser, and so no process of their own."""
