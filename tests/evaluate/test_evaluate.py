"""Answers of any systems are read, matched, scored and compared; bad input gets clear words and nothing is lost."""

from __future__ import annotations

import json
import zipfile
from datetime import date
from pathlib import Path

import pytest
import zstandard

from advisor.errors import AdvisorError
from advisor.evaluate.evaluating import EvaluateOptions, evaluate
from tests.command_line import advisor

DAY = date(2026, 11, 26)
ROWS = 60


def written(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def question(row: int) -> str:
    return (
        f"What does plan {row} of the {'north' if row % 2 else 'south'} region cost a month when paid yearly?"
    )


@pytest.fixture
def references(tmp_path: Path) -> Path:
    return written(
        tmp_path / "held-out.jsonl",
        [
            {"id": f"q{n}", "input": question(n), "reference": f"{n} euros", "customer": n // 3}
            for n in range(ROWS)
        ],
    )


def arm(tmp_path: Path, name: str, right: int, **figures: object) -> Path:
    rows = [{"id": f"q{n}", "answer": f"{n if n < right else 99} euros", **figures} for n in range(ROWS)]
    return written(tmp_path / f"{name}.jsonl", rows)


def compared(references: Path | None, arms: dict[str, Path], **options: object):
    return evaluate(
        list(arms.items()), EvaluateOptions(references=references, **options), as_of=DAY
    ).evaluation


def test_the_better_arm_is_shipped_and_what_it_costs_is_said(tmp_path, references):
    result = compared(
        references,
        {
            "tuned": arm(tmp_path, "tuned", 58, usd=0.01, seconds=1.5),
            "prompt": arm(tmp_path, "prompt", 20, usd=0.001),
        },
    )

    assert result.verdict.ship == "tuned"
    assert result.verdict.because.startswith("ship tuned: 63.3 points above prompt (+")
    assert result.verdict.because.endswith("10 times dearer")
    assert result.arms["tuned"].usd_per_1k == pytest.approx(10.0)
    assert result.arms["tuned"].seconds_p50 == 1.5
    assert result.arms["prompt"].seconds_p50 is None
    assert len(result.differing) == 38
    assert result.differing[0].answers["prompt"] == "99 euros"


def test_the_shell_prints_one_json_object_with_the_named_keys(tmp_path, references):
    done = advisor(
        "evaluate", "--arm", f"tuned={arm(tmp_path, 'tuned', 58)}", "--arm", f"prompt={arm(tmp_path, 'prompt', 20)}",
        "--references", str(references), "--json", "--as-of", "2026-11-26",
    )  # fmt: skip
    told = json.loads(done.stdout)

    assert done.returncode == 0
    assert {"n", "failed", "scores", "usd_per_1k", "seconds_p50", "seconds_p95"} <= set(told["arms"]["tuned"])
    assert {"value", "low", "high"} == set(told["arms"]["tuned"]["scores"]["normalised"])
    assert {"a", "b", "metric", "difference", "low", "high", "p", "method"} <= set(told["differences"][0])
    assert {"ship", "because", "cannot_tell", "rows_needed"} <= set(told["verdict"])
    assert told["measured"]["prompting_result"] == {
        "value": "fails", "by": "arm prompt on 60 rows: 33.3 (22.5 to 46.3), by normalised", "on": "2026-11-26",
    }  # fmt: skip


def test_the_shell_prints_the_verdict_first(tmp_path, references):
    done = advisor(
        "evaluate", "--arm", f"tuned={arm(tmp_path, 'tuned', 58)}", "--arm", f"prompt={arm(tmp_path, 'prompt', 20)}",
        "--references", str(references),
    )  # fmt: skip

    assert done.stdout.startswith("ship tuned: 63.3 points above prompt")
    assert "differ on: " in done.stdout


def test_csv_and_other_field_names_are_understood(tmp_path):
    held = tmp_path / "held.csv"
    held.write_text("question_id,question,label\n" + "".join(f"{n},q {n},{'ab'[n % 2]}\n" for n in range(20)))
    told = tmp_path / "told.csv"
    told.write_text(
        "question_id,label,prediction,latency_ms,prompt_tokens\n"
        + "".join(f"{n},{'ab'[n % 2]},{'a'},{250},{n}\n" for n in range(20))
    )
    result = compared(held, {"always-a": told})

    assert set(result.arms["always-a"].scores) == {"label", "macro-f1"}
    assert result.arms["always-a"].scores["label"].value == 0.5
    assert result.arms["always-a"].scores["macro-f1"].value == pytest.approx(1 / 3)
    assert result.arms["always-a"].seconds_p50 == 0.25
    assert result.arms["always-a"].tokens_in == 9.5


def test_the_result_file_of_a_batch_is_read(tmp_path, references):
    rows = [
        {"custom_id": f"q{n}", "response": {"status_code": 200, "body": {"model": "m", "choices": [{"message": {"content": f"{n} euros"}}], "usage": {"prompt_tokens": 7, "completion_tokens": 3}}}}
        for n in range(ROWS - 1)
    ]  # fmt: skip
    rows.append({"custom_id": f"q{ROWS - 1}", "response": {"status_code": 500, "body": {"error": "down"}}})
    result = compared(references, {"batch": written(tmp_path / "batch.jsonl", rows)})

    assert result.arms["batch"].failed == 1
    assert result.arms["batch"].scores["normalised"].value == pytest.approx((ROWS - 1) / ROWS)
    assert result.arms["batch"].tokens_in == 7


def test_training_rows_serve_as_references_and_rows_without_ids_match_by_order(tmp_path):
    held = written(
        tmp_path / "eval.jsonl",
        [{"messages": [{"role": "user", "content": question(n)}, {"role": "assistant", "content": f"It costs {n} euros a month in this region."}]} for n in range(20)],
    )  # fmt: skip
    told = written(
        tmp_path / "told.jsonl",
        [{"answer": f"It costs {n} euros a month in this region."} for n in range(20)],
    )
    result = compared(held, {"copy": told}, scorers=("token-f1",))

    assert result.arms["copy"].scores["token-f1"].value == 1
    assert "copy: rows were matched by their order, as there are no ids" in result.notes


def test_failed_and_missing_rows_are_counted_never_dropped(tmp_path, references):
    rows: list[dict[str, object]] = [{"id": f"q{n}", "answer": f"{n} euros"} for n in range(50)]
    rows[0] = {"id": "q0", "error": "timeout"}
    rows[1] = {"id": "q1", "answer": "  "}
    result = compared(references, {"flaky": written(tmp_path / "flaky.jsonl", rows)})

    assert result.arms["flaky"].n == ROWS
    assert result.arms["flaky"].failed == 12
    assert result.arms["flaky"].scores["normalised"].value == pytest.approx(48 / ROWS)
    assert (
        "flaky: 10 rows are missing and count as failed: q50, q51, q52, q53, q54 and 5 more" in result.notes
    )


def test_answers_to_rows_that_are_not_held_out_are_named(tmp_path, references):
    rows = [{"id": f"q{n}", "answer": f"{n} euros"} for n in range(ROWS + 2)]
    result = compared(references, {"more": written(tmp_path / "more.jsonl", rows)})

    assert result.arms["more"].n == ROWS
    assert any(
        "2 answers to rows that are not held out were left aside: q60, q61" in note for note in result.notes
    )


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([{"id": f"x{n}", "answer": "1"} for n in range(ROWS)], "no id is among the held-out rows"),
        ([{"id": f"q{n}", "answer": "1"} for n in range(9)], "only 9 of 60 ids are"),
        ([{"id": "q1", "answer": "1"}] * 2, "1 ids occur more than once: q1"),
        ([{"id": "q1", "answer": "1"}, {"answer": "2"}], "1 of 2 rows have no id"),
        ([{"answer": "1"}] * 7, "the file has 7 answers for 60 held-out rows"),
        ([{"id": "q1", "anwser": "1"}], "no field holds the answer; there are id, anwser"),
        ([], "empty"),
    ],
)  # fmt: skip
def test_bad_answers_are_refused_in_words(tmp_path, references, rows, problem):
    path = written(tmp_path / "bad.jsonl", rows)
    with pytest.raises(AdvisorError) as told:
        compared(references, {"bad": path})

    assert problem in f"{told.value.problem} {told.value.remedy}" or problem == "empty"
    assert str(path) in told.value.place


