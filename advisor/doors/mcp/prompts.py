"""Prompts that a person picks: assess this repository's use case, review this training file."""

from __future__ import annotations

from mcp.server import MCPServer

ASSESS = """\
Find out how to adapt a language model to the use case of this repository, with the tools of the server `advisor`.

1. Read the repository for facts only: what the model is asked, what it must know and how often that changes, examples
   that exist, traffic, latency, where data may go. Note for each fact the file that says so.
2. Call `interview` with the answers that the repository settles, and nothing you would have to guess.
3. Put `next_question` to the person in plain words, one at a time, until `settled` is not `open`. What they cannot say
   goes into `cannot_say`. Do not name a strategy while the verdict is `too_early`.
4. Call `decide` with `with_limits: true`, then `what_would_change_it`, then `cost` if the traffic is known.
5. Report: what to start with and when to stop, where the evidence points, the verdict with its probability, the three
   weightiest reasons and arguments against it with their rules, each missed or unknown limit, what would change the
   recommendation, money as a range with the day of the prices. Say which answers came from the repository and which
   from the person. Never turn null into zero, and never claim more than the verdict says.
"""

REVIEW = """\
Review the training file `{path}` with the tools of the server `advisor`.

1. Call `audit` on it, with the held-out file as `eval_data` if there is one.
2. Explain each error and warning: what was seen, in which rows, what it would do to a tuned model, the remedy.
   Keep the confidence that the finding has; a note is not a fault.
3. Say what the audit cannot see: whether the answers are true, and whether they are what the team wants.
4. If nothing is an error, call `plan` with it and say what training would take, as ranges. Change no file, and start
   nothing, before the person has agreed.
"""


def add_prompts(server: MCPServer) -> None:
    """Add both prompts."""
    server.prompt(
        title="Assess this repository's use case",
        description="Interview the person, decide, and report with evidence, limits and money.",
    )(assess_use_case)
    server.prompt(
        title="Review this training file",
        description="Audit a training file and explain what is wrong with it.",
    )(review_training_file)


def assess_use_case() -> str:
    """Return the steps of an assessment."""
    return ASSESS


def review_training_file(path: str) -> str:
    """Return the steps of a review of one file."""
    return REVIEW.format(path=path[:4_096])
