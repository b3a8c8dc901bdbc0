"""Causes tested from the page: a served model on this machine, the plan with its cost first, progress, and paired results."""

from __future__ import annotations

import streamlit as st

from advisor.diagnose.material import Material
from advisor.diagnose.proof.options import ProofOptions
from advisor.diagnose.proof.proving import bench_for, leading, plan_proof
from advisor.diagnose.proof.running import ProofRun
from advisor.diagnose.records import Diagnosis, Suspicion, Trial
from advisor.doors.ui import look, pages, text_table
from advisor.errors import AdvisorError
from advisor.net import is_local
from advisor.wording import say

SECONDS_BETWEEN_LOOKS = "1s"
RUN = "diagnose_proof"
CELLS = ("cause", "result", "difference", "p", "changed", "before", "after")
SHELL = "advisor diagnose --train FILE --production FILE --model URL"


def proved(diagnosis: Diagnosis, key: str) -> Diagnosis:
    """Return the diagnosis with what interventions showed, where a proof of it has ended; ``key`` names it."""
    run = _run(key)
    return run.result if run is not None and run.result is not None else diagnosis


def show(diagnosis: Diagnosis, material: Material, key: str) -> None:
    """Draw the panel: what to ask, the plan, the run, and what it showed."""
    if not leading(diagnosis):
        return
    st.header(say("diagnose_proof.test_causes"), anchor=False)
    run = _run(key)
    if run is None or run.state == "planned":
        _asked(diagnosis, material, key)
        run = _run(key)
    if run is None:
        return
    if run.state == "done":
        _results(run)
        st.button(say("diagnose_proof.again"), key="proof_again", on_click=_forget)
        return
    st.fragment(_watch, run_every=SECONDS_BETWEEN_LOOKS if run.state == "running" else None)(key, run.state)


def _run(key: str) -> ProofRun | None:
    kept: tuple[str, ProofRun] | None = st.session_state.get(RUN)
    return kept[1] if kept is not None and kept[0] == key else None


def _forget() -> None:
    st.session_state.pop(RUN, None)


def _asked(diagnosis: Diagnosis, material: Material, key: str) -> None:
    look.quiet(say("diagnose_proof.twice"))
    left, right = st.columns(2)
    model = left.text_input(
        say("diagnose_proof.tuned"), placeholder="http://127.0.0.1:8000/v1#NAME", key="proof_model"
    )
    base = right.text_input(
        say("diagnose_proof.untuned"), placeholder="http://127.0.0.1:8000/v1#BASE", key="proof_base",
        help=say("diagnose_proof.untuned_empty"),
    )  # fmt: skip
    samples = left.number_input(say("diagnose_proof.samples"), 5, 400, 20, 5, key="proof_samples")
    most = right.number_input(say("diagnose_proof.most_questions"), 1, 10_000, 400, 50, key="proof_calls")
    if st.button(
        say("diagnose_proof.plan"), key="proof_plan", disabled=not model.strip(), icon=":material/science:"
    ):
        try:
            options = _options(model.strip(), base.strip(), int(samples), int(most))
            bench = bench_for(diagnosis, material, options)
            planned = plan_proof(diagnosis, bench)
            bench.tuned.meter.allow(planned.calls)
            st.session_state[RUN] = (key, ProofRun(diagnosis, bench, planned))
        except AdvisorError as error:
            _forget()
            pages.show_error(error)


def _options(model: str, base: str, samples: int, most: int) -> ProofOptions:
    for address in filter(None, (model, base)):
        if not is_local(address):
            raise AdvisorError(
                say("diagnose_proof.only_here"),
                place=address.partition("#")[0],
                remedy=say("diagnose_proof.from_shell", command=SHELL),
            )
    # A key is for the service that its owner named in the shell; a page sends none.
    return ProofOptions(
        model=model, base=base or None, samples=samples, max_calls=most, key_variable="ADVISOR_NO_KEY"
    )


def _watch(key: str, seen: str) -> None:
    run = _run(key)
    if run is None or run.state != seen:
        st.rerun()
        return
    for line in run.planned.lines():
        look.quiet(line)
    state = look.text(say(f"diagnose_proof.state_{run.state}"))
    st.html(f'<p aria-live="polite"><span class="adv-chip" style="margin-left:0">{state}</span></p>')
    if run.state != "planned":
        most = max(run.planned.calls, 1)
        told = say("diagnose_proof.questions_answered", count=run.answered, most=most)
        st.progress(min(1.0, run.answered / most), told)
    if run.problem is not None:
        pages.show_error(run.problem)
    _buttons(run)


def _buttons(run: ProofRun) -> None:
    with st.container(horizontal=True, gap="small"):
        if run.state == "running":
            st.button(say("diagnose_proof.stop"), key="proof_stop", on_click=run.stop)
        elif run.planned.trials:
            label = say("diagnose_proof.start" if run.state == "planned" else "diagnose_proof.resume")
            # A click in a fragment redraws the fragment alone; its timer starts with the whole page.
            if st.button(label, key="proof_start", type="primary"):
                run.start()
                st.rerun()
        ended = run.state in ("stopped", "failed")
        if ended and st.button(say("diagnose_proof.plan_again"), key="proof_replan"):
            _forget()
            st.rerun()


def _results(run: ProofRun) -> None:
    assert run.result is not None
    tested = [(one, one.trial) for one in run.result.causes if one.trial is not None]
    if tested:
        heads = [say(f"diagnose_proof.head_{name}") for name in CELLS]
        text_table.show(heads, [_row(*one) for one in tested], say("diagnose_proof.test_causes"))
        first = tested[0][1]
        look.quiet(say("diagnose_proof.paired", count=first.samples, measured=first.measured))
    for note in run.result.notes[len(run.diagnosis.notes) :]:
        look.quiet(note)
    for name, lack in run.planned.lacking.items():
        look.quiet(say("diagnose_proof.left_out", name=name, lack=lack))


def _row(one: Suspicion, trial: Trial) -> tuple[str, ...]:
    gained = f"{100 * (trial.after - trial.before):+.0f} ({100 * trial.low:+.0f} to {100 * trial.high:+.0f})"
    shares = (f"{100 * trial.before:.0f}", f"{100 * trial.after:.0f}")
    result = say(f"diagnose_proof.result_{one.state}")
    return (one.title, result, gained, f"{trial.p:.2g}", trial.intervention, *shares)
