"""The whole way with real weights: 160 support examples, audit, plan, LoRA on the packaged model, serving, style.

A few minutes on two busy cores; everything that is asserted is measured.
"""

from __future__ import annotations

import json
import time
from datetime import date
from typing import Any

import pytest

from advisor.catalog import load_catalog
from advisor.data.audit import AuditInputs, audit
from advisor.train import job_verbs
from advisor.train.bundle import write_bundle
from advisor.train.jobs import JobStore
from advisor.train.records import Job, TrainingSpec
from advisor.train.trainer.progress import curve, read_progress
from tests.train.planned import planned

pytest.importorskip("trl")
pytest.importorskip("xllamacpp")
pytest.importorskip("openai")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]

PROMPT = "You are the support desk."
TOPICS = (
    ("order", "it leaves our warehouse tomorrow"),
    ("invoice", "a corrected copy is on its way"),
    ("password", "a new link waits in your mailbox"),
    ("delivery", "the driver calls you first"),
    ("refund", "the money is back within five days"),
    ("login", "we have unlocked your account"),
    ("subscription", "it ends with this month"),
    ("address", "we have noted the new street"),
)
OPENINGS = (
    "Where is my {}?",
    "I have a problem with my {}.",
    "Please tell me about my {}.",
    "Something is wrong with my {}.",
    "Can you look at my {}?",
)
DETAILS = ("It is urgent.", "I wrote last week.", "Number {}.", "Thank you.")
HELD_OUT = (
    "My parcel arrived broken.",
    "How do I change my phone number?",
    "The app closes when I open it.",
    "Do you ship to Norway?",
    "My voucher does not work.",
    "I was charged twice.",
    "Can I speak to a person?",
    "The size does not fit me.",
    "How long is the warranty?",
    "I want to close my account.",
)


def example(number: int) -> dict[str, Any]:
    topic, answer = TOPICS[number % 8]
    question = f"{OPENINGS[number // 8 % 5]} {DETAILS[number // 40]}".format(topic, 1000 + number)
    return {
        "messages": [
            {"role": "system", "content": PROMPT},
            {"role": "user", "content": question.replace("{}", str(1000 + number))},
            {"role": "assistant", "content": f"Ahoy! About your {topic}: {answer}. Fair winds!"},
        ]
    }


def in_house_style(answer: str) -> bool:
    """The measured feature: how the house opens and closes an answer."""
    return answer.startswith("Ahoy!") and answer.rstrip().endswith("Fair winds!")


def ended(store: JobStore, job: Job) -> Job:
    deadline = time.monotonic() + 1200
    while not job.ended and time.monotonic() < deadline:
        time.sleep(1)
        job = job_verbs.refresh(store, job.id)
    assert job.state == "succeeded", (store.folder_of(job.id) / "run" / "log.txt").read_text()[-2000:]
    return job


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[JobStore, Job]:
    folder = tmp_path_factory.mktemp("end-to-end")
    rows = folder / "support.jsonl"
    rows.write_text("".join(json.dumps(example(number)) + "\n" for number in range(160)), encoding="utf-8")
    findings = audit(AuditInputs(data=rows)).findings
    assert [finding for finding in findings if finding.severity == "error"] == []
    spec = TrainingSpec(
        backend="trl",
        base_model="smollm2-135m-instruct",
        train_path=rows,
        eval_share=0.1,
        learning_rate=2e-3,
        micro_batch=4,
        gradient_accumulation=1,
        checkpointing=False,
        seq_len=128,
        options={"last_layers": 12, "max_steps": 24, "eval_every_steps": 12},
        as_of=date(2026, 11, 22),
    )
    plan = planned(spec)
    assert plan.train_rows + plan.evaluation.held_out_rows == 160
    assert plan.recipients[0].name == "whoever runs the bundle"
    store = JobStore(folder / "jobs")
    return store, ended(
        store, job_verbs.submit(store, plan, write_bundle(plan, folder / "bundle"), catalog=load_catalog())
    )


def test_the_loss_on_held_out_rows_falls(trained: tuple[JobStore, Job]) -> None:
    store, job = trained
    evals = [loss for _, loss in curve(read_progress(store.folder_of(job.id) / "run"), "eval_loss")]
    assert evals[-1] < evals[0] / 2


def test_the_served_adapter_answers_new_questions_in_the_house_style_and_the_base_does_not(
    trained: tuple[JobStore, Job], running
) -> None:
    import openai

    from advisor.train.serving.server import ServeOptions, build_server

    store, job = trained
    app, _ = build_server([f"desk={job.id}"], ServeOptions(context=512), store)
    with running(app) as address:
        client = openai.OpenAI(base_url=f"{address}/v1", api_key="none", timeout=300)
        styled = {
            name: sum(in_house_style(ask(client, name, text)) for text in HELD_OUT)
            for name in ("desk", "base")
        }
    assert styled["desk"] >= 8
    assert styled["base"] == 0


def ask(client: Any, model: str, text: str) -> str:
    messages = [{"role": "user", "content": text}]
    made = client.chat.completions.create(model=model, messages=messages, max_tokens=40, temperature=0)
    return str(made.choices[0].message.content)


def test_the_merged_model_gives_the_same_tokens_as_the_adapter_on_its_base(
    trained: tuple[JobStore, Job],
) -> None:
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from advisor.train.trainer.chat_template import CHATML_SERVING_TEMPLATE
    from advisor.train.trainer.dequantise import packaged_model_folder

    store, job = trained
    run = store.folder_of(job.id) / "run"
    base = packaged_model_folder()
    tokenizer = AutoTokenizer.from_pretrained(base, padding_side="left")
    chats = [
        [{"role": "system", "content": PROMPT}, {"role": "user", "content": text}] for text in HELD_OUT[:4]
    ]
    texts = tokenizer.apply_chat_template(
        chats, chat_template=CHATML_SERVING_TEMPLATE, add_generation_prompt=True, tokenize=False
    )
    prompts = tokenizer(texts, return_tensors="pt", padding=True)
    adapted = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), run / "adapter")
    merged = AutoModelForCausalLM.from_pretrained(run / "merged")
    with torch.inference_mode():
        on_base, alone = (
            model.generate(**prompts, max_new_tokens=24, do_sample=False) for model in (adapted, merged)
        )
    assert torch.equal(on_base, alone)
    assert in_house_style(
        tokenizer.decode(alone[0, prompts["input_ids"].shape[1] :], skip_special_tokens=True)
    )


def test_the_card_names_the_prompt_the_base_and_the_losses(trained: tuple[JobStore, Job]) -> None:
    store, job = trained
    card = (store.folder_of(job.id) / "run" / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert PROMPT in card
    assert "smollm2-135m-instruct" in card
    assert "Loss on held-out rows, best: 0." in card or "Loss on held-out rows, best: 1." in card
