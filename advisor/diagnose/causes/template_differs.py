"""Serving writes the conversation in another template, or with other special tokens, than training did."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from advisor.diagnose.contract import Cause, Example, Found, Missing, Quiet, Seen, Verdict
from advisor.diagnose.examples import answered, changed
from advisor.diagnose.proof.rendering import NAMED
from advisor.diagnose.records import Facts, Templates, Test
from advisor.diagnose.seen import Rows
from advisor.diagnose.two_samples import percent

MARK = r"<\|[a-zA-Z_0-9 ]{2,40}\|>|\[/?INST\]|<</?SYS>>|</?s>|<(?:start|end)_of_turn>|<(?:bos|eos|pad|unk)>|<｜[^｜<>]{1,40}｜>"
_MARK = re.compile(MARK)
FEWEST, SHARE = 2, 0.01


def look(seen: Seen) -> Verdict:
    """Compare the templates, or what is known of one with the logged texts of the other, and look for marks within answers."""
    said = seen.facts.templates
    if said.training and said.serving and _plain(said.training) != _plain(said.serving):
        one, two = (_marks_of([text]) for text in (said.training, said.serving))
        return Found(
            score=0.95,
            evidence=f"The chat template of serving is not that of training ({_listed(two) or 'other text'} instead of {_listed(one) or 'the trained text'}).",
            figures={"training": said.training[:400], "serving": said.serving[:400]},
        )
    return _logged(seen) or _leaking(seen) or _nothing(seen)


def _logged(seen: Seen) -> Found | None:
    said = seen.facts.templates
    one, two = (
        _marks_of(
            [NAMED.get(template.strip().lower(), template)]
            if template
            else rows.frame["rendered"].drop_nulls().head(500).to_list()
        )
        for template, rows in ((said.training, seen.training), (said.serving, seen.production))
    )
    if not one or not two or one == two:
        return None
    # A template names its start mark as a variable, so that logs hold more marks than it.
    mixed = bool(said.training) != bool(said.serving)
    if one & two and (mixed or not two - one):
        return None
    return Found(
        score=0.93,
        evidence=f"The texts before the model hold other marks in production ({_listed(two)}) than in training ({_listed(one)}).",
        figures={"training": sorted(one), "serving": sorted(two)},
    )


def _leaking(seen: Seen) -> Found | None:
    marked = marked_answers(seen.production)
    if marked.sum() < FEWEST or marked.mean() < SHARE:
        return None
    taught = marked_answers(seen.training)
    if len(taught) and taught.mean() > marked.mean() / 2:
        return None
    counts = Counter(
        mark
        for at in np.flatnonzero(marked).tolist()
        for mark in _MARK.findall(seen.production.answers.texts[at])
    )
    return Found(
        score=0.9,
        evidence=f"Special tokens show in {percent(marked.mean())} of production's answers ({_listed(set(counts))}), in {percent(taught.mean() if len(taught) else 0)} of the training answers: the served template does not know them as its own.",
        rows=[int(one) for one in seen.production.numbers[marked]],
        rows_of="production",
        figures={"marks": dict(counts.most_common(8))},
    )


def marked_answers(rows: Rows) -> NDArray[np.bool_]:
    """Mark the answers with a special token of a chat template in them."""
    return rows.frame["answer"].str.contains(MARK).fill_null(value=False).to_numpy()


def _nothing(seen: Seen) -> Verdict:
    said = seen.facts.templates
    if said.training and said.serving:
        return Quiet("Training and serving have the same chat template.")
    if not int(seen.production.answered.sum()):
        return Missing(
            "The chat templates of training and serving are not known, and there are no production answers."
        )
    return Missing(
        "The chat templates of training and serving are not known; no special token shows in production's answers."
    )


def _marks_of(texts: list[str]) -> set[str]:
    return {mark for text in texts for mark in _MARK.findall(text)}


def _listed(marks: set[str]) -> str:
    return ", ".join(sorted(marks)[:4])


def _plain(text: str) -> str:
    return " ".join(text.split())


_CHATML = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
_INST = "{% for m in messages %}[INST] {{ m.content }} [/INST]{% endfor %}"
CAUSE = Cause(
    id="template-differs",
    title="Another chat template or other special tokens",
    means="The model learned to answer after the marks of one template; under another it continues text instead of taking its turn.",
    reads=("templates", "training", "production"),
    looks_at="The two templates, white space aside; the special tokens of logged texts; special tokens that show within production's answers (1% or more, training under half of that).",
    would="With the training template at serving, the same requests are answered properly.",
    remedy="Serve with the tokenizer and the chat template that training saved.",
    test=Test(intervention="training-template", how="Answer the samples again under the training template."),
    found=Example(
        shows="ChatML in training, [INST] in serving",
        facts=Facts(templates=Templates(training=_CHATML, serving=_INST)),
    ),
    quiet=Example(
        shows="ChatML on both sides, no token in an answer",
        facts=Facts(templates=Templates(training=_CHATML, serving=_CHATML)),
        production=lambda: changed(answered(20), finish_reason="stop"),
    ),
    look=look,
)
