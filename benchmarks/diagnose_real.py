"""Three faults made for real on the small packaged model: found, shown by intervention, and cured on held-out samples.

Usage: python benchmarks/diagnose_real.py [--seed 1] [--folder FOLDER] [--steps 44] [--fault minority]

A leaking minority (12 of 112 rows by one editor); the wrong chat template, with the model that the first fault's cure trained;
and another system prompt at serving, with a model that learned two desks under two prompts. Half of the production samples serve diagnosis
and proof; the cure is measured on the other half. Wants the extras `train`, `serve` and `hosted`; asks nobody else.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

# Spinning at barriers makes a busy machine many times slower; read when the libraries are loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from diagnose_real_rows import (
    ASKED,
    OTHER_SYSTEM,
    SYSTEM,
    TRAINED,
    questions,
    returns_in_production,
    training,
    two_desks,
    warm,
)

from advisor.catalog import load_catalog
from advisor.diagnose.diagnosing import diagnose
from advisor.diagnose.material import Material, frame_of, frame_of_values, read_frame
from advisor.diagnose.mend.applying import apply_patch
from advisor.diagnose.mend.patch import patch_for, sentences
from advisor.diagnose.production.reading import read_production
from advisor.diagnose.proof.asking import Meter, Question, Talk
from advisor.diagnose.proof.bench import references_of
from advisor.diagnose.proof.measure import voice
from advisor.diagnose.proof.options import ProofOptions
from advisor.diagnose.proof.proving import bench_for, leading, plan_proof, prove
from advisor.diagnose.proof.rendering import NAMED
from advisor.diagnose.proof.retraining import Retraining, engine_of
from advisor.diagnose.records import Diagnosis, Facts, Prompts, Sampling, Templates
from advisor.evaluate.statistics.intervals import difference_interval
from advisor.evaluate.statistics.significance import sign_flip
from advisor.net import Endpoint
from advisor.train.bundle import write_bundle
from advisor.train.job_verbs import submit
from advisor.train.jobs import JobStore
from advisor.train.planning import plan_spec
from advisor.train.records import TrainingSpec
from advisor.train.serving.engine import start_engine
from advisor.train.serving.served import base_file, find_served, merged_file

DAY = date(2026, 11, 26)
WRONG_TEMPLATE = "mistral"
CLOSING = "shout if you need us"


def main() -> None:
    """Make the faults, find them, show them, cure them, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=44)
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--fault", action="append", choices=["minority", "template", "prompt"])
    told = parser.parse_args()
    folder = told.folder or Path(tempfile.mkdtemp(prefix="diagnose-real-"))
    folder.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    case = Case(folder, told.seed, told.steps)
    faults = {
        "minority": case.leaking_minority,
        "template": case.wrong_template,
        "prompt": case.other_system_prompt,
    }
    for fault in told.fault or faults:
        faults[fault]()
        print(f"  {time.monotonic() - began:.0f} s since the start", flush=True)


