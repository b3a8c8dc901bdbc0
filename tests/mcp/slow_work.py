"""Work that would take a minute, for calls that are cancelled."""

from __future__ import annotations

import os
import time
from pathlib import Path


def sleeps(noted: Path) -> None:
    noted.write_text(str(os.getpid()), encoding="utf-8")
    time.sleep(60)
    noted.write_text("ended", encoding="utf-8")
