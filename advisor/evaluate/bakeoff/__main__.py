"""Carry out the run of a folder, in a process of its own: `python -m advisor.evaluate.bakeoff FOLDER`; how the app starts one."""

from __future__ import annotations

import sys
from pathlib import Path

from advisor.catalog import load_catalog
from advisor.evaluate.bakeoff.watching import carry_out

if __name__ == "__main__":
    sys.exit(carry_out(Path(sys.argv[1]), load_catalog()))
