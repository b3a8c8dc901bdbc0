"""The answer is JSON that keeps a schema."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from advisor.errors import AdvisorError
from advisor.evaluate.scorers.contract import Argument, Row, Scorer
from advisor.evaluate.scorers.wording import parsed


def keeps_schema(rows: Sequence[Row], argument: Argument) -> list[float]:
    """Score 1 where an answer is JSON without a fence and valid by the schema in the file ``argument``."""
    check = _validator(argument or "")
    return [_valid(row.answer, check) for row in rows]


def _valid(answer: str, check: Any) -> float:
    try:
        return float(check.is_valid(parsed(answer)))
    except ValueError:
        return 0.0


def _validator(argument: str) -> Any:
    from jsonschema import SchemaError
    from jsonschema.validators import validator_for

    place = argument or "json-schema"
    try:
        schema = orjson.loads(argument if argument.startswith("{") else Path(argument).read_bytes())
        kind = validator_for(schema)
        kind.check_schema(schema)
    except (OSError, ValueError, SchemaError) as error:
        raise AdvisorError(
            f"there is no JSON schema here ({str(error).splitlines()[0]})",
            place=place[:200],
            remedy="Name a schema file: json-schema:FILE.",
        ) from error
    return kind(schema)


SCORER = Scorer(
    id="json-schema",
    title="JSON by schema",
    measures="1 where the answer as it is given is JSON and valid by the schema, else 0; a code fence is not JSON.",
    score=keeps_schema,
    argument="FILE",
    example_argument='{"type": "object", "required": ["total"], "properties": {"total": {"type": "number"}}}',
    right=(Row('{"total": 12.5}'),),
    wrong=(Row('{"total": "12.5"}'), Row('```json\n{"total": 1}\n```'), Row("The total is 12.5")),
    needs_reference=False,
)
