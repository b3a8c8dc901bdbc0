"""Let GEPA write an instruction from training rows: it sees what the model answers, how that scores, and reflects."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from advisor.errors import missing_extra
from advisor.evaluate.bakeoff.arms.contract import Material, question_of
from advisor.evaluate.bakeoff.records import BakeoffOptions, Shown, Turn
from advisor.evaluate.scorers import Chosen, Row, chosen, fitting

Say = Callable[[tuple[Turn, ...], int], str]
"""Messages and the longest answer in, the model's text out; empty where the call failed."""
REFLECTION_TOKENS = 2048
SEED_INSTRUCTION = "Answer the user's question."


def optimised_instruction(material: Material, say: Say) -> str:
    """Return the instruction that scored best on the second half of the training rows.

    Calls on rows are held to the run's budget; every few of them bring a call for reflection. The same answers lead to
    the same instruction, so a run that was killed goes through what its journal knows and on from there.

    Raises:
        AdvisorError: The optimiser is not installed.
    """
    try:
        import gepa
    except ImportError as error:
        raise missing_extra("gepa", "optimise", purpose="Optimising a prompt") from error
    options = material.options
    rows = random.Random(options.seed).sample(material.train, len(material.train))  # noqa: S311
    half = max(1, len(rows) // 2)
    scorer = _scorer(options, rows)
    found: Any = gepa.optimize(
        seed_candidate={"instruction": _first_instruction(material)},
        trainset=[_instance(one) for one in rows[:half]],
        valset=[_instance(one) for one in rows[half:] or rows],
        task_lm=lambda messages: say(tuple(map(dict, messages)), options.max_tokens),
        evaluator=lambda data, response: _judged(scorer, data, response),
        reflection_lm=lambda prompt: say(_reflection(prompt), REFLECTION_TOKENS),
        max_metric_calls=options.optimise_calls,
        seed=options.seed,
        logger=_Quiet(),
    )
    return str(found.best_candidate["instruction"])


class _Quiet:
    """GEPA prints every step; the run tells its own progress."""

    def log(self, message: str) -> None:
        """Drop a line."""


def _scorer(options: BakeoffOptions, rows: list[Shown]) -> Chosen:
    return chosen(options.scorers[0]) if options.scorers else fitting([(one.answer,) for one in rows])[0][0]


def _first_instruction(material: Material) -> str:
    turns = material.train[0].example.turns
    return next((turn["content"] for turn in turns if turn["role"] == "system"), SEED_INSTRUCTION)


def _instance(shown: Shown) -> dict[str, Any]:
    return {"input": question_of(shown.example), "additional_context": {}, "answer": shown.answer}


def _judged(scorer: Chosen, data: dict[str, Any], response: str) -> Any:
    from gepa.adapters.default_adapter.default_adapter import EvaluationResult

    (score,) = scorer.scorer.score([Row(response, (data["answer"],), (), ())], scorer.argument)
    told = f"{scorer.name} scored {score:.2f}. The wanted answer is: {data['answer']}"
    return EvaluationResult(score=score, feedback=told)


def _reflection(prompt: str | list[dict[str, Any]]) -> tuple[Turn, ...]:
    return ({"role": "user", "content": prompt},) if isinstance(prompt, str) else tuple(map(dict, prompt))
