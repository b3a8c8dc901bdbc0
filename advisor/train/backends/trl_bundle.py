"""The bundle of a local run: a TRL configuration that its own command line accepts, beside Advisor's own trainer."""

from __future__ import annotations

from advisor.train.backends import trl_command
from advisor.train.backends.bundle_backend import check_objective, script, yaml_text
from advisor.train.base_model import model_name
from advisor.train.contract import PlanInputs
from advisor.train.packaged_model import PACKAGED_MODEL, is_packaged
from advisor.train.plan_composing import compose
from advisor.train.plan_parts import PlanParts, local_recipient
from advisor.train.records import Objective, TrainingPlan, TrainingSpec
from advisor.train.row_shapes import Carries
from advisor.train.trainer.chat_template import CHATML_TRAINING_TEMPLATE

CONFIG = "trl.yaml"
TEMPLATE = "chat_template.jinja"
PINS = (
    "torch==2.13.0",
    "transformers==5.23.0",
    "trl==1.16.0",
    "peft==0.21.2",
    "datasets==5.2.0",
    "accelerate==1.15.0",
)
QLORA_PINS = ("bitsandbytes==0.50.2",)
HUB_NAME = "HuggingFaceTB/SmolLM2-135M-Instruct"
CARRIES = Carries(reasoning=True)
TRAINED_HERE: tuple[Objective, ...] = ("sft",)
"""What Advisor's own trainer does; the rest is for TRL's command."""


def local_plan(
    spec: TrainingSpec,
    given: PlanInputs,
    *,
    objectives: tuple[Objective, ...] = TRAINED_HERE,
    more_requirements: tuple[str, ...] = (),
) -> TrainingPlan:
    """Make the plan of a run on this machine, or on any other that takes the bundle."""
    check_objective(spec, objectives)
    packaged = is_packaged(spec.base_model)
    templated = packaged and spec.objective == "sft"
    completions = spec.objective == "sft" and given.rows.traits.with_weights > 0
    config = trl_command.config(
        spec,
        given.catalog,
        completions=completions,
        model=HUB_NAME if packaged else model_name(spec, given.catalog),
        on_gpu=spec.gpu is not None,
        template=TEMPLATE if templated else None,
    )
    run = f"exec trl {trl_command.TRAINERS[spec.objective]} --config {CONFIG}"
    by_script = "sh train.sh   # by TRL's own command, in an environment with requirements.txt"
    parts = PlanParts(
        config=yaml_text(config),
        config_path=CONFIG,
        files={"train.sh": script(run)} | ({TEMPLATE: CHATML_TRAINING_TEMPLATE} if templated else {}),
        commands=("advisor train submit .", by_script) if spec.objective in TRAINED_HERE else (by_script,),
        requirements=(*PINS, *(QLORA_PINS if spec.method == "qlora" else ()), *more_requirements),
        recipients=(local_recipient("the machine that runs the bundle"),),
        shape="prompt-completion" if completions else "messages",
        carries=CARRIES,
        weighed_by_shape=True,
        warnings=_warnings(spec),
    )
    return compose(spec, parts, given)


def _warnings(spec: TrainingSpec) -> tuple[str, ...]:
    said = []
    if spec.objective not in TRAINED_HERE:
        said.append(
            f"'{spec.objective}' is run by TRL's own command (train.sh); 'advisor train submit' refuses it."
        )
    if spec.method == "qlora" and spec.gpu is None:
        said.append("QLoRA saves nothing on a CPU and takes about twice as long a token; use LoRA there.")
    if is_packaged(spec.base_model):
        said.append(f"{PACKAGED_MODEL} learns form and style; expect no new knowledge from it.")
    return tuple(said)
