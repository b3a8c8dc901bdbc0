"""The reference page of all checks, made from their definitions."""

from __future__ import annotations

from advisor.data.checks import CHECKS, Check

HEADING = """# Dataset checks

What `advisor audit` looks for. Generated from `advisor/data/checks/`; change it there.
Every finding has a severity (`error`: training would fail or teach the wrong thing; `warning`: probably harmful;
`note`: know it), a confidence, the row numbers (from 1 in file order), and the words below.
"""


def checks_page() -> str:
    """Write the page, checks in the order of the table."""
    index = "\n".join(f"- [`{check.id}`](#{check.id}): {check.title.lower()}" for check in CHECKS)
    return f"{HEADING}\n{index}\n\n" + "\n".join(_section(check) for check in CHECKS)


def _section(check: Check) -> str:
    return (
        f"## {check.id}\n\n{check.title}.\n\n"
        f"### What it detects\n\n{check.detects}\n\n"
        f"### Why it matters\n\n{check.matters} In the tuned model: {check.tuned_model[0].lower()}{check.tuned_model[1:]}\n\n"
        f"### Remedy\n\n{check.remedy}\n\n"
        f"### Example that fires\n\n{check.fires.shows}\n\n"
        f"### Example that does not\n\n{check.quiet.shows}\n"
    )
