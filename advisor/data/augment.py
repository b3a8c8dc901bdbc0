"""Write variations of the training rows with a language model: filtered, with provenance on each row, resumable, with its cost."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import orjson

from advisor.catalog import Catalog
from advisor.data.augment_records import Augmented, AugmentEstimate, AugmentOptions
from advisor.data.journal import RowJournal, journal_path, parsed
from advisor.data.rows.chat_form import as_chat
from advisor.data.rows.formats import to_conversation
from advisor.data.rows.sources import Broken, chunks, files_of, open_source, parse
from advisor.data.split import PROVENANCE
from advisor.data.variation_filter import Filter
from advisor.data.variation_prompt import INSTRUCTION, RowToVary, request_for, request_text, usable_variations
from advisor.errors import AdvisorError
from advisor.files import keeping, refuse_kept, replacing
from advisor.net import Asking, endpoint, finish

SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["variations"],
    "properties": {
        "variations": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["user", "assistant"],
                "properties": {"user": {"type": "string"}, "assistant": {"type": "string"}},
            },
        }
    },
}


def estimate(
    data: Path,
    output: Path,
    options: AugmentOptions,
    *,
    catalog: Catalog | None = None,
    day: date | None = None,
) -> AugmentEstimate:
    """Return what varying the rows of ``data`` would take and cost."""
    from advisor.cost.tokens import count_tokens

    given, journal = _prepared(data, output, options)
    waiting = [one for one in given if one.row not in journal.done]
    asked = count_tokens(request_text(request_for(one, options)) for one in waiting)
    answers = count_tokens(one.conversation.prompt + one.conversation.answer for one in waiting)
    tokens_in, tokens_out = (
        sum(asked) + 60 * len(waiting),
        options.variations * (sum(answers) + 12 * len(waiting)),
    )
    price_in, price_out, source = _price(options, catalog, day or datetime.now(UTC).date())
    return AugmentEstimate(
        rows=len(given),
        done=len(given) - len(waiting),
        requests=len(waiting),
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        usd=_usd(tokens_in, tokens_out, price_in, price_out),
        price=source,
        receiver=options.base_url,
    )


def augment(
    data: Path,
    output: Path,
    options: AugmentOptions,
    *,
    catalog: Catalog | None = None,
    day: date | None = None,
) -> Augmented:
    """Write the given rows and their variations to ``output``; after a crash the same call resumes where it stopped.

    Raises:
        AdvisorError: The data is an evaluation side, the endpoint refuses, or the journal belongs to another run.
    """
    given, journal = _prepared(data, output, options)
    finish(_ask_all(given, journal, options))
    result = _write(
        data, given, journal, output, options, catalog=catalog, day=day or datetime.now(UTC).date()
    )
    journal.path.unlink(missing_ok=True)
    return result


def _prepared(data: Path, output: Path, options: AugmentOptions) -> tuple[list[RowToVary], RowJournal]:
    _refuse_eval(data)
    # Before anything is asked: what is paid for must have a place to go.
    with keeping(*files_of(data)):
        refuse_kept(output)
    given = list(_given(data))
    rows_hash = hashlib.sha256("".join(one.sha256 for one in given).encode()).hexdigest()
    heading = {
        "data": rows_hash,
        "model": options.model,
        "base_url": options.base_url,
        "variations": options.variations,
        "seed": options.seed,
        "instruction": hashlib.sha256(INSTRUCTION.encode()).hexdigest()[:16],
    }
    return given, RowJournal(journal_path(output), heading)


def _refuse_eval(data: Path) -> None:
    manifest = data.parent / "manifest.json"
    if not (manifest.is_file() and data.is_file()):
        return
    sides = parsed(manifest.read_bytes()) or {}
    held_out = sides.get("eval") or {}
    if held_out.get("sha256") == hashlib.sha256(data.read_bytes()).hexdigest():
        raise AdvisorError(
            "this is the evaluation side of a split",
            place=str(data),
            remedy="Augment train.jsonl; variations of evaluation rows measure nothing.",
        )


def _given(data: Path) -> Iterator[RowToVary]:
    source = open_source(data)
    for chunk in chunks(source):
        for row, value in parse(chunk):
            if isinstance(value, Broken):
                raise AdvisorError(
                    f"the line cannot be read ({value.reason})",
                    place=f"{data}:{row}",
                    remedy="Mend the file with advisor fix first.",
                )
            conversation = to_conversation(row, value)
            yield RowToVary(
                row, value, conversation, hashlib.sha256(orjson.dumps(value, default=str)).hexdigest()
            )


def _wanted(one: RowToVary) -> bool:
    # Variations of variations drift; rows with tools or without a clear exchange cannot be varied in words.
    row = one.conversation
    turns = [message.role for message in row.messages if message.role not in {"system", "developer"}]
    return (
        PROVENANCE not in row.meta
        and row.tools is None
        and turns == ["user", "assistant"]
        and bool(row.prompt.strip() and row.answer.strip())
    )


async def _ask_all(given: list[RowToVary], journal: RowJournal, options: AugmentOptions) -> None:
    waiting = [one for one in given if one.row not in journal.done]
    if not waiting:
        return
    with journal.open() as stream:
        receiver = endpoint(
            options.base_url, options.model, place="--base-url", key_variable=options.key_variable
        )
        asking = Asking(
            receiver, requests_per_minute=options.requests_per_minute, concurrency=options.concurrency
        )
        async with asking:
            try:
                async with asyncio.TaskGroup() as group:
                    for one in waiting:
                        group.create_task(_ask_one(one, asking, journal, stream, options))
            except* AdvisorError as failures:
                raise failures.exceptions[0] from None


async def _ask_one(
    one: RowToVary, asking: Asking, journal: RowJournal, stream: Any, options: AugmentOptions
) -> None:
    entry: dict[str, Any] = {"row": one.row, "variations": [], "tokens_in": 0, "tokens_out": 0}
    if _wanted(one):
        reply = await asking.ask(
            request_for(one, options), SCHEMA, name="variations", seed=options.seed + one.row
        )
        entry |= {
            "variations": usable_variations(reply.text),
            "tokens_in": reply.tokens_in,
            "tokens_out": reply.tokens_out,
        }
    journal.done[one.row] = entry
    stream.write(orjson.dumps(entry) + b"\n")
    stream.flush()
    os.fsync(stream.fileno())


def _write(  # noqa: PLR0913 - keyword-only beyond the first five
    data: Path,
    given: list[RowToVary],
    journal: RowJournal,
    output: Path,
    options: AugmentOptions,
    *,
    catalog: Catalog | None,
    day: date,
) -> Augmented:
    """Write from the journal in the input's order, so that the order of arrival leaves no trace."""
    judge = Filter([(one.conversation.prompt, one.conversation.answer) for one in given], _eval_side(data))
    added = rejected = 0
    reasons: dict[str, int] = {}
    with replacing(output, binary=True) as stream:
        for one in given:
            stream.write(orjson.dumps(one.value, default=str) + b"\n")
            for number, variation in enumerate(
                journal.done[one.row]["variations"][: options.variations], start=1
            ):
                reason = judge(
                    (one.conversation.prompt, one.conversation.answer),
                    (variation["user"], variation["assistant"]),
                )
                if reason:
                    rejected += 1
                    reasons[reason] = reasons.get(reason, 0) + 1
                    continue
                added += 1
                stream.write(orjson.dumps(_row(one, variation, number, options), default=str) + b"\n")
    tokens_in, tokens_out = (
        sum(entry[key] for entry in journal.done.values()) for key in ("tokens_in", "tokens_out")
    )
    price_in, price_out, _ = _price(options, catalog, day)
    return Augmented(
        given=len(given),
        added=added,
        rejected=rejected,
        reasons=dict(sorted(reasons.items())),
        written=len(given) + added,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        usd=_usd(tokens_in, tokens_out, price_in, price_out),
        output=str(output),
    )


