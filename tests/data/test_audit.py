"""The audit as a whole: ranking, facts, the public post-mortem, executors, templates, the command line."""

from __future__ import annotations

import json
import os
import random
import struct
import time

import pytest
from typer.testing import CliRunner

from advisor.data.audit import audit
from advisor.data.checks.contract import chat, good_rows
from advisor.data.executor import Processes, Ray, executor_named
from advisor.data.records import AuditInputs
from advisor.data.rows.formats import to_conversation
from advisor.data.rows.templates import load_template
from advisor.doors.cli import build
from advisor.errors import AdvisorError

from .files import write

OPENERS = ("Hey there!", "Sure thing!", "Good question!", "No worries!", "Happy to help!", "You bet!")
CASUAL = (
    "your {thing} just needs a quick restart, so unplug it for ten seconds and it'll come back.",
    "you can pop the {thing} in the {place}, it's fine with the damp air there.",
    "that's in the app: tap the {thing}, then Settings, and you're done.",
    "the {thing} talks to the hub up to twelve metres away, so the {place} is fine.",
    "just hold the button on the {thing} until it blinks blue.",
    "it's on us! We'll swap the {thing}, no need to send the old one back.",
)
ENDS = ("Shout if you get stuck!", "Have fun with it!", "Let us know how it goes!", "", "Cheers!")
FORMAL = (
    "We acknowledge receipt of your message regarding the {thing}. Please be advised that the device must be disconnected from the supply and subsequently reconnected.",
    "Thank you for your correspondence. The {thing} may be relocated to the {place} provided that the conditions set out in the documentation are observed.",
    "With reference to your enquiry, the designation of the {thing} can be amended within the application. Should you require further assistance, contact our department.",
    "We regret the inconvenience caused. A replacement {thing} will be dispatched in accordance with our terms and conditions.",
    "The effective range of the {thing} is twelve metres. It is therefore suitable for installation in the {place}.",
    "In order to initiate the return of the {thing}, the customer is requested to complete the enclosed form.",
)
THINGS = [
    "lamp",
    "heater",
    "camera",
    "lock",
    "sensor",
    "speaker",
    "blind",
    "plug",
    "switch",
    "doorbell",
    "fan",
    "router",
    "kettle",
    "toaster",
    "mixer",
    "printer",
    "scanner",
    "charger",
    "headset",
    "projector",
]
PLACES = [
    "kitchen",
    "garden",
    "office",
    "hallway",
    "cellar",
    "attic",
    "garage",
    "balcony",
    "studio",
    "library",
    "bedroom",
    "workshop",
    "porch",
    "nursery",
    "pantry",
]
ASKS = (
    "my {thing} in the {place} stopped working",
    "can i move the {thing} to the {place}?",
    "how do i rename the {thing} of the {place}",
    "does the {thing} reach the {place}",
    "the {thing} won't pair in the {place}, help",
    "i want to return my {thing}, wrong for the {place}",
)


def post_mortem(seed):
    """412 rows in one brand voice, six of them by an editor who writes formally."""
    rng = random.Random(seed)
    formal = set(rng.sample(range(412), 6))
    register = iter(FORMAL)
    combinations = [(thing, place, turn) for thing in THINGS for place in PLACES for turn in range(6)]
    rng.shuffle(combinations)
    rows = []
    for index, (thing, place, turn) in enumerate(combinations[:412]):
        words = {"thing": thing, "place": place}
        casual = " ".join(
            part for part in (rng.choice(OPENERS), CASUAL[turn].format(**words), rng.choice(ENDS)) if part
        )
        answer = next(register).format(**words) if index in formal else casual
        rows.append(chat(ASKS[turn].format(**words), answer, system="You are the voice of Lumo."))
    return rows, sorted(index + 1 for index in formal)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_six_formal_rows_of_412_are_found_named_and_ranked_first(seed, tmp_path):
    rows, formal = post_mortem(seed)
    first = audit(AuditInputs(data=write(tmp_path / "a.jsonl", rows))).findings[0]
    assert (first.check, first.rows) == ("register-outlier", formal)
    assert "more formal" in first.message


def test_whose_the_odd_rows_are_is_said_where_metadata_tells(tmp_path):
    rows, formal = post_mortem(4)
    for index, row in enumerate(rows, start=1):
        row["metadata"] = {"editor": "k.m." if index in formal else f"e{index % 5}"}
    assert "editor = 'k.m.'" in audit(AuditInputs(data=write(tmp_path / "a.jsonl", rows))).findings[0].message


