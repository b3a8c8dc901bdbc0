"""How a function becomes a tool: strict arguments, errors in three parts, and annotations that are true."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, Final, Literal

from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool
from mcp.types import ToolAnnotations
from pydantic import ConfigDict, ValidationError

from advisor.errors import AdvisorError
from advisor.files import unusable

Kind = Literal["reads", "asks", "writes", "spends"]

ANNOTATIONS: Final[dict[Kind, ToolAnnotations]] = {
    "reads": ToolAnnotations(
        read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
    ),
    # A hosted job is asked for at its provider.
    "asks": ToolAnnotations(
        read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=True
    ),
    # It replaces files of the same name.
    "writes": ToolAnnotations(
        read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=False
    ),
    "spends": ToolAnnotations(
        read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=True
    ),
}


def make_tool(function: Callable[..., Any], kind: Kind, title: str) -> Tool:
    """Make a tool of a function; its signature becomes the schemas, its docstring the description."""
    tool = Tool.from_function(
        _told(function),
        title=title,
        description=inspect.getdoc(function),
        annotations=ANNOTATIONS[kind].model_copy(update={"title": title}),
        structured_output=True,
    )
    arguments = _strict(tool.fn_metadata.arg_model)
    return tool.model_copy(
        update={
            "fn_metadata": tool.fn_metadata.model_copy(update={"arg_model": arguments}),
            "parameters": arguments.model_json_schema(by_alias=True),
        }
    )


def _strict(arguments: Any) -> Any:
    """Refuse arguments that a tool does not know, instead of dropping them unseen."""
    settings = ConfigDict(extra="forbid", arbitrary_types_allowed=True)
    return type(arguments)(
        arguments.__name__, (arguments,), {"model_config": settings, "__module__": __name__}
    )


def _told(function: Callable[..., Any]) -> Callable[..., Any]:
    """Hand a user's mistake to the model in its three parts; what is our mistake stays on the server."""
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def waiting(*args: Any, **given: Any) -> Any:
            try:
                return await function(*args, **given)
            except (AdvisorError, OSError, ValidationError, RecursionError) as error:
                raise _in_words(error) from error

        return waiting

    @functools.wraps(function)
    def told(*args: Any, **given: Any) -> Any:
        try:
            return function(*args, **given)
        except (AdvisorError, OSError, ValidationError, RecursionError) as error:
            raise _in_words(error) from error

    return told


def _in_words(error: Exception) -> ToolError:
    if isinstance(error, OSError):
        error = unusable(error, str(error.filename or "file"))
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or error.title
        error = AdvisorError(first["msg"], place=place, remedy="Give another value.")
    if isinstance(error, RecursionError):
        error = AdvisorError("the input is nested too deeply", place="input", remedy="Flatten it.")
    return ToolError(str(error))
