"""Retrieved passages come in another form than in training, or come only in production."""

from __future__ import annotations

from advisor.diagnose.contract import Cause, Example, Found, Missing, Quiet, Seen, Verdict
from advisor.diagnose.examples import Row, answered
from advisor.diagnose.passages import usual_form
from advisor.diagnose.records import Test
from advisor.diagnose.seen import Rows
from advisor.diagnose.two_samples import FEWEST, percent


def look(seen: Seen) -> Verdict:
    """Compare the form that most requests of each side share."""
    if min(len(seen.training), len(seen.production)) < FEWEST:
        return Missing(f"It takes {FEWEST} training rows and {FEWEST} production samples.")
    (one, share), (two, other) = _form(seen.training), _form(seen.production)
    if one is None or two is None:
        return Missing("Requests of training or production have no usual form.")
    if one == two:
        return Quiet("Requests hold no passages." if not one else f"Passages come in one form ({one}).")
    words = [
        f"passages in the form '{form.removeprefix('field ')}'" if form else "no passages"
        for form in (one, two)
    ]
    return Found(
        score=0.93,
        evidence=f"Requests hold {words[0]} in training ({percent(share)} of the rows) and {words[1]} in production ({percent(other)}).",
        figures={"training": one, "production": two},
    )


def _form(rows: Rows) -> tuple[str | None, float]:
    some = rows.sample()
    contexts = rows.frame["context"].to_list()
    return usual_form([rows.prompts.texts[at] for at in some], [contexts[at] for at in some])


def _with(rows: list[Row], form: str) -> list[Row]:
    texts = ("The lamp pairs by its button.", "The hub is reset at its back.", "Blinds need a bridge.")
    listed = "\n".join(form.format(n=at, text=text) for at, text in enumerate(texts, 1))
    return [{**one, "context": listed} for one in rows]


CAUSE = Cause(
    id="context-format-differs",
    title="Retrieved passages come in another form",
    means="A model tuned on passages in one form, or on none, does not find its way in another: it copies marks, misses the passage or falls out of its voice.",
    reads=("training", "production"),
    looks_at="The marks with which the lines of passages begin (tags, headings, bullets, numbers, labels), where six in ten rows of a side share them.",
    would="With passages in the training form, the same requests are answered from them.",
    remedy="Write passages at serving as the training rows have them, or train with rows that look as serving's do.",
    test=Test(
        intervention="training-context-format",
        how="Answer the samples with the same passages in the training form.",
    ),
    found=Example(
        shows="'[1] …' in training, '<doc id=1>…</doc>' in production",
        training=lambda: _with(answered(40), "[{n}] {text}"),
        production=lambda: _with(answered(40, shift=40), "<doc id='{n}'>{text}</doc>"),
    ),
    quiet=Example(
        shows="'[1] …' on both sides",
        training=lambda: _with(answered(40), "[{n}] {text}"),
        production=lambda: _with(answered(40, shift=40), "[{n}] {text}"),
    ),
    look=look,
)
