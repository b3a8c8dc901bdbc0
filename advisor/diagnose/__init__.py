"""Why a tuned model sounds wrong: training rows, evaluation rows and production samples in, ranked causes and rows out."""

from __future__ import annotations

from advisor.called import make_callable

make_callable(__name__)
