"""Install the built wheel into an environment of its own and decide one case and open every page there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

CASE = {"title": "wheel", "answers": {"knowledge_gap": "main", "knowledge_change": "daily"}}


def main() -> int:
    """Fail unless the wheel alone, with the base lock, recommends retrieval for fresh knowledge and shows its pages."""
    wheel, tools = Path(sys.argv[1]).resolve(), Path(__file__).resolve().parent
    lock = tools.parent / "requirements.lock"
    with tempfile.TemporaryDirectory() as folder:
        python = Path(folder) / "venv" / "bin" / "python"
        subprocess.run([sys.executable, "-m", "venv", str(python.parent.parent)], check=True)
        pip = [str(python), "-m", "pip", "install", "-q", "--no-deps", "--disable-pip-version-check"]
        subprocess.run([*pip, "--require-hashes", "-r", str(lock)], check=True)
        subprocess.run([*pip, str(wheel)], check=True)
        case = Path(folder) / "case.json"
        case.write_text(json.dumps(CASE), encoding="utf-8")
        command = [str(python.parent / "advisor"), "decide", str(case), "--json", "--as-of", "2026-11-22"]
        done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=folder)
        decided = json.loads(done.stdout)["recommended"]
        print(f"the wheel {wheel.name} decides: {decided}")
        env = {**os.environ, "ADVISOR_DATABASE_URL": f"sqlite:///{folder}/library.sqlite"}
        opened = subprocess.run([str(python), str(tools / "open_pages.py")], check=False, cwd=folder, env=env)
        return opened.returncode if decided == "rag" else 1


if __name__ == "__main__":
    sys.exit(main())
