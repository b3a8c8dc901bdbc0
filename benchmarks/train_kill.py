"""What kill -9 does: to the trainer at a random moment, and to a program in the middle of submitting a job.

Part 1 trains once unbroken, then kills and resumes, and compares every loss. Part 2 kills submissions to a service on
loopback and counts jobs: with our own service, which knows the idempotency key, and with aimock, which does not.

    python benchmarks/train_kill.py [--trainer 10] [--submit 50] [--real]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from advisor.catalog import load_catalog
from advisor.train import job_verbs
from advisor.train.bundle import write_bundle
from advisor.train.jobs import JobStore
from advisor.train.planning import plan_spec
from advisor.train.records import TrainingSpec
from advisor.train.trainer.launch import launch
from advisor.train.trainer.progress import curve, read_progress
from advisor.train.trainer.run_lock import holder, run_state
from advisor.train.trainer.settings import RunSettings, write_settings

sys.path.insert(0, str(Path(__file__).parent))
from train_step import base_model, rows

STEPS, EVERY = 16, 4
SMALL = {"extra_hyperparameters": True, "max_steps": 1, "last_layers": 1}
SMALL_AT = ("smollm2-135m-instruct",)


def make_run(folder, base, real):
    folder.mkdir(parents=True)
    lines = [json.dumps(row) + "\n" for row in rows()]
    (folder / "train.jsonl").write_text("".join(lines[:-6]))
    (folder / "eval.jsonl").write_text("".join(lines[-6:]))
    settings = RunSettings(
        base_model=base, train_path="train.jsonl", eval_path="eval.jsonl", rank=8, alpha=16, seq_len=128, micro_batch=2,
        gradient_accumulation=1, max_steps=STEPS, eval_every_steps=EVERY, learning_rate=1e-3, merge=False,
        last_layers=4 if real else None, threads=1,
    )  # fmt: skip
    write_settings(folder, settings)
    return folder


def wait_until(condition, seconds=900):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.002)


def finish(run):
    launch(run)
    wait_until(lambda: holder(run) is None)
    if run_state(run) != "succeeded":
        raise SystemExit((run / "log.txt").read_text()[-2000:])


def kill_trainer(run, step, within):
    """Kill the trainer once it has done `step` steps, up to `within` seconds later."""
    process = launch(run)
    wait_until(
        lambda: any(r.kind == "step" and r.step >= step for r in read_progress(run)) or holder(run) is None
    )
    time.sleep(random.uniform(0, within))
    os.kill(process, signal.SIGKILL)
    wait_until(lambda: holder(run) is None)


def trainer_part(folder, times, real):
    base = base_model(not real, folder)
    whole = make_run(folder / "whole", base, real)
    finish(whole)
    expected = {name: curve(read_progress(whole), name) for name in ("loss", "eval_loss")}
    # as long as a step with its share of evaluations and checkpoints, so that these are hit as well
    within = json.loads((whole / "result.json").read_text())["seconds"] / STEPS
    same = 0
    for trial in range(times):
        run = make_run(folder / f"killed-{trial}", base, real)
        step = random.randrange(1, STEPS)
        kill_trainer(run, step, within)
        finish(run)
        result = json.loads((run / "result.json").read_text())
        equal = {name: curve(read_progress(run), name) for name in expected} == expected
        same += equal
        print(
            f"killed after step {step}, resumed from {result['resumed_from'] or 'the start'}: "
            f"final loss {result['final_loss']:.6f}, {'every loss equal' if equal else 'LOSSES DIFFER'}",
            flush=True,
        )
        shutil.rmtree(run)
    print(f"trainer killed {times} times: {same} ended with every loss equal to the unbroken run's")
    print(
        f"  whose final loss is {expected['loss'][-1][1]:.6f}, {expected['eval_loss'][-1][1]:.6f} on held-out rows"
    )
    return same == times


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def own_service(folder):
    """Start the tests' own fine-tuning service and give its process and address."""
    command = [
        sys.executable,
        "-c",
        "from tests.train.tuning_service.running import main; main()",
    ]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "ADVISOR_JOBS": str(folder / "service")},
    )
    text = ""
    while "}" not in text:
        text += process.stdout.readline()
    return process, json.loads(text)["base_url"], "smollm2-135m-instruct"


