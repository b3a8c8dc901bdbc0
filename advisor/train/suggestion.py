"""From a result to a first plan: where to train and what, as the answers and the market of the day allow it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from advisor.catalog import Catalog, Record
from advisor.decide.limits import Route
from advisor.train.table import BACKENDS

HERE: Final = "trl"


class Suggested(Record):
    """Where to train and what."""

    backend: str
    """Name in the table of backends."""
    base_model: str | None
    """The model to train; None leaves the backend's own."""
    because: str
    """Why, in one sentence."""


def suggested(routes: Sequence[Route], catalog: Catalog) -> Suggested:
    """Return the cheapest way that the answers allow and that can be planned here; else this machine.

    ``routes`` are those of `advisor.decide.limits.limits_of`, cheapest allowed first.
    """
    for route in routes:
        backend, base = _parts(route.route, catalog)
        if (
            backend in BACKENDS
            and route.state != "missed"
            and route.status == "open"
            and route.usd_once is not None
        ):
            return Suggested(
                backend=backend,
                base_model=base,
                because=f"{route.label}: the cheapest way that your answers allow and whose price is known.",
            )
    because = "No service that your answers allow has a known price, so the run is planned for this machine."
    return Suggested(backend=HERE, base_model=None, because=because)


def refusal(backend: str, answers: Mapping[str, Any], routes: Sequence[Route], catalog: Catalog) -> str:
    """Return why the answers exclude a backend; empty where they do not."""
    if answers.get("training_allowed") is False:
        return "Your answers say that the examples may not be used to train a model."
    own = [route for route in routes if _parts(route.route, catalog)[0] == backend]
    if own and all(route.state == "missed" for route in own):
        return next((route.because for route in own if route.because), "Your answers exclude it.")
    return ""


def _parts(route: str, catalog: Catalog) -> tuple[str, str]:
    known = catalog.market.tuning[route]
    return known.backend, known.base.rpartition(":")[2]