def _row(
    one: RowToVary, variation: Mapping[str, str], number: int, options: AugmentOptions
) -> dict[str, Any]:
    row = as_chat(one.conversation)
    for message in row["messages"]:
        if message["role"] in variation:
            message["content"] = variation[message["role"]].strip()
    return {
        **row,
        PROVENANCE: {"row": one.row, "sha256": one.sha256, "variation": number, "model": options.model},
    }


def _eval_side(data: Path) -> list[str]:
    held_out = data.parent / "eval.jsonl"
    if not held_out.is_file() or not (data.parent / "manifest.json").is_file():
        return []
    return [one.conversation.prompt for one in _given(held_out)]


def _price(
    options: AugmentOptions, catalog: Catalog | None, day: date
) -> tuple[float | None, float | None, str]:
    if options.usd_per_mtok_in is not None and options.usd_per_mtok_out is not None:
        return options.usd_per_mtok_in, options.usd_per_mtok_out, "the prices given"
    from advisor.cost.offers import find_offer, quote

    unknown = f"the price of {options.model} is not known; give --usd-per-mtok-in and --usd-per-mtok-out"
    if catalog is None:
        return None, None, unknown
    try:
        tier = quote(find_offer(options.model, catalog.market), catalog.market, day).tiers[0]
    except AdvisorError:
        return None, None, unknown
    return tier.input, tier.output, f"{options.model} on {day}"


def _usd(tokens_in: int, tokens_out: int, price_in: float | None, price_out: float | None) -> float | None:
    return (
        None
        if price_in is None or price_out is None
        else (tokens_in * price_in + tokens_out * price_out) / 1e6
    )
