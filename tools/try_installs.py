"""Install the built wheel as people do, by pip, pipx and uv, each into an empty place, and use it there.

python tools/try_installs.py DIST/…whl [pip pipx uv]; asks the package index that pip and uv are set up with.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

LARGEST_MB = 15
PATIENCE_SECONDS = 180
CASE = {"title": "wheel", "answers": {"knowledge_gap": "main", "knowledge_change": "daily"}}


def by_pip(wheel: Path, folder: Path) -> Path:
    """Install into a new environment; return the folder of its commands."""
    return environment(folder / "venv", str(wheel))


def by_pipx(wheel: Path, folder: Path) -> Path:
    """Install as an application; return the folder of its commands."""
    env = {**os.environ, "PIPX_HOME": str(folder / "pipx"), "PIPX_BIN_DIR": str(folder / "bin")}
    pipx = environment(folder / "installer", "pipx") / "pipx"
    subprocess.run(
        [str(pipx), "install", "--quiet", "--python", sys.executable, str(wheel)], check=True, env=env
    )
    return folder / "bin"


def by_uv(wheel: Path, folder: Path) -> Path:
    """Install as a tool; return the folder of its commands."""
    env = {**os.environ, "UV_TOOL_DIR": str(folder / "tools"), "UV_TOOL_BIN_DIR": str(folder / "bin")}
    uv = environment(folder / "installer", "uv") / "uv"
    subprocess.run(
        [str(uv), "tool", "install", "--quiet", "--python", sys.executable, str(wheel)], check=True, env=env
    )
    return folder / "bin"


def environment(folder: Path, package: str) -> Path:
    """Install a package into a new environment; return the folder of its commands."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    command = [str(folder / "bin" / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*command, package], check=True)
    return folder / "bin"


WAYS: dict[str, Callable[[Path, Path], Path]] = {"pip": by_pip, "pipx": by_pipx, "uv": by_uv}


def run(commands: Path, folder: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the installed command outside the checkout."""
    env = {
        "PATH": f"{commands}:/usr/bin:/bin",
        "HOME": str(folder),
        "ADVISOR_DATA": str(folder / "data"),
        **more,
    }
    return subprocess.run(
        [str(commands / "advisor"), *words], cwd=folder, env=env, capture_output=True, text=True, check=False
    )


def faults(commands: Path, folder: Path, version: str) -> list[str]:
    """Use what was installed; return what is wrong."""
    (folder / "case.json").write_text(json.dumps(CASE), encoding="utf-8")
    decided = run(commands, folder, "decide", "case.json", "--json")
    completed = run(commands, folder, _ADVISOR_COMPLETE="source_bash")
    extra = run(commands, folder, "mcp")
    demo = run(commands, folder, "bakeoff", "--demo", "--plan")
    checks = {
        f"--version prints {version}": run(commands, folder, "--version").stdout.strip() == version,
        "decide recommends rag": decided.returncode == 0
        and json.loads(decided.stdout)["recommended"] == "rag",
        "the shell can complete": "complete" in completed.stdout,
        "mcp names its extra": extra.returncode == 1 and "llm-adaptation-advisor[mcp]" in extra.stderr,
        "the demonstration names all it needs": demo.returncode == 1
        and "[retrieve,hosted,serve,train]" in demo.stderr.replace("\n", ""),
        "the app answers": app_answers(commands, folder),
    }
    return [name for name, good in checks.items() if not good]


def app_answers(commands: Path, folder: Path) -> bool:
    """Start the app and ask for its health and its first page."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    env = {"PATH": f"{commands}:/usr/bin:/bin", "HOME": str(folder), "ADVISOR_DATA": str(folder / "data")}
    command = [str(commands / "advisor"), "app", "--port", str(port)]
    server = subprocess.Popen(
        command, cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        return waited_for(f"http://127.0.0.1:{port}/_stcore/health", "ok") and waited_for(
            f"http://127.0.0.1:{port}/", "<html"
        )
    finally:
        server.terminate()
        server.wait(60)


def waited_for(url: str, word: str) -> bool:
    """Ask until the answer holds a word; false when patience ends."""
    for _ in range(PATIENCE_SECONDS):
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - this machine
                if word in answer.read().decode():
                    return True
        except OSError:
            time.sleep(1)
    return False


def main() -> int:
    """Fail if the wheel is too large, or any way of installing it leaves something that does not work."""
    wheel = Path(sys.argv[1]).resolve()
    size = wheel.stat().st_size / 1e6
    print(f"{wheel.name}: {size:.1f} MB")
    failed = size > LARGEST_MB
    for way in sys.argv[2:] or WAYS:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            commands = WAYS[way](wheel, folder)
            wrong = faults(commands, folder, wheel.name.split("-")[1])
        print(f"{way}: {'works' if not wrong else 'fails: ' + '; '.join(wrong)}")
        failed = failed or bool(wrong)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
