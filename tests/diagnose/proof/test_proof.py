"""An intervention shows a cause or rules it out by a paired result; what it needs and costs is said before."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from advisor.diagnose.proof.asking import Meter, Question, Talk
from advisor.diagnose.proof.judging import Paired, judged
from advisor.diagnose.proof.measure import MEASURES, not_too_long, scores, voice
from advisor.diagnose.proof.options import ProofOptions, receiver
from advisor.diagnose.proof.proving import bench_for, plan_proof, prove
from advisor.diagnose.proof.rendering import NAMED, end_marks, rendered
from advisor.diagnose.records import Diagnosis, Suspicion, Templates
from advisor.errors import AdvisorError
from tests.diagnose.served import Answer, by_system_prompt, by_template, serving
from tests.diagnose.story import SERVED, TOOLS, TRAINED, diagnosis, material, stiff, suspicion, warm

PROMPT = suspicion("system-prompt-differs", "training-system-prompt")
HOT = suspicion("sampling", "lower-temperature", score=0.7)
TEMPLATE = suspicion("template-differs", "training-template", score=0.9)


def proved(answer: Answer, given: Diagnosis, *, base: str = "", **facts: object) -> tuple[Diagnosis, int]:
    with serving(answer) as (url, server):
        told = ProofOptions(model=f"{url}#tuned", base=f"{url}#{base}" if base else None)
        bench = bench_for(given, material(**facts), told)
        planned = plan_proof(given, bench)
        found = prove(given, bench, planned)
        assert len(server.bodies) <= planned.calls
        return found, len(server.bodies)


def test_the_training_prompt_put_back_shows_the_cause_and_a_lower_temperature_is_ruled_out() -> None:
    found, calls = proved(by_system_prompt, diagnosis(PROMPT, HOT))
    shown, out = found.causes
    assert (shown.cause, shown.state) == ("system-prompt-differs", "shown")
    assert shown.trial
    assert shown.trial.low > 0.2
    assert shown.trial.p < 0.001
    assert (out.cause, out.state, out.score) == ("sampling", "ruled_out", 0.0)
    assert out.trial
    assert out.trial.high < 0.1
    assert calls == 60


def test_the_right_template_shows_the_cause_through_plain_completions() -> None:
    found, _ = proved(
        by_template, diagnosis(TEMPLATE), templates=Templates(training="chatml", serving="mistral")
    )
    assert found.causes[0].state == "shown"


def test_a_server_without_completions_leaves_the_template_likely_and_says_so() -> None:
    found, _ = proved(by_system_prompt, diagnosis(TEMPLATE), templates=Templates(training="chatml"))
    assert (found.causes[0].state, found.causes[0].trial) == ("likely", None)
    assert "training-template: the server knows no such model or route" in found.notes[0]


def test_the_model_without_tuning_is_asked_where_it_is_at_hand() -> None:
    forgot = suspicion("overfitted", "base-against-tuned")
    found, _ = proved(by_system_prompt, diagnosis(forgot), base="base")
    assert found.causes[0].state == "ruled_out"


def test_what_an_intervention_lacks_and_what_all_cost_is_said_before_anything_is_asked() -> None:
    given = diagnosis(
        PROMPT, TEMPLATE, suspicion("minority", "retrain-without-rows"), suspicion("judge", "people-rate")
    )
    with serving(by_system_prompt) as (url, server):
        told = ProofOptions(model=url, usd_per_call=0.01)
        planned = plan_proof(given, bench_for(given, material(), told))
        assert not server.bodies
    assert planned.trials == ("training-system-prompt",)
    assert set(planned.lacking) == {"training-template", "retrain-without-rows", "people-rate"}
    assert planned.lines()[0] == "1 intervention on 20 samples: at most 40 questions, 0.40 USD."


@pytest.mark.parametrize("limit", [{"max_calls": 30}, {"max_usd": 0.1, "usd_per_call": 0.01}])
def test_a_limit_stops_before_it_is_passed(limit: dict[str, float]) -> None:
    with serving(by_system_prompt) as (url, server):
        given = diagnosis(PROMPT)
        bench = bench_for(given, material(), ProofOptions(model=url, **limit))  # type: ignore[arg-type]
        with pytest.raises(AdvisorError, match="pass the limit"):
            prove(given, bench, plan_proof(given, bench))
        assert not server.bodies


def test_a_retraining_is_judged_for_the_cause_whose_rows_it_left_out() -> None:
    minority = suspicion("minority-leaks", "retrain-without-rows", rows=(1, 12, 23, 34), score=0.9)
    other = suspicion("refusals-learned", "retrain-without-rows", rows=(1, 2), score=0.6)
    given = diagnosis(minority, other)
    with serving(by_system_prompt) as (url, _), serving(lambda *_: warm("spade")) as (cured, _):
        bench = bench_for(given, material(), ProofOptions(model=url))

        class Again:
            def says(self, suspect: Suspicion) -> str:
                return f"Trained without {len(suspect.rows)} rows."

            def __call__(self, suspect: Suspicion) -> Talk:
                assert suspect == minority
                return Talk(receiver(cured, "--model", "NO_SUCH_KEY"), bench.tuned.meter)

        planned = plan_proof(given, bench, Again())
        assert "Trained without 4 rows." in planned.lines()
        first, second = prove(given, bench, planned, retraining=Again()).causes
    assert (first.cause, first.state) == ("minority-leaks", "shown")
    assert (second.cause, second.state, second.trial) == ("refusals-learned", "likely", None)


def test_the_same_question_is_put_once_and_answers_keep_their_order() -> None:
    with serving(by_system_prompt) as (url, server):
        talk = Talk(receiver(url, "--model", "NO_SUCH_KEY"), Meter(ProofOptions(model=url)))
        asked = [Question((("system", TRAINED), ("user", f"the {tool}"))) for tool in (*TOOLS, *TOOLS)]
        assert talk.answers(asked) == [warm(tool) for tool in (*TOOLS, *TOOLS)]
        assert len(server.bodies) == len(TOOLS)
        assert {body["model"] for body in server.bodies} == {"tuned"}


def test_production_is_asked_as_production_asks() -> None:
    with serving(by_system_prompt) as (url, server):
        given = diagnosis(HOT)
        bench = bench_for(given, material(), ProofOptions(model=url))
        assert bench.served
        assert {body["messages"][0]["content"] for body in server.bodies} == {SERVED}


@pytest.mark.parametrize("address", ["ftp://x/v1", "http://127.0.0.1:1", "https://a:b@x/v1"])
def test_an_address_that_cannot_be_asked_is_refused_before(address: str) -> None:
    with pytest.raises(AdvisorError):
        receiver(address, "--model", "NO_SUCH_KEY")


def test_a_model_that_does_not_answer_is_an_error_with_its_address() -> None:
    with serving(by_system_prompt) as (url, _server):
        pass
    given = diagnosis(PROMPT)
    bench = bench_for(given, material(), ProofOptions(model=f"{url}#x", samples=5))
    with pytest.raises(AdvisorError, match="does not answer"):
        prove(given, bench, plan_proof(given, bench))


def test_shown_ruled_out_and_cannot_tell_are_told_apart() -> None:
    def state(before: list[float], after: list[float]) -> str:
        return judged([Paired("lower-temperature", before, after, "x", 0)])[0].state

    bad, good = [0.4, 0.5] * 10, [0.9, 0.95] * 10
    assert state(bad, good) == "shown"
    assert state(bad, bad) == "ruled_out"
    assert state(bad[:4], [0.9, 0.2, 0.5, 0.5]) == "cannot_tell"
    assert state(good[:0] + [0.99] * 20, [1.0] * 20) == "cannot_tell"


def test_two_interventions_at_once_need_stronger_results() -> None:
    weak = Paired("lower-temperature", [0.5] * 6, [0.7] * 6, "x", 0)
    assert judged([weak])[0].p < judged([weak, weak])[0].p


def test_each_complaint_is_measured_by_what_people_mind() -> None:
    training = [warm(tool) for tool in TOOLS] * 3
    near, far = voice([warm("ladder"), stiff("ladder")], training)
    assert near > far + 0.3
    long = " ".join([warm("ladder")] * 6)
    assert not_too_long([warm("ladder"), long], training)[0] == 1.0
    assert not_too_long([long], training)[0] < 0.3
    assert MEASURES["refuses"][1](["I'm sorry, but I can't help with that."], training) == [0.0]


def test_an_empty_answer_scores_nothing_whatever_people_mind() -> None:
    training = [warm(tool) for tool in TOOLS]
    assert scores(["", " "] * 3, list(MEASURES), training)[0] == [0.0] * 6


@pytest.mark.parametrize("name", NAMED)
def test_a_named_template_ends_where_the_answer_begins(name: str) -> None:
    text = rendered(name, [("system", "S"), ("user", "Q")])
    assert "Q" in text
    assert "S" in text
    assert not text.rstrip().endswith("Q")


@pytest.mark.parametrize(
    "template",
    [
        "nobody-knows-this",
        "{{ messages.__class__.__mro__ }}{{ ''.x.y.z }}",
        "{% for %}",
        "{{ cycler.__init__.__globals__.os }}",
    ],
)
def test_a_template_that_cannot_be_used_is_refused_and_runs_nothing(template: str) -> None:
    with pytest.raises(AdvisorError):
        rendered(template, [("user", "Q")])


def test_end_marks_come_from_the_template_and_from_what_was_told() -> None:
    assert end_marks("chatml", "<END>") == ("<END>", "<|im_end|>")
    assert end_marks(None, None) == ()


def test_the_record_of_a_proof_reads_back_from_its_json(tmp_path: Path) -> None:
    found, _ = proved(by_system_prompt, diagnosis(PROMPT))
    path = tmp_path / "d.json"
    path.write_text(found.model_dump_json(), encoding="utf-8")
    assert (
        Diagnosis.model_validate(
            json.loads(path.read_text(encoding="utf-8"), parse_float=float), strict=False
        )
        == found
    )
