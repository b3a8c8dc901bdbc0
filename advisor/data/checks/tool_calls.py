"""Tool calls whose arguments do not fit their schema."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from advisor.data.batch import Batch
from advisor.data.checks.contract import Check, Dataset, Example, Measured, finding, good_rows, share
from advisor.data.records import Finding
from advisor.data.rows.conversation import Conversation

WORDS = {
    1: "a tool call without a function name",
    2: "arguments that are not JSON",
    3: "arguments that are not an object",
    4: "a call of a tool that is not among the row's tools",
    5: "arguments that do not fit the tool's schema",
    6: "a tool result whose tool_call_id no call has",
    7: "tools that are not a list of functions with a valid schema",
    8: "a tool call that is not the last turn and that no tool result follows",
}
REMEDIES = {
    6: "Give the result the tool_call_id of the call that it answers, or take it out.",
    8: "Add the tool's result after the call, or end the row with the call; providers refuse the file otherwise.",
}
TOOL = {
    "type": "function",
    "function": {
        "name": "set_timer",
        "parameters": {
            "type": "object",
            "properties": {"minutes": {"type": "integer"}},
            "required": ["minutes"],
            "additionalProperties": False,
        },
    },
}


def measure(batch: Batch) -> Measured:
    """Code the first fault of each row's tool calls and keep its words."""
    codes = np.zeros(len(batch), np.uint8)
    details = batch.names.setdefault("tool-faults", {})
    for index, row in enumerate(batch.conversations):
        if row.tools is not None or any(
            one.tool_calls or one.tool_call_id is not None for one in row.messages
        ):
            codes[index], detail = fault(row)
            if codes[index]:
                details[row.row] = detail
    return {"tool-calls": codes}


def fault(row: Conversation) -> tuple[int, str]:
    """Find the first fault in a row's tools, calls and results."""
    schemas = _schemas(row.tools)
    if schemas is None:
        return 7, "tools cannot be read"
    open_calls: set[object] = set()
    known_ids: set[object] = set()
    for message in row.messages:
        for call in message.tool_calls:
            code, detail = _call_fault(call, schemas)
            if code:
                return code, detail
            known_ids.add(call.get("id"))
            open_calls.add(call.get("id"))
        if message.role == "tool":
            if message.tool_call_id is not None and message.tool_call_id not in known_ids:
                return 6, str(message.tool_call_id)
            open_calls.discard(message.tool_call_id)
    # A row may end with the call: that is what it teaches. Only an answer after an open call skips the result.
    last = row.messages[-1] if row.messages else None
    unanswered = {one for one in open_calls if one is not None} and last is not None and not last.tool_calls
    return (8, ", ".join(map(str, open_calls))) if unanswered else (0, "")


def _call_fault(call: object, schemas: Mapping[str, str]) -> tuple[int, str]:
    function = call.get("function") if isinstance(call, Mapping) else None
    name = function.get("name") if isinstance(function, Mapping) else None
    if not isinstance(name, str) or not name or not isinstance(function, Mapping):
        return 1, ""
    arguments = function.get("arguments")
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments)
        except (ValueError, RecursionError) as error:
            return 2, f"{name}: {error}"
    if not isinstance(arguments, Mapping):
        return 3, f"{name}: {type(arguments).__name__}"
    if not schemas:
        return 0, ""
    if name not in schemas:
        return 4, f"{name} is not one of {', '.join(sorted(schemas)[:5])}"
    problem = _schema_problem(schemas[name], arguments)
    return (5, f"{name}: {problem}") if problem else (0, "")


def _schemas(tools: object) -> dict[str, str] | None:
    if tools is None:
        return {}
    if isinstance(tools, str):
        try:
            tools = json.loads(tools)
        except ValueError:
            return None
    if not isinstance(tools, list):
        return None
    found = {}
    for tool in tools:
        function = tool.get("function", tool) if isinstance(tool, Mapping) else None
        if not isinstance(function, Mapping) or not isinstance(function.get("name"), str):
            if isinstance(tool, Mapping) and (
                "function_declarations" in tool or "functionDeclarations" in tool
            ):
                continue  # Vertex's own shape carries its calls elsewhere
            return None
        found[function["name"]] = json.dumps(function.get("parameters") or {}, sort_keys=True, default=str)
    return found if all(_validator(schema) for schema in found.values()) else None


@lru_cache(maxsize=512)
def _validator(schema: str) -> Any:
    from jsonschema import Draft202012Validator  # type: ignore[import-untyped, unused-ignore]
    from jsonschema.exceptions import SchemaError  # type: ignore[import-untyped, unused-ignore]

    try:
        parsed = json.loads(schema)
        Draft202012Validator.check_schema(parsed)
        return Draft202012Validator(parsed)
    except (SchemaError, ValueError, RecursionError):
        return None


def _schema_problem(schema: str, arguments: Mapping[str, Any]) -> str:
    try:
        error = next(_validator(schema).iter_errors(dict(arguments)), None)
    except Exception as broken:  # noqa: BLE001 - unresolvable references raise library-specific errors
        return str(broken)[:160]
    return "" if error is None else error.message[:160]


def judge(data: Dataset) -> Iterator[Finding]:
    """Report each kind of fault with its rows and the first fault's words."""
    codes, details = data.column("tool-calls"), data.names.get("tool-faults", {})
    for code, words in WORDS.items():
        rows = data.where(codes == code)
        if rows:
            first = details.get(rows[0], "")
            yield finding(
                CHECK,
                f"{share(len(rows), len(data))} have {words}" + (f" ({first})" if first else ""),
                rows,
                severity="error",
                remedy=REMEDIES.get(code),
            )


def _call(arguments: str) -> dict[str, Any]:
    call = {"id": "c1", "type": "function", "function": {"name": "set_timer", "arguments": arguments}}
    return {
        "messages": [
            {"role": "user", "content": "Timer, five minutes"},
            {"role": "assistant", "content": None, "tool_calls": [call]},
        ],
        "tools": [TOOL],
    }


CHECK = Check(
    id="tool-calls",
    columns=("tool-calls",),
    quarantines=True,
    spoils=True,
    title="A tool call does not fit its tool",
    detects="Arguments that are not JSON or do not fit the tool's JSON schema, unknown tools, results nobody asked for. Valid calls pass.",
    matters="The arguments are the whole lesson of such a row; a wrong one teaches calls that the application rejects.",
    remedy="Correct the arguments against the schema given in the row's tools.",
    tuned_model="It calls tools with arguments that fail.",
    fires=Example(
        shows='{"name": "set_timer", "arguments": "{\\"minutes\\": \\"five\\"}"}',
        rows=lambda: [*good_rows(20), _call('{"minutes": "five"}')],
    ),
    quiet=Example(
        shows='{"name": "set_timer", "arguments": "{\\"minutes\\": 5}"}',
        rows=lambda: [*good_rows(20), _call('{"minutes": 5}')],
    ),
    judge=judge,
    measure=measure,
    harm=86,
)