@pytest.mark.parametrize(
    ("text", "problem", "place"),
    [
        ('{"id": 1, "reference": "a"}\n{"id": 2,\n', "cannot be read", ":2"),
        ('{"id": 1, "reference": "a"}\n[1]\n', "the row is not an object", ":2"),
        ('{"id": 1, "reference": "a"}\n{"id": 2, "reference": ""}\n', "1 of 2 references are empty: 2", ""),
        ('{"id": 1, "wanted": "a"}\n', "no field holds the wanted answer; there are id, wanted", ":1"),
    ],
)
def test_bad_references_are_refused_with_their_place(tmp_path, text, problem, place):
    held = tmp_path / "held.jsonl"
    held.write_text(text)
    told = written(tmp_path / "told.jsonl", [{"id": 1, "answer": "a"}, {"id": 2, "answer": "a"}])
    with pytest.raises(AdvisorError, match=problem) as error:
        compared(held, {"one": told})

    assert error.value.place == f"{held}{place}"


def test_empty_references_do_not_matter_to_a_scorer_that_needs_none(tmp_path):
    held = written(tmp_path / "held.jsonl", [{"id": n, "reference": ""} for n in range(4)])
    told = written(tmp_path / "told.jsonl", [{"id": n, "answer": '{"a": 1}'} for n in range(4)])
    result = compared(held, {"one": told}, scorers=('json-schema:{"type": "object"}',))

    assert result.arms["one"].scores["json-schema"].value == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--arm", "tuned"], "NAME=FILE"),
        (["--arm", "a=x", "--scorer", "exat"], "there is no such file"),
        (["--arm", "a={file}", "--arm", "a={file}"], "two arms are called a"),
        (["--arm", "a={file}", "--scorer", "exat"], "Did you mean 'exact'?"),
        (
            ["--arm", "a={file}", "--scorer", "number", "--scorer", "number:1%"],
            "two scorers are called 'number'",
        ),
        (["--arm", "a={file}", "--cluster", "custmer"], "no field 'custmer'"),
    ],
)
def test_wrong_options_are_told_in_three_parts(tmp_path, references, arguments, said):
    file = arm(tmp_path, "a", 3)
    done = advisor(
        "evaluate",
        *(one.replace("{file}", str(file)) for one in arguments),
        "--references",
        str(references),
        "--json",
    )
    error = json.loads(done.stdout)["error"]

    assert done.returncode == 1
    assert said in " ".join(error.values())