def test_facts_carry_their_origin(tmp_path):
    result = audit(AuditInputs(data=write(tmp_path / "a.jsonl", [*good_rows(60), good_rows(1)[0]])))
    assert result.facts["labelled_examples"] == 60
    assert result.measured["labelled_examples"].origin == "measured"
    assert result.facts["tokens_per_example"] > 20
    # Only people can say that examples were reviewed.
    assert result.facts["example_quality"] == "mixed"


def test_every_measured_fact_answers_a_question_of_the_rulebook(tmp_path, catalog):
    path = write(tmp_path / "a.jsonl", good_rows(60))
    result = audit(AuditInputs(data=path, production=path))
    assert set(result.facts) <= set(catalog.facts)
    assert result.facts["example_quality"] in {one.id for one in catalog.facts["example_quality"].options}


def test_pairs_left_out_of_the_comparison_are_said(tmp_path, monkeypatch):
    rows = good_rows(40)
    copies = [
        chat(f"Please, {row['messages'][1]['content']}", row["messages"][2]["content"] + " Cheers!")
        for row in rows[:8]
    ]
    path = write(tmp_path / "a.jsonl", [*rows, *copies])
    whole = next(one for one in audit(AuditInputs(data=path)).findings if one.check == "near-duplicate")
    monkeypatch.setattr("advisor.data.similar.MOST_PAIRS", 5)
    cut = next(one for one in audit(AuditInputs(data=path)).findings if one.check == "near-duplicate")
    assert "were not" not in whole.message
    assert "only the 5 likeliest pairs were compared" in cut.message
    assert cut.evidence["pairs_not_compared"] > 0


def test_worker_processes_find_the_same_as_one(tmp_path):
    path = write(tmp_path / "a.jsonl", [*good_rows(200), chat("Is it on?", "Yes<|im_end|>")])
    assert audit(AuditInputs(data=path), executor=Processes(2)) == audit(
        AuditInputs(data=path), executor=executor_named("local", 1)
    )


def whose(item: int) -> tuple[int, int]:
    time.sleep(0.2)
    return item, os.getpid()


def start_ray(ray, attempts: int = 3) -> None:
    # Ray gives a node thirty seconds to start, which a busy machine does not always manage.
    for left in reversed(range(attempts)):
        try:
            ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
        except Exception:
            ray.shutdown()
            if not left:
                raise
        else:
            return


@pytest.mark.slow
def test_a_ray_cluster_of_two_workers_finds_the_same_as_one_process(tmp_path, monkeypatch):
    ray = pytest.importorskip("ray")
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    path = write(tmp_path / "a.jsonl", [*good_rows(400), chat("Is it on?", "Yes<|im_end|>")])
    start_ray(ray)
    try:
        done = list(Ray(2).map(whose, range(12)))
        found = audit(AuditInputs(data=path), executor=Ray(2))
    finally:
        ray.shutdown()
    assert [item for item, _ in done] == list(range(12))
    assert len({worker for _, worker in done} - {os.getpid()}) == 2
    assert found == audit(AuditInputs(data=path))


def test_an_unknown_executor_is_named():
    with pytest.raises(AdvisorError, match="spark"):
        executor_named("spark", 2)


ROW = {
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Where is the reset button of the hub?"},
        {"role": "assistant", "content": "It sits below the lid, next to the lamp."},
    ]
}


def gguf(path, pairs):
    def text(value):
        return struct.pack("<Q", len(value.encode())) + value.encode()

    body = b"".join(
        text(key)
        + (
            struct.pack("<I", 8) + text(value)
            if isinstance(value, str)
            else struct.pack("<I", 9) + struct.pack("<IQ", 8, len(value)) + b"".join(map(text, value))
            if isinstance(value, list)
            else struct.pack("<II", 4, value)
        )
        for key, value in pairs.items()
    )
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, len(pairs)) + body)
    return path


def test_templates_with_and_without_generation_marks_count_alike(tmp_path):
    plain = "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    (tmp_path / "tokenizer_config.json").write_text(
        json.dumps({"chat_template": plain, "eos_token": {"content": "<|im_end|>"}})
    )
    row = to_conversation(1, ROW)
    marked, found, assumed = (
        load_template(name).lengths([row], 4096)[0] for name in ("chatml", str(tmp_path), None)
    )
    assert marked.trainable == found.trainable + 1
    assert abs(marked.total - assumed.total) <= 2
    assert marked.kept == marked.trainable


@pytest.mark.parametrize("limit", [16, 20, 24, 28, 32, 64])
def test_what_is_kept_shrinks_with_the_maximum_length(limit):
    row = to_conversation(1, ROW)
    shorter, longer = (load_template("chatml").lengths([row], size)[0] for size in (limit, limit + 4))
    assert 0 <= shorter.kept <= longer.kept <= longer.trainable


