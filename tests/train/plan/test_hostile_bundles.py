"""A bundle is hostile until shown otherwise: it sends no file that it does not hold, and no key where nobody said so."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.errors import AdvisorError
from advisor.train.bundle import read_bundle, write_bundle
from advisor.train.bundle_check import check_inside
from advisor.train.receivers import host_of, require_named, terms_of
from advisor.train.records import TrainingPlan, TrainingSpec
from advisor.train.table import BACKENDS
from tests.command_line import advisor
from tests.train.planned import planned as planned_from

HOSTED = sorted(name for name, entry in BACKENDS.items() if entry.kind == "hosted")
OPTIONS = {
    "azure": {"base_url": "https://ours.openai.azure.com"},
    "openai-compatible": {"base_url": "https://tuning.example.org/v1"},
    "fireworks": {"account": "ours"},
    "vertex": {"project": "p", "bucket": "b"},
    "bedrock": {"bucket": "b", "role_arn": "arn:aws:iam::123456789012:role/r"},
}
MODELS = {"azure": "gpt-4o-mini", "openai": "gpt-4o-mini", "vertex": "gemini-3.5-flash"}
ENVIRONMENT = {
    "azure": {"AZURE_OPENAI_ENDPOINT": "https://ours.openai.azure.com/"},
    "openai-compatible": {"ADVISOR_TUNING_BASE_URL": "https://tuning.example.org/v1"},
}


def chat(text):
    return {
        "messages": [{"role": "user", "content": f"q{text}"}, {"role": "assistant", "content": f"a{text}"}]
    }


def planned(tmp_path: Path, backend="azure", options=None) -> tuple[TrainingPlan, Path]:
    for name, rows in (("t", 40), ("e", 12)):
        (tmp_path / f"{name}.jsonl").write_text(
            "".join(json.dumps(chat(f"{name}{n}")) + "\n" for n in range(rows))
        )
    spec = TrainingSpec(
        backend=backend,
        base_model=MODELS.get(backend, "llama-3.1-8b"),
        train_path=tmp_path / "t.jsonl",
        eval_path=tmp_path / "e.jsonl",
        as_of=date(2026, 11, 22),
        options=OPTIONS.get(backend, {}) if options is None else options,
    )
    plan = planned_from(spec)
    return plan, write_bundle(plan, tmp_path / "bundle")


@pytest.fixture
def bundle(tmp_path) -> Path:
    return planned(tmp_path)[1]


def resigned(bundle: Path, change) -> None:
    """Change plan and manifest as their maker can: with all hashes made anew."""
    plan = json.loads((bundle / "plan.json").read_text())
    manifest = json.loads((bundle / "manifest.json").read_text())
    change(plan, manifest, bundle)
    record = TrainingPlan.model_validate(plan)
    text = record.model_dump_json(indent=2) + "\n"
    (bundle / "plan.json").write_text(text)
    listed = {"sha256": hashlib.sha256(text.encode()).hexdigest(), "size_bytes": len(text.encode())}
    manifest = manifest | {"plan_sha256": record.sha256, "files": manifest["files"] | {"plan.json": listed}}
    (bundle / "manifest.json").write_text(json.dumps(manifest))


def with_file(name: str, content: bytes):
    """Put ``content`` at ``name`` and list it in both places, as if it had been planned."""

    def change(plan, manifest, bundle):
        path = bundle / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_bytes(content)
        listed = {"sha256": hashlib.sha256(content).hexdigest(), "size_bytes": len(content)}
        manifest["files"][name] = listed
        plan["files"] = [file for file in plan["files"] if file["path"] != name]
        plan["files"].append({"path": name, "copy_of": "/x", **listed})

    return change


def renamed(new: str):
    def change(plan, manifest, bundle):
        plan["files"][-1]["path"] = new
        manifest["files"][new] = {name: plan["files"][-1][name] for name in ("sha256", "size_bytes")}

    return change


def plan_only(plan, manifest, bundle):
    plan["files"].append({"path": "data/more.jsonl", "copy_of": "/x", "sha256": "0" * 64, "size_bytes": 1})


def manifest_only(plan, manifest, bundle):
    content = b"{}\n"
    (bundle / "more.jsonl").write_bytes(content)
    manifest["files"]["more.jsonl"] = {"sha256": hashlib.sha256(content).hexdigest(), "size_bytes": 3}


def not_listed(plan, manifest, bundle):
    del manifest["files"][next(name for name in manifest["files"] if "eval" in name)]


def twice(plan, manifest, bundle):
    plan["files"].append(plan["files"][0])


def another_backend(plan, manifest, bundle):
    plan["backend"] = "together"


CHANGES = {
    "a file that only the plan lists": plan_only,
    "a file that only the manifest lists": manifest_only,
    "a data file that the manifest does not list": not_listed,
    "a file listed twice": twice,
    "two backends": another_backend,
    "a path upwards": renamed("../secret.jsonl"),
    "a path upwards in the middle": renamed("data/../../secret.jsonl"),
    "an absolute path": renamed("/etc/passwd"),
    "a path in another spelling": renamed("data//train.jsonl"),
    "a path with a dot": renamed("./data/train.jsonl"),
    "a path of another system": renamed("data\\..\\..\\secret"),
    "rows that are no JSON": with_file("data/eval.jsonl", b"TOP-SECRET\n"),
    "rows that are no objects": with_file("data/eval.jsonl", b"[1]\n"),
    "rows with NaN": with_file("data/eval.jsonl", b'{"a": NaN}\n'),
    "rows with half a character": with_file("data/eval.jsonl", b'{"a": "\\ud800"}\n'),
    "rows without an end": with_file("data/eval.jsonl", b'{"a": "' + b"x" * 17_000_000 + b'"}\n'),
    "rows nested without end": with_file("data/eval.jsonl", b'{"a": ' + b"[" * 100_000 + b"\n"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_bundle_that_lists_one_thing_and_holds_another_is_refused(bundle, name):
    resigned(bundle, CHANGES[name])
    with pytest.raises(AdvisorError):
        read_bundle(bundle)


def link(bundle, target):
    name = next(bundle.rglob("eval*.jsonl"))
    name.unlink()
    name.symlink_to(target)


def test_a_link_is_refused_whatever_it_names(bundle, tmp_path):
    same = tmp_path / "same"
    data = next(bundle.rglob("eval*.jsonl"))
    same.write_bytes(data.read_bytes())
    for target in (same, tmp_path / "nothing", Path("/etc/passwd"), Path("/dev/zero")):
        link(bundle, target)
        with pytest.raises(AdvisorError, match="no links"):
            read_bundle(bundle)


def test_a_second_name_of_a_file_elsewhere_is_refused(bundle, tmp_path):
    data = next(bundle.rglob("eval*.jsonl"))
    os.link(data, tmp_path / "the same file")
    with pytest.raises(AdvisorError, match="no links"):
        read_bundle(bundle)


def test_a_folder_that_is_a_link_and_a_pipe_are_refused(bundle, tmp_path):
    (bundle / "more").symlink_to(tmp_path)
    with pytest.raises(AdvisorError, match="no links"):
        read_bundle(bundle)
    (bundle / "more").unlink()
    os.mkfifo(bundle / "pipe")
    with pytest.raises(AdvisorError, match="no links"):
        read_bundle(bundle)


@pytest.mark.parametrize("name", ["added.sh", ".hidden", "data/train.jsonl.bak", "sub/file"])
def test_whatever_was_added_is_refused(bundle, name):
    (bundle / name).parent.mkdir(exist_ok=True)
    (bundle / name).write_text("echo added\n")
    with pytest.raises(AdvisorError, match="was added"):
        read_bundle(bundle)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"files": []}',
        '{"files": {}, "plan_sha256": NaN}',
        "[" * 100_000,
        '{"files": {}, "files": {}}',
        "\ud800",
    ],
)
def test_a_manifest_that_is_none_is_refused(bundle, text):
    (bundle / "manifest.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(AdvisorError):
        read_bundle(bundle)


@given(st.text(alphabet="ab./\\\0~: ", min_size=1, max_size=12))
def test_every_path_that_passes_is_below_the_folder_in_its_one_spelling(name):
    try:
        check_inside(name)
    except AdvisorError:
        return
    folder = Path("/bundle")
    path = Path(os.path.normpath(folder / name))
    assert path.is_relative_to(folder)
    assert str(path.relative_to(folder)) == name


@pytest.mark.parametrize("backend", HOSTED)
def test_our_own_bundles_pass_and_say_who_gets_what(tmp_path, backend):
    plan, folder = planned(tmp_path, backend)
    assert read_bundle(folder) == plan
    terms = terms_of(plan, folder, ENVIRONMENT.get(backend, {}))

    assert terms is not None
    assert set(terms.rows.values()) == {12, 40}  # some services get a second shape of the same rows
    require_named(terms, ())
    told = "\n".join(terms.lines())
    for word in ("Recipient", "Host", "Key", "Rows", "Money", *terms.hosts):
        assert word in told


@pytest.mark.parametrize("backend", ["trl", "axolotl"])
def test_what_stays_here_has_no_terms(tmp_path, backend):
    assert terms_of(*planned(tmp_path, backend), {}) is None


ELSEWHERE = {
    "azure": {"base_url": "https://evil.example"},
    "openai-compatible": {"base_url": "http://127.0.0.1:9/v1"},
    "together": {"base_url": "https://api.together.xyz.evil.example/v1"},
    "fireworks": {"account": "a", "base_url": "https://api.fireworks.ai@evil.example"},
    "vertex": {"project": "p", "bucket": "b", "location": "evil.example/x?"},
    "vertex ": {"project": "p", "bucket": "b", "storage_url": "https://evil.example"},
    "bedrock": {"bucket": "b", "role_arn": "r", "endpoint_url": "https://evil.example"},
    "bedrock ": {"bucket": "b", "role_arn": "r", "region": "evil.example/#"},
}


@pytest.mark.parametrize("case", ELSEWHERE)
def test_a_host_that_only_the_bundle_names_must_be_named_by_the_person(tmp_path, case):
    backend = case.strip()
    plan, folder = planned(tmp_path, backend)
    spec = plan.spec.model_copy(update={"options": ELSEWHERE[case]})
    terms = terms_of(plan.model_copy(update={"spec": spec}), folder, ENVIRONMENT.get(backend, {}))

    assert terms is not None
    with pytest.raises(AdvisorError, match="a host of its own"):
        require_named(terms, ["127.0.0.1", "together.xyz", "evil", "example"])
    require_named(terms, terms.strangers)


def test_hosts_are_compared_with_their_port_and_without_case():
    assert (
        host_of("https://API.Example.org:443/v1") == host_of("https://api.example.org.") == "api.example.org"
    )
    assert host_of("https://api.example.org:8443") == "api.example.org:8443"
    assert host_of("https://api.example.org@evil.example/") == "evil.example"


@pytest.fixture
def loopback_maker():
    """A server that notes who asks it for what, and with which key."""
    import threading
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    class Noting(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(self.headers.get("Authorization"))
            self.send_error(404)

        do_POST = do_GET  # noqa: N815 the server's own spelling

        def log_message(self, *_):
            pass

    seen: list[str | None] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Noting)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.server_address[1]}", seen
    server.shutdown()
    server.server_close()


def test_no_key_leaves_before_host_and_terms_were_agreed_to(tmp_path, monkeypatch, loopback_maker):
    host, seen = loopback_maker
    monkeypatch.setenv("ADVISOR_JOBS", str(tmp_path / "jobs"))
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "sk-SECRET")
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "https://ours.openai.azure.com")
    monkeypatch.setattr("advisor.train.backends.services.ATTEMPTS", 1)
    _, folder = planned(tmp_path, options={"base_url": f"http://{host}/v1"})

    for arguments in ([], ["--yes"], ["--yes", "--host", "127.0.0.1"], ["--host", host]):
        done = advisor("train", "submit", str(folder), *arguments)
        assert done.returncode == 1
        assert "Recipient: Azure" in done.stderr
        assert host in done.stderr
        assert "Money" in done.stderr
    assert seen == []
    assert not list((tmp_path / "jobs").glob("*/job.json"))

    advisor("train", "submit", str(folder), "--yes", "--host", host)
    assert set(seen) == {"Bearer sk-SECRET"}


def test_rows_in_a_bundle_are_for_their_owner_alone(bundle):
    for path in (bundle, *bundle.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path
