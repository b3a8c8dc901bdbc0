"""A log of inspect_ai, read without it: a zip file whose members are JSON, packed with zstd or deflate."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import orjson
import polars as pl

from advisor.errors import AdvisorError
from advisor.evaluate.answers.arm import WANTED, Arm, answers_frame, figure, text

VERSION = 2
ZSTD = 93
# A sample with its events; logs come from elsewhere, and a small member may unpack to anything.
LARGEST_MEMBER_BYTES = 256 << 20
_LETTERS = {"C": 1.0, "P": 0.5, "I": 0.0, "N": 0.0}


def is_inspect_log(path: Path) -> bool:
    """Return whether a file is a log of inspect, packed (``.eval``) or as one JSON object."""
    try:
        with path.open("rb") as stream:
            start = stream.read(4000)
        if not start.startswith(b"PK"):
            return b'"eval_id"' in start or (b'"eval":' in start and b'"task":' in start)
        with zipfile.ZipFile(path) as archive:
            return any(name in archive.NameToInfo for name in ("header.json", "_journal/start.json"))
    except (OSError, zipfile.BadZipFile):
        return path.suffix == ".eval" and path.exists()


def read_inspect_log(name: str, path: Path) -> Arm:
    """Read the samples of a log: answers, usage, times, the first scorer's scores, targets.

    Raises:
        AdvisorError: The log is of another version, was cut off, or is damaged.
    """
    try:
        header, samples = _packed(path) if zipfile.is_zipfile(path) else _plain(path)
    except (zipfile.BadZipFile, ValueError, OSError, struct.error) as error:
        raise AdvisorError(
            f"the log is damaged ({error})", place=str(path), remedy="Copy it again, or run it again."
        ) from error
    metric = _scorer(samples)
    if not samples:
        raise AdvisorError("the log has no samples", place=str(path), remedy="Run it with --log-samples.")
    # inspect stores samples in the order in which they ended; ids put them back.
    model = _model(header)
    rows = sorted(
        (_answer(one, metric) | model for one in samples), key=lambda row: (row["example"], row["epoch"])
    )
    wanted = {str(one["id"]): one for one in samples}
    return Arm(
        name, answers_frame(rows, path), path, _targets(wanted), metric, (_note(name, header, len(samples)),)
    )


def _packed(path: Path) -> tuple[Mapping[str, Any], list[Mapping[str, Any]]]:
    with path.open("rb") as stream, zipfile.ZipFile(stream) as archive:
        header = _header(archive, stream, path)
        members = [one for one in archive.infolist() if one.filename.startswith("samples/")]
        return header, [_member(one, stream) for one in members if one.filename.endswith(".json")]


def _plain(path: Path) -> tuple[Mapping[str, Any], list[Mapping[str, Any]]]:
    if path.stat().st_size > LARGEST_MEMBER_BYTES:
        raise ValueError(f"it is larger than {LARGEST_MEMBER_BYTES >> 20} MB")
    value = orjson.loads(path.read_bytes())
    return _current(value, path), list(value.get("samples") or [])


def _header(archive: zipfile.ZipFile, stream: IO[bytes], path: Path) -> Mapping[str, Any]:
    if "header.json" not in archive.NameToInfo:
        raise AdvisorError(
            "the log has no header: the run was cut off",
            place=str(path),
            remedy="Finish it with `inspect eval-retry`, or recover it with `inspect log recover`.",
        )
    return _current(_member(archive.getinfo("header.json"), stream), path)


def _current(header: Mapping[str, Any], path: Path) -> Mapping[str, Any]:
    if header.get("version") != VERSION:
        raise AdvisorError(
            f"the log has version {header.get('version')}; version {VERSION} can be read",
            place=str(path),
            remedy="Convert it with `inspect log convert --to eval` of a current inspect_ai.",
        )
    return header


def _member(info: zipfile.ZipInfo, stream: IO[bytes]) -> Mapping[str, Any]:
    # Python's zipfile knows no zstd before 3.14, so packed bytes are read from behind the local header.
    import zlib

    import zstandard

    if info.file_size > LARGEST_MEMBER_BYTES or info.compress_size > LARGEST_MEMBER_BYTES:
        raise ValueError(f"{info.filename} is larger than {LARGEST_MEMBER_BYTES >> 20} MB")
    stream.seek(info.header_offset + 26)
    name_bytes, extra_bytes = struct.unpack("<HH", stream.read(4))
    stream.seek(info.header_offset + 30 + name_bytes + extra_bytes)
    packed = stream.read(info.compress_size)
    try:
        plain = _unpacked(packed, info.compress_type, info.file_size)
    except (zstandard.ZstdError, zlib.error) as error:
        raise ValueError(f"{info.filename}: {error}") from error
    if len(plain) != info.file_size or zlib.crc32(plain) != info.CRC:
        raise ValueError(f"{info.filename} does not match its checksum")
    value = orjson.loads(plain)
    if not isinstance(value, dict):
        raise ValueError(f"{info.filename} is not an object")  # noqa: TRY004  one error for all damage
    return value


def _unpacked(packed: bytes, kind: int, size: int) -> bytes:
    import zlib

    import zstandard

    if kind == ZSTD:
        with zstandard.ZstdDecompressor().stream_reader(packed) as reader:
            return bytes(reader.read(size + 1))
    if kind == zipfile.ZIP_DEFLATED:
        return zlib.decompressobj(-15).decompress(packed, size + 1)
    if kind == zipfile.ZIP_STORED:
        return packed
    raise ValueError(f"compression {kind} is not known")


def _answer(sample: Mapping[str, Any], metric: str | None) -> dict[str, Any]:
    output = sample.get("output") or {}
    usage = next(iter((sample.get("model_usage") or {}).values()), None) or output.get("usage") or {}
    error = sample.get("error")
    failed = error.get("message", "error") if isinstance(error, Mapping) else error
    spoken = text(output.get("completion"))
    return {
        "example": str(sample["id"]),
        "epoch": sample.get("epoch"),
        "answer": None if failed or not spoken else spoken,
        "error": text(failed) if failed else None if spoken else "empty answer",
        "tokens_in": figure(usage.get("input_tokens")),
        "tokens_out": figure(usage.get("output_tokens")),
        "tokens_cached": figure(usage.get("input_tokens_cache_read")),
        "seconds": figure(sample.get("working_time", output.get("time"))),
        "usd": figure(usage.get("total_cost")),
        "model": text(output.get("model")),
        "logged": _score(sample, metric),
    }


def _model(header: Mapping[str, Any]) -> dict[str, str]:
    # provider:name where inspect asked the provider itself; a server of one's own has no public price.
    run = header.get("eval") or {}
    provider, _, name = str(run.get("model", "")).partition("/")
    return (
        {"model": f"{provider}:{name}"} if name and not run.get("model_base_url") and "/" not in name else {}
    )


def _scorer(samples: list[Mapping[str, Any]]) -> str | None:
    return next((name for one in samples for name in (one.get("scores") or {})), None)


def _score(sample: Mapping[str, Any], metric: str | None) -> float | None:
    value = ((sample.get("scores") or {}).get(metric) or {}).get("value")
    if isinstance(value, bool | int | float):
        # A score outside 0 to 1 is a scale of its own, which a share cannot stand for.
        return float(value) if 0 <= value <= 1 else None
    return _LETTERS.get(value) if isinstance(value, str) else None


def _targets(samples: Mapping[str, Mapping[str, Any]]) -> pl.DataFrame:
    rows = [
        {
            "example": name,
            "references": [one for one in _every(sample.get("target")) if one],
            "input": _asked(sample.get("input")),
            "group": None,
            "passages": [],
        }
        for name, sample in sorted(samples.items())
    ]
    return pl.DataFrame(rows, schema=dict(WANTED))


def _every(target: Any) -> list[str]:
    return [text(one) or "" for one in (target if isinstance(target, list) else [target])]


def _asked(value: Any) -> str | None:
    if isinstance(value, list):
        spoken = [
            one.get("content") for one in value if isinstance(one, Mapping) and one.get("role") == "user"
        ]
        return text(spoken[-1]) if spoken else None
    return text(value)


def _note(name: str, header: Mapping[str, Any], samples: int) -> str:
    run = header.get("eval") or {}
    told = f"{name}: inspect log of task '{run.get('task')}' on {run.get('model')}, {samples} samples"
    return (
        told if header.get("status") == "success" else f"{told}; the run ended with '{header.get('status')}'"
    )
