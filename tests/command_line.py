"""Run the command line in this process, as a shell would see it."""

from __future__ import annotations

import contextlib
import io
import sys
from dataclasses import dataclass
from unittest import mock

from advisor.doors.cli import main


@dataclass
class Done:
    returncode: int
    stdout: str
    stderr: str


class _Pipe(io.TextIOWrapper):
    """A text stream with the bytes underneath, like a real one."""

    def __init__(self, content: str = "") -> None:
        super().__init__(io.BytesIO(content.encode()), encoding="utf-8", write_through=True)

    def text(self) -> str:
        return self.buffer.getvalue().decode()


def advisor(*arguments: str, stdin: str = "") -> Done:
    out, err = _Pipe(), _Pipe()
    code = 0
    with (
        mock.patch.object(sys, "argv", ["advisor", *arguments]),
        mock.patch.object(sys, "stdin", _Pipe(stdin)),
        mock.patch.dict("os.environ", {"COLUMNS": "200"}),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 1
    return Done(code, out.text(), err.text())
