"""The start mark is written twice: once by the template, once by the tokenizer."""

from __future__ import annotations

import re

from advisor.diagnose.contract import Cause, Example, Found, Missing, Quiet, Seen, Verdict
from advisor.diagnose.examples import answered
from advisor.diagnose.records import Facts, Templates, Test
from advisor.diagnose.two_samples import most_of, percent

_TWICE = re.compile(r"^\s*(<[^<>\s]{1,40}>|\[[A-Z_]{1,20}\])\s*\1")
SHARE = 0.05


def look(seen: Seen) -> Verdict:
    """Look at the template beside the tokenizer's habit, and at the beginnings of logged texts."""
    said = seen.facts.templates
    begins = said.serving is not None and _begins(said.serving, said.start_mark)
    if begins and said.tokenizer_adds_start:
        return Found(
            score=0.95,
            evidence=f"The served template begins with {said.start_mark or 'the start mark'} and the tokenizer adds it as well: the model sees it twice.",
        )
    logged = seen.production.frame["rendered"].drop_nulls().to_list()
    twice = [match[1] for text in logged if (match := _TWICE.match(text))]
    if logged and len(twice) >= SHARE * len(logged):
        learned = [
            text for text in seen.training.frame["rendered"].drop_nulls().to_list() if _TWICE.match(text)
        ]
        if not learned:
            return Found(
                score=0.95,
                evidence=f"{percent(len(twice) / len(logged))} of the {len(logged):,} logged texts begin with {twice[0]} twice.",
                figures={"logged": len(logged), "twice": len(twice), "mark": twice[0]},
            )
    known = said.serving is not None and said.tokenizer_adds_start is not None
    if known or (logged and most_of(len(twice), len(logged)) < SHARE):
        return Quiet("The start mark is written once.")
    if logged:
        return Missing(f"{len(logged)} logged texts are too few to rule out a second start mark.")
    return Missing("Neither the served template with the tokenizer's start mark nor logged texts are known.")


def _begins(template: str, mark: str | None) -> bool:
    head = template[:400]
    return "bos_token" in head or (mark is not None and bool(mark) and head.lstrip().startswith(mark))


_TEMPLATE = "{{ bos_token }}{% for m in messages %}{{ m.content }}{% endfor %}"
CAUSE = Cause(
    id="double-start-mark",
    title="The start mark is written twice",
    means="Template and tokenizer each put the start mark in front; the model never saw two and answers a little worse everywhere.",
    reads=("templates", "production"),
    looks_at="Whether the served template begins with the start mark while the tokenizer adds it, or 5% of the logged texts begin with a mark twice.",
    would="Without the second mark, the same requests are answered better.",
    remedy="Tokenize rendered text with add_special_tokens=False, or take the mark out of the template.",
    test=Test(intervention="training-template", how="Answer the samples with one start mark and compare."),
    found=Example(
        shows="the template begins with bos_token and the tokenizer adds it",
        facts=Facts(templates=Templates(serving=_TEMPLATE, start_mark="<s>", tokenizer_adds_start=True)),
    ),
    quiet=Example(
        shows="the template begins with bos_token and the tokenizer adds nothing",
        facts=Facts(templates=Templates(serving=_TEMPLATE, start_mark="<s>", tokenizer_adds_start=False)),
        production=lambda: [{**one, "rendered_prompt": f"<s>{one['prompt']}"} for one in answered(20)],
    ),
    look=look,
)
