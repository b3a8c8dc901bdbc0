"""Turn located values into records; pydantic's complaints become errors with a line and a remedy."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from advisor.catalog.strict_yaml import Located, Path_
from advisor.errors import AdvisorError, did_you_mean

T = TypeVar("T")


def parse_record(model: type[T], located: Located, path: Path_ = ()) -> T:
    """Read the value at ``path`` of ``located`` as ``model``; the first defect is raised with its line."""
    value = located.value
    for step in path:
        value = value[step]
    try:
        return TypeAdapter(model).validate_python(value)
    except ValidationError as error:
        raise _first_error(model, error, located, path) from error


def _first_error(model: Any, error: ValidationError, located: Located, path: Path_) -> AdvisorError:
    # Unknown keys first: a misspelt key also shows as a missing one, and the spelling is the cause.
    details = min(error.errors(), key=lambda item: item["type"] != "extra_forbidden")
    place = located.at(_known_part(located, (*path, *details["loc"])))
    return AdvisorError(_problem(details), place=place, remedy=_remedy(model, details))


def _known_part(located: Located, path: Path_) -> Path_:
    return tuple(step for index, step in enumerate(path) if path[: index + 1] in located.lines) or path


def _problem(details: ErrorDetails) -> str:
    key = ".".join(str(step) for step in details["loc"])
    match details["type"]:
        case "extra_forbidden":
            return f"there is no key '{details['loc'][-1]}' here"
        case "missing":
            return f"the key '{key}' is missing"
        case "value_error":
            reason = str(details.get("ctx", {}).get("error", details["msg"]))
            return f"'{key}': {reason}" if key else reason
        case _:
            shown = repr(details["input"])
            shown = shown if len(shown) <= 60 else shown[:57] + "…"
            return f"'{key}' is {shown}: {details['msg'][0].lower()}{details['msg'][1:]}"


def _remedy(model: Any, details: ErrorDetails) -> str:
    if details["type"] == "extra_forbidden":
        fields = list(_fields_at(model, details["loc"][:-1]))
        return did_you_mean(str(details["loc"][-1]), fields) if fields else "Remove it."
    if details["type"] == "missing":
        return f"Add it: {_description(model, details['loc'])}".strip()
    if details["type"] == "literal_error":
        expected = str(details.get("ctx", {}).get("expected", ""))
        words = [word.strip(" '") for word in expected.replace(" or ", ", ").split(",")]
        return did_you_mean(str(details["input"]), words)
    return f"Correct it: {_description(model, details['loc'])}".strip()


def _models_at(model: Any, loc: tuple[str | int, ...]) -> Iterator[type[BaseModel]]:
    if isinstance(model, type) and issubclass(model, BaseModel):
        if not loc:
            yield model
            return
        for name, field in model.model_fields.items():
            if loc[0] in (name, field.alias):
                yield from _models_at(field.annotation, loc[1:])
        return
    for argument in typing.get_args(model):
        rest = loc[1:] if typing.get_origin(model) in (dict, list, tuple) and loc else loc
        yield from _models_at(argument, rest)


def _fields_at(model: Any, loc: tuple[str | int, ...]) -> Iterator[str]:
    for found in _models_at(model, loc):
        for name, field in found.model_fields.items():
            yield field.alias or name


def _description(model: Any, loc: tuple[str | int, ...]) -> str:
    for found in _models_at(model, loc[:-1]):
        for name, field in found.model_fields.items():
            if loc and loc[-1] in (name, field.alias) and field.description:
                return field.description.replace("\n", " ")
    return ""
