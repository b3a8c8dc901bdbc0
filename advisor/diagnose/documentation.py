"""The reference page of all causes, made from their definitions."""

from __future__ import annotations

from advisor.diagnose.causes import CAUSES, Cause

HEADING = """# Causes of a tuned model that sounds wrong

What `advisor diagnose` looks for. Generated from `advisor/diagnose/causes/`; change it there.
Each cause is *likely* (seen in what was given), *shown* (an intervention proved it), *ruled out* (looked for and not
there) or cannot be told (what it reads was not given). p-values are corrected for all causes that were looked for.
"""


def causes_page() -> str:
    """Write the page, causes in the order of the table."""
    index = "\n".join(
        f"- [`{cause.id}`](#{cause.id}): {cause.title[0].lower()}{cause.title[1:]}" for cause in CAUSES
    )
    return f"{HEADING}\n{index}\n\n" + "\n".join(_section(cause) for cause in CAUSES)


def _section(cause: Cause) -> str:
    return (
        f"## {cause.id}\n\n{cause.title}.\n\n"
        f"### What it means\n\n{cause.means}\n\n"
        f"### What it reads\n\n{', '.join(cause.reads)}\n\n"
        f"### Test\n\n{cause.looks_at}\n\n"
        f"### What would have to be true\n\n{cause.would} Shown by: {cause.test.how[0].lower()}{cause.test.how[1:]}\n\n"
        f"### Remedy\n\n{cause.remedy}\n\n"
        f"### Example that is found\n\n{cause.found.shows}\n\n"
        f"### Example that is not\n\n{cause.quiet.shows}\n"
    )
