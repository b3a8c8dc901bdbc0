"""Labels that are spellings of one another."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import numpy as np

from advisor.data.checks.contract import Check, Dataset, Example, chat, finding, share
from advisor.data.labels import is_label_task
from advisor.data.records import Finding


def judge(data: Dataset) -> Iterator[Finding]:
    """Report rows whose label is a rarer spelling of a more frequent one."""
    if not is_label_task(data):
        return
    labels, names = data.column("label"), data.names.get("label", {})
    values, counts = np.unique(labels, return_counts=True)
    known = sorted(
        (
            (int(count), names[int(value)], int(value))
            for value, count in zip(values, counts, strict=True)
            if names.get(int(value))
        ),
        reverse=True,
    )
    variants: dict[int, tuple[str, str]] = {}
    for index, (count, name, value) in enumerate(known[:300]):
        for more, other, _ in known[:index]:
            if _spelling_of(name, other, rare=count <= 0.5 * more):
                variants[value] = (name, other)
                break
    if variants:
        rows = data.where(np.isin(labels, list(variants)))
        pairs = [f"'{one}' for '{other}'" for one, other in variants.values()]
        yield finding(
            CHECK,
            f"{share(len(rows), len(data))} carry another spelling of a label: {', '.join(pairs[:5])}",
            rows,
            severity="warning",
            evidence={"variants": pairs[:50]},
        )


def _spelling_of(one: str, other: str, *, rare: bool) -> bool:
    left, right = _plain(one), _plain(other)
    if left == right:
        return True
    if not rare or min(len(left), len(right)) < 4 or re.sub(r"\D", "", left) != re.sub(r"\D", "", right):
        return False
    if {left, right} in ({right + "s", right}, {left + "s", left}):
        return True
    return min(len(left), len(right)) >= 5 and _one_slip(left, right)


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\W_]+", "", folded.removeprefix("label:").removeprefix("category:"))


def _one_slip(left: str, right: str) -> bool:
    """One letter added, left out, changed, or two swapped."""
    if abs(len(left) - len(right)) > 1:
        return False
    start = next(
        (at for at, (one, two) in enumerate(zip(left, right, strict=False)) if one != two),
        min(len(left), len(right)),
    )
    one, two = left[start:], right[start:]
    # A first letter of its own is a prefix with a meaning: (il)legal, (a)typical.
    return start > 0 and (
        one[1:] == two[1:]
        or one[1:] == two
        or one == two[1:]
        or (one[:2] == two[:2][::-1] and one[2:] == two[2:])
    )


CHECK = Check(
    id="label-variants",
    title="A label is spelled in several ways",
    detects="Labels that differ only in case, spaces, hyphens or punctuation from a more frequent one, or by one slip of a letter.",
    matters="Each spelling is a class of its own to the model and to whoever counts its answers.",
    remedy="Write each label in one way; list the labels in the system prompt.",
    tuned_model="It answers with either spelling, and a strict parser rejects half of them.",
    fires=Example(
        shows="'Billing' beside 'billing' and 'biling'",
        rows=lambda: [
            chat(
                f"Ticket {index}: a question about item {index % 9}",
                ("billing", "outage", "sales")[index % 3]
                if index > 3
                else ("Billing", "biling", "Sales", "outage ")[index],
            )
            for index in range(60)
        ],
    ),
    quiet=Example(
        shows="billing, outage, sales",
        rows=lambda: [
            chat(
                f"Ticket {index}: a question about item {index % 9}",
                ("billing", "outage", "sales")[index % 3],
            )
            for index in range(60)
        ],
    ),
    judge=judge,
    harm=63,
)
