"""Make sure that a PostgreSQL server is here for the storage tests; get Debian's as root, or say how and fail."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path


def find() -> Path | None:
    """Give the folder of the newest server's programs."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def main() -> int:
    """Fail with the command to run where no server can be had."""
    if find() is None and os.geteuid() == 0 and shutil.which("apt-get"):
        for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "postgresql"]):
            subprocess.run(command, check=False, stdout=sys.stderr, timeout=900)
    if find() is None:
        print(
            "The storage tests need PostgreSQL. Install it with: apt-get install postgresql", file=sys.stderr
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
