"""A check of advisories that asked nobody does not look like one that found nothing."""

from __future__ import annotations

import pytest

from tools.advisories import judged

LOOKED_UP = {"name": "a", "version": "1", "vulns": []}
SKIPPED = {"name": "b", "skip_reason": "not found"}
BAD = {"name": "c", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"]}]}


@pytest.mark.parametrize(
    ("packages", "code"),
    [
        ([LOOKED_UP], 0),
        ([LOOKED_UP, SKIPPED], 2),
        ([], 2),
        ([SKIPPED], 2),
        ([LOOKED_UP, BAD], 1),
        ([SKIPPED, BAD], 1),
    ],
)
def test_only_a_look_at_every_package_is_a_clean_one(packages, code, capsys):
    assert judged(packages) == code
    said = capsys.readouterr().out
    assert ("not looked up" in said) == (SKIPPED in packages)
    assert ("PYSEC-1" in said) == (BAD in packages)
