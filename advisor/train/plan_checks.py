"""What a plan refuses or says before anything is written: options, base models and rows that the backend does not take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.catalog import Catalog
from advisor.errors import AdvisorError, did_you_mean
from advisor.train.records import TrainingSpec
from advisor.train.table import entry
from advisor.train.training_rows import TrainingRows, listed

if TYPE_CHECKING:
    from advisor.train.contract import PlanInputs
    from advisor.train.plan_parts import PlanParts

FEWEST_SHOWN = 12


def check_options(spec: TrainingSpec) -> None:
    """Refuse an option that the backend does not know: it would change nothing, unsaid."""
    known = entry(spec.backend).options
    for name in spec.options:
        if name not in known:
            raise AdvisorError(
                f"{spec.backend} has no option '{name}'",
                place="--option",
                remedy=did_you_mean(name, known) if known else f"{spec.backend} takes no options.",
            )


def check_model(spec: TrainingSpec, catalog: Catalog) -> tuple[str, ...]:
    """Refuse a base model that a service of its own models does not list; warn of one that no list of ours has."""
    backend = entry(spec.backend)
    bases = {
        (route.base.partition(":")[2] or route.base).lower()
        for route in catalog.market.tuning.values()
        if route.backend == spec.backend and route.base
    }
    name = spec.base_model.rpartition("/")[2].lower()
    listed_there = any(name.startswith(base) for base in bases) or name.startswith("ft:")
    if backend.kind != "hosted" or not bases or listed_there:
        return ()
    if backend.own_models:
        raise AdvisorError(
            f"{backend.title} does not tune '{spec.base_model}'",
            place="--model",
            remedy=did_you_mean(name, sorted(bases)),
        )
    return (
        f"'{spec.base_model}' is not among the models of {backend.title} that the catalog lists; ask the service first.",
    )


def check_rows(spec: TrainingSpec, parts: PlanParts, given: PlanInputs) -> tuple[str, ...]:
    """Refuse rows that the objective or the backend cannot use; return what is left out and what looks wrong."""
    said: list[str] = []
    for rows in (given.rows, *([given.eval_rows] if given.eval_rows else [])):
        _check_objective(spec, rows)
        _check_carried(spec, parts, rows)
        said += _faults(spec, rows)
    return (*said, *_left_out(spec, parts, given.rows))


def _check_objective(spec: TrainingSpec, rows: TrainingRows) -> None:
    traits, place = rows.traits, str(rows.path)
    if (spec.objective == "cpt") != (traits.texts == traits.rows) or (
        spec.objective != "cpt" and traits.texts
    ):
        raise AdvisorError(
            "'cpt' needs rows of plain text" if spec.objective == "cpt" else "these are rows of plain text",
            place=place,
            remedy="Plain text is {\"text\": …} with --objective cpt; conversations have 'messages'.",
        )
    if spec.objective == "dpo" and traits.pairs < traits.rows:
        _refuse_pairs(spec, rows, "'dpo' needs a better and a worse answer for each prompt")
    if spec.objective == "kto" and traits.pairs < traits.rows and traits.marked < traits.rows:
        _refuse_pairs(
            spec, rows, "'kto' needs a better and a worse answer, or a label of good or bad, for each prompt"
        )
    if spec.objective == "sft" and traits.pairs:
        raise AdvisorError("these are preference pairs", place=place, remedy="Use --objective dpo.")
    if spec.objective == "sft" and rows.bad.all():
        raise AdvisorError(
            "every answer is marked as bad, so there is nothing to learn",
            place=place,
            remedy="Use --objective kto together with rows that are marked as good.",
        )


def _refuse_pairs(spec: TrainingSpec, rows: TrainingRows, problem: str) -> None:
    marked = rows.traits.marked == rows.traits.rows
    remedy = (
        "These rows have labels of good and bad: use --objective kto."
        if marked and spec.objective == "dpo"
        else "Give rows with 'prompt', 'chosen' and 'rejected', or use --objective sft."
    )
    raise AdvisorError(problem, place=str(rows.path), remedy=remedy)


def _check_carried(spec: TrainingSpec, parts: PlanParts, rows: TrainingRows) -> None:
    """Refuse what would be lost without a word and changes what is learned."""
    carries, traits, title = parts.carries, rows.traits, entry(spec.backend).title
    if traits.with_media and not carries.media:
        raise AdvisorError(
            f"{traits.with_media} rows hold images, audio or video, and a plan for {title} is of text only",
            place=str(rows.path),
            remedy="Take these rows out, or use a service that reads OpenAI's image format: openai, azure.",
        )
    if traits.with_tools and not carries.tools:
        raise AdvisorError(
            f"{traits.with_tools} rows hold tools or tool calls, which the files for {title} cannot carry",
            place=str(rows.path),
            remedy="Use trl, axolotl, openai, together or fireworks, or take these rows out.",
        )
    if (
        traits.with_weights
        and spec.objective == "sft"
        and carries.weight is None
        and not parts.weighed_by_shape
    ):
        raise AdvisorError(
            f"{traits.with_weights} rows hold answers that are not to be learned (weight 0, or an earlier answer in a prompt), and {title} would learn them",
            place=str(rows.path),
            remedy="Use trl, axolotl, ms-swift, openai, together or fireworks, or keep only the last answer of each row.",
        )


def _faults(spec: TrainingSpec, rows: TrainingRows) -> list[str]:
    """Refuse for services, and say for programs, the rows that they will stumble over."""
    if not rows.faults:
        return []
    found = [f"{words} (rows {listed(numbers)})" for words, numbers in rows.faults.items()]
    if entry(spec.backend).kind == "hosted":
        raise AdvisorError(
            f"{entry(spec.backend).title} refuses such rows: {'; '.join(found)}",
            place=str(rows.path),
            remedy="Correct them, or put them aside with `advisor fix`.",
        )
    return [f"Rows to correct first: {one}." for one in found]


def _left_out(spec: TrainingSpec, parts: PlanParts, rows: TrainingRows) -> list[str]:
    said, traits = [], rows.traits
    if spec.objective == "sft" and traits.marked_bad:
        said.append(
            f"{traits.marked_bad} rows whose answer is marked as bad are left out; --objective kto learns from them too."
        )
    if traits.with_reasoning and not parts.carries.reasoning:
        said.append(
            f"The reasoning that {traits.with_reasoning} rows hold in a field of its own is left out."
        )
    if rows.other_fields:
        names = list(rows.other_fields)
        more = f" and {len(names) - FEWEST_SHOWN} more" if len(names) > FEWEST_SHOWN else ""
        said.append(
            f"Fields that are not part of training and are left out: {', '.join(names[:FEWEST_SHOWN])}{more}."
        )
    return said
