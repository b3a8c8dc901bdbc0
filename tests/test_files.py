"""Files are written whole or not at all, for their owner alone, and nothing of a killed process stays for good."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from advisor import files
from advisor.errors import AdvisorError
from advisor.files import held_folder, replacing, scratch_folder, unusable, write_bytes, write_text


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(autouse=True)
def usual_umask():
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_a_new_file_and_its_new_folder_are_for_their_owner(tmp_path):
    write_text(tmp_path / "new" / "rows.jsonl", "x")

    assert (mode(tmp_path / "new" / "rows.jsonl"), mode(tmp_path / "new")) == (0o600, 0o700)


def test_a_document_to_hand_on_is_readable_as_the_umask_says(tmp_path):
    write_bytes(tmp_path / "new" / "report.md", b"x", shared=True)

    assert (mode(tmp_path / "new" / "report.md"), mode(tmp_path / "new")) == (0o644, 0o755)


@pytest.mark.parametrize("before", [0o600, 0o640, 0o644, 0o400, 0o666])
@pytest.mark.parametrize("shared", [False, True])
def test_a_file_that_is_replaced_keeps_its_mode(tmp_path, before, shared):
    path = tmp_path / "rows.jsonl"
    path.write_text("old")
    path.chmod(before)
    write_text(path, "new", shared=shared)

    assert (path.read_text(), mode(path)) == ("new", before)


def test_a_link_is_replaced_and_what_it_names_is_left_alone(tmp_path):
    (tmp_path / "theirs").write_text("theirs")
    (tmp_path / "link").symlink_to(tmp_path / "theirs")
    write_text(tmp_path / "link", "ours")

    assert (tmp_path / "theirs").read_text() == "theirs"
    assert not (tmp_path / "link").is_symlink()


def test_what_is_no_file_is_written_to_and_stays_what_it_is(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE, text=True)
    write_text(pipe, "through")

    assert reader.communicate()[0] == "through"
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    write_text(Path("/dev/null"), "nothing")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/dev/full", "no space left"),
        ("file/x", "a file where a folder is wanted"),
        ("file/x/y", "not a directory"),
        ("folder", "is a directory"),
        ("/proc/nope/x", "no such file"),
        ("x" * 300, "too long"),
    ],
)
def test_a_place_that_cannot_be_written_is_an_error_with_path_and_reason(tmp_path, path, reason):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder" / "full").mkdir(parents=True)
    with pytest.raises(AdvisorError, match=reason) as caught:
        write_text(tmp_path / path, "text")

    assert caught.value.place.startswith("/")
    assert caught.value.remedy
    assert sorted(item.name for item in tmp_path.iterdir()) == ["file", "folder"]


def test_a_library_that_writes_by_name_writes_to_the_same_file(tmp_path):
    with replacing(tmp_path / "out", binary=True) as stream:
        Path(stream.name).write_bytes(b"by name")

    assert (tmp_path / "out").read_bytes() == b"by name"


def test_an_error_while_writing_names_the_file_that_it_is_about(tmp_path):
    with pytest.raises(AdvisorError) as caught, replacing(tmp_path / "out"):
        (tmp_path / "source").read_text()

    assert caught.value.place == str(tmp_path / "source")
    assert unusable(OSError(28, "No space left on device"), "out").place == "out"


def test_a_disk_that_fills_up_leaves_the_old_file_and_nothing_else(tmp_path):
    """The system's limit on a file's size stands in for the disk's end: it fails in the same place, the write."""
    path = tmp_path / "rows.jsonl"
    path.write_text("old")
    done = subprocess.run(
        [sys.executable, "-c", FILLING, str(path)], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (0, f"{path}\n"), done.stderr
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


FILLING = """
import pathlib, resource, sys

from advisor.errors import AdvisorError
from advisor.files import write_text
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    write_text(pathlib.Path(sys.argv[1]), "x" * 1_000_000)
except AdvisorError as error:
    print(error.place)
"""


def begun(body: str, *arguments: str) -> subprocess.Popen[str]:
    """Start a process that works at something, and wait until it is in the middle of it."""
    script = f"import sys, time, pathlib\nfrom advisor.files import *\n{body}"
    process = subprocess.Popen([sys.executable, "-c", script, *arguments], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


WORK = {
    "file": (
        "with replacing(pathlib.Path(sys.argv[1]) / 'out') as stream:\n"
        "    stream.write('half'); stream.flush(); print('ready', flush=True); time.sleep(60)"
    ),
    "folder": (
        "with held_folder(pathlib.Path(sys.argv[1]), '.out.') as folder:\n"
        "    (folder / 'rows').write_text('half'); print('ready', flush=True); time.sleep(60)"
    ),
}


@pytest.mark.parametrize("kind", WORK)
def test_what_a_killed_process_left_is_gone_after_the_next_write(tmp_path, kind):
    process = begun(WORK[kind], str(tmp_path))
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert len(list(tmp_path.iterdir())) == 1

    write_text(tmp_path / "out", "whole")

    assert [item.name for item in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("kind", WORK)
def test_what_a_living_process_works_at_is_left_alone(tmp_path, kind):
    process = begun(WORK[kind], str(tmp_path))
    try:
        write_text(tmp_path / "out", "whole")
        assert len(list(tmp_path.iterdir())) == 2
    finally:
        process.kill()
        process.wait()


def test_a_scratch_folder_is_private_and_gone_afterwards(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with scratch_folder("audit") as folder:
        assert mode(folder) == 0o700
        assert folder.parent == tmp_path
        (folder / "rows").write_text("rows")
    with pytest.raises(ValueError, match="on purpose"), scratch_folder("audit"):
        raise ValueError("on purpose")

    assert not list(tmp_path.iterdir())


def test_folders_and_files_of_others_with_a_similar_name_are_never_swept(tmp_path):
    for name in ("out.part", ".out", ".out.txt", ".other.1.part"):
        (tmp_path / name).write_text("theirs")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / ".out.link.part").symlink_to(tmp_path / "elsewhere")
    write_text(tmp_path / "out", "ours")
    with held_folder(tmp_path, ".out."):
        pass

    assert len(list(tmp_path.iterdir())) == 7


def test_twelve_writers_at_one_target_leave_one_whole_file(tmp_path):
    body = (
        "print('ready', flush=True)\n"
        "for _ in range(20): write_text(pathlib.Path(sys.argv[1]), sys.argv[2] * 10_000)"
    )
    writers = [begun(body, str(tmp_path / "out"), str(number % 10)) for number in range(12)]

    assert [writer.wait(timeout=60) for writer in writers] == [0] * 12
    text = (tmp_path / "out").read_text()
    assert (len(text), len(set(text))) == (10_000, 1)
    assert [item.name for item in tmp_path.iterdir()] == ["out"]


def test_a_clock_that_runs_backwards_disturbs_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 0.0)
    write_text(tmp_path / "out", "first")
    os.utime(tmp_path / "out", (4e9, 4e9))
    write_text(tmp_path / "out", "second")

    assert (tmp_path / "out").read_text() == "second"


def test_a_scratch_folder_that_is_swept_before_it_is_locked_is_made_again(tmp_path, monkeypatch):
    made, make = [], files.tempfile.mkdtemp

    def made_and_swept_once(**options):
        made.append(make(**options))
        if len(made) == 1:
            Path(made[0]).rmdir()
        return made[-1]

    monkeypatch.setattr(files.tempfile, "mkdtemp", made_and_swept_once)
    with files.held_folder(tmp_path, "x-") as folder:
        assert folder.is_dir()
    assert len(made) == 2
