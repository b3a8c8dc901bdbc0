"""A folder of documents gives texts; what cannot be read is named with its reason, and costs nothing else."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from advisor.errors import AdvisorError
from advisor.evaluate.retrieve import Limits, read_documents

docx = pytest.importorskip("docx", reason="the extra retrieve is not installed")
pytest.importorskip("inscriptis")
pytest.importorskip("pypdfium2")


def read(folder: Path, **limits: float) -> tuple[dict[str, str], dict[str, str]]:
    found = read_documents(folder, Limits(**limits))
    texts = dict(found.texts.select("document", "text").iter_rows())
    return texts, dict(found.unread.select("document", "because").iter_rows())


def word_file() -> bytes:
    document = docx.Document()
    document.add_heading("Refunds", 1)
    document.add_paragraph("Money comes back within 14 days.")
    table = document.add_table(2, 2)
    for cell, text in zip(table._cells, ("Plan", "Seats", "Harbour", "17"), strict=True):
        cell.text = text
    document.add_paragraph("After the table.")
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def pdf_file(pages: int = 2) -> bytes:
    import typst

    source = "#pagebreak()".join(
        f"Page {number} names the fee of {number} crowns." for number in range(1, pages + 1)
    )
    return bytes(typst.compile(source.encode()))


def rewritten(content: bytes, name: str, change: bytes, by: bytes) -> bytes:
    """Change one part of an archive."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            part = old.read(entry)
            new.writestr(entry.filename, part.replace(change, by) if entry.filename == name else part)
    return stream.getvalue()


def test_every_kind_gives_its_text_in_the_order_of_the_page(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "plans.md").write_text("# Plans\n\nHarbour has 17 seats.\n")
    (tmp_path / "note.txt").write_bytes("café\r\nzwei".encode("utf-16"))
    (tmp_path / "page.html").write_text(
        "<html><head><title>t</title><script>alert(1)</script><style>p{}</style></head><body><h1>Fees</h1>"
        "<p>A <b>bold</b>ly set fee – naïve.</p><table><tr><td>Plan<td>Seats<tr><td>Harbour<td>17</table>"
    )
    (tmp_path / "latin.htm").write_bytes('<meta charset="iso-8859-1"><p>café</p>'.encode("latin-1"))
    (tmp_path / "terms.docx").write_bytes(word_file())
    (tmp_path / "fees.pdf").write_bytes(pdf_file())
    texts, unread = read(tmp_path)
    assert unread == {}
    assert texts["deep/plans.md"] == "# Plans\n\nHarbour has 17 seats.\n"
    assert texts["note.txt"] == "café\nzwei"
    assert "A boldly set fee – naïve." in texts["page.html"]
    assert "Harbour" in texts["page.html"]
    assert "alert" not in texts["page.html"]
    assert texts["latin.htm"].strip() == "café"
    assert texts["terms.docx"] == (
        "# Refunds\n\nMoney comes back within 14 days.\n\nPlan | Seats\nHarbour | 17\n\nAfter the table."
    )
    assert "fee of 1 crowns" in texts["fees.pdf"]
    assert texts["fees.pdf"].index("Page 1") < texts["fees.pdf"].index("Page 2")


def test_what_cannot_be_read_is_named_with_its_reason_and_the_rest_is_read(tmp_path: Path) -> None:
    (tmp_path / "good.md").write_text("Good.")
    (tmp_path / "empty.txt").write_text(" \n")
    (tmp_path / "scan.pdf").write_bytes(__import__("typst").compile(b"#rect()"))
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 and then nothing")
    (tmp_path / "broken.docx").write_bytes(b"PK and then nothing")
    (tmp_path / "other.docx").write_bytes(zipped({"word/other.xml": b"<a/>"}))
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9")
    (tmp_path / "program.txt").write_bytes(b"\x7fELF\x00\x00")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    (tmp_path / ".hidden.md").write_text("Not looked at.")
    found = read_documents(tmp_path)
    unread = dict(found.unread.select("document", "because").iter_rows())
    assert found.texts["document"].to_list() == ["good.md"]
    assert set(unread) == {
        "empty.txt", "scan.pdf", "broken.pdf", "broken.docx", "other.docx", "latin.txt", "program.txt", "picture.png",
    }  # fmt: skip
    assert "byte 4" in unread["latin.txt"]
    assert "scan" in unread["scan.pdf"]
    assert found.note().startswith("8 of 9 documents were not read: broken.docx (")
    assert found.note().endswith("and 3 more")


