"""The built wheel: the same bytes twice, small, and with everything that the package needs."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parent.parent
NEEDED = (
    "advisor/_app.py",
    "advisor/.streamlit/config.toml",
    "advisor/_rules/facts.yaml",
    "advisor/_skills/llm-adaptation/SKILL.md",
    "advisor/schemas/decide.json",
    "advisor/share/report/fonts/NotoEmoji-Regular.ttf",
    "advisor/cost/vocabulary/fb374d419588a4632f3f557e76b4b70aebbca790",
    "advisor/py.typed",
)


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """The wheel, built twice."""
    built = []
    for turn in ("first", "second"):
        out = tmp_path_factory.mktemp(turn)
        command = [
            sys.executable,
            "-m",
            "build",
            "--wheel",
            "--no-isolation",
            "--outdir",
            str(out),
            str(ROOT),
        ]
        env = {**os.environ, "SOURCE_DATE_EPOCH": "1764115200"}
        done = subprocess.run(command, capture_output=True, text=True, env=env, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        built += out.glob("*.whl")
    return built


def test_two_builds_have_the_same_bytes(wheels):
    first, second = (hashlib.sha256(path.read_bytes()).hexdigest() for path in wheels)

    assert first == second


def test_the_wheel_is_small_and_holds_what_the_package_needs(wheels):
    names = set(zipfile.ZipFile(wheels[0]).namelist())
    schemas = {f"advisor/schemas/{path.name}" for path in (ROOT / "advisor" / "schemas").glob("*.json")}

    assert wheels[0].stat().st_size < 15_000_000
    assert set(NEEDED) | schemas <= names
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/", "docs/"))]
