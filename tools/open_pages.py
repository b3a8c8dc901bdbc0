"""Open every page of the app once, without a browser; run by an environment that has no extras."""

from __future__ import annotations

import sys

from streamlit.testing.v1 import AppTest

from advisor.doors.ui.pages import PLACES


def page(name: str) -> None:
    """Draw one page as the app does; runs as a script of its own, so it imports what it needs."""
    import importlib

    from advisor.catalog import load_catalog
    from advisor.doors.ui import look, state

    look.style()
    state.begin(name, load_catalog())
    importlib.import_module(f"advisor.doors.ui.{name}").render()


def main() -> int:
    """Fail if a page fails."""
    failed = 0
    for place in PLACES:
        run = AppTest.from_function(page, kwargs={"name": place}, default_timeout=120).run()
        for error in run.exception:
            failed += 1
            print(f"{place}: {error.value}")
    print(f"{len(PLACES)} pages opened, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
