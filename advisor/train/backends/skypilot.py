"""SkyPilot 0.14: the TRL bundle as a task for any cloud or cluster, one node or several."""

from __future__ import annotations

from typing import Any

from advisor.catalog import Catalog
from advisor.errors import AdvisorError, did_you_mean
from advisor.train.backends import trl_command
from advisor.train.backends.bundle_backend import BundleBackend, script, yaml_text
from advisor.train.base_model import model_name
from advisor.train.contract import PlanInputs
from advisor.train.plan_parts import PlanParts
from advisor.train.records import Recipient, TrainingSpec
from advisor.train.row_shapes import Carries

ACCELERATORS = {
    "a10g": "A10G",
    "a100-40": "A100",
    "a100-80": "A100-80GB",
    "b200": "B200",
    "h100": "H100",
    "h200": "H200",
    "l4": "L4",
    "l40s": "L40S",
    "rtx-3090": "RTX3090",
    "rtx-4090": "RTX4090",
    "t4": "T4",
}
DEFAULT_CARD = "l40s"


def parts(spec: TrainingSpec, given: PlanInputs) -> PlanParts:
    """Write the task, TRL's configuration and the script that every node runs."""
    completions = spec.objective == "sft" and given.rows.traits.with_weights > 0
    where = str(spec.options.get("infra") or "the cheapest cloud that SkyPilot may use")
    return PlanParts(
        config=yaml_text(task(spec, given.catalog)),
        config_path="task.yaml",
        files={
            "config.yaml": yaml_text(
                trl_command.config(
                    spec,
                    given.catalog,
                    model=model_name(spec, given.catalog),
                    on_gpu=True,
                    completions=completions,
                )
            ),
            "run.sh": script(_run(spec)),
        },
        commands=("pip install skypilot==0.14.1", "sky launch task.yaml"),
        requirements=trl_command.REQUIREMENTS,
        shape="prompt-completion" if completions else "messages",
        carries=Carries(reasoning=True),
        weighed_by_shape=True,
        recipients=(
            Recipient(
                name="the cloud that SkyPilot chooses",
                receives="all training and evaluation rows",
                where=where,
            ),
        ),
        warnings=("Rented machines cost money until they are stopped: sky down, or sky autostop.",),
    )


def task(spec: TrainingSpec, catalog: Catalog) -> dict[str, Any]:
    """Return the task as SkyPilot's schema names it."""
    nodes, each = _layout(spec)
    resources: dict[str, Any] = {
        "accelerators": f"{_card(spec)}:{each}",
        "use_spot": bool(spec.options.get("spot", False)),
        "disk_size": int(spec.options.get("disk_gb") or 200),
    }
    if spec.options.get("infra"):
        resources["infra"] = str(spec.options["infra"])
    return {
        "name": "fine-tune",
        "resources": resources,
        "num_nodes": nodes,
        "envs": {"MODEL": model_name(spec, catalog)},
        "secrets": {"HF_TOKEN": ""},
        "workdir": ".",
        "setup": "pip install -r requirements.txt",
        "run": "sh run.sh",
    }


def _layout(spec: TrainingSpec) -> tuple[int, int]:
    nodes = int(spec.options.get("nodes") or 1)
    if nodes < 1 or spec.n_gpus % nodes:
        raise AdvisorError(
            f"{spec.n_gpus} devices cannot be spread evenly over {nodes} nodes",
            place="options.nodes",
            remedy="Make the number of devices a multiple of the nodes.",
        )
    return nodes, spec.n_gpus // nodes


def _run(spec: TrainingSpec) -> str:
    nodes, _ = _layout(spec)
    if nodes == 1:
        return trl_command.command(spec)
    # SkyPilot gives every node its rank and the addresses of all.
    return (
        f"{trl_command.command(spec)} --num_processes {spec.n_gpus} --num_machines {nodes} "
        '--machine_rank "${SKYPILOT_NODE_RANK}" '
        '--main_process_ip "$(echo "${SKYPILOT_NODE_IPS}" | head -n1)" --main_process_port 29500'
    )


def _card(spec: TrainingSpec) -> str:
    name = spec.gpu or DEFAULT_CARD
    if name not in ACCELERATORS:
        raise AdvisorError(
            f"SkyPilot's name for the card '{name}' is not known",
            place="gpu",
            remedy=did_you_mean(name, ACCELERATORS),
        )
    return ACCELERATORS[name]


BACKEND = BundleBackend("skypilot", parts, objectives=("sft", "dpo", "kto", "cpt"))
