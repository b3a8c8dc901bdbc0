"""A PostgreSQL server of the tests' own: started in a temporary folder, on loopback, gone afterwards."""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PASSWORD = "s3cret/with@signs"
_MISSING = (
    "The storage tests need a PostgreSQL server and find none. "
    "Install it with: apt-get install --yes --no-install-recommends postgresql"
)


@dataclass(frozen=True)
class Server:
    port: int
    socket_folder: Path
    psql: Path
    restart: Callable[[], None]
    """Stop the server as a crash would, and start it again."""

    def url(self, database: str, *, user: str = "advisor", password: str = PASSWORD) -> str:
        quoted = password.replace("/", "%2F").replace("@", "%40")
        return f"postgresql://{user}:{quoted}@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str, *, like: str = "template1") -> str:
        import psycopg

        with psycopg.connect(
            host="127.0.0.1", port=self.port, user="advisor", password=PASSWORD, dbname="postgres",
            autocommit=True,
        ) as connection:  # fmt: skip
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
        return self.url(name)


def _program(name: str) -> Path:
    candidates = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    on_path = shutil.which(name)
    if on_path:
        candidates.append(Path(on_path))
    if not candidates:
        raise RuntimeError(_MISSING)
    return candidates[0]


def _account() -> dict[str, object]:
    # The server refuses to run as root.
    if os.geteuid() != 0:
        return {}
    known = {entry.pw_name for entry in pwd.getpwall()}
    account = pwd.getpwnam("postgres" if "postgres" in known else "nobody")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def private_server(programs: Path | None = None) -> Iterator[Server]:
    """Start a server; from another folder of programs than the system's where one is named."""
    initdb, postgres = (programs / name if programs else _program(name) for name in ("initdb", "postgres"))
    account = _account()
    # Short, since the path of a Unix socket may have only 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="advisor-pg-", dir="/tmp"))
    running: list[subprocess.Popen[bytes]] = []
    try:
        (folder / "password").write_text(PASSWORD)
        if account:
            for path in (folder, folder / "password"):
                os.chown(path, int(str(account["user"])), int(str(account["group"])))
        data = folder / "data"
        clean = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"}
        run = [str(initdb), "--pgdata", str(data), "--username", "advisor", "--auth", "scram-sha-256"]
        run += ["--pwfile", str(folder / "password"), "--encoding", "UTF8", "--locale", "C", "--no-sync"]
        subprocess.run(run, check=True, capture_output=True, cwd=folder, env=clean, **account)
        port = _free_port()
        settings = {
            "listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": folder,
            "fsync": "off", "shared_buffers": "16MB", "max_connections": 40, "logging_collector": "off",
        }  # fmt: skip
        command = [str(postgres), "-D", str(data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        log = folder / "server.log"

        def start() -> None:
            with log.open("ab") as output:
                process = subprocess.Popen(
                    command,
                    cwd=folder,
                    env=clean,
                    stdout=output,
                    stderr=output,
                    preexec_fn=_die_with_parent,  # noqa: PLW1509 it makes one system call
                    **account,
                )
            running.append(process)
            _wait(port, process, log)

        def restart() -> None:
            running[-1].send_signal(signal.SIGQUIT)
            running[-1].wait(20)
            start()

        start()
        yield Server(port, folder, _program("psql"), restart)
    finally:
        for process in running:
            process.send_signal(signal.SIGINT)  # does not wait for forgotten connections
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _die_with_parent() -> None:
    # A test run that is killed must not leave a server behind; elsewhere than on Linux it does.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGQUIT)


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    import psycopg

    for _ in range(300):
        if process.poll() is not None:
            break
        try:
            psycopg.connect(
                host="127.0.0.1", port=port, user="advisor", password=PASSWORD, dbname="postgres",
                connect_timeout=5,
            ).close()  # fmt: skip
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()[-2000:]}")
