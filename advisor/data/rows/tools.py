"""Tools, tool calls and their results of every format, in OpenAI's shape."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from advisor.data.rows.conversation import Message
from advisor.data.rows.parts import as_json


def without_nulls(value: Any) -> Any:
    """Leave out every field that is null, at any depth."""
    if isinstance(value, Mapping):
        return {key: without_nulls(one) for key, one in value.items() if one is not None}
    return [without_nulls(one) for one in value] if isinstance(value, list) else value


def tools_of(value: object, lenient: list[str]) -> object:
    """Bring a row's tools into OpenAI's shape; what cannot be read stays as it is."""
    if isinstance(value, str):
        try:
            value = json.loads(value) if value.strip() else None
        except (ValueError, RecursionError):
            return value
        lenient.append("tools-as-string")
    if isinstance(value, Mapping):
        inner = value.get("tools")
        value = inner if isinstance(inner, list) else [value]
    if not isinstance(value, list):
        return value
    return [one for tool in value for one in _functions(without_nulls(tool))] or None


def _functions(tool: Any) -> list[Any]:
    if not isinstance(tool, Mapping) or "function" in tool:
        return [tool]
    for key in ("functionDeclarations", "function_declarations"):
        if isinstance(tool.get(key), list):
            return [_function(_plain_schema(one)) for one in tool[key]]
    if isinstance(tool.get("toolSpec"), Mapping):
        spec = dict(tool["toolSpec"])
        schema = spec.pop("inputSchema", {})
        return [
            _function(
                {**spec, "parameters": schema.get("json", schema) if isinstance(schema, Mapping) else schema}
            )
        ]
    if "input_schema" in tool:
        return [
            _function(
                {**{k: v for k, v in tool.items() if k != "input_schema"}, "parameters": tool["input_schema"]}
            )
        ]
    return [_function(tool) if "name" in tool else tool]


def _function(function: Any) -> dict[str, Any]:
    return {"type": "function", "function": function}


def _plain_schema(value: Any) -> Any:
    """Write Vertex's types (OBJECT, STRING) as JSON Schema does."""
    if isinstance(value, Mapping):
        return {
            key: one.lower() if key == "type" and isinstance(one, str) else _plain_schema(one)
            for key, one in value.items()
        }
    return [_plain_schema(one) for one in value] if isinstance(value, list) else value


def calls_of(calls: list[Any]) -> list[Any]:
    """Bring a message's tool calls into OpenAI's shape: wrapped in ``function``, arguments as a string."""
    return [_call(call) for call in calls]


def _call(call: Any) -> Any:
    if not isinstance(call, Mapping):
        return call
    call = {key: one for key, one in call.items() if one is not None}
    function = call.get("function")
    if function is None and "name" in call:
        function = {key: call.pop(key) for key in ("name", "arguments") if key in call}
        call = {**call, "type": "function", "function": function}
    if not isinstance(function, Mapping):
        return call
    function = {key: one for key, one in function.items() if one is not None}
    if "arguments" in function:
        function["arguments"] = as_json(function["arguments"])
    return {**call, "type": call.get("type", "function"), "function": function}


def calls_in_text(text: str) -> list[Any] | None:
    """Read tool calls that a turn holds as JSON text; None where it holds something else."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    listed = value if isinstance(value, list) else [value]
    if not listed or not all(isinstance(one, Mapping) and isinstance(one.get("name"), str) for one in listed):
        return None
    return [
        {
            "type": "function",
            "function": {"name": one["name"], "arguments": as_json(one.get("arguments", {}))},
        }
        for one in listed
    ]


def linked(messages: list[Message]) -> None:
    """Add an id to calls that have none, and to each result without an id that of the oldest open call of its name."""
    taken = {call.get("id") for one in messages for call in one.tool_calls if isinstance(call, Mapping)}
    waiting: list[dict[str, Any]] = []
    number = 0
    for message in messages:
        for call in message.tool_calls:
            if not isinstance(call, dict):
                continue
            if call.get("id") is None:
                number = next(
                    at for at in range(number + 1, number + len(taken) + 2) if f"call_{at}" not in taken
                )
                call["id"] = f"call_{number}"
            waiting.append(call)
        if message.role == "function":
            message.role = "tool"
        if message.role == "tool" and waiting:
            _answer(message, waiting)


def _answer(message: Message, waiting: list[dict[str, Any]]) -> None:
    for call in waiting:
        function = call.get("function")
        named = isinstance(function, Mapping) and function.get("name") == message.name
        if message.tool_call_id == call["id"] or (
            message.tool_call_id is None and (message.name is None or named)
        ):
            message.tool_call_id = call["id"]
            waiting.remove(call)
            return
