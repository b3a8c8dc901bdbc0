"""The answer is written the way the references are written."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from advisor.evaluate.scorers.contract import Argument, Row, Scorer

USUAL = (5, 95)
"""Percentiles of the references between which a feature is usual."""


def in_register(rows: Sequence[Row], _argument: Argument) -> list[float]:
    """Score the share of style features that lie in the usual range of the references.

    Features that no reference shows (texts under five words have none) count as usual.
    """
    from advisor.data.style import FLOORS

    wanted = _style([row.references[0] if row.references else "" for row in rows])
    known = wanted[np.isfinite(wanted).all(axis=1)]
    if not len(known):
        return [1.0] * len(rows)
    low, high = np.percentile(known, USUAL, axis=0)
    given = _style([row.answer for row in rows])
    usual = ~((given < low - FLOORS) | (given > high + FLOORS))
    return [float(value) for value in usual.mean(axis=1)]


def _style(texts: Sequence[str]) -> NDArray[np.float32]:
    from advisor.data.batch import Batch
    from advisor.data.records import AuditOptions
    from advisor.data.rows.conversation import Conversation, Message
    from advisor.data.style import style_of

    spoken = [Conversation(at, "chat", [Message("assistant", text)]) for at, text in enumerate(texts)]
    return style_of(Batch(spoken, [], AuditOptions()))


_PLAIN = "Hi Ann, your parcel left today and should be with you on Friday. Shout if it is not!"
_STIFF = "Dear Madam: pursuant to Your enquiry (No. 12/77) - We Hereby Confirm: DISPATCH; see § 4, § 5, § 6 [1] [2] ..."

SCORER = Scorer(
    id="register",
    title="Register against the references",
    measures="Share of 18 style features (sentence length, formal words, capitals, …) within the references' usual range.",
    score=in_register,
    right=(
        Row(_PLAIN, (_PLAIN,)),
        Row("Hi Bob, your lamp left today and should be with you on Monday. Shout if it is not!", (_PLAIN,)),
    ),
    wrong=(Row(_STIFF, (_PLAIN,)),),
)
