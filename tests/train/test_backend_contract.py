"""What every backend must do: one test over all of them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from advisor.catalog import load_catalog
from advisor.errors import AdvisorError
from advisor.train.availability import require_open
from advisor.train.bundle import MANIFEST, read_bundle, write_bundle
from advisor.train.records import Job, JobContext, TrainingPlan, TrainingSpec, idempotency_key
from advisor.train.table import BACKENDS, entry, load_backend
from tests.train.planned import planned

DAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MODELS = {
    "trl": "smollm2-135m",
    "ray": "smollm2-135m",
    "openai": "gpt-4o-mini",
    "azure": "gpt-4o-mini",
    "bedrock": "amazon.nova-lite-v1:0",
    "vertex": "gemini-3.5-flash",
}
every_backend = pytest.mark.parametrize("name", sorted(BACKENDS))
bundles_only = pytest.mark.parametrize("name", sorted(n for n, e in BACKENDS.items() if e.kind == "bundle"))
hosted_only = pytest.mark.parametrize("name", sorted(n for n, e in BACKENDS.items() if e.kind == "hosted"))


@pytest.fixture
def rows(tmp_path):
    path = tmp_path / "rows.jsonl"
    lines = [
        {
            "messages": [
                {"role": "user", "content": f"Where is order {n}?"},
                {"role": "assistant", "content": "Ahoy!"},
            ]
        }
        for n in range(60)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


@pytest.fixture
def spec(rows):
    def make(name, **settings):
        given = {
            "backend": name,
            "base_model": MODELS.get(name, "llama-3.1-8b"),
            "train_path": rows,
            "rank": 8,
            "seq_len": 512,
            "gpu": "l40s" if BACKENDS[name].kind == "bundle" else None,
            "options": {"base_url": "http://127.0.0.1:9"} if name in ("azure", "openai-compatible") else {},
            "as_of": DAY,
        }
        return TrainingSpec.model_validate({**given, **settings})

    return make


def job_for(plan):
    return Job(
        id="job-1",
        backend=plan.backend,
        state="queued",
        plan_sha256=plan.sha256,
        idempotency_key=idempotency_key(plan, "job-1"),
        base_model=plan.spec.base_model,
        created_at=NOON,
        updated_at=NOON,
    )


@pytest.fixture
def context(tmp_path):
    return JobContext(folder=tmp_path / "job", now=lambda: NOON, save=lambda _job: None)


@every_backend
def test_the_object_has_the_name_of_its_line_in_the_table(name):
    assert load_backend(name).name == name


@every_backend
def test_a_plan_says_what_it_takes_and_who_gets_the_data(name, spec):
    plan = planned(spec(name))
    assert plan.backend == name
    assert (plan.train_rows, plan.evaluation.held_out_rows) == (54, 6)
    assert plan.train_tokens.expected > 0
    assert plan.recipients
    if plan.cost is None:
        assert any("price" in warning for warning in plan.warnings), "an unknown cost is said to be unknown"
    else:
        assert plan.cost.low <= plan.cost.expected <= plan.cost.high
    if entry(name).kind == "hosted":
        assert plan.memory is None
    else:
        assert plan.memory is not None
        assert plan.memory.low > 0


@every_backend
def test_a_plan_reads_back_to_itself_and_equal_specs_make_equal_plans(name, spec):
    plan = planned(spec(name))
    assert TrainingPlan.model_validate_json(plan.model_dump_json()) == plan
    assert planned(spec(name)).sha256 == plan.sha256


@every_backend
def test_a_bundle_stands_on_its_own_and_a_change_is_noticed(name, spec, tmp_path):
    plan = planned(spec(name))
    folder = write_bundle(plan, tmp_path / "bundle")
    assert read_bundle(folder) == plan
    listed = json.loads((folder / MANIFEST).read_text())["files"]
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} == {
        *listed,
        MANIFEST,
    }
    train, held_out = (_rows(folder, word) for word in ("train", ("eval", "valid")))
    assert (len(train), len(held_out)) == (54, 6)
    assert not {json.dumps(row) for row in train} & {json.dumps(row) for row in held_out}
    (folder / "README.md").write_text("changed")
    with pytest.raises(AdvisorError, match=r"README\.md"):
        read_bundle(folder)


@every_backend
def test_no_file_of_a_bundle_holds_a_key(name, spec, monkeypatch):
    secret = "sk-do-not-write-me"
    for variable in (
        "OPENAI_API_KEY",
        "TOGETHER_API_KEY",
        "FIREWORKS_API_KEY",
        "HF_TOKEN",
        "AWS_SECRET_ACCESS_KEY",
    ):
        monkeypatch.setenv(variable, secret)
    assert secret not in planned(spec(name)).model_dump_json()


@every_backend
def test_planning_neither_writes_nor_connects(name, spec, tmp_path, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("a plan must not use the network")

    monkeypatch.setattr("socket.socket.connect", refuse)
    before = sorted(tmp_path.rglob("*"))
    planned(spec(name))
    assert sorted(tmp_path.rglob("*")) == before


@every_backend
def test_a_submit_that_cannot_start_says_what_to_do(name, spec, context, monkeypatch):
    """Without keys, bundle and packages nothing starts; the error is one a person can act on."""
    for variable in ("OPENAI_API_KEY", "AZURE_OPENAI_API_KEY", "TOGETHER_API_KEY", "FIREWORKS_API_KEY"):
        monkeypatch.delenv(variable, raising=False)
    backend = load_backend(name)
    plan = planned(spec(name))
    (context.folder / "bundle").mkdir(parents=True)
    with pytest.raises((AdvisorError, FileNotFoundError)) as caught:
        backend.submit(plan, job_for(plan), context)
    if isinstance(caught.value, AdvisorError):
        assert caught.value.remedy


@bundles_only
def test_stopping_an_ended_job_changes_nothing(name, spec, context):
    backend = load_backend(name)
    ended = job_for(planned(spec(name))).model_copy(update={"state": "succeeded"})
    assert backend.cancel(ended, context) == ended


@bundles_only
def test_a_bundle_pins_every_requirement_exactly(name, spec):
    plan = planned(spec(name))
    assert plan.requirements
    assert all("==" in line for line in plan.requirements)
    assert "requirements.txt" in {file.path for file in plan.files}


@hosted_only
def test_a_hosted_price_is_unknown_or_tokens_times_epochs(name, spec):
    once, thrice = (planned(spec(name, epochs=epochs)) for epochs in (1, 3))
    if once.cost is None:
        assert thrice.cost is None
        assert any("price" in warning for warning in once.warnings)
        return
    assert once.cost.expected > 0
    assert thrice.cost.expected == pytest.approx(3 * once.cost.expected)


def test_a_closed_backend_is_refused_with_its_date(spec):
    with pytest.raises(AdvisorError, match="2027-01-06"):
        planned(spec("openai", as_of=date(2027, 1, 6)))


def test_a_closing_backend_warns_with_its_date(spec):
    plan = planned(spec("openai"))
    assert any("2027-01-06" in warning for warning in plan.warnings)
    assert require_open(load_catalog(), "trl", DAY) == ()


def test_an_unknown_backend_is_refused_with_the_nearest():
    with pytest.raises(AdvisorError, match="Did you mean 'axolotl'"):
        load_backend("axolotel")


def _rows(folder, words):
    words = (words,) if isinstance(words, str) else words
    for path in sorted((folder / "data").glob("*.jsonl")):
        if path.stem in words:
            return [json.loads(line) for line in path.read_text().splitlines()]
    return []