def test_without_references_or_logs_nothing_can_be_compared(tmp_path):
    with pytest.raises(AdvisorError, match="nothing says what the wanted answers are"):
        compared(None, {"a": arm(tmp_path, "a", 3)})


def test_clusters_are_respected(tmp_path, references):
    arms = {"a": arm(tmp_path, "a", 50), "b": arm(tmp_path, "b", 30)}
    loose, tied = compared(references, arms), compared(references, arms, cluster="customer")

    assert (loose.groups, tied.groups) == (None, 20)
    assert tied.differences[0].low < loose.differences[0].low


def test_tokens_are_priced_where_provider_and_model_are_named(tmp_path, references):
    file = arm(tmp_path, "a", 50, tokens_in=1000, tokens_out=100, model="openai:gpt-4o-mini")
    result = compared(references, {"a": file})

    assert result.arms["a"].usd_per_1k == pytest.approx(1000 * (1000 * 0.15 + 100 * 0.60) / 1e6)
    assert any("openai:gpt-4o-mini: priced by its tokens" in note for note in result.notes)


def test_near_copies_in_training_are_named_and_counted_apart(tmp_path, references):
    train = [
        {"prompt": f"How long is parcel {n} on its way to the coast?", "completion": f"{n} days"}
        for n in range(40)
    ]
    train[7] = {"prompt": f"Please: {question(5)}", "completion": "5 euros"}
    train[8] = {"prompt": question(6).replace("plan 6", "plan 777"), "completion": "777 euros"}
    result = compared(
        references,
        {"a": arm(tmp_path, "a", 50), "b": arm(tmp_path, "b", 20)},
        train=written(tmp_path / "train.jsonl", train),
    )

    assert [one.example for one in result.apart] == ["q5"]
    assert result.apart[0].where.endswith("train.jsonl:8")
    assert result.without_apart is not None
    assert result.without_apart["a"].n == ROWS - 1
    assert result.arms["a"].n == ROWS
    assert result.verdict_without_apart is not None


def test_answers_that_stand_word_for_word_in_documents_are_named(tmp_path):
    held = written(
        tmp_path / "held.jsonl",
        [
            {"id": n, "input": f"q{n}", "reference": f"Order {n} is kept for thirty days at the counter."}
            for n in range(10)
        ],
    )
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text(
        "# Orders\n\nOrder 3 is kept, for THIRTY days\nat the counter. Then it goes back."
    )
    told = written(tmp_path / "told.jsonl", [{"id": n, "answer": "x"} for n in range(10)])
    result = compared(held, {"one": told}, documents=tmp_path / "docs")

    assert [(one.example, one.because) for one in result.apart] == [
        ("3", "its answer occurs word for word in a document")
    ]