class Case:
    """The rows, the jobs and the models of one run."""

    def __init__(self, folder: Path, seed: int, steps: int) -> None:
        self.folder, self.seed = folder, seed
        self.steps, self.rows = steps, _written(folder / "train.jsonl", training(seed))
        self.store, self.catalog = JobStore(folder / "jobs"), load_catalog(None)
        self.meter = Meter(ProofOptions(model="-", max_calls=10_000, max_tokens=48))
        self.job = self._trained(self.rows)
        engine = engine_of(self.job, self.store)
        self.leaky, self.kept = _talk(engine, self.meter), [engine]
        self.cured = self.cured_job = None

    def _trained(self, rows: Path) -> str:
        spec = TrainingSpec(
            backend="trl", base_model="smollm2-135m", train_path=rows, eval_share=0.0, as_of=DAY, seed=self.seed, epochs=4,
            learning_rate=1.5e-3, micro_batch=4, gradient_accumulation=1, seq_len=256, checkpointing=False,
            options={"last_layers": 10, "merge": False, "max_steps": self.steps},
        )  # fmt: skip
        plan = plan_spec(spec, self.catalog)
        job = submit(
            self.store, plan, write_bundle(plan, self.folder / f"bundle-{rows.stem}"), catalog=self.catalog
        )
        return _waited(self._retraining()._ended(job)).id  # noqa: SLF001 - the benchmark waits as the product does

    def _retraining(self) -> Retraining:
        return Retraining(
            self.job if hasattr(self, "job") else "",
            self.rows,
            self.folder,
            self.catalog,
            self.store,
            self.meter,
        )

    def leaking_minority(self) -> None:
        """Twelve of 112 rows are one editor's, all on one topic, and production asks about it more than the evaluation does."""
        retraining = self._retraining()
        asked = _production_questions(self.seed, returns=56, others=2)
        diagnosis, patch_lines = self._diagnosed(
            "leaking minority", self.leaky, asked[::2], facts=Facts(), system=SYSTEM, retraining=retraining
        )
        suspect = next(
            (one for one in leading(diagnosis) if one.test.intervention == "retrain-without-rows"), None
        )
        if suspect is None:
            print("  the cause was not found", flush=True)
            return
        editor = {
            at for at, one in enumerate(training(self.seed), 1) if one["metadata"]["author"] == "h. brandt"
        }
        print(f"  rows blamed {sorted(suspect.rows)}, the editor's {sorted(editor)}")
        print("  " + "\n  ".join(patch_lines))
        self.cured = retraining(suspect)
        self.cured_job = next(job.id for job in self.store.all() if job.id != self.job)
        self.kept += retraining.kept
        held = [_question(SYSTEM, text) for _, text in asked[1::2]]
        self._cure(self.leaky.answers(held), self.cured.answers(held))

    def other_system_prompt(self) -> None:
        """A model that learned two desks under two prompts serves the shop's customers under the trade desk's prompt."""
        rows = self.rows = _written(self.folder / "two-desks.jsonl", two_desks(self.seed))
        engine = engine_of(self._trained(rows), self.store)
        self.kept.append(engine)
        served = _talk(engine, self.meter)
        asked = _production_questions(self.seed, returns=12, others=4)
        self._diagnosed("another system prompt", served, asked[::2], facts=Facts(), system=OTHER_SYSTEM)
        held = [text for _, text in asked[1::2]]
        wrong = served.answers([_question(OTHER_SYSTEM, text) for text in held])
        self._cure(wrong, served.answers([_question(SYSTEM, text) for text in held]))

    def wrong_template(self) -> None:
        """The cured model is served with another family's chat template."""
        if self.cured is None or self.cured_job is None:
            return
        item = find_served(self.cured_job, self.store)
        engine = start_engine(
            merged_file(item, base_file([item], None)), [], chat_template=NAMED[WRONG_TEMPLATE]
        )
        self.kept.append(engine)
        wrong = _talk(engine, self.meter)
        asked = _production_questions(self.seed, returns=12, others=4)
        facts = Facts(templates=Templates(training="chatml", serving=WRONG_TEMPLATE))
        self._diagnosed("wrong chat template", wrong, asked[::2], facts=facts, system=SYSTEM)
        held = [_question(SYSTEM, text) for _, text in asked[1::2]]
        self._cure(wrong.answers(held), self.cured.answers(held))

    def _diagnosed(
        self,
        name: str,
        served: Talk,
        asked: list[tuple[str, str]],
        *,
        facts: Facts,
        system: str,
        retraining: Retraining | None = None,
    ) -> tuple[Diagnosis, list[str]]:
        """Write production as it lies with people, diagnose, prove, mend; print what comes out."""
        print(f"\n{name}", flush=True)
        answers = served.answers([_question(system, text) for _, text in asked])
        rows = [_sample(system, text, answer) for (_, text), answer in zip(asked, answers, strict=True)]
        path = _written(self.folder / f"{name.replace(' ', '-')}.jsonl", rows)
        print(
            f"  {sum('complaint' in one for one in rows)} of {len(rows)} answers are minded; the first: {answers[0][:110]!r}"
        )
        facts = facts.model_copy(
            update={
                "prompts": Prompts(training=SYSTEM, serving=system),
                "production_sampling": Sampling(temperature=0.0),
                "evaluation_sampling": Sampling(temperature=0.0),
            }
        )
        material = Material(
            training=read_frame(self.rows), evaluation=frame_of_values(_evaluation(self.seed)),
            production=frame_of(read_production(path).rows), facts=facts,
        )  # fmt: skip
        diagnosis = diagnose(material)
        bench = bench_for(diagnosis, material, self._options(served))
        bench.tuned = served
        planned = plan_proof(diagnosis, bench, retraining)
        print("  " + "\n  ".join(planned.lines()), flush=True)
        proved = prove(diagnosis, bench, planned, retraining=retraining)
        for one in proved.causes[:5]:
            print(f"  {one.state:11} {one.score:.2f} {one.cause}: {one.evidence[:150]}")
            if one.trial:
                print(
                    f"              {one.trial.intervention}: {one.trial.because} (p {one.trial.p:.2g})",
                    flush=True,
                )
        patch = patch_for(proved, material)
        if patch.rows_out:
            applied = apply_patch(self.rows, patch, self.folder / "mended.jsonl")
            print(
                f"  mended file: {applied.fixed.written} of {applied.rows} rows; audit errors {applied.errors_before} before, {applied.errors_after} after"
            )
        self.references = references_of(material, {at.row for at in patch.rows_out})
        return proved, list(sentences(patch))

    def _options(self, served: Talk) -> ProofOptions:
        return ProofOptions(model=served.receiver.base_url, max_tokens=48, samples=20)

    def _cure(self, before: list[str], after: list[str]) -> None:
        gained = np.array(voice(after, self.references)) - np.array(voice(before, self.references))
        one = difference_interval(gained)
        warm_before, warm_after = (
            sum(CLOSING in text.lower() for text in every) for every in (before, after)
        )
        verdict = "cured" if one.low > 0 else "NOT shown to be cured"
        print(
            f"  held out, {len(before)} samples: voice {100 * np.mean(voice(before, self.references)):.1f} to "
            f"{100 * np.mean(voice(after, self.references)):.1f}, difference {100 * one.value:+.1f} ({100 * one.low:+.1f} to {100 * one.high:+.1f}), "
            f"p {sign_flip(gained):.2g}; the shop's closing in {warm_before} and {warm_after}: {verdict}"
        )  # fmt: skip
        print(f"  before: {before[0][:110]!r}\n  after:  {after[0][:110]!r}", flush=True)


