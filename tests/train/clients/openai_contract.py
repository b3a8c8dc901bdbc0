"""Write an OpenAPI document of the files and fine_tuning routes from the official client's own types."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from openai.types import FileObject
from openai.types.fine_tuning import (
    FineTuningJob,
    FineTuningJobEvent,
    JobCreateParams,
)
from openai.types.fine_tuning.jobs import FineTuningJobCheckpoint
from pydantic import TypeAdapter

REFERENCE = "#/components/schemas/{model}"


def write_contract(path: Path) -> Path:
    """Write the document to `path`."""
    schemas: dict[str, Any] = {}
    names = {}
    for name, kind in (
        ("File", FileObject),
        ("Job", FineTuningJob),
        ("Event", FineTuningJobEvent),
        ("Checkpoint", FineTuningJobCheckpoint),
        ("CreateJob", JobCreateParams),
    ):
        mode = "validation"
        schema = TypeAdapter(kind).json_schema(ref_template=REFERENCE, mode=mode)
        schemas |= schema.pop("$defs", {})
        schemas[name] = schema
        names[name] = {"$ref": REFERENCE.format(model=name)}
    _forbid_unknown(schemas, "CreateJob")
    _always_more(schemas, names)
    document = {
        "openapi": "3.1.0",
        "info": {"title": "files and fine_tuning", "version": "1"},
        "paths": _paths(names),
        "components": {"schemas": schemas},
    }
    path.write_text(json.dumps(document))
    return path


def _forbid_unknown(schemas: dict[str, Any], name: str) -> None:
    # the types allow what they do not name; a request with a misspelt key must be refused here
    schemas[name]["additionalProperties"] = False
    for reference in json.dumps(schemas[name]).split(REFERENCE.format(model=""))[1:]:
        inner = reference.split('"')[0]
        if schemas[inner].get("type") == "object" and "additionalProperties" not in schemas[inner]:
            _forbid_unknown(schemas, inner)


def _always_more(schemas: dict[str, Any], names: dict[str, Any]) -> None:
    for name in ("File", "Job", "Event", "Checkpoint"):
        schemas[f"{name}Page"] = {
            "type": "object",
            "required": ["object", "data", "has_more"],
            "properties": {
                "object": {"type": "string", "enum": ["list"]},
                "data": {"type": "array", "items": names[name], "minItems": 1},
                "has_more": {"type": "boolean", "enum": [True]},
            },
        }
        names[f"{name}Page"] = {"$ref": REFERENCE.format(model=f"{name}Page")}


def _paths(names: dict[str, Any]) -> dict[str, Any]:
    upload = {
        "type": "object",
        "required": ["file", "purpose"],
        "properties": {
            "file": {"type": "string", "format": "binary"},
            "purpose": {"type": "string", "enum": ["fine-tune"]},
        },
    }
    paging = [
        _query("after", {"type": "string"}),
        _query("limit", {"type": "integer", "minimum": 1, "maximum": 100}),
    ]
    one = [{"name": "job", "in": "path", "required": True, "schema": {"type": "string"}}]
    jobs = "/fine_tuning/jobs"
    return {
        "/files": {
            "get": _route(names["FilePage"], [*paging, _query("purpose", {"type": "string"})]),
            "post": _route(names["File"], [], ("multipart/form-data", upload)),
        },
        jobs: {
            "get": _route(names["JobPage"], paging),
            "post": _route(names["Job"], [], ("application/json", names["CreateJob"])),
        },
        f"{jobs}/{{job}}": {"get": _route(names["Job"], one)},
        f"{jobs}/{{job}}/cancel": {"post": _route(names["Job"], one)},
        f"{jobs}/{{job}}/events": {"get": _route(names["EventPage"], [*one, *paging])},
        f"{jobs}/{{job}}/checkpoints": {"get": _route(names["CheckpointPage"], [*one, *paging])},
    }


def _query(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema}


def _route(answer: Any, parameters: list[Any], body: tuple[str, Any] | None = None) -> dict[str, Any]:
    route: dict[str, Any] = {
        "parameters": parameters,
        "responses": {"200": {"description": "ok", "content": {"application/json": {"schema": answer}}}},
    }
    if body is not None:
        route["requestBody"] = {"required": True, "content": {body[0]: {"schema": body[1]}}}
    return route