def test_arms_named_after_strategies_measure_facts(tmp_path, references):
    arms = {
        "prompt": arm(tmp_path, "prompt", 10, tokens_out=12),
        "retrieval": arm(tmp_path, "retrieval", 30, tokens_out=14),
        "right-passage": arm(tmp_path, "passage", 60, tokens_out=16),
    }
    result = compared(references, arms, good_enough=0.9)

    assert {name: one.value for name, one in result.measured.items()} == {
        "prompting_result": "fails", "prompting_percent": 16.7, "retrieval_result": "misses", "passage_by_hand": "yes",
        "output_tokens": 14,
    }  # fmt: skip
    assert result.measured["prompting_result"].on == "2026-11-26"
    assert "good_enough" not in compared(references, arms).measured


# --- logs of other tools ---------------------------------------------------------------------------------------------


def log(path: Path, right: int, **header: object) -> Path:
    """Write a log as inspect does: a zip file packed with zstd, which Python's zipfile cannot write."""
    members = {
        f"samples/{n}_epoch_{epoch}.json": {
            "id": n, "epoch": epoch, "input": question(n), "target": f"{n} euros",
            "output": {"model": "m", "completion": f"{n if n < right else 99} euros", "time": 0.5},
            "model_usage": {"m": {"input_tokens": 10, "output_tokens": 4}},
            "scores": {"match": {"value": "C" if n < right else "I"}},
        }
        for n in range(30) for epoch in (1, 2)
    }  # fmt: skip
    members["samples/3_epoch_1.json"] |= {"error": {"message": "connection reset"}, "output": {}}
    members["header.json"] = {
        "version": 2,
        "status": "success",
        "eval": {"task": "plans", "model": "m"},
    } | header
    return packed(path, {name: json.dumps(value).encode() for name, value in members.items()})