def aimock(folder):
    """Start aimock where its package is installed; it takes every order as a new one."""
    import httpx2
    import platformdirs

    node = Path(os.environ.get("ADVISOR_TEST_NODE") or platformdirs.user_cache_path("advisor-tests") / "node")
    program = node / "node_modules" / ".bin" / "llmock"
    if not program.exists():
        return None
    (folder / "fixtures.json").write_text(
        '{"fixtures": [{"match": {"userMessage": "x"}, "response": {"content": "y"}}]}'
    )
    port = free_port()
    process = subprocess.Popen(
        [program, "--port", str(port), "--fixtures", folder / "fixtures.json", "--log-level", "silent"]
    )
    base_url = f"http://127.0.0.1:{port}/v1"

    def answers():
        try:
            return httpx2.get(f"{base_url}/models").status_code == 200
        except httpx2.HTTPError:
            return False

    wait_until(answers, 60)
    return process, base_url, "gpt-4o-mini-2024-07-18"


def planned(folder, base_url, model, trial):
    spec = TrainingSpec(
        backend="openai-compatible", base_model=model, train_path=folder / "rows.jsonl", as_of=date(2026, 11, 22),
        micro_batch=1, gradient_accumulation=1, seq_len=64, rank=4, eval_share=0,
        options={"base_url": base_url, "suffix": f"trial-{trial}", **(SMALL if model in SMALL_AT else {})},
    )  # fmt: skip
    plan = plan_spec(spec, load_catalog())
    return plan, write_bundle(plan, folder / f"bundle-{plan.sha256[:16]}")


def in_child(work):
    """Run `work` in a child process that shares nothing with us but the disk."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return child


def stop_trainers(folder):
    """Stop what the killed service has left at work: its trainers outlive it, as they should."""
    for run in folder.glob("*/run"):
        (run / "cancel").touch()
        wait_until(lambda run=run: holder(run) is None)


def submit_part(label, folder, service, times):
    import httpx2

    process, base_url, model = service
    store = JobStore(folder / f"jobs-{label}")
    folder.mkdir(exist_ok=True)
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows()))
    for trial in ("warm-up", "unharmed"):  # the first one loads what every later one has
        prepared = planned(folder, base_url, model, trial)
        began = time.monotonic()
        job_verbs.cancel(store, job_verbs.submit(store, *prepared, catalog=load_catalog()).id)
        whole = time.monotonic() - began
    doubled = lost = cut = 0
    try:
        for trial in range(times):
            plan, bundle = planned(folder, base_url, model, trial)
            child = in_child(
                lambda plan=plan, bundle=bundle: job_verbs.submit(store, plan, bundle, catalog=load_catalog())
            )
            time.sleep(random.uniform(0, whole * 1.1))
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            saved = store.id_for(plan)
            cut += saved not in store.ids() or store.load(saved).provider_id is None
            job = job_verbs.submit(store, plan, bundle, catalog=load_catalog())  # what the person does next
            jobs = httpx2.get(f"{base_url}/fine_tuning/jobs", params={"limit": 100}).json()["data"]
            ours = [
                item
                for item in jobs
                if (item["metadata"] or {}).get("idempotency_key") == job.idempotency_key
            ]
            doubled += len(ours) > 1
            lost += len(ours) < 1 or ours[0]["id"] != job.provider_id
            job_verbs.cancel(store, job.id)
    finally:
        process.kill()
        process.wait()
        stop_trainers(folder / "service")
    print(f"submission to {label} killed {times} times within its {whole * 1000:.0f} ms: {cut} were cut off,")
    print(f"  {doubled} made two jobs, {lost} lost one; {len(store.ids())} jobs saved for {times + 2} plans")
    return not doubled and not lost and len(store.ids()) == times + 2


def main():
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--trainer", type=int, default=10)
    arguments.add_argument("--submit", type=int, default=50)
    arguments.add_argument(
        "--real", action="store_true", help="kill the trainer on SmolLM2 instead of a tiny Llama"
    )
    arguments.add_argument("--seed", type=int, default=1)
    chosen = arguments.parse_args()
    random.seed(chosen.seed)
    good = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if chosen.submit:
            good.append(submit_part("our service", folder, own_service(folder), chosen.submit))
            mock = aimock(folder)
            if mock is not None:
                good.append(submit_part("aimock", folder, mock, chosen.submit))
        if chosen.trainer:
            good.append(trainer_part(folder, chosen.trainer, chosen.real))
    sys.exit(not all(good))


if __name__ == "__main__":
    main()
