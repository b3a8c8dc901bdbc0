"""Why a tuned model sounds wrong although its evaluation passed.

In: training rows, evaluation rows, production samples, and facts of training and serving.
Out: causes ranked with their figures and rows, a proof where a model can be asked, and a patch.
Never: a change to the rows that were given, or a call to a model that nobody named.
"""

from __future__ import annotations

from advisor.called import make_callable

make_callable(__name__)
