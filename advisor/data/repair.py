"""Find and undo text damaged by a wrong encoding: the damage is proved by undoing it."""

from __future__ import annotations

import re
from functools import cache

# Encodings that UTF-8 bytes are commonly misread as; a run that re-encodes to valid UTF-8 was misread.
_MISREAD_AS = (
    "cp1252",
    "latin-1",
    "cp1251",
    "cp437",
    "mac_roman",
    "cp1250",
    "koi8-r",
    "gb18030",
    "cp932",
    "cp949",
    "cp1256",
    "cp874",
)
_RUN = re.compile(r"[^\x00-\x7f]+(?:[ \xa0]?[^\x00-\x7f]+)*")
# Five bytes of cp1252 stand for nothing; sloppy decoders let them through as control characters.
_SLOPPY = {code: bytes([code]) for code in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}
_LOST = re.compile("\ufffd|\\w\\?\\w?\\?\\w|(?:\\?{3,}[ ,.]+){2,}")


def damage_of(text: str) -> str:
    """Return ``misread``, ``lost`` or nothing: misread text can be mended, lost characters cannot."""
    if text.isascii():
        return "lost" if "??" in text and _lost_words(text) else ""
    if "\ufffd" in text:
        return "lost"
    return "misread" if mended(text) != text else ("lost" if "??" in text and _lost_words(text) else "")


def mended(text: str) -> str:
    """Undo the misreading in each run of characters for which that gives valid UTF-8."""
    if text.isascii():
        return text
    return _RUN.sub(lambda match: _mended_run(match[0]), text)


def _mended_run(run: str) -> str:
    for encoding in _MISREAD_AS:
        fixed = _undone(run, encoding)
        if fixed is not None and _plausible(run, fixed, encoding):
            return _mended_run(fixed) if not fixed.isascii() else fixed
    return run


def _undone(run: str, encoding: str) -> str | None:
    try:
        return _encoded(run, encoding).decode("utf-8")
    except (UnicodeDecodeError, UnicodeEncodeError):
        return None


def _encoded(run: str, encoding: str) -> bytes:
    if encoding != "cp1252":
        return run.encode(encoding)
    return b"".join(_SLOPPY.get(ord(one)) or one.encode("cp1252") for one in run)


def _plausible(run: str, fixed: str, encoding: str) -> bool:
    if fixed == run or len(fixed) >= len(run):
        return False
    if any(ord(one) < 0x20 or 0x7F <= ord(one) < 0xA0 or 0xE000 <= ord(one) < 0xF900 for one in fixed):
        return False
    # Phonetic signs and loose accents are what chance gives (the É» of a French quotation), not what people write.
    if any(0x180 <= ord(one) < 0x370 for one in fixed):
        return False
    # In the rarer encodings a few characters can fit UTF-8 by chance; ask for more of them, in a known script.
    needed = 2 if encoding in {"cp1252", "latin-1", "cp1251"} else 4
    return len(run) >= needed and _one_script(fixed)


def _one_script(text: str) -> bool:
    from advisor.data.characters import script_table

    table = script_table()
    scripts = {int(table[min(ord(one), 0x1FFFF)]) for one in text} - {0}
    return len(scripts) <= 2


@cache
def _lost_pattern() -> re.Pattern[str]:
    return re.compile(r"(?:\?{2,}[ ,.!]*){3,}|[^\W\d_]\?{2,}[^\W\d_]")


def _lost_words(text: str) -> bool:
    return bool(_lost_pattern().search(text))