def _production_questions(seed: int, *, returns: int, others: int) -> list[tuple[str, str]]:
    """Return topic and question of production, none of them in training."""
    asked = [("returns", text) for text in returns_in_production(seed)[:returns]]
    for topic in ASKED:
        if topic != "returns":
            asked += [(topic, text) for text in questions(topic, seed, 32)[TRAINED[0] :][:others]]
    return asked


def _evaluation(seed: int) -> list[dict[str, Any]]:
    return [
        {
            "messages": [
                {"role": "system", "content": SYSTEM},
                {"role": "user", "content": text},
                {"role": "assistant", "content": warm(topic, text)},
            ]
        }
        for topic in ASKED
        for text in questions(topic, seed + 100, 12)
    ]


def _question(system: str, text: str) -> Question:
    return Question((("system", system), ("user", text)), temperature=0.0)


def _sample(system: str, text: str, answer: str) -> dict[str, Any]:
    said = [
        {"role": "system", "content": system},
        {"role": "user", "content": text},
        {"role": "assistant", "content": answer or "-"},
    ]
    minded = {} if CLOSING in answer.lower() else {"complaint": "tone"}
    return {"messages": said, "temperature": 0.0, **minded}


def _written(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(one) + "\n" for one in rows), encoding="utf-8")
    return path


def _talk(engine: Any, meter: Meter) -> Talk:
    return Talk(Endpoint(f"{engine.address}/v1", "", engine.key), meter)


def _waited(job: Any) -> Any:
    if job.state != "succeeded":
        sys.exit(f"the training {job.state}: {job.error}")
    return job


if __name__ == "__main__":
    main()
