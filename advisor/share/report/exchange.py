"""Advice as JSON and back: the same record, so that a report can be re-checked or rendered again."""

from __future__ import annotations

import json
from typing import Any, Final

from pydantic import ValidationError

from advisor.advice import Advice, in_todays_shape
from advisor.catalog.strict_json import parse_json
from advisor.errors import AdvisorError

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
            "the report is larger than 5 MB", place=place, remedy="Give a report that Advisor wrote."
        )
    value = parse_json(text, place=place).value
    if not isinstance(value, dict) or value.pop("format", None) != FORMAT:
        raise AdvisorError(
            f'this is not a JSON report: it must say "format": "{FORMAT}"',
            place=place,
            remedy="Write one with: advisor report ANSWERS -o report.json",
        )
    try:
        return Advice.model_validate(_tuples(in_todays_shape(value)))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise AdvisorError(
            f"{where or 'the report'}: {first['msg'].lower()}", place=place, remedy="Write the report again."
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
