"""A judge that grades single answers from the shell: it says what it will send, and sends it after a yes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from advisor.doors.cli.options import stderr
from advisor.doors.cli.terminal import confirm

if TYPE_CHECKING:
    import polars as pl

    from advisor.evaluate.judging.grading import Graded, Grader
    from advisor.evaluate.judging.served import JudgeOptions


def grader(options: JudgeOptions, ratings: Path | None, *, yes: bool) -> Grader:
    """Return what grades the answers of a comparison by the served judge, after a yes."""
    from advisor.evaluate.judging.grading import Judge, grades_of, most_questions
    from advisor.evaluate.judging.served import read_ratings, served_say

    def grade(answers: pl.DataFrame, wanted: pl.DataFrame) -> Graded:
        people = None if ratings is None else read_ratings(ratings)
        stderr().print(
            f"{options.model} at {options.base_url} will be sent requests, wanted answers and answers: at most "
            f"{most_questions(answers, wanted):,} questions.",
            soft_wrap=True,
        )
        if not yes and not confirm("Ask the judge?"):
            raise typer.Exit(1)
        return grades_of(answers, wanted, Judge(options.model, served_say(options), options.rubric), people)

    return grade
