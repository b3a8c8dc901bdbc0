"""What the shell, Python and agents ask about one run: settings by name in, the estimate and what serving takes out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, get_args

from pydantic import ValidationError

from advisor.catalog import Catalog
from advisor.catalog.records import Record
from advisor.errors import AdvisorError, did_you_mean
from advisor.train.size.architecture import Architecture
from advisor.train.size.estimate import Estimate, Question, estimate, find_architecture
from advisor.train.size.run import Run

OPTIONS: Mapping[str, str] = {"quantisation": "quant", "block_kernel": "fused_blocks", "n_gpus": "gpus"}
"""Settings of a run that the shell calls by another name."""
LARGEST = 1e15
"""More tokens or passes than this are a slip."""


class ServingSize(Record):
    """What serving the trained model takes."""

    memory_gib: dict[str, Any]
    """low, expected and high in GiB, and parts that add up to expected."""
    cache_bytes_per_token: float
    """Key-value cache of one token, in bytes."""
    requests: int
    """Concurrent requests."""
    context_tokens: int
    """Tokens of one request, prompt plus answer."""
    adapters: int
    """Adapters held beside the base; 0 for a merged model."""


class Sizing(Estimate):
    """All that is said about one run, with the day of the prices."""

    serving: ServingSize | None
    """What serving takes; null where it was not asked."""
    as_of: str
    """The day of the prices."""


class Serve(NamedTuple):
    """How the trained model is to be served."""

    requests: int
    adapters: int = 0


def size_run(  # noqa: PLR0913 - keyword-only beyond the first three
    catalog: Catalog,
    question: Question,
    settings: Mapping[str, Any],
    *,
    model: str | None = None,
    config: Path | None = None,
    serve: Serve | None = None,
) -> Sizing:
    """Show trainable parameters, memory, the hardware that fits, time and cost.

    Args:
        catalog: Models, cards, prices and the constants of memory.
        question: The day, the card and the amount of training.
        settings: Fields of ``Run`` by name; what is left out has its default.
        model: A name in the catalog, or a model directory.
        config: A ``config.json`` as Hugging Face writes it; counts before ``model``.
        serve: Also size serving.

    Raises:
        AdvisorError: The model is not known, a setting is not possible, a number is not usable.
    """
    architecture = find_architecture(catalog, model=model, config=config)
    run = make_run(**settings)
    for value, place in ((question.train_tokens, "--tokens"), (question.epochs, "--epochs")):
        _usable(value, place)
    found = estimate(catalog, architecture, run, question).model_dump()
    served = _served(catalog, architecture, run, serve, question) if serve else None
    return Sizing(**found, serving=served, as_of=question.as_of.isoformat())


def make_run(**settings: Any) -> Run:
    """Make the run, with an error that names the option and the nearest word."""
    try:
        return Run.model_validate(settings)
    except ValidationError as error:
        raise _impossible(error, settings) from error


def _impossible(error: ValidationError, settings: Mapping[str, Any]) -> AdvisorError:
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else "method"
    words = get_args(Run.model_fields[name].annotation) if name in Run.model_fields else ()
    message = str(first["msg"]).removeprefix("Value error, ")
    named = bool(words) and bool(first["loc"])
    return AdvisorError(
        f"'{settings.get(name)}' is not possible for {name}: {message[:1].lower()}{message[1:]}",
        place="--" + OPTIONS.get(name, name).replace("_", "-"),
        remedy=did_you_mean(str(settings.get(name)), map(str, words)) if named else "Change one of the two.",
    )


def _usable(value: float, place: str) -> None:
    if not 0 < value < LARGEST:
        raise AdvisorError(f"{value:g} is not a usable number", place=place, remedy="Give a positive number.")


def _served(
    catalog: Catalog, architecture: Architecture, run: Run, serve: Serve, question: Question
) -> ServingSize:
    from advisor.train.size.serving_memory import Serving, cache_bytes_per_token, serving_memory

    asked = Serving(concurrency=serve.requests, context_tokens=run.seq_len, adapters=serve.adapters)
    overhead = catalog.parameter("memory.serving_overhead_share", question.as_of).range
    span, parts = serving_memory(architecture, run, asked, overhead)
    return ServingSize(
        memory_gib={**span.model_dump(exclude={"unit"}), "parts": parts},
        cache_bytes_per_token=cache_bytes_per_token(architecture),
        requests=serve.requests,
        context_tokens=run.seq_len,
        adapters=serve.adapters,
    )