def packed(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, plain in members.items():
            archive.writestr(name, zstandard.compress(plain))
    # Say that the stored bytes are zstd of the plain ones, in both headers of each member.
    raw = bytearray(path.read_bytes())
    import zlib

    for name, plain in members.items():
        for magic, method, crc, size in ((b"PK\x03\x04", 8, 14, 22), (b"PK\x01\x02", 10, 16, 24)):
            at = -1
            while (at := raw.find(magic, at + 1)) >= 0:
                length = 30 if magic == b"PK\x03\x04" else 46
                if bytes(raw[at + length : at + length + len(name)]) == name.encode():
                    raw[at + method : at + method + 2] = (93).to_bytes(2, "little")
                    raw[at + crc : at + crc + 4] = zlib.crc32(plain).to_bytes(4, "little")
                    raw[at + size : at + size + 4] = len(plain).to_bytes(4, "little")
    path.write_bytes(bytes(raw))
    return path


def test_logs_of_inspect_are_arms_with_their_own_scores_and_targets(tmp_path):
    result = compared(
        None, {"few": log(tmp_path / "few.eval", 25), "prompt": log(tmp_path / "prompt.eval", 10)}
    )

    assert result.rows == 30
    assert set(result.arms["few"].scores) == {"match"}
    # Sample 3 failed in one of its two epochs: half of a row is lost, and said so by the score.
    assert result.arms["few"].scores["match"].value == pytest.approx(24.5 / 30)
    assert result.arms["few"].seconds_p50 == 0.5
    assert result.verdict.ship == "few"
    assert "few: inspect log of task 'plans' on m, 60 samples" in result.notes


def test_logs_can_be_scored_again_by_another_scorer(tmp_path):
    result = compared(None, {"few": log(tmp_path / "few.eval", 25)}, scorers=("number",))

    assert result.arms["few"].scores["number"].value == pytest.approx(24.5 / 30)


def test_a_log_of_a_providers_own_service_is_priced_and_one_of_a_server_of_ones_own_is_not(tmp_path):
    public = {"task": "plans", "model": "openai/gpt-4o-mini"}
    own = public | {"model_base_url": "http://127.0.0.1:9/v1"}
    prices = [
        compared(None, {"few": log(tmp_path / f"{name}.eval", 25, eval=run)}).arms["few"].usd_per_1k
        for name, run in (("public", public), ("own", own))
    ]

    assert prices == [pytest.approx(1000 * (10 * 0.15 + 4 * 0.60) / 1e6), None]


def test_answers_come_from_standard_input(tmp_path, references):
    rows = "".join(json.dumps({"id": f"q{n}", "answer": f"{n} euros"}) + "\n" for n in range(ROWS))
    done = advisor("evaluate", "--arm", "piped=-", "--references", str(references), "--json", stdin=rows)

    assert json.loads(done.stdout)["arms"]["piped"]["scores"]["normalised"]["value"] == 1


def test_a_log_of_another_version_is_refused_clearly(tmp_path):
    with pytest.raises(AdvisorError, match="the log has version 7; version 2 can be read"):
        compared(None, {"few": log(tmp_path / "few.eval", 25, version=7)})


def test_a_log_that_was_cut_off_or_damaged_is_refused_clearly(tmp_path):
    whole = log(tmp_path / "few.eval", 25).read_bytes()
    for name, content, said in (
        ("short.eval", whole[: len(whole) // 2], "damaged"),
        ("flipped.eval", whole[:3000] + bytes(40) + whole[3040:], "damaged"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(AdvisorError, match=said):
            compared(None, {"few": tmp_path / name})
    with pytest.raises(AdvisorError, match="no header"):
        compared(None, {"few": packed(tmp_path / "running.eval", {"_journal/start.json": b'{"version": 2}'})})


def test_a_log_that_unpacks_to_more_than_it_says_is_refused(tmp_path):
    bomb = packed(
        tmp_path / "bomb.eval", {"header.json": b'{"version": 2}', "samples/1_epoch_1.json": b" " * 5_000_000}
    )
    raw = bomb.read_bytes().replace((5_000_000).to_bytes(4, "little"), (50).to_bytes(4, "little"))
    bomb.write_bytes(raw)

    with pytest.raises(AdvisorError, match=r"samples/1_epoch_1\.json"):
        compared(None, {"few": bomb})


def promptfoo(path: Path, **results: object) -> Path:
    rows = [
        {
            "promptIdx": prompt, "testIdx": test, "provider": {"id": "openai:chat:m"}, "prompt": {"label": f"prompt {prompt}"},
            "vars": {"question": f"q {test}"}, "testCase": {"assert": [{"type": "equals", "value": f"a{test}"}]},
            "response": {"output": f"a{test if prompt else 0}", "tokenUsage": {"prompt": 9, "completion": 2}},
            "score": float(bool(prompt) or test == 0), "latencyMs": 200, "cost": 0, "failureReason": 0,
        }
        for test in range(25) for prompt in (0, 1)
    ]  # fmt: skip
    rows[-1] |= {"failureReason": 2, "error": "429", "response": {}, "score": 0}
    told = {"evalId": "eval-1", "results": {"version": 3, "results": rows} | results}
    path.write_text(json.dumps(told))
    return path


def test_results_of_promptfoo_are_one_arm_for_each_prompt(tmp_path):
    result = compared(None, {"p": promptfoo(tmp_path / "results.json")})

    assert list(result.arms) == ["p-1", "p-2"]
    assert result.verdict.ship == "p-2"
    assert result.arms["p-2"].failed == 1
    # promptfoo writes 0 where it knows no price.
    assert result.arms["p-2"].usd_per_1k is None
    assert any("promptfoo, prompt “prompt 1” on openai:chat:m, 25 tests" in note for note in result.notes)


@pytest.mark.parametrize(
    ("changed", "said"), [({"version": 9}, "version 9"), ({"results": "x"}, "version 3 with at least")]
)
def test_results_of_another_promptfoo_are_refused_clearly(tmp_path, changed, said):
    with pytest.raises(AdvisorError, match=said):
        compared(None, {"p": promptfoo(tmp_path / "results.json", **changed)})


def test_a_log_meets_a_file_of_answers_on_the_same_ids(tmp_path):
    mine = written(tmp_path / "mine.jsonl", [{"id": n, "answer": f"{n} euros"} for n in range(30)])
    result = compared(None, {"few": log(tmp_path / "few.eval", 10), "mine": mine})

    assert result.verdict.ship == "mine"
    assert set(result.arms["mine"].scores) == {"normalised", "contains"}


def test_an_arm_may_be_called_like_a_column(tmp_path, references):
    result = compared(references, {"example": arm(tmp_path, "a", 50), "group": arm(tmp_path, "b", 20)})

    assert result.verdict.ship == "example"
