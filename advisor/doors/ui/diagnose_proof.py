"""Causes tested from the page: a served model on this machine, the plan with its cost first, progress, and paired results."""

from __future__ import annotations

import streamlit as st

from advisor.diagnose.material import Material
from advisor.diagnose.proof.options import ProofOptions
from advisor.diagnose.proof.proving import bench_for, leading, plan_proof
from advisor.diagnose.proof.running import ProofRun
from advisor.diagnose.records import Diagnosis, Suspicion, Trial
from advisor.doors.ui import look, pages
from advisor.errors import AdvisorError
from advisor.net import is_local

SECONDS_BETWEEN_LOOKS = "1s"
RUN = "diagnose_proof"
RESULTS = {"shown": "Shown", "ruled_out": "Ruled out", "likely": "Still likely", "cannot_tell": "Cannot tell"}
STATES = {
    "planned": "planned; no model has been called yet",
    "running": "running",
    "stopped": "stopped; answers so far are kept",
    "failed": "stopped by a problem; answers so far are kept",
}
SHELL = "advisor diagnose --train FILE --production FILE --model URL"


def proved(diagnosis: Diagnosis, key: str) -> Diagnosis:
    """Return the diagnosis with what interventions showed, where a proof of it has ended; ``key`` names it."""
    run = _run(key)
    return run.result if run is not None and run.result is not None else diagnosis


def show(diagnosis: Diagnosis, material: Material, key: str) -> None:
    """Draw the panel: what to ask, the plan, the run, and what it showed."""
    if not leading(diagnosis):
        return
    st.header("Test the causes on the served model", anchor=False)
    run = _run(key)
    if run is None or run.state == "planned":
        _asked(diagnosis, material, key)
        run = _run(key)
    if run is None:
        return
    if run.state == "done":
        _results(run)
        st.button("Test again", key="proof_again", on_click=_forget)
        return
    st.fragment(_watch, run_every=SECONDS_BETWEEN_LOOKS if run.state == "running" else None)(key, run.state)


def _run(key: str) -> ProofRun | None:
    kept: tuple[str, ProofRun] | None = st.session_state.get(RUN)
    return kept[1] if kept is not None and kept[0] == key else None


def _forget() -> None:
    st.session_state.pop(RUN, None)


def _asked(diagnosis: Diagnosis, material: Material, key: str) -> None:
    look.quiet(
        "The model answers the same samples twice: as in production, and with one thing changed. Only a service on this "
        "machine is called. You see how many questions first."
    )
    left, right = st.columns(2)
    model = left.text_input(
        "Address of the tuned model", placeholder="http://127.0.0.1:8000/v1#NAME", key="proof_model"
    )
    base = right.text_input(
        "Address of the model without tuning", placeholder="http://127.0.0.1:8000/v1#BASE", key="proof_base",
        help="It may stay empty. Then nothing is compared with the untuned model.",
    )  # fmt: skip
    samples = left.number_input("Samples", 5, 400, 20, 5, key="proof_samples")
    most = right.number_input("Most questions", 1, 10_000, 400, 50, key="proof_calls")
    if st.button("Plan the test", key="proof_plan", disabled=not model.strip(), icon=":material/science:"):
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
                "the page calls services on this machine only",
                place=address.partition("#")[0],
                remedy=f"Run it from the shell: {SHELL}.",
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
    st.html(
        f'<p aria-live="polite"><span class="adv-chip" style="margin-left:0">{STATES[run.state]}</span></p>'
    )
    if run.state != "planned":
        most = max(run.planned.calls, 1)
        st.progress(min(1.0, run.answered / most), f"{run.answered} of at most {most} questions answered")
    if run.problem is not None:
        pages.show_error(run.problem)
    _buttons(run)


def _buttons(run: ProofRun) -> None:
    with st.container(horizontal=True, gap="small"):
        if run.state == "running":
            st.button("Stop", key="proof_stop", on_click=run.stop)
        elif run.planned.trials:
            label = "Start" if run.state == "planned" else "Resume"
            # A click in a fragment redraws the fragment alone; its timer starts with the whole page.
            if st.button(label, key="proof_start", type="primary"):
                run.start()
                st.rerun()
        if run.state in ("stopped", "failed") and st.button("Plan again", key="proof_replan"):
            _forget()
            st.rerun()


def _results(run: ProofRun) -> None:
    assert run.result is not None
    tested = [(one, one.trial) for one in run.result.causes if one.trial is not None]
    if tested:
        st.dataframe([_row(*one) for one in tested], hide_index=True, width="stretch")
        first = tested[0][1]
        look.quiet(
            f"Paired on {first.samples} samples, in points of 100: {first.measured}. p is corrected for the number of "
            "interventions (Holm)."
        )
    for note in run.result.notes[len(run.diagnosis.notes) :]:
        look.quiet(note)
    for name, lack in run.planned.lacking.items():
        look.quiet(f"{name} was left out, as it needs {lack}.")


def _row(one: Suspicion, trial: Trial) -> dict[str, str]:
    gained = f"{100 * (trial.after - trial.before):+.0f} ({100 * trial.low:+.0f} to {100 * trial.high:+.0f})"
    return {
        "Cause": one.title, "Result": RESULTS[one.state], "Difference, 95 %": gained, "p": f"{trial.p:.2g}",
        "Changed": trial.intervention, "As served": f"{100 * trial.before:.0f}", "With the change": f"{100 * trial.after:.0f}",
    }  # fmt: skip
