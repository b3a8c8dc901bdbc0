"""Augmentation against a real server on this machine: filtered, resumable, paced, priced."""

from __future__ import annotations

import json
import threading
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from advisor.catalog import load_catalog
from advisor.data.augment import augment, estimate
from advisor.data.augment_records import AugmentOptions
from advisor.data.checks.contract import chat, good_rows
from advisor.data.journal import journal_path
from advisor.data.split import split
from advisor.errors import AdvisorError

from .files import kill_when, lines, write

DAY = date(2026, 11, 22)


class Model(BaseHTTPRequestHandler):
    """Answers like a chat endpoint; what it answers depends on the question alone."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        server = self.server
        server.asked.append(body)
        server.keys.add(self.headers.get("authorization"))
        if server.failures:
            status, headers = server.failures.pop()
            return self._send(status, {"error": "later"}, headers)
        if server.delay:
            threading.Event().wait(server.delay)
        ask, answer = body["messages"][1]["content"].removeprefix("User: ").split("\nAssistant: ")
        reply = server.reply(ask, answer)
        return self._send(
            200,
            {
                "choices": [{"message": {"content": reply}}],
                "usage": {"prompt_tokens": 100, "completion_tokens": 40},
            },
            {},
        )

    def _send(self, status, value, headers):
        raw = json.dumps(value).encode()
        self.send_response(status)
        for key, one in headers.items():
            self.send_header(key, one)
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_):
        pass


def varied(ask, answer):
    return json.dumps(
        {
            "variations": [
                {"user": f"Quick question: {ask}", "assistant": f"{answer} Enjoy!"},
                {"user": f"Tell me, {ask[0].lower()}{ask[1:]}", "assistant": f"Here we go: {answer}"},
            ]
        }
    )


@pytest.fixture
def model():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
    server.asked, server.keys, server.failures, server.delay, server.reply = [], set(), [], 0, varied
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    server.options = AugmentOptions(
        model="tiny",
        base_url=f"http://127.0.0.1:{server.server_port}/v1",
        variations=2,
        requests_per_minute=60_000,
        usd_per_mtok_in=1,
        usd_per_mtok_out=2,
    )
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_variations_stand_after_their_row_with_provenance(model, tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    data = write(tmp_path / "train.jsonl", good_rows(10))
    done = augment(data, tmp_path / "out.jsonl", model.options, day=DAY, catalog=load_catalog())
    rows = lines(tmp_path / "out.jsonl")
    assert (done.given, done.added, done.rejected, len(rows)) == (10, 20, 0, 30)
    assert rows[0] == good_rows(1)[0]
    assert rows[1]["augmented_from"]["row"] == 1
    assert rows[1]["messages"][0] == rows[0]["messages"][0]
    assert model.asked[0]["response_format"]["json_schema"]["strict"] is True
    assert model.keys == {"Bearer secret"}


def test_cost_is_shown_before_and_after(model, tmp_path):
    data = write(tmp_path / "train.jsonl", good_rows(10))
    expected = estimate(data, tmp_path / "out.jsonl", model.options, day=DAY, catalog=load_catalog())
    assert (expected.requests, model.asked) == (10, [])
    assert expected.usd == pytest.approx((expected.tokens_in + 2 * expected.tokens_out) / 1e6)
    done = augment(data, tmp_path / "out.jsonl", model.options, day=DAY, catalog=load_catalog())
    assert done.usd == pytest.approx((1000 + 2 * 400) / 1e6)
    unknown = model.options.model_copy(update={"usd_per_mtok_in": None})
    assert estimate(data, tmp_path / "x.jsonl", unknown, day=DAY, catalog=load_catalog()).usd is None


def test_copies_and_drift_are_filtered(model, tmp_path):
    model.reply = lambda ask, answer: json.dumps(
        {
            "variations": [
                {"user": ask, "assistant": answer},
                {"user": "Well: " + ask, "assistant": answer + " It takes 99 minutes."},
            ]
        }
    )
    done = augment(
        write(tmp_path / "train.jsonl", good_rows(6)), tmp_path / "out.jsonl", model.options, day=DAY
    )
    assert (done.added, done.reasons) == (0, {"numbers changed": 6, "repeats another prompt": 6})


@pytest.mark.parametrize("reply", ["not json", "[]", '{"variations": [{"user": 5}]}', '{"variations": "x"}'])
def test_a_model_that_breaks_the_format_adds_nothing(reply, model, tmp_path):
    model.reply = lambda _ask, _answer: reply
    assert (
        augment(
            write(tmp_path / "train.jsonl", good_rows(4)), tmp_path / "out.jsonl", model.options, day=DAY
        ).written
        == 4
    )


def test_a_server_that_says_later_is_asked_again(model, tmp_path):
    model.failures = [(429, {"Retry-After": "0.05"}), (503, {}), (429, {"Retry-After": "0"})]
    done = augment(
        write(tmp_path / "train.jsonl", good_rows(3)), tmp_path / "out.jsonl", model.options, day=DAY
    )
    assert (done.added, len(model.asked)) == (6, 6)


def test_a_refusal_is_an_error_and_finished_rows_are_kept(model, tmp_path):
    data, out = write(tmp_path / "train.jsonl", good_rows(5)), tmp_path / "out.jsonl"
    one_by_one = model.options.model_copy(update={"concurrency": 1})
    model.failures = [(401, {})]
    with pytest.raises(AdvisorError, match="401"):
        augment(data, out, one_by_one, day=DAY)
    assert not out.exists()
    assert augment(data, out, one_by_one, day=DAY).added == 10


def test_a_killed_run_goes_on_and_ends_in_the_same_bytes(model, tmp_path):
    data, out = write(tmp_path / "train.jsonl", good_rows(40)), tmp_path / "out.jsonl"
    augment(data, tmp_path / "whole.jsonl", model.options, day=DAY, catalog=load_catalog())
    model.asked.clear()
    model.delay = 0.05
    code = f"from pathlib import Path; from datetime import date; from advisor.data.augment import augment; from advisor.data.augment_records import AugmentOptions; augment(Path({str(data)!r}), Path({str(out)!r}), AugmentOptions.model_validate_json({model.options.model_copy(update={'concurrency': 1}).model_dump_json()!r}), day=date(2026, 11, 22))"
    kill_when(code, lambda: journal_path(out).exists() and journal_path(out).read_bytes().count(b"\n") >= 5)
    assert not out.exists(), "the run ended before it could be killed"
    with journal_path(out).open("ab") as stream:
        stream.write(b'{"row": 39, "variat')
    kept = journal_path(out).read_bytes().count(b"\n") - 1
    model.asked.clear()
    augment(data, out, model.options, day=DAY, catalog=load_catalog())
    assert len(model.asked) == 40 - kept
    assert out.read_bytes() == (tmp_path / "whole.jsonl").read_bytes()
    assert not journal_path(out).exists()


def test_the_evaluation_side_is_refused_and_never_approached(model, tmp_path):
    split(
        write(
            tmp_path / "a.jsonl",
            [
                chat(f"Question {index} on {word}?", f"{word} is answer {index}.")
                for index, word in enumerate(
                    ["fir", "oak", "elm", "ash", "yew", "bay", "fig", "box", "gum", "pear", "plum", "lime"]
                )
            ],
        ),
        tmp_path / "out",
    )
    with pytest.raises(AdvisorError, match="evaluation side"):
        augment(
            tmp_path / "out" / "eval.jsonl",
            tmp_path / "x.jsonl",
            model.options,
            day=DAY,
            catalog=load_catalog(),
        )
    leaked = lines(tmp_path / "out" / "eval.jsonl")[0]["messages"][0]["content"]
    model.reply = lambda _ask, answer: json.dumps(
        {"variations": [{"user": leaked + " Please.", "assistant": answer + " Enjoy it."}]}
    )
    done = augment(
        tmp_path / "out" / "train.jsonl", tmp_path / "x.jsonl", model.options, day=DAY, catalog=load_catalog()
    )
    assert done.reasons.get("too close to an evaluation row", 0) >= 1
    assert done.added == 0


def test_a_journal_of_other_options_is_refused(model, tmp_path):
    data, out = write(tmp_path / "train.jsonl", good_rows(3)), tmp_path / "out.jsonl"
    journal_path(out).write_text('{"data": "other"}\n')
    with pytest.raises(AdvisorError, match="other data or options"):
        augment(data, out, model.options, day=DAY, catalog=load_catalog())


@pytest.mark.parametrize("left", [b"", b'{"hea'])
def test_a_journal_that_was_cut_off_in_its_heading_is_begun_anew(tmp_path, left):
    from advisor.data.journal import RowJournal

    path = tmp_path / ".out.journal"
    path.write_bytes(left)
    journal = RowJournal(path, {"heading": 1})
    assert journal.done == {}
    with journal.open() as stream:
        stream.write(b'{"row": 1}\n')

    assert RowJournal(path, {"heading": 1}).done == {1: {"row": 1}}
