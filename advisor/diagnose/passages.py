"""The passages that retrieval puts into a request: in which form, and where the question itself begins."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

# What a line begins with, when it is a mark of form: a tag, a heading, a bullet, a number in brackets, a label, or other signs
# with which no sentence begins (a quote in Markdown, an object of JSON, a cell).
_MARK = re.compile(
    r"<[^<>]{1,80}>|#{1,6}\s*(?:\w+)?|[-*•]\s|\[?\(?\d{1,3}[\])]?[.):]?\s|(?:\w+ ){0,2}\w+ ?:(?=\s|$)|={3,}|-{3,}|[^\w\s\"'“‘«¿¡(]{1,4}"
)
_LABEL = re.compile(r"^\s*\w[\w ]{0,24}:\s*")
USUAL = 0.6
FEWEST_LINES = 3


def form_of(text: str) -> str:
    """Return the form of passages as the marks that its lines begin with, empty for plain text."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) < FEWEST_LINES:
        return ""
    found = (mark[0] for line in lines if (mark := _MARK.match(line)))
    marks = dict.fromkeys(_plain(mark) for mark in found)
    return " ".join(marks)


def _plain(mark: str) -> str:
    mark = re.sub(r"\d+", "1", mark.strip())
    return re.sub(r"=(['\"])[^'\"]*\1", "=…", mark)


def usual_form(prompts: Sequence[str], contexts: Sequence[str | None]) -> tuple[str | None, float]:
    """Return the form that most rows share and its share; None where no form is usual."""
    if not len(prompts):
        return None, 0.0
    forms = Counter(
        f"field {form_of(context) or 'plain'}" if context else form_of(prompt)
        for prompt, context in zip(prompts, contexts, strict=True)
    )
    form, count = forms.most_common(1)[0]
    share = count / len(prompts)
    return (form, share) if share >= USUAL else (None, share)


def question_of(prompt: str) -> str:
    """Return the question of a request that holds passages, the whole of it otherwise."""
    if "\n" not in prompt or not form_of(prompt):
        return prompt
    last = prompt.rstrip().rsplit("\n\n", 1)[-1].rsplit("\n", 1)[-1]
    return _LABEL.sub("", last) or prompt