def zipped(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def test_hostile_documents_are_bounded(tmp_path: Path) -> None:
    word, secret = word_file(), tmp_path / "secret.txt"
    secret.write_text("the secret of another folder")
    folder = tmp_path / "wiki"
    folder.mkdir()
    body, prolog = "word/document.xml", b"<?xml version='1.0' encoding='UTF-8' standalone='yes'?>"
    laughs = (
        b'<!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY s SYSTEM "file://'
    )
    laughs += str(secret).encode() + b'">]>'
    entities = rewritten(word, body, prolog, prolog + laughs)
    (folder / "entities.docx").write_bytes(rewritten(entities, body, b"Money", b"&b;&s;"))
    (folder / "bomb.docx").write_bytes(rewritten(word, body, b"Money", b"0" * 30_000_000))
    (folder / "span.docx").write_bytes(
        rewritten(word, body, b"<w:tcPr>", b'<w:tcPr><w:gridSpan w:val="900000000"/>')
    )
    (folder / "margin.html").write_text("<p style='margin-top:99999999em'>far down</p>")
    (folder / "entities.html").write_text(
        f'<!DOCTYPE h [<!ENTITY s SYSTEM "file://{secret}">]><p>&s; fine</p>'
    )
    (folder / "deep.html").write_text("<div>" * 100_000 + "bottom")
    (folder / "pages.pdf").write_bytes(pdf_file(4))
    (folder / "large.txt").write_text("x" * 2_000_000)
    (folder / "out.md").symlink_to(secret)
    (folder / "good.md").write_text("Good.")
    texts, unread = read(folder, bytes=1_900_000, pages=3)
    assert "secret" not in "".join(texts.values())
    assert "haha" not in texts.get("entities.docx", "")
    assert "unpacks to" in unread["bomb.docx"]
    assert "Harbour | 17" in texts["span.docx"]
    assert len(texts["margin.html"]) < 100
    assert "fine" in texts["entities.html"]
    assert "4 pages" in unread["pages.pdf"]
    assert "2,000,000 bytes" in unread["large.txt"]
    assert "link" in unread["out.md"]
    assert texts["good.md"] == "Good."


def test_a_document_that_takes_too_long_costs_only_itself(tmp_path: Path) -> None:
    rows = "<tr>" + "<td>x</td>" * 20_000 + "</tr>" + "<tr><td>y</td></tr>" * 20_000
    (tmp_path / "a-slow.html").write_text(f"<table>{rows}</table>")
    (tmp_path / "b-good.html").write_text("<p>Good.</p>")
    texts, unread = read(tmp_path, seconds=8)
    assert "longer than 8 seconds" in unread["a-slow.html"]
    assert texts["b-good.html"].strip() == "Good."


def test_a_crash_of_the_reader_costs_only_the_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken").mkdir()
    # A module of this name ends the process, as a fault in native code would.
    (tmp_path / "broken" / "pypdfium2.py").write_text("import os\nos.abort()\n")
    monkeypatch.syspath_prepend(str(tmp_path / "broken"))
    folder = tmp_path / "wiki"
    folder.mkdir()
    (folder / "a.pdf").write_bytes(b"%PDF-1.7")
    (folder / "b.html").write_text("<p>Good.</p>")
    texts, unread = read(folder)
    assert "crashed" in unread["a.pdf"]
    assert texts["b.html"].strip() == "Good."


@pytest.mark.parametrize(
    ("prepare", "told"),
    [
        (lambda folder: folder / "nowhere", "no such"),
        (lambda folder: folder, "holds no file"),
        (lambda folder: [(folder / "x.png").write_bytes(b"x"), folder][1], "1 of 1 documents were not read"),
    ],
)
def test_a_folder_without_documents_is_an_error_that_says_what_to_do(
    tmp_path: Path, prepare, told: str
) -> None:
    with pytest.raises(AdvisorError) as error:
        read_documents(prepare(tmp_path))
    assert told in error.value.problem
    assert error.value.remedy


def test_one_file_is_read_like_a_folder_of_one(tmp_path: Path) -> None:
    path = tmp_path / "plans.md"
    path.write_text("Harbour.")
    assert read_documents(path).texts.rows() == [("plans.md", str(path), "Harbour.")]
