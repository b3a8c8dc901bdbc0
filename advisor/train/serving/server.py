"""Start engine and gateway for a list of targets with one call."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.applications import Starlette

from advisor.errors import AdvisorError
from advisor.train.jobs import JobStore
from advisor.train.serving.engine import start_engine
from advisor.train.serving.gateway import Gateway, gateway_app
from advisor.train.serving.served import Served, adapter_file, base_file, find_served, merged_file


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """How to serve."""

    base_gguf: Path | None = None
    """The base model's file, where it is not the packaged model."""
    merged: bool = False
    """Fold the one target's adapter into the base: faster answers, no choice between adapters."""
    context: int = 2048
    """Tokens for each request."""
    slots: int = 2
    """Requests answered at the same time."""
    allow_other_prompts: bool = False
    """Let requests bring a system prompt that training did not use."""


def build_server(
    targets: list[str], options: ServeOptions, store: JobStore
) -> tuple[Starlette, tuple[Served, ...]]:
    """Load the targets and give the application, with the names it answers to."""
    served = [find_served(target, store) for target in targets]
    _check_names(served)
    base = base_file(served, options.base_gguf)
    template = _one_template(served)
    sizes: dict[str, Any] = {"chat_template": template, "context": options.context, "slots": options.slots}
    if options.merged:
        names = _merged_names(served)
        engine = start_engine(merged_file(served[0], base), [], **sizes)
    else:
        names = (*served, Served("base", None, None, template, ""))
        engine = start_engine(base, [adapter_file(item, base) for item in served], **sizes)
    app = gateway_app(Gateway(engine, names, allow_other_prompts=options.allow_other_prompts))
    return app, names


def _check_names(served: list[Served]) -> None:
    names = [item.name for item in served]
    for name in names:
        if names.count(name) > 1 or name == "base":
            raise AdvisorError(
                f"the name '{name}' is taken", place="targets", remedy="Give each target a name: NAME=TARGET."
            )


def _one_template(served: list[Served]) -> str | None:
    templates = {item.chat_template for item in served}
    if len(templates) > 1:
        raise AdvisorError(
            "the adapters were trained with different chat templates",
            place="targets",
            remedy="Serve them from separate servers.",
        )
    return templates.pop() if templates else None


def _merged_names(served: list[Served]) -> tuple[Served, ...]:
    if len(served) != 1:
        raise AdvisorError(
            f"only one adapter can be merged, not {len(served)}",
            place="--merged",
            remedy="Name one target, or serve several adapters without --merged.",
        )
    only = served[0]
    return (Served(only.name, None, only.system_prompt, only.chat_template, only.base_model),)
