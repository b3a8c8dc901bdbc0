"""Write an arm's answers as a log of inspect_ai (JSON, version 2), so that `inspect view` opens it and its scorers score it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import orjson

from advisor.evaluate.bakeoff.records import Answer, Ask, Shown
from advisor.files import write_bytes

VERSION = 2


def write_inspect_log(
    folder: Path, arm: str, asked: Sequence[tuple[Shown, Ask]], answers: Sequence[Answer], day: date
) -> Path:
    """Write one log and return its path; the same answers give the same bytes."""
    at = datetime.combine(day, time(), UTC).isoformat()
    samples = [_sample(shown, ask, one) for (shown, ask), one in zip(asked, answers, strict=True)]
    model = answers[0].model if answers else "none"
    name = _name(arm, answers)
    log = {
        "version": VERSION, "status": "success",
        "eval": {
            "eval_id": name, "run_id": name, "created": at, "task": arm, "task_id": name, "task_version": 0, "task_attribs": {},
            "task_args": {}, "dataset": {"name": "held-out", "samples": len(samples), "sample_ids": [one["id"] for one in samples]},
            "model": model, "model_args": {}, "config": {}, "packages": {}, "metadata": {"data_sha256": answers[0].data_sha256 if answers else ""},
        },
        "plan": {"name": "plan", "steps": [], "config": {}},
        "results": {"total_samples": len(samples), "completed_samples": sum(one.answer is not None for one in answers), "scores": []},
        "stats": {"started_at": at, "completed_at": at, "model_usage": {}},
        "samples": samples,
    }  # fmt: skip
    path = folder / f"{arm.replace('/', '-')}.json"
    write_bytes(path, orjson.dumps(log, option=orjson.OPT_INDENT_2))
    return path


def _name(arm: str, answers: Sequence[Answer]) -> str:
    content = orjson.dumps([arm, [one.model_dump(mode="json") for one in answers]])
    return hashlib.sha256(content).hexdigest()[:22]


def _sample(shown: Shown, ask: Ask, one: Answer) -> dict[str, Any]:
    messages: list[dict[str, Any]] = [dict(turn) for turn in ask.turns]
    choice = {"message": {"role": "assistant", "content": one.answer or ""}, "stop_reason": "stop"}
    usage = _usage(one)
    return {
        "id": one.id, "epoch": 1, "input": messages, "target": shown.answer,
        "messages": [*messages, choice["message"]],
        "output": {"model": one.model, "choices": [choice], "completion": one.answer or "", "time": one.seconds} | ({"usage": usage} if usage else {}),
        "scores": {}, "model_usage": {one.model: usage} if usage else {},
        "metadata": {
            "passages": list(one.passages), "adapter": one.adapter, "seed": one.seed, "data_sha256": one.data_sha256,
            "seconds_to_first": one.seconds_to_first, "usd": one.usd,
        },
        "store": {}, "events": [], "attachments": {}, "total_time": one.seconds, "working_time": one.seconds,
    } | ({"error": {"message": one.error, "traceback": "", "traceback_ansi": ""}} if one.error else {})  # fmt: skip


def _usage(one: Answer) -> dict[str, Any] | None:
    if one.tokens_in is None or one.tokens_out is None:
        return None
    told: dict[str, Any] = {
        "input_tokens": one.tokens_in, "output_tokens": one.tokens_out, "total_tokens": one.tokens_in + one.tokens_out,
    }  # fmt: skip
    if one.tokens_cached is not None:
        told["input_tokens_cache_read"] = one.tokens_cached
    return told | ({} if one.usd is None else {"total_cost": one.usd})
