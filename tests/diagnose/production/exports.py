"""An export of each shape, written from the vendors' published schemas with content of our own; none is from a real account."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

ASKED: Final = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Can I send the spade back?"},
]
SAID: Final = "Sure, within thirty days."

LANGFUSE_INTERFACE: Final = [
    {
        "id": "obs_1", "traceId": "trace_1", "name": "answer", "type": "GENERATION", "model": "shop-tuned",
        "modelParameters": {"temperature": 0.4}, "startTime": "2026-11-03T10:23:14.512Z", "input": ASKED,
        "output": {"role": "assistant", "content": SAID}, "metadata": {"channel": "mail"}, "level": "DEFAULT",
    },
    {"id": "obs_2", "traceId": "trace_1", "name": "retrieve", "type": "SPAN", "startTime": "2026-11-03T10:23:14Z", "input": "spade", "output": "2 rows"},
]  # fmt: skip
LANGFUSE_BLOB: Final = [
    {
        "id": "obs_1", "trace_id": "trace_1", "type": "GENERATION", "start_time": "2026-11-03 10:23:14.512000", "name": "answer",
        "input": json.dumps({"messages": ASKED}), "output": json.dumps({"role": "assistant", "content": SAID}),
        "provided_model_name": "shop-tuned", "model_parameters": '{"temperature":0.4}', "metadata": {"channel": "mail"},
    }
]  # fmt: skip
LANGFUSE_TRACE: Final = {
    "id": "trace_1", "timestamp": "2026-11-03T10:23:14Z", "name": "chat", "sessionId": "s1", "input": "…", "output": "…", "tags": ["prod"],
    "observations": LANGFUSE_INTERFACE,
    "scores": [{"id": "sc", "observationId": "obs_1", "name": "complaint", "stringValue": "tone"}],
}  # fmt: skip
LANGSMITH: Final = [
    {
        "id": "run-1", "name": "ChatOpenAI", "run_type": "llm", "start_time": "2026-11-03T10:23:14.512000",
        "inputs": {"messages": [[
            {"lc": 1, "type": "constructor", "id": ["langchain", "schema", "messages", "SystemMessage"], "kwargs": {"content": "Be brief.", "type": "system"}},
            {"lc": 1, "type": "constructor", "id": ["langchain", "schema", "messages", "HumanMessage"], "kwargs": {"content": "Can I send the spade back?", "type": "human"}},
        ]]},
        "outputs": {"generations": [[{"text": SAID, "message": {"lc": 1, "type": "constructor", "id": ["langchain", "schema", "messages", "AIMessage"], "kwargs": {"content": SAID, "type": "ai"}}}]], "llm_output": {}},
        "extra": {"metadata": {"ls_model_name": "shop-tuned", "ls_temperature": 0.4, "channel": "mail"}, "invocation_params": {"max_tokens": 200}},
        "feedback_stats": {"complaint": {"n": 1, "avg": None, "values": {"tone": 1}}}, "trace_id": "t", "parent_run_id": "run-0",
    },
    {"id": "run-0", "name": "chain", "run_type": "chain", "start_time": "2026-11-03T10:23:14", "inputs": {"question": "Can I send the spade back?"}, "outputs": {"answer": SAID}, "extra": {}},
]  # fmt: skip
LANGSMITH_PLAIN: Final = [
    {
        "id": "run-1", "name": "openai", "run_type": "llm", "start_time": "2026-11-03T10:23:14.512000", "inputs": {"messages": ASKED},
        "outputs": {"choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": SAID}}]},
        "extra": {"metadata": {"ls_model_name": "shop-tuned", "ls_temperature": 0.4, "channel": "mail"}},
    }
]  # fmt: skip
_FLAT: Final = {
    "openinference.span.kind": "LLM", "llm.model_name": "shop-tuned", "llm.invocation_parameters": '{"temperature": 0.4}',
    "llm.input_messages.0.message.role": "system", "llm.input_messages.0.message.content": "Be brief.",
    "llm.input_messages.1.message.role": "user", "llm.input_messages.1.message.contents.0.message_content.type": "text",
    "llm.input_messages.1.message.contents.0.message_content.text": "Can I send the spade back?",
    "llm.output_messages.0.message.role": "assistant", "llm.output_messages.0.message.content": SAID, "metadata": '{"channel": "mail"}',
}  # fmt: skip
PHOENIX_SPANS: Final = {
    "data": [
        {"name": "ChatCompletion", "context": {"trace_id": "t", "span_id": "s1"}, "span_kind": "LLM", "parent_id": "s0", "start_time": "2026-11-03T10:23:14.512000+00:00", "status_code": "OK", "attributes": _FLAT},
        {"name": "chain", "context": {"trace_id": "t", "span_id": "s0"}, "span_kind": "CHAIN", "start_time": "2026-11-03T10:23:14+00:00", "attributes": {"openinference.span.kind": "CHAIN", "input.value": "spade", "output.value": SAID}},
    ],
    "next_cursor": None,
}  # fmt: skip
PHOENIX_NESTED: Final = [
    {
        "name": "ChatCompletion", "context": {"trace_id": "t", "span_id": "s1"}, "span_kind": "LLM", "start_time": "2026-11-03T10:23:14.512000+00:00",
        "attributes": {"openinference": {"span": {"kind": "LLM"}}, "metadata": {"channel": "mail"}, "llm": {
            "model_name": "shop-tuned", "invocation_parameters": '{"temperature": 0.4}', "input_messages": [{"message": one} for one in ASKED],
            "output_messages": [{"message": {"role": "assistant", "content": SAID}}]}},
    }
]  # fmt: skip
PHOENIX_FRAME: Final = [
    {
        "name": "ChatCompletion", "span_kind": "LLM", "context.span_id": "s1", "start_time": "2026-11-03T10:23:14.512000+00:00",
        "attributes.llm.model_name": "shop-tuned", "attributes.llm.invocation_parameters": '{"temperature": 0.4}', "attributes.metadata": {"channel": "mail"},
        "attributes.llm.input_messages": [{"message.role": one["role"], "message.content": one["content"]} for one in ASKED],
        "attributes.llm.output_messages": [{"message.role": "assistant", "message.content": SAID}],
    }
]  # fmt: skip
OTLP: Final = {
    "resourceSpans": [
        {"resource": {}, "scopeSpans": [{"scope": {"name": "openinference"}, "spans": [
            {"traceId": "t", "spanId": "s1", "name": "ChatCompletion", "startTimeUnixNano": "1793701394512000000",
             "attributes": [{"key": key, "value": {"stringValue": one}} for key, one in _FLAT.items()]},
        ]}]}
    ]
}  # fmt: skip
OPENAI_STORED: Final = {
    "object": "list", "first_id": "chatcmpl-1", "last_id": "chatcmpl-1", "has_more": False,
    "data": [{
        "object": "chat.completion", "id": "chatcmpl-1", "model": "shop-tuned", "created": 1793701394, "request_id": "req_1", "temperature": 0.4,
        "top_p": 1.0, "input_user": None, "tools": None, "metadata": {"channel": "mail"}, "messages": ASKED,
        "choices": [{"index": 0, "message": {"content": SAID, "role": "assistant", "tool_calls": None}, "finish_reason": "stop", "logprobs": None}],
    }],
}  # fmt: skip
OPENAI_RESPONSE: Final = [
    {
        "object": "response", "id": "resp_1", "created_at": 1793701394.5, "status": "completed", "model": "shop-tuned", "instructions": "Be brief.", "temperature": 0.4,
        "input": [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Can I send the spade back?"}]}], "metadata": {"channel": "mail"},
        "output": [{"type": "reasoning", "summary": []}, {"type": "message", "role": "assistant", "status": "completed", "content": [{"type": "output_text", "text": SAID, "annotations": []}]}],
    }
]  # fmt: skip
OPENAI_PAIR: Final = [
    {
        "timestamp": "2026-11-03T10:23:14.512Z", "request": {"model": "shop-tuned", "messages": ASKED, "temperature": 0.4, "metadata": {}},
        "response": {"id": "chatcmpl-1", "object": "chat.completion", "created": 1793701394, "model": "shop-tuned", "metadata": {"channel": "mail"}, "choices": [{"index": 0, "message": {"role": "assistant", "content": SAID}, "finish_reason": "stop"}]},
    }
]  # fmt: skip
OWN: Final = [
    {"messages": [*ASKED, {"role": "assistant", "content": SAID}], "metadata": {"channel": "mail", "temperature": 0.4, "model": "shop-tuned", "date": "2026-11-03", "id": "a1"}}
]  # fmt: skip
CSV: Final = (
    "Ticket ID,Created at,System prompt,Customer message,Bot reply,Model,Temperature,Channel\n"
    f'a1,2026-11-03T10:23:14,Be brief.,Can I send the spade back?,"{SAID}",shop-tuned,0.4,mail\n'
)
SHAPES: Final[dict[str, tuple[str, Any]]] = {
    "langfuse, interface": ("langfuse", LANGFUSE_INTERFACE),
    "langfuse, blob storage": ("langfuse", LANGFUSE_BLOB),
    "langfuse, one trace": ("langfuse", LANGFUSE_TRACE),
    "langsmith, LangChain": ("langsmith", LANGSMITH),
    "langsmith, OpenAI wrapper": ("langsmith", LANGSMITH_PLAIN),
    "phoenix, API": ("openinference", PHOENIX_SPANS),
    "phoenix, nested": ("openinference", PHOENIX_NESTED),
    "phoenix, frame": ("openinference", PHOENIX_FRAME),
    "OTLP": ("openinference", OTLP),
    "openai, stored": ("openai", OPENAI_STORED),
    "openai, response": ("openai", OPENAI_RESPONSE),
    "openai, request and response": ("openai", OPENAI_PAIR),
    "rows": ("rows", OWN),
    "table": ("rows", CSV),
}


def written(folder: Path, content: Any, *, name: str = "production") -> Path:
    """Write an export: text as CSV, a list as JSON Lines, an object as a JSON document."""
    if isinstance(content, str):
        path, text = folder / f"{name}.csv", content
    elif isinstance(content, list):
        path, text = folder / f"{name}.jsonl", "".join(json.dumps(one) + "\n" for one in content)
    else:
        path, text = folder / f"{name}.json", json.dumps(content, indent=1)
    path.write_text(text, encoding="utf-8")
    return path
