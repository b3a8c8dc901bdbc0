"""Advice as JSON and back: the same record, so that a report can be re-checked or rendered again."""

from __future__ import annotations

import json
from typing import Any, Final

from pydantic import ValidationError

from advisor.advice import Advice, in_todays_shape
from advisor.catalog.strict_json import parse_json
from advisor.errors import AdvisorError
from advisor.wording import say

FORMAT: Final = "advisor-advice/1"
MAX_BYTES: Final = 5_000_000


def write(advice: Advice) -> str:
    """Write the advice as JSON: answers in order of name, everything else as in the record."""
    content = {"format": FORMAT, **advice.model_dump(mode="json", by_alias=True)}
    for part in ("answers", "origins"):
        content["situation"][part] = dict(sorted(content["situation"][part].items()))
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def read(text: str, *, place: str) -> Advice:
    """Read what :func:`write` wrote, in this version or an earlier one; raises AdvisorError on anything else."""
    if len(text) > MAX_BYTES:
        raise AdvisorError(
            say("report_exchange.too_large"), place=place, remedy=say("report_exchange.too_large_remedy")
        )
    value = parse_json(text, place=place).value
    if not isinstance(value, dict) or value.pop("format", None) != FORMAT:
        raise AdvisorError(
            say("report_exchange.not_json", format=FORMAT),
            place=place,
            remedy=say("report_exchange.not_json_remedy"),
        )
    try:
        return Advice.model_validate(_tuples(in_todays_shape(value)))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or say("report_exchange.the_report")
        raise AdvisorError(
            f"{where}: {first['msg'].lower()}", place=place, remedy=say("report_exchange.write_again")
        ) from error


def _tuples(value: Any) -> Any:
    # Answers with several ticks are tuples in Python and lists in JSON; fields that are lists take either.
    if isinstance(value, dict):
        return {key: _tuples(item) for key, item in value.items()}
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value


def schema() -> dict[str, Any]:
    """Return the JSON schema of a report."""
    found = Advice.model_json_schema(by_alias=True, mode="serialization")
    found["properties"] = {"format": {"const": FORMAT}, **found["properties"]}
    found["required"] = ["format", *found.get("required", [])]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found, "title": "Advice"}
