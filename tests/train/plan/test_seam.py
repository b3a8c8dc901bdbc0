"""What once fell between data, train and the doors: one reader, one split, one plan, one connection."""

from __future__ import annotations

import ast
import csv
import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from advisor.catalog import load_catalog
from advisor.errors import AdvisorError
from advisor.net import Endpoint, endpoint, find_key
from advisor.scenario import Situation
from advisor.train.bundle import write_bundle
from advisor.train.planning import plan_training
from advisor.train.table import BackendEntry
from advisor.train.training_rows import read_training_rows
from tests.command_line import advisor

DAY = date(2026, 11, 22)
ROOT = Path(__file__).resolve().parents[3]


def asked(number):
    return f"Where is order number {number} of the {['lamp', 'fan', 'lock', 'hub'][number % 4]}?"


def answered(number):
    return f"Order {number} left on Monday and is about {number} hours away."


def chat(number, **more):
    said = [{"role": "user", "content": asked(number)}, {"role": "assistant", "content": answered(number)}]
    return {"messages": said, **more}


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def plan(data, backend="axolotl", **wishes):
    wishes = {"model": "qwen3-8b", **wishes}
    return plan_training(Situation(answers={}), data, backend, load_catalog(), as_of=DAY, **wishes).plan


def bundle_rows(made, folder, name="data/train.jsonl"):
    text = (write_bundle(made, folder) / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def files_of_every_form(folder):
    numbers = range(40)
    write(folder / "plain.jsonl", [chat(n) for n in numbers])
    (folder / "bom.jsonl").write_bytes(b"\xef\xbb\xbf" + (folder / "plain.jsonl").read_bytes())
    (folder / "crlf.jsonl").write_bytes((folder / "plain.jsonl").read_bytes().replace(b"\n", b"\r\n"))
    write(
        folder / "alpaca.jsonl",
        [{"instruction": asked(n), "input": "", "output": answered(n)} for n in numbers],
    )
    write(
        folder / "sharegpt.jsonl",
        [
            {"conversations": [{"from": "human", "value": asked(n)}, {"from": "gpt", "value": answered(n)}]}
            for n in numbers
        ],
    )
    (folder / "array.json").write_text(json.dumps([chat(n) for n in numbers], indent=1))
    with (folder / "table.csv").open("w", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(["question", "answer"])
        table.writerows((asked(n), answered(n)) for n in numbers)


FORMS = [
    "plain.jsonl",
    "bom.jsonl",
    "crlf.jsonl",
    "alpaca.jsonl",
    "sharegpt.jsonl",
    "array.json",
    "table.csv",
]


@pytest.mark.parametrize("name", FORMS)
def test_what_the_audit_reads_the_plan_reads_and_writes_alike(name, tmp_path):
    files_of_every_form(tmp_path)
    plain = bundle_rows(plan(tmp_path / "plain.jsonl"), tmp_path / "one")
    assert bundle_rows(plan(tmp_path / name), tmp_path / "two") == plain


def prompted(number):
    prompt = [
        {"role": "user", "content": asked(number)},
        {"role": "assistant", "content": "Which order do you mean, please?"},
        {"role": "user", "content": f"The one numbered {number}."},
    ]
    return {"prompt": prompt, "completion": [{"role": "assistant", "content": "Ok."}]}


@pytest.mark.parametrize("backend", ["trl", "axolotl", "openai", "ms-swift"])
def test_only_the_completion_is_learned_wherever_it_is_trained(backend, tmp_path):
    data = write(tmp_path / "rows.jsonl", [prompted(n) for n in range(40)])
    model = {"openai": "gpt-4.1-mini", "trl": None}.get(backend, "qwen3-8b")
    row = bundle_rows(plan(data, backend, model=model), tmp_path / "bundle")[0]
    if backend == "trl":
        assert (len(row["prompt"]), row["completion"][0]["content"]) == (3, "Ok.")
    else:
        field = {"axolotl": "train", "openai": "weight", "ms-swift": "loss"}[backend]
        assert not row["messages"][1][field]
        assert field not in row["messages"][3]


def test_a_backend_that_would_learn_what_is_only_to_be_read_refuses(tmp_path):
    data = write(tmp_path / "rows.jsonl", [prompted(n) for n in range(40)])
    with pytest.raises(AdvisorError, match="not to be learned"):
        plan(data, "llamafactory")


def test_an_unknown_cost_is_null_and_never_nothing(tmp_path):
    made = plan(
        write(tmp_path / "rows.jsonl", [chat(n) for n in range(60)]), "together", model="Qwen/Qwen3-8B"
    )
    assert made.model_dump(mode="json")["cost"] is None
    readme = next(file.text for file in made.files if file.path == "README.md")
    assert "Money: not known" in readme


def overlay(folder):
    market = folder / "market"
    market.mkdir(parents=True)
    (market / "ours.yaml").write_text(
        'backends:\n  together:\n    label: "Together AI"\n    kind: hosted\n    availability:\n'
        '      - {from: 2024-01-01, status: closed, says: "Our company does not use it.", '
        "sources: [judgement], checked: 2026-11-22}\n"
    )
    return folder


def test_an_overlay_that_closes_a_backend_closes_it_everywhere(tmp_path):
    data = write(tmp_path / "rows.jsonl", [chat(n) for n in range(60)])
    rules = overlay(tmp_path / "rules")
    answers = tmp_path / "answers.yaml"
    answers.write_text("answers: {knowledge_gap: none}\n")
    command = (
        "plan",
        str(answers),
        "--data",
        str(data),
        "--backend",
        "together",
        "--model",
        "qwen3.5-9b",
        "--as-of",
        "2026-11-22",
    )
    done = advisor(*command, "--rules", str(rules), "-o", str(tmp_path / "bundle"))
    assert done.returncode == 1
    assert "Our company does not use it" in done.stderr.replace("our company", "Our company")
    assert not (tmp_path / "bundle").exists()
    with pytest.raises(AdvisorError, match="our company"):
        plan_training(
            Situation(answers={}), data, "together", load_catalog(rules), as_of=DAY, model="qwen3.5-9b"
        )


def test_only_the_doors_load_the_rulebook():
    """A catalog loaded below a door would not hold the overlay that the door was given."""
    found = []
    for path in sorted((ROOT / "advisor").rglob("*.py")):
        room = path.relative_to(ROOT / "advisor").parts[0]
        if room in {"doors", "catalog", "advice.py", "surface.py"} or path.name == "__main__.py":
            continue
        calls = [
            node
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call)
        ]
        found += [f"{path}:{one.lineno}" for one in calls if getattr(one.func, "id", "") == "load_catalog"]
    assert found == []


def test_edited_copies_are_held_out_together(tmp_path):
    def row(number, word):
        return {
            "messages": [
                {"role": "user", "content": f"{word} {asked(number)}".strip()},
                chat(number)["messages"][1],
            ]
        }

    data = write(
        tmp_path / "rows.jsonl", [row(n, word) for n in range(40) for word in ("", "Please tell me now:")]
    )
    read = read_training_rows(data, share=0.1, seed=42)
    pairs = read.held_out.reshape(40, 2)
    assert 0 < pairs[:, 0].sum() <= 6
    assert (pairs[:, 0] == pairs[:, 1]).all()


@pytest.mark.parametrize("address", ["http://0.0.0.0:8000/v1", "http://llm.example/v1", "http://10.0.0.7/v1"])
def test_no_key_goes_over_plain_http_to_another_machine(address, monkeypatch):
    monkeypatch.setenv("SOME_KEY", "sk-secret")
    with pytest.raises(AdvisorError, match="unencrypted") as refused:
        endpoint(address, "m", place="--base-url", key_variable="SOME_KEY")
    assert "sk-secret" not in str(refused.value)


def test_a_key_is_never_printed_and_may_go_to_this_machine(monkeypatch):
    monkeypatch.setenv("SOME_KEY", "sk-secret")
    here = endpoint("http://127.0.0.1:8000/v1", "m", place="--base-url", key_variable="SOME_KEY")
    assert here.key == find_key("SOME_KEY", "x") == "sk-secret"
    assert "sk-secret" not in repr(here)
    assert Endpoint("https://a.example/v1", "m").local is False


def test_deciding_needs_no_file_locks_and_loads_no_training():
    code = (
        "import sys; sys.modules['fcntl'] = None\n"
        "from advisor.doors.cli import build; build(['decide'])\n"
        "assert not [name for name in sys.modules if name.startswith(('advisor.train', 'advisor.data', 'advisor.data.rows'))]"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_table_of_commands_is_whole():
    import importlib

    import typer

    from advisor.doors.cli import AREAS

    for area, commands in AREAS.items():
        app = typer.Typer()
        importlib.import_module(f"advisor.doors.cli.{area}").register(app)
        names = [one.name or one.callback.__name__ for one in app.registered_commands]
        names += [one.name for one in app.registered_groups]
        assert sorted(names) == sorted(commands), area


@pytest.mark.parametrize("wishes", [{"ranc": 8}, {"options": {"max_step": 3}}])
def test_a_wish_that_nobody_knows_is_an_error_with_a_guess(wishes, tmp_path):
    data = write(tmp_path / "rows.jsonl", [chat(n) for n in range(40)])
    with pytest.raises(AdvisorError, match=r"Did you mean '(rank|max_steps)'"):
        plan(data, "trl", model=None, **wishes)


def test_a_base_model_without_a_template_is_refused_with_its_instruct_form(tmp_path):
    data = write(tmp_path / "rows.jsonl", [chat(n) for n in range(40)])
    for name in ("meta-llama/Llama-3.1-8B", "mistralai/Mistral-7B-v0.3"):
        with pytest.raises(AdvisorError, match="without a chat template") as refused:
            plan(data, model=name)
        assert "Instruct" in refused.value.remedy
    chosen = plan(data, model="llama-3.1-8b")
    assert "base_model: meta-llama/Llama-3.1-8B-Instruct" in chosen.config
    assert any("Llama-3.1-8B-Instruct" in one for one in chosen.warnings)


def test_a_service_of_its_own_models_refuses_others(tmp_path):
    data = write(tmp_path / "rows.jsonl", [chat(n) for n in range(40)])
    with pytest.raises(AdvisorError, match="does not tune"):
        plan(data, "openai", model="qwen3-8b")


def labelled(number):
    return {"prompt": asked(number), "completion": answered(number), "label": number % 2 == 0}


def test_answers_marked_as_bad_are_not_trained_and_serve_kto(tmp_path):
    data = write(tmp_path / "rows.jsonl", [labelled(n) for n in range(60)])
    made = plan(data, eval_share=0.1)
    taught = {row["messages"][1]["content"] for row in bundle_rows(made, tmp_path / "sft")}
    assert taught <= {answered(n) for n in range(0, 60, 2)}
    assert any("marked as bad" in one for one in made.warnings)
    unpaired = bundle_rows(plan(data, "trl", model=None, objective="kto"), tmp_path / "kto")
    assert {row["label"] for row in unpaired} == {True, False}
    assert unpaired[0].keys() == {"prompt", "completion", "label"}


def test_what_a_text_plan_cannot_carry_is_refused_or_named(tmp_path):
    images = write(tmp_path / "images.jsonl", [chat(n, images=["a.png"]) for n in range(40)])
    with pytest.raises(AdvisorError, match="images"):
        plan(images, "llamafactory")
    fields = write(tmp_path / "fields.jsonl", [chat(n, source="crm") for n in range(40)])
    assert any("left out: source" in one for one in plan(fields).warnings)


def test_a_service_is_told_which_rows_it_would_refuse(tmp_path):
    rows = [chat(n) for n in range(40)]
    rows[5]["messages"].append({"role": "user", "content": "And then?"})
    data = write(tmp_path / "rows.jsonl", rows)
    with pytest.raises(AdvisorError, match=r"rows 6\)"):
        plan(data, "openai", model="gpt-4.1-mini")
    assert any("rows 6" in one for one in plan(data).warnings)


def test_the_data_file_is_read_once(tmp_path):
    """One look at its first bytes, one reading."""
    data, opened = write(tmp_path / "rows.jsonl", [chat(n) for n in range(40)]), []

    def note(event, arguments):
        if event == "open" and str(arguments[0]) == str(data):
            opened.append(arguments[0])

    sys.addaudithook(note)
    write_bundle(plan(data), tmp_path / "bundle")
    assert len(opened) <= 2


def test_another_package_can_register_a_backend(monkeypatch):
    from advisor.train import table

    class Point:
        name, value = "acme", "acme:ENTRY"

        def load(self):
            return BackendEntry("acme", "Acme", "bundle", "advisor.train.backends.axolotl")

    monkeypatch.setattr(table, "entry_points", lambda group: [Point()] if group == table.GROUP else [])
    assert [one.name for one in table._others()] == ["acme"]
