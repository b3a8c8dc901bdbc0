"""Check the locked packages against the published advisories, and say which of them could not be looked up.

A check that asked nobody must not look like one that found nothing: exit 1 for a finding, 2 where nothing is known.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).resolve().parents[1] / "requirements.lock"


def main() -> int:
    """Run pip-audit over the base lock and judge what it says of each package."""
    options = ["--disable-pip", "--require-hashes", "--format", "json", "--progress-spinner", "off"]
    done = subprocess.run(
        [sys.executable, "-m", "pip_audit", "-r", str(LOCK), *options],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        print(f"pip-audit did not answer: {done.stderr.strip()[-400:]}")
        return 2
    return judged(packages)


def judged(packages: list[dict[str, object]]) -> int:
    """Print findings and what is not known; gives the exit code."""
    unknown = sorted(str(one["name"]) for one in packages if "skip_reason" in one)
    findings = [(one, found) for one in packages for found in one.get("vulns", [])]  # type: ignore[attr-defined]
    for one, found in findings:
        print(
            f"{one['name']} {one['version']}: {found['id']}, fixed in {', '.join(found['fix_versions']) or 'nothing yet'}"
        )
    print(f"{len(packages)} packages, {len(packages) - len(unknown)} looked up, {len(findings)} findings")
    if unknown:
        print(f"not looked up, so nothing is known of: {', '.join(unknown)}")
    return 1 if findings else 2 if unknown or not packages else 0


if __name__ == "__main__":
    sys.exit(main())
