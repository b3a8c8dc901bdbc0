"""Which arms run: those named, or those of the assessment's shortlist that can."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import NamedTuple

from advisor.catalog import Catalog
from advisor.errors import AdvisorError, did_you_mean
from advisor.evaluate.bakeoff.arms import ARMS, ArmKind
from advisor.evaluate.bakeoff.records import ArmSpec, BakeoffOptions
from advisor.evaluate.bakeoff.rows import Rows
from advisor.train.packaged_model import is_packaged

TRAIN = "train"
"""As an arm's model: train one here."""
FILE = "file"
FALLBACK = ("prompt", "few-shot", "retrieval", "right-passage")


class Choice(NamedTuple):
    """The arms of a run, and those of the shortlist that cannot run, each with the reason."""

    arms: tuple[ArmSpec, ...]
    left_out: tuple[str, ...]


def read_arm(text: str) -> ArmSpec:
    """Read ``KIND``, ``KIND=MODEL``, ``KIND=MODEL@URL``, or ``NAME=FILE`` for answers that exist.

    Raises:
        AdvisorError: There is no such kind of arm, and no such file.
    """
    name, equals, value = (part.strip() for part in text.partition("="))
    if equals and value and Path(value).is_file():
        return ArmSpec(name=name, kind=FILE, path=Path(value).absolute())
    if name not in ARMS or (equals and not value):
        raise AdvisorError(
            f"there is no arm '{name}'" if name not in ARMS else f"'{text}' names no model",
            place="--arm",
            remedy=did_you_mean(name, ARMS)
            if not equals
            else "Write KIND=MODEL, KIND=MODEL@URL or NAME=FILE.",
        )
    model, _, url = value.partition("@http")
    return ArmSpec(name=name, kind=name, model=model or None, base_url=f"http{url}" if url else None)


def shortlist_of(options: BakeoffOptions, catalog: Catalog, day: date) -> tuple[str, ...]:
    """Return the strategies that the assessment keeps; none where no answers are named, or arms are."""
    if options.answers is None or options.arms:
        return ()
    from advisor.decide import decide
    from advisor.scenario import read_situation

    return tuple(decide(read_situation(options.answers, catalog), catalog, as_of=day).shortlist)


def choose(options: BakeoffOptions, rows: Rows, shortlist: Iterable[str]) -> Choice:
    """Return the arms that run.

    Args:
        options: What is asked; arms named there run or are refused.
        rows: Both sides of the data.
        shortlist: Strategies that an assessment keeps; with it and without named arms, those that can run do.

    Raises:
        AdvisorError: An arm that was named cannot run, or none can.
    """
    if options.arms:
        for one in options.arms:
            because = lacking(one, options, rows)
            if because:
                raise AdvisorError(
                    f"the arm '{one.name}' cannot run: {because[0]}", place="--arm", remedy=because[1]
                )
        return Choice(tuple(map(_with_model(options), options.arms)), ())
    return _from_shortlist(options, rows, tuple(shortlist))


def _from_shortlist(options: BakeoffOptions, rows: Rows, shortlist: tuple[str, ...]) -> Choice:
    wanted = [one for one in ARMS.values() if _wanted(one, shortlist)] or [ARMS[name] for name in FALLBACK]
    kept, left_out = [], []
    for kind in wanted:
        spec = ArmSpec(name=kind.id, kind=kind.id)
        because = lacking(spec, options, rows)
        if because:
            left_out.append(f"{kind.id}: {because[0]}")
        else:
            kept.append(_with_model(options)(spec))
    if not kept:
        raise AdvisorError(
            f"no arm of the shortlist can run ({'; '.join(left_out)})",
            place="--arm",
            remedy="Name arms with --arm.",
        )
    return Choice(tuple(kept), tuple(left_out))


def _wanted(kind: ArmKind, shortlist: tuple[str, ...]) -> bool:
    # Without a prompt nothing can be said to be better than one; with retrieval, finding is told from using.
    if kind.id in {"optimised-prompt", "few-shot-nearest", "whole-text", "tuned-then-retrieval"}:
        return False
    probes = {"prompt": True, "right-passage": "rag" in shortlist, "few-shot-retrieval": "rag" in shortlist}
    return bool(shortlist) and (kind.strategy in shortlist or probes.get(kind.id, False))


def _with_model(options: BakeoffOptions) -> Callable[[ArmSpec], ArmSpec]:
    def filled(spec: ArmSpec) -> ArmSpec:
        kind = ARMS.get(spec.kind)
        if kind is None or kind.tuned is None or spec.model is not None or options.base_url is not None:
            return spec
        return spec.model_copy(update={"model": TRAIN})

    return filled


def lacking(spec: ArmSpec, options: BakeoffOptions, rows: Rows) -> tuple[str, str] | None:
    """Return what an arm lacks and how to bring it; None where it can run."""
    if spec.kind == FILE:
        return None
    kind = ARMS[spec.kind]
    if "documents" in kind.needs and options.documents is None:
        return "there are no documents", "Name them with --documents DIR."
    if "passages named in the rows" in kind.needs and not any(one.example.passages for one in rows.held_out):
        return (
            "no row names the passage that holds its answer",
            "Add a field 'passages' with their ids to the rows.",
        )
    if kind.tuned is not None:
        return _lacking_model(spec, options)
    if kind.id == "optimised-prompt" and is_packaged(options.model) and spec.model != "anyway":
        return (
            "a small model does not profit from an optimised prompt and cannot reflect on its mistakes",
            "Name a capable model, or insist with --arm optimised-prompt=anyway.",
        )
    return None


def _lacking_model(spec: ArmSpec, options: BakeoffOptions) -> tuple[str, str] | None:
    trains_here = options.base_url is None and is_packaged(options.model)
    if spec.model in (None, TRAIN) and not trains_here:
        return (
            "it has no tuned model",
            f"Name one with --arm {spec.name}=MODEL or {spec.name}=MODEL@URL (advisor train run-model serves a job).",
        )
    return None
