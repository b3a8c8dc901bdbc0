"""What a run needs beyond the base install, all of it at once: nobody installs one extra after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.util import find_spec

from advisor.errors import AdvisorError
from advisor.evaluate.bakeoff.choosing import FILE, TRAIN
from advisor.evaluate.bakeoff.records import ArmSpec, BakeoffOptions

MODULES = {
    "retrieve": ("semantic_text_splitter", "bm25s"),
    "hosted": ("openai",),
    "serve": ("xllamacpp", "uvicorn"),
    "train": ("torch", "transformers", "trl", "peft"),
    "optimise": ("gepa",),
    "ray": ("ray",),
}
"""Modules that tell whether an extra is installed."""


def check_extras(options: BakeoffOptions, arms: Sequence[ArmSpec]) -> None:
    """Refuse a run whose extras are not installed.

    Raises:
        AdvisorError: Some are missing; the remedy installs them all.
    """
    missing = [extra for extra in dict.fromkeys(_wanted(options, arms)) if not _installed(extra)]
    if missing:
        word = "an extra that is" if len(missing) == 1 else "extras that are"
        raise AdvisorError(
            f"this run needs {word} not installed: {', '.join(missing)}",
            place="advisor bakeoff",
            remedy=f"Install with: pip install 'llm-adaptation-advisor[{','.join(missing)}]'.",
        )


def _wanted(options: BakeoffOptions, arms: Sequence[ArmSpec]) -> Iterator[str]:
    asking = [one for one in arms if one.kind != FILE]
    if options.documents is not None:
        yield "retrieve"
    if asking:
        yield "hosted"
    if any((one.base_url or options.base_url) is None for one in asking):
        yield "serve"
    if any(one.model == TRAIN for one in asking):
        yield "train"
    if any(one.kind == "optimised-prompt" for one in asking):
        yield "optimise"
    if options.executor != "local":
        yield "ray"


def _installed(extra: str) -> bool:
    return all(find_spec(module) is not None for module in MODULES[extra])
