"""Content as a list of parts: OpenAI's, Anthropic's, Bedrock's and Vertex's, told apart by their fields."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MEDIA_TYPES = frozenset(
    {"image", "image_url", "input_image", "video", "video_url", "audio", "input_audio", "audio_url", "file"}
)
_IGNORED = frozenset({"cachePoint", "cache_control", "cache_point"})
_TEXT_TYPES = frozenset({"text", "input_text", "output_text", None})
_MEDIA_WORDS = ("image", "video", "audio", "document")


@dataclass(slots=True)
class Content:
    """What one content field holds."""

    text: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)
    """Tool calls in OpenAI's shape."""
    results: list[tuple[object, object, str]] = field(default_factory=list)
    """Tool results: id, name and words."""
    parts: list[dict[str, Any]] = field(default_factory=list)
    """Texts and media in order, in OpenAI's shape."""
    media: bool = False

    def add_text(self, text: object) -> None:
        """Add words; what is not text is left out."""
        if isinstance(text, str):
            self.text.append(text)
            self.parts.append({"type": "text", "text": text})

    def add_media(self, part: dict[str, Any]) -> None:
        """Add an image, audio, video or file."""
        self.parts.append(part)
        self.media = True


def content_of(parts: list[Any], problems: list[str]) -> Content:
    """Read a list of parts; a part of no known kind is a problem."""
    found = Content()
    for part in parts:
        if isinstance(part, str):
            found.add_text(part)
        elif not isinstance(part, Mapping):
            problems.append("content-not-text")
        elif not _read_part({key: one for key, one in part.items() if one is not None}, found):
            problems.append("unknown-part")
    return found


def _read_part(part: dict[str, Any], found: Content) -> bool:
    kind = part.get("type")
    if not isinstance(kind, (str, type(None))):
        return False
    if kind in _TEXT_TYPES and isinstance(part.get("text"), str):
        (found.reasoning.append if part.get("thought") is True else found.add_text)(part["text"])
        return True
    if kind in MEDIA_TYPES:
        found.add_media(_openai_media(part))
        return True
    readers = (_reasoning_part, _call_part, _result_part, _foreign_media)
    return any(read(part, found) for read in readers) or not part.keys() - _IGNORED


def _reasoning_part(part: dict[str, Any], found: Content) -> bool:
    if part.get("type") in {"thinking", "reasoning", "refusal"}:
        text = part.get(part["type"], part.get("text", ""))
        if part["type"] == "refusal":
            found.add_text(text)
        elif isinstance(text, str):
            found.reasoning.append(text)
        return isinstance(text, str)
    inner = part.get("reasoningContent")
    if isinstance(inner, Mapping):
        text = inner.get("reasoningText", inner)
        words = text.get("text") if isinstance(text, Mapping) else text
        if isinstance(words, str):
            found.reasoning.append(words)
        return True
    return False


def _call_part(part: dict[str, Any], found: Content) -> bool:
    if part.get("type") == "tool_use":
        named, arguments = part, part.get("input")
    elif bedrock := _inner(part, "toolUse"):
        named = {**bedrock, "id": bedrock.get("toolUseId")}
        arguments = bedrock.get("input")
    elif vertex := _inner(part, "functionCall", "function_call"):
        named, arguments = vertex, vertex.get("args")
    else:
        return False
    identity = {} if named.get("id") is None else {"id": named["id"]}
    function = {"name": named.get("name"), "arguments": as_json({} if arguments is None else arguments)}
    found.calls.append({**identity, "type": "function", "function": function})
    return True


def _result_part(part: dict[str, Any], found: Content) -> bool:
    if part.get("type") == "tool_result":
        found.results.append((part.get("tool_use_id"), None, _words(part.get("content"))))
    elif bedrock := _inner(part, "toolResult"):
        found.results.append((bedrock.get("toolUseId"), None, _words(bedrock.get("content"))))
    elif vertex := _inner(part, "functionResponse", "function_response"):
        found.results.append((vertex.get("id"), vertex.get("name"), _words(vertex.get("response"))))
    else:
        return False
    return True


def _inner(part: dict[str, Any], *names: str) -> dict[str, Any] | None:
    return next((dict(part[name]) for name in names if isinstance(part.get(name), Mapping)), None)


def _words(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        said = [
            one
            if isinstance(one, str)
            else one["text"]
            if isinstance(one.get("text"), str)
            else as_json(one.get("json", one))
            for one in value
            if isinstance(one, (str, Mapping))
        ]
        return "\n".join(said)
    return "" if value is None else as_json(value)


def _openai_media(part: dict[str, Any]) -> dict[str, Any]:
    source = part.get("source")
    if part["type"] == "image" and isinstance(source, Mapping):
        return _image(source.get("url") or data_url(source.get("media_type"), source.get("data")))
    if part["type"] == "input_image" and isinstance(part.get("image_url"), str):
        return _image(part["image_url"])
    return part


def _foreign_media(part: dict[str, Any], found: Content) -> bool:
    for word in _MEDIA_WORDS:
        inner = part.get(word)
        if isinstance(inner, Mapping) and "type" not in part:
            found.add_media(_bedrock_media(word, inner))
            return True
    inner = part.get("inlineData", part.get("inline_data", part.get("fileData", part.get("file_data"))))
    if not isinstance(inner, Mapping):
        return False
    mime = str(inner.get("mimeType", inner.get("mime_type", "")))
    url = inner.get("fileUri", inner.get("file_uri")) or data_url(mime, inner.get("data"))
    found.add_media(
        _image(url)
        if mime.startswith("image/")
        else {"type": "file", "file": {"url": url, "mime_type": mime}}
    )
    return True


def _bedrock_media(word: str, inner: Mapping[str, Any]) -> dict[str, Any]:
    source = inner.get("source")
    source = source if isinstance(source, Mapping) else {}
    stored = source.get("s3Location")
    url = (
        stored.get("uri")
        if isinstance(stored, Mapping)
        else data_url(f"{word}/{inner.get('format')}", source.get("bytes"))
    )
    return (
        _image(url)
        if word == "image"
        else {"type": "file", "file": {"url": url, "mime_type": f"{word}/{inner.get('format')}"}}
    )


def _image(url: object) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": url}}


def data_url(mime: object, data: object) -> str:
    """Write data inline as an address."""
    return f"data:{mime};base64,{data}"


def as_json(value: object) -> str:
    """Write a value as compact JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
