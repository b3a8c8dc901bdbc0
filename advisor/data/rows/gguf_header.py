"""Read the chat template and the special tokens out of a GGUF file's header, without loading the model."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import IO, Any

from advisor.errors import AdvisorError

_SCALARS = {
    0: "<B",
    1: "<b",
    2: "<H",
    3: "<h",
    4: "<I",
    5: "<i",
    6: "<f",
    7: "<?",
    10: "<Q",
    11: "<q",
    12: "<d",
}
_STRING, _ARRAY = 8, 9
# A header string longer than this is a damaged length field.
_LONGEST = 64 << 20


def header_of(path: Path) -> dict[str, Any]:
    """Read the key-value pairs of a GGUF header; arrays of strings are kept, other arrays too.

    Raises:
        AdvisorError: The file is not GGUF or its header is cut off.
    """
    with path.open("rb") as stream:
        if stream.read(4) != b"GGUF":
            raise AdvisorError(
                "the file is not GGUF",
                place=str(path),
                remedy="Give a GGUF file or a folder with a tokenizer.",
            )
        try:
            _version, _tensors, pairs = struct.unpack("<IQQ", stream.read(20))
            return {_string(stream): _value(stream, _number(stream, "<I")) for _ in range(pairs)}
        except (struct.error, UnicodeDecodeError, KeyError, OverflowError, MemoryError) as error:
            raise AdvisorError(
                "the GGUF header is damaged or cut off", place=str(path), remedy="Fetch the file again."
            ) from error


def _number(stream: IO[bytes], form: str) -> Any:
    return struct.unpack(form, stream.read(struct.calcsize(form)))[0]


def _string(stream: IO[bytes]) -> str:
    length = _number(stream, "<Q")
    if length > _LONGEST:
        raise OverflowError
    return stream.read(length).decode("utf-8", "replace")


def _value(stream: IO[bytes], kind: int) -> Any:
    if kind == _STRING:
        return _string(stream)
    if kind != _ARRAY:
        return _number(stream, _SCALARS[kind])
    inner, count = _number(stream, "<I"), _number(stream, "<Q")
    if inner in (_STRING, _ARRAY):
        return [_value(stream, inner) for _ in range(count)]
    size = struct.calcsize(_SCALARS[inner])
    if count * size > _LONGEST:
        raise OverflowError
    return list(struct.unpack(f"<{count}{_SCALARS[inner][1:]}", stream.read(count * size)))
