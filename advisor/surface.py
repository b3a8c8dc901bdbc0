"""What other programs call: one function for each verb, with plain values in and frozen records out.

Everything is exported from ``advisor`` and loaded on first use. Errors are ``advisor.errors.AdvisorError`` with a
problem, a place and a remedy. A day that is not given is today; nothing is sent anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advisor import advice as _advice
from advisor.advice import Advice
from advisor.catalog import Catalog, load_catalog
from advisor.cost import CostProjection, project
from advisor.scenario import Situation, check_answers

if TYPE_CHECKING:
    import polars as pl

    from advisor.data.records import Audit
    from advisor.diagnose.records import Diagnosis
    from advisor.evaluate.records import Evaluation
    from advisor.train.planning import PlannedTraining

__all__ = ["advise_from", "audit", "compare", "cost", "diagnose", "plan_training", "portfolio"]

Answers = Mapping[str, Any]
"""Facts by name, as ``rules/facts.yaml`` declares them: an option's id, a list of ids, a number in the fact's unit, or
true and false. A missing or null answer is unknown, never zero."""


def advise_from(
    answers: Answers, *, as_of: date | None = None, rules: Path | None = None, title: str = ""
) -> Advice:
    """Decide and cost one use case.

    Args:
        answers: Facts by name; see ``Answers``.
        as_of: The day of rules and prices.
        rules: A folder of your own rules over ours.
        title: The task in a phrase; never an input to the decision.

    Returns:
        ``recommendation``: strategy, verdict, calibrated probabilities from 0 to 1, limits, reasons with sources, flips,
        next question. ``cost``: USD, or null with ``cost_unknown_because``.

    Raises:
        AdvisorError: There is no such fact or option, a number is out of bounds, the rules cannot be read.
    """
    return _advice.advise_from(dict(answers), as_of=_day(as_of), rules=rules, title=title)


def cost(
    answers: Answers,
    *,
    as_of: date | None = None,
    rules: Path | None = None,
    cache_hit: float | None = None,
    draws: int = 1000,
) -> CostProjection:
    """Project what each strategy costs for one workload.

    Args:
        answers: Facts by name; ``queries_per_day`` and token counts matter most. What is missing takes a documented
            number and is listed in ``assumed``.
        as_of: The day of the prices and of the first month.
        rules: A folder of your own rules over ours.
        cache_hit: Share of requests that the prompt cache serves, from 0 to 1; modelled where null.
        draws: Draws behind the intervals, which hold the middle 90 per cent.

    Returns:
        Money in ``currency`` (USD unless answered otherwise) per month, once and per 1,000 requests; latency in
        milliseconds; every break-even in months, or why it never comes. An unknown cost is null.

    Raises:
        AdvisorError: An answer is not possible, or names a model that nobody knows or that was shut down.
    """
    catalog = load_catalog(rules)
    checked = check_answers(answers, catalog)
    return project(checked, catalog, as_of=_day(as_of), cache_hit=cache_hit, draws=draws)


def portfolio(
    table: pl.DataFrame, *, as_of: date | None = None, rules: Path | None = None, samples: int = 128
) -> pl.DataFrame:
    """Decide and cost many use cases at once.

    Args:
        table: One use case a row, columns are facts; other columns, such as a title, are carried along. Null is unknown.
        as_of: The day of rules and prices.
        rules: A folder of your own rules over ours.
        samples: Ways to answer the open questions tried for each row; 0 leaves ``robustness`` null.

    Returns:
        The same rows in the same order with ``recommended``, ``start_with``, ``shortlist``, ``verdict``,
        ``probability_<strategy>``, ``robustness``, and for each strategy ``monthly_<strategy>_usd``,
        ``one_time_<strategy>_usd`` and ``total_<strategy>_usd`` over the horizon. Unknown money is null.

    Raises:
        AdvisorError: No column is a fact, or an answer is not possible; the place names row and column.
    """
    import polars as pl

    from advisor.cost import cost_frame
    from advisor.decide import decide_frame
    from advisor.scenario import frame_of

    catalog, day = load_catalog(rules), _day(as_of)
    rows = _rows(table, catalog)
    frame = frame_of(rows, catalog)
    costed = cost_frame(frame, catalog, as_of=day)
    money = [name for name in costed.columns if name.endswith("_usd") and name not in frame.columns]
    told = ("monthly_", "one_time_", "total_")
    return pl.concat(
        [
            table,
            decide_frame(frame, catalog, as_of=day, samples=samples),
            costed.select(name for name in money if name.startswith(told)),
        ],
        how="horizontal",
    )


def audit(  # noqa: PLR0913 - keyword-only beyond the first
    data: Path | str,
    *,
    eval_data: Path | str | None = None,
    production: Path | str | None = None,
    model: str | None = None,
    max_length: int | None = None,
    goal: str | None = None,
) -> Audit:
    """Check a training file; it is read and never changed.

    Args:
        data: JSONL, JSON, CSV or Parquet, also compressed, or a folder.
        eval_data: Held-out rows that must not leak into training.
        production: Real requests, one a row.
        model: Folder or GGUF file with the chat template, or the name of a built-in one.
        max_length: Tokens that a row is cut to, 16 to 10,000,000; 4,096 is assumed where null.
        goal: style, format, classification or skill.

    Returns:
        ``findings``, the worst first, with row numbers from 1; ``facts`` by name, to be given as answers; tokens.

    Raises:
        AdvisorError: A file cannot be opened or holds no rows.
        pydantic.ValidationError: An option is not possible.
    """
    from advisor.data.audit import audit as audited
    from advisor.data.records import AuditInputs, AuditOptions

    inputs = AuditInputs(data=Path(data), eval=_path(eval_data), production=_path(production))
    options = AuditOptions.model_validate({"model": model, "max_length": max_length, "goal": goal})
    return audited(inputs, options)


def plan_training(
    answers: Answers,
    data: Path | str,
    backend: str = "trl",
    *,
    as_of: date | None = None,
    rules: Path | None = None,
    **wishes: Any,
) -> PlannedTraining:
    """Plan a training run; writes and sends nothing.

    Args:
        answers: Facts by name; what they do not say is recommended from the data.
        data: Training rows of any known format.
        backend: trl, axolotl, llamafactory, unsloth, together, openai …
        as_of: The day of the plan.
        rules: A folder of your own rules over ours.
        wishes: Settings by name, such as ``model``, ``method``, ``rank``, ``epochs``, ``gpu``.

    Returns:
        ``plan``: files, who receives the data, ranges of time (seconds), memory (GiB) and money (USD); ``reasons``: why
        each setting that was left open has its value.

    Raises:
        AdvisorError: A wish nobody knows, a closed backend, rows or a model that the backend does not take.
    """
    from advisor.train.planning import plan_training as planned

    catalog = load_catalog(rules)
    situation = Situation(answers=check_answers(answers, catalog))
    return planned(situation, Path(data), backend, catalog, as_of=_day(as_of), **wishes)


def compare(
    arms: Mapping[str, Path | str],
    references: Path | str | None = None,
    *,
    scorers: Sequence[str] = (),
    margin: float = 0.03,
    as_of: date | None = None,
) -> Evaluation:
    """Compare answers that systems have already given; no model is called.

    Args:
        arms: File of answers by the system's name: JSONL, CSV, an inspect log or promptfoo results.
        references: Held-out rows with wanted answers; null where the arms' logs bring them.
        scorers: ``NAME`` or ``NAME:ARGUMENT``, the first decides; chosen by the references where empty.
        margin: Share, from 0 to 1, by which an arm may be worse and still count as good enough.
        as_of: The day of prices and of the result.

    Returns:
        Scores from 0 to 1 with intervals, paired differences with p-values, and a verdict that may be ``cannot tell``.

    Raises:
        AdvisorError: A file cannot be read, ids do not match, references are empty.
    """
    from advisor.evaluate.evaluating import EvaluateOptions, evaluate

    options = EvaluateOptions(references=_path(references), scorers=tuple(scorers), margin=margin)
    files = [(name, Path(path)) for name, path in arms.items()]
    return evaluate(files, options, as_of=_day(as_of)).evaluation


def diagnose(
    *,
    train: Path | str | None = None,
    evaluation: Path | str | None = None,
    production: Path | str | None = None,
    labels: Path | str | None = None,
    facts: Path | str | None = None,
) -> Diagnosis:
    """Look for why a tuned model sounds wrong though its evaluation passed; no model is called.

    Args:
        train: Training rows.
        evaluation: Evaluation rows.
        production: Production samples.
        labels: Complaints: rows with ``row`` (from 1) and ``label``.
        facts: A JSON or YAML sheet of what is known of the run and of serving.

    Returns:
        ``causes``, ranked, each likely, shown, ruled_out or cannot_tell, with a score from 0 to 1, row numbers from 1
        and a remedy; ``samples``: what to do with each labelled one; ``patch``: what to change in data and serving.

    Raises:
        AdvisorError: A file cannot be read, a label is none, a fact is unknown.
    """
    from advisor.diagnose.diagnosing import diagnose as found
    from advisor.diagnose.given import Given, material_of
    from advisor.diagnose.mend.patch import patch_for

    given = Given(
        training=_path(train),
        evaluation=_path(evaluation),
        production=_path(production),
        labels=_path(labels),
        facts=_path(facts),
    )
    material = material_of(given)
    diagnosis = found(material)
    patch = patch_for(diagnosis, material)
    return diagnosis.model_copy(update={"patch": patch.model_dump(mode="json")})


def _rows(table: pl.DataFrame, catalog: Catalog) -> list[dict[str, Any]]:
    from advisor.errors import AdvisorError, did_you_mean

    known = [name for name in table.columns if name in catalog.facts]
    if not known:
        raise AdvisorError(
            "no column is a fact",
            place="table",
            remedy=did_you_mean(table.columns[0] if table.columns else "", catalog.facts),
        )
    rows = table.select(known).iter_rows(named=True)
    return [check_answers(row, catalog, place=f"row {number}") for number, row in enumerate(rows, 1)]


def _day(wanted: date | None) -> date:
    return wanted or datetime.now(UTC).date()


def _path(given: Path | str | None) -> Path | None:
    return None if given is None else Path(given)