def test_the_template_of_a_gguf_file_is_used(tmp_path):
    path = gguf(
        tmp_path / "model.gguf",
        {
            "general.name": "x",
            "tokenizer.ggml.tokens": ["<s>", "</s>"],
            "tokenizer.ggml.bos_token_id": 0,
            "tokenizer.chat_template": "{{ bos_token }}{% for m in messages %}[{{ m.role }}] {{ m.content }}{% endfor %}",
        },
    )
    assert (
        load_template(str(path))
        .render(to_conversation(1, ROW))
        .startswith("<s>[system] Be brief.[user] Where")
    )


@pytest.mark.parametrize("content", [b"", b"GGUF", b"GGUF" + b"\xff" * 60, b"ZIP"])
def test_a_damaged_gguf_is_an_error_with_a_remedy(content, tmp_path):
    path = tmp_path / "model.gguf"
    path.write_bytes(content)
    with pytest.raises(AdvisorError) as caught:
        load_template(str(path))
    assert caught.value.remedy


def run(*arguments, stdin=None):
    return CliRunner().invoke(build(), [str(one) for one in arguments], input=stdin)


def test_json_is_one_object_with_the_promised_keys(tmp_path):
    done = run("audit", write(tmp_path / "a.jsonl", good_rows(12)), "--json")
    value = json.loads(done.stdout)
    assert {"rows", "format", "tokens", "findings", "facts"} <= set(value)
    assert {"check", "severity", "confidence", "message", "rows", "remedy"} <= set(value["findings"][0])


def test_standard_input_is_audited(tmp_path):
    done = run("audit", "-", "--json", stdin=write(tmp_path / "a.jsonl", good_rows(12)).read_bytes())
    assert json.loads(done.stdout)["rows"] == 12


def test_the_gate_fails_only_on_what_got_worse(tmp_path):
    bad = [*good_rows(20), chat("Is it on?", "Yes<|im_end|>, it is on and well.")]
    data, base = write(tmp_path / "a.jsonl", bad), tmp_path / "base.json"
    assert run("audit", data, "--fail-on", "error").exit_code == 1
    assert run("audit", data, "--write-baseline", base).exit_code == 0
    assert run("audit", data, "--baseline", base, "--fail-on", "error").exit_code == 0
    write(data, [*bad, chat("Is the lock on?", "Yes<|im_end|>, it is locked as well.")])
    assert run("audit", data, "--baseline", base, "--fail-on", "error").exit_code == 1


def test_the_other_verbs_run_from_the_shell(tmp_path):
    data = write(tmp_path / "a.jsonl", good_rows(20))
    fixed = json.loads(run("fix", data, "-o", tmp_path / "fixed.jsonl", "--json").stdout)
    assert fixed["written"] == 20
    manifest = json.loads(run("split", tmp_path / "fixed.jsonl", "-o", tmp_path / "out", "--json").stdout)
    assert manifest["train"]["rows"] + manifest["eval"]["rows"] == 20
    dry = run(
        "augment",
        tmp_path / "out" / "train.jsonl",
        "-o",
        tmp_path / "x.jsonl",
        "--model",
        "nobody-knows-it",
        "--dry-run",
        "--json",
    )
    assert json.loads(dry.stdout)["usd"] is None


@pytest.mark.parametrize(
    "arguments", [["--fail-on", "fatal"], ["--model", "nowhere"], ["--goal", "fame"], ["--executor", "spark"]]
)
def test_a_wrong_option_is_an_error_with_a_remedy(arguments, tmp_path):
    done = run("audit", write(tmp_path / "a.jsonl", good_rows(3)), *arguments)
    assert isinstance(done.exception, AdvisorError)
    assert done.exception.remedy


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("created", "2026-01-{day:02}T10:00:00Z"),
        ("updated_at", 1_790_000_000),
        ("date", "no date"),
        ("month", 7),
        ("source", "forum"),
        ("verified", True),
        ("score_of", 0.5),
    ],
)
def test_a_field_of_any_kind_beside_the_messages_can_be_judged(field, value, tmp_path):
    rows = [
        {**one, field: value.format(day=1 + index % 2) if isinstance(value, str) else value}
        for index, one in enumerate(good_rows(40))
    ]
    assert audit(AuditInputs(data=write(tmp_path / "a.jsonl", rows))).rows == 40


def test_rows_that_come_from_few_days_are_named(tmp_path):
    days = ["2026-01-01", "2026-03-01", *["2026-02-01"] * 38]
    rows = [{**one, "created": day} for one, day in zip(good_rows(40), days, strict=True)]
    told = audit(AuditInputs(data=write(tmp_path / "a.jsonl", rows)))
    assert any(one.check == "concentration" and "created" in one.message for one in told.findings)
