"""Test the leading causes by intervention: a diagnosis in, the same with what was shown and what was ruled out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from advisor.diagnose.material import Material
from advisor.diagnose.proof.asking import Meter, NotServedError, Talk
from advisor.diagnose.proof.bench import Bench, chosen_samples, references_of
from advisor.diagnose.proof.interventions import DOINGS
from advisor.diagnose.proof.judging import Paired, judged
from advisor.diagnose.proof.options import ProofOptions, receiver
from advisor.diagnose.ranking import ranked
from advisor.diagnose.records import Diagnosis, Intervention, Suspicion, Trial
from advisor.diagnose.training_prompt import training_system_of
from advisor.errors import AdvisorError

LEADING: Final = 4
"""Causes that are tested."""
FEWEST_REFERENCES: Final = 10


class Retrains(Protocol):
    """Trains once more without the rows of a cause."""

    def says(self, suspect: Suspicion) -> str:
        """Describe how long it takes and what it costs; nothing is started."""

    def __call__(self, suspect: Suspicion) -> Talk:
        """Train, and return who answers then."""


@dataclass(frozen=True)
class Planned:
    """What a proof will do."""

    trials: tuple[Intervention, ...]
    """Interventions, in the order in which they are made."""
    lacking: dict[Intervention, str]
    """Interventions that cannot be made, and what they need."""
    samples: int
    calls: int
    """Questions at most; the same question is put once."""
    usd: float
    retraining: str = ""
    """What the retraining takes, empty without one."""

    def lines(self) -> list[str]:
        """Describe it in sentences, before anything is asked."""
        count = len(self.trials)
        told = [
            f"{count} {'intervention' if count == 1 else 'interventions'} on {self.samples} samples: at most {self.calls} questions, {self.usd:.2f} USD."
        ]
        told += [f"{name}: {DOINGS[name].does}" for name in self.trials if name in DOINGS]
        told += [self.retraining] if self.retraining else []
        return [*told, *(f"{name} is left out, as it needs {what}." for name, what in self.lacking.items())]


def bench_for(diagnosis: Diagnosis, material: Material, options: ProofOptions) -> Bench:
    """Lay out samples, references and models; nothing is asked yet.

    Raises:
        AdvisorError: There are no samples with a question, too few training answers, or an address is none.
    """
    suspected = {row for one in leading(diagnosis) if one.rows_of == "training" for row in one.rows}
    samples = chosen_samples(material.production, options.samples)
    references = references_of(material, suspected)
    if not samples.height or len(references) < FEWEST_REFERENCES:
        lack = (
            "no production sample has a question"
            if not samples.height
            else f"only {len(references)} training answers are above suspicion"
        )
        raise AdvisorError(
            lack,
            place="proof",
            remedy=f"Give samples with questions, and {FEWEST_REFERENCES} training rows or more.",
        )
    meter = Meter(options)
    tuned = Talk(receiver(options.model, "--model", options.key_variable), meter)
    base = Talk(receiver(options.base, "--base", options.key_variable), meter) if options.base else None
    return Bench(samples, references, training_system_of(material), material.facts, tuned, base)


def leading(diagnosis: Diagnosis) -> tuple[Suspicion, ...]:
    """Return the causes worth a test, the strongest first."""
    return diagnosis.found[:LEADING]


def plan_proof(diagnosis: Diagnosis, bench: Bench, retraining: Retrains | None = None) -> Planned:
    """Return which interventions will be made, what they need, and what they cost at most."""
    named = list(dict.fromkeys(one.test.intervention for one in leading(diagnosis)))
    if bench.base and named and "base-against-tuned" not in named:
        named.append("base-against-tuned")
    suspect = _suspect(diagnosis)
    lacking = {one: lack for one in named if (lack := _lack(one, bench, suspect, retraining))}
    order = [*DOINGS, "retrain-without-rows"]
    trials = tuple(sorted((one for one in named if one not in lacking), key=order.index))
    count = bench.samples.height * (len(trials) + 1) if trials else 0
    says = retraining.says(suspect) if retraining and suspect and "retrain-without-rows" in trials else ""
    usd = count * bench.tuned.meter.options.usd_per_call
    return Planned(trials, lacking, bench.samples.height, count, usd, says)


def _lack(name: Intervention, bench: Bench, suspect: Suspicion | None, retraining: Retrains | None) -> str:
    if name == "retrain-without-rows":
        return (
            "rows to leave out"
            if suspect is None
            else ""
            if retraining
            else "the job that trained the model (--job and --retrain)"
        )
    return DOINGS[name].lacks(bench) if name in DOINGS else "something that cannot be done from here"


def prove(
    diagnosis: Diagnosis, bench: Bench, planned: Planned, *, retraining: Retrains | None = None
) -> Diagnosis:
    """Make the interventions, cheapest first, and return the diagnosis with what they show.

    Raises:
        AdvisorError: A limit would be passed, or a model does not answer.
        StoppedError: Somebody stopped it. What was answered is known when it is called again.
    """
    meter = bench.tuned.meter
    meter.allow(max(0, planned.calls - meter.calls))
    results, notes = [], []
    for name in planned.trials:
        try:
            results.append(_made(name, diagnosis, bench, retraining))
        except NotServedError as error:
            notes.append(f"{name}: {error.problem}")
    trials = {one.intervention: one for one in judged(results)}
    suspect = _suspect(diagnosis)
    tested = [
        one for one in leading(diagnosis) if one.test.intervention != "retrain-without-rows" or one == suspect
    ]
    causes = [_with(one, trials.get(one.test.intervention), tested) for one in diagnosis.causes]
    notes += [
        f"{name}: {one.because}"
        for name, one in trials.items()
        if name not in {c.test.intervention for c in leading(diagnosis)}
    ]
    return diagnosis.model_copy(update={"causes": ranked(causes), "notes": (*diagnosis.notes, *notes)})


def _made(name: Intervention, diagnosis: Diagnosis, bench: Bench, retraining: Retrains | None) -> Paired:
    before, asked = bench.served, bench.tuned.meter.calls
    if name == "retrain-without-rows":
        assert retraining is not None
        suspect = _suspect(diagnosis)
        assert suspect is not None
        answers = retraining(suspect).answers(bench.questions())
    else:
        answers = DOINGS[name].answers(bench)
    return Paired(name, before, bench.score(answers), bench.measured, bench.tuned.meter.calls - asked)


def _suspect(diagnosis: Diagnosis) -> Suspicion | None:
    """Return the strongest cause that blames training rows and is tested without them."""
    return next(
        (one for one in leading(diagnosis) if one.test.intervention == "retrain-without-rows" and one.rows),
        None,
    )


def _with(one: Suspicion, trial: Trial | None, tested: Sequence[Suspicion]) -> Suspicion:
    """Apply a trial's result to its cause: `shown` and `ruled out` become its state, `cannot tell` leaves it likely."""
    if trial is None or one not in tested:
        return one
    changes: dict[str, object] = {"trial": trial}
    if trial.state == "shown":
        changes |= {"state": "shown", "score": max(one.score, 0.5 + one.score / 2)}
    if trial.state == "ruled_out":
        changes |= {"state": "ruled_out", "score": 0.0, "evidence": f"{one.evidence} {trial.because}."}
    return one.model_copy(update=changes)
