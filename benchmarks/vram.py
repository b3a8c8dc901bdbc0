"""Score the memory estimate, and three other estimators, on published measurements of training runs.

    python benchmarks/vram.py [--points FILE] [--peers DIR] [--verbose]

DIR holds one virtual environment for each peer: DIR/ftuneai, DIR/canifinetune, DIR/fitscout, each made with
`python -m venv` and `pip install` of the package of that name. Without it only our own errors are printed.
Three columns are ours: `options` is what somebody gets who types the point's own settings and its program after
`advisor size`; `stated` adds what the source says of the versions it used; `bare` names no program.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from advisor.catalog import Catalog, load_catalog
from advisor.catalog.open_models import find_model
from advisor.errors import AdvisorError
from advisor.train.size.architecture import Architecture, architecture_of
from advisor.train.size.estimate import constants_of
from advisor.train.size.fits import memory_span
from advisor.train.size.memory import GIB, peak_memory
from advisor.train.size.programs import settings_of
from advisor.train.size.run import Run

DAY = date(2026, 11, 26)
TARGETS = {
    "c_attn,c_proj,w1,w2": ("c_attn", "c_proj", "w1", "w2"),
    "q,v,o + mlp (config default)": ("q", "v", "o", "mlp"),
    "query,value": ("q", "v"),
    "all linear": ("all-linear",),
}
QUANTS = {"gptq-int4": "gptq4", "bnb-nf4": "nf4", "bnb-nf4-dq": "nf4-double", "nf4 (torchao)": "nf4-double"}
MODES = ("stated", "options", "bare")
PROGRAM_OF_SOURCE = {
    "axolotl_examples": "axolotl",
    "litgpt_config_hub": "litgpt",
    "litgpt_resource_tables": "litgpt",
    "llamafactory_readme": "llamafactory",
    "ms_swift_examples": "ms-swift",
    "peft_docs": "peft",
    "peft_metamath": "peft",
    "qwen1_readme": "transformers",
    "torchtune_readme": "torchtune",
    "torchtune_tutorials": "torchtune",
    "unsloth_docs": "unsloth",
}
# What each source says of the versions that made its numbers. Nothing here belongs to one model.
STATED: dict[str, dict[str, Any]] = {
    # transformers Trainer of 2023 with PyTorch 2.0: Adam by foreach.
    "qwen1_readme": {"optimizer": "adamw-foreach", "old_torch": True},
    # Of 2023, before the program swapped its token table.
    "litgpt_resource_tables": {"embedding_gradient": False},
    # The scripts are of 2024, when the Trainer's own Adam went by foreach.
    "ms_swift_examples": {"optimizer": "adamw-foreach"},
}


def main() -> None:
    arguments = _arguments()
    points = [point for file in arguments.points for point in yaml.safe_load(file.read_text())["points"]]
    catalog = load_catalog()
    rows, unknown = [], []
    for point in (point for point in points if point.get("tier") == "A"):
        try:
            rows.append(_row(point, catalog))
        except (AdvisorError, ValidationError, KeyError, TypeError) as error:
            unknown.append(f"{point.get('id', 'a point without an id')}: {error}")
    for line in unknown:
        print(f"not scored: {line}")
    if not rows:
        raise SystemExit("no point could be scored")
    columns = list(MODES)
    for peer in ("ftuneai", "canifinetune", "fitscout"):
        if arguments.peers and (python := arguments.peers / peer / "bin" / "python").exists():
            for row, value in zip(rows, _ask_peer(peer, python, rows), strict=True):
                row[peer] = value
            columns.append(peer)
    _print(rows, columns, verbose=arguments.verbose)


def _row(point: dict[str, Any], catalog: Catalog) -> dict[str, Any]:
    constants, doubt = constants_of(catalog, DAY)
    name = str(point["model"])
    architecture = architecture_of(find_model(catalog.models, name).config, place=name)
    measured = point["value"] if point["unit"] == "GiB" else point["value"] * 1e9 / GIB
    row: dict[str, Any] = {"point": point, "architecture": architecture, "measured": measured}
    for mode in MODES:
        run = _run(point, mode)
        peak = peak_memory(architecture, run, constants)
        span = memory_span(peak, doubt)
        row |= {
            mode: peak.gib,
            f"{mode} inside": span.low <= measured <= span.high,
            f"{mode} span": span,
            f"{mode} peak": peak,
        }
    return row


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--points", type=Path, action="append")
    parser.add_argument("--peers", type=Path)
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    arguments.points = arguments.points or [
        Path(__file__).with_name(name) for name in ("vram_points.yaml", "vram_points_2.yaml")
    ]
    return arguments


def _run(point: dict[str, Any], mode: str) -> Run:
    settings = _options_of(point)
    if mode != "bare":
        settings |= settings_of(PROGRAM_OF_SOURCE.get(point["source"]))
        settings["loss_kernel"] = _loss_kernel(point.get("extras") or "", settings["loss_kernel"])
    if mode == "stated":
        settings |= STATED.get(point["source"], {}) | _stated_of_the_row(point)
        if settings["optimizer"] == "adamw-foreach" and "8bit" in point["optimizer"]:
            settings["optimizer"] = "adamw-8bit"
    return Run.model_validate(settings)


def _options_of(point: dict[str, Any]) -> dict[str, Any]:
    """Read the settings of a point as somebody would type them after `advisor size`; by the fields alone."""
    targets, extras = point.get("lora_targets") or "all linear", point.get("extras") or ""
    precision, metric = str(point.get("precision")), str(point.get("metric"))
    return {
        "method": point["method"],
        "rank": point.get("lora_r") or 16,
        "targets": _targets(targets.split(" + wte")[0]),
        "train_embeddings": "+ wte" in targets,
        "quantisation": QUANTS.get(point["quant"], "none"),
        "precision": _precision(precision),
        "adapter_precision": "bf16" if "true" in precision else "fp32",
        "seq_len": point["seq_len"],
        "micro_batch": point["micro_batch"],
        "accumulates": (point.get("grad_accum") or 1) > 1,
        "optimizer": _optimizer(point["optimizer"].lower()),
        "checkpointing": point["grad_checkpointing"],
        "attention": "eager" if point.get("attention") == "eager" else "flash",
        "loss_kernel": _loss_kernel(extras, "plain"),
        "block_kernel": "fused" if "compile" in extras or "liger" in extras.lower() else "eager",
        "optimizer_in_backward": "optimizer_in_bwd" in extras,
        "offload_activations": "activation offloading" in extras,
        "full_rows": point.get("seq_mode") != "longest_example",
        "reading": "reserved"
        if "reserved" in metric
        else "allocated"
        if metric.startswith("peak")
        else "device",
        **_sharding(point),
    }


def _precision(text: str) -> str:
    if "fp16" in text:
        return "fp16"
    return "fp32" if "32" in text else "mixed" if "mixed" in text else "bf16"


def _targets(text: str) -> tuple[str, ...]:
    named = TARGETS.get(text) or tuple(part.strip() for part in text.split(","))
    return tuple("all-linear" if "all" in name and "linear" in name else name for name in named)


def _optimizer(name: str) -> str:
    paged, eight_bit = "paged" in name, "8bit" in name or "8-bit" in name
    for other in ("adafactor", "sgd"):
        if other in name:
            return other
    if "lion" in name:
        return "lion-8bit"
    if name == "adamw_torch":
        return "adamw-foreach"  # the Trainer's name for torch's own Adam, which steps by foreach on a GPU
    return f"{'paged-' if paged else ''}adamw{'-8bit' if eight_bit else ''}"


def _loss_kernel(extras: str, otherwise: str) -> str:
    fused = any(word in extras.lower() for word in ("cutcross", "liger", "unsloth"))
    return "fused" if fused else "chunked" if "chunked" in extras else otherwise


def _sharding(point: dict[str, Any]) -> dict[str, Any]:
    named = str(point.get("sharding")).lower()
    words = {"zero3": "zero3", "zero2": "zero2", "fsdp": "fsdp", "ddp": "ddp"}
    found = next(
        (word for key, word in words.items() if key in named.replace("_", "").replace("-", "")), "none"
    )
    several = point["n_gpus"] > 1
    return {"n_gpus": point["n_gpus"], "sharding": found} if several else {}


def _stated_of_the_row(point: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "chunked" in (point.get("extras") or ""):
        found["loss_kernel"] = "upcast-chunked"  # torchtune's chunked loss holds all logits in bf16
    return found


PEERS = {
    "ftuneai": """
from ftuneai.core.memory import MemoryEstimator
from ftuneai.core.models import *
def ask(j):
    spec = ModelSpec(j["name"], j["params"], j["hidden"], j["layers"], j["heads"], j["kv_heads"],
                     j["intermediate"], j["vocabulary"], 8192)
    config = TrainingConfig(
        model=j["name"], method=FineTuneMethod(j["method"]),
        quantization=Quantization.INT4 if j["method"] == "qlora" else Quantization.NONE,
        batch_size=j["batch"], seq_length=j["seq_len"], gradient_checkpointing=j["checkpointing"],
        optimizer=OptimizerType.ADAM_8BIT if j["eight_bit"] else OptimizerType.ADAMW, lora_rank=j["rank"],
        lora_target=LoRATarget.ATTENTION if j["narrow"] else LoRATarget.ALL_LINEAR, flash_attention=True)
    return MemoryEstimator(spec, config).estimate().total_gb
""",
    "canifinetune": """
from canifinetune.estimator import EstimateRequest, estimate
def ask(j):
    spec = dict(hidden_size=j["hidden"], num_hidden_layers=j["layers"], num_attention_heads=j["heads"],
                num_key_value_heads=j["kv_heads"], intermediate_size=j["intermediate"],
                vocab_size=j["vocabulary"], total_params=j["params"], tie_word_embeddings=j["tied"])
    request = EstimateRequest(
        model_id=j["name"], method=j["method"], seq_len=j["seq_len"], micro_batch_size=j["batch"],
        lora_rank=j["rank"], lora_target_scope="attention" if j["narrow"] else "all_linear",
        optimizer="adamw_8bit" if j["eight_bit"] else "adamw_torch", gradient_checkpointing=j["checkpointing"],
        loss_backend="liger" if j["fused_loss"] else "stock", gpu_vram_gb=80, override=spec, use_network=False)
    memory = estimate(request).memory
    return memory.total_estimated_gb - memory.safety_margin_gb
""",
    "fitscout": """
from fitscout.memory.estimator import estimate_memory
from fitscout.model.profile import ModelProfile
def ask(j):
    profile = ModelProfile(j["params"], j["layers"], j["hidden"], j["heads"], j["kv_heads"], j["intermediate"],
                           j["vocabulary"], j["tied"])
    return estimate_memory(profile, method=j["method"], micro_batch=j["batch"], seq_len=j["seq_len"],
                           grad_ckpt=j["checkpointing"], opt_8bit=j["eight_bit"], lora_rank=j["rank"]).total_gb
""",
}


def _ask_peer(peer: str, python: Path, rows: list[dict[str, Any]]) -> list[float]:
    jobs = [_job(row["point"], row["architecture"]) for row in rows]
    code = PEERS[peer] + "\nimport json, sys\nprint(json.dumps([ask(j) for j in json.load(sys.stdin)]))"
    done = subprocess.run(
        [python, "-c", code], input=json.dumps(jobs), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{peer}: {done.stderr[-2000:]}")
    return list(json.loads(done.stdout.splitlines()[-1]))


def _job(point: dict[str, Any], architecture: Architecture) -> dict[str, Any]:
    targets = point.get("lora_targets") or ""
    return {
        "name": point["model"],
        "params": architecture.total_parameters,
        "hidden": architecture.hidden,
        "layers": architecture.layers,
        "heads": architecture.heads,
        "kv_heads": architecture.kv_heads,
        "intermediate": architecture.intermediate,
        "vocabulary": architecture.vocabulary,
        "tied": architecture.tied,
        "method": "lora" if point["method"] == "dora" else point["method"],  # none of them knows DoRA
        "batch": point["micro_batch"],
        "seq_len": point["seq_len"],
        "checkpointing": point["grad_checkpointing"],
        "rank": point.get("lora_r") or 16,
        "narrow": targets in ("query,value", "q,v"),
        "eight_bit": "8bit" in point["optimizer"],
        "fused_loss": any(word in (point.get("extras") or "") for word in ("chunked", "CutCross")),
    }


def _print(rows: list[dict[str, Any]], columns: list[str], *, verbose: bool) -> None:
    if verbose:
        _print_points(rows, columns)
    print("absolute relative error: median / 90th percentile, number of points")
    print(f"{'group':44}{'n':>4}" + "".join(f"{name:>16}" for name in columns))
    for name, members in _groups(rows).items():
        print(f"{name:44}{len(members):4}" + "".join(f"{_errors(members, column):>16}" for column in columns))
    families = sorted({row["point"]["model"] for row in rows})
    for column in MODES if len(families) > 1 else ():
        rest = [[row for row in rows if row["point"]["model"] != family] for family in families]
        spans = [
            f"{min(figures):.1%} to {max(figures):.1%}"
            for figures in zip(*(_spread(some, column) for some in rest), strict=True)
        ]
        print(
            f"any one of {len(families)} families left out, {column}: median {spans[0]}, 90th percentile {spans[1]}"
        )
    _print_coverage(rows, families)


def _print_points(rows: list[dict[str, Any]], columns: list[str]) -> None:
    print(f"{'point':52}{'measured':>10}" + "".join(f"{name:>14}" for name in columns))
    for row in rows:
        cells = "".join(
            f"{row[name]:8.2f} {row[name] / row['measured'] - 1:+5.0%}{' ' if row.get(f'{name} inside', True) else '!'}"
            for name in columns
        )
        print(f"{row['point']['id']:52}{row['measured']:10.2f}{cells}")
    print("! outside the 90 % range\n")


def _groups(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        point = row["point"]
        groups[f"method {point['method']}"].append(row)
        groups[f"source {point['source']}"].append(row)
        groups[f"family {point['model'].split('/')[-1]}"].append(row)
    return {"all": rows, **dict(sorted(groups.items()))}


def _print_coverage(rows: list[dict[str, Any]], families: list[str]) -> None:
    print(f"\nmeasured value inside the 90 % range, of {len(rows)} points")
    for mode in MODES:
        left = [
            _inside([row for row in rows if row["point"]["model"] != family], mode) for family in families
        ]
        print(
            f"{mode:10}{_inside(rows, mode):6.0%}   with each family left out {min(left):.0%} to {max(left):.0%}"
        )
    print("by program and method, five points or more")
    groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        program = PROGRAM_OF_SOURCE.get(row["point"]["source"], row["point"]["source"])
        groups[program, row["point"]["method"]].append(row)
        groups[program, "all"].append(row)
        groups["all", row["point"]["method"]].append(row)
    for (program, method), members in sorted(groups.items()):
        if len(members) >= 5:
            shares = "".join(f"{_inside(members, mode):12.0%}" for mode in MODES)
            print(f"{program + ' ' + method:30}{len(members):4}{shares}")


def _inside(rows: list[dict[str, Any]], mode: str) -> float:
    return sum(row[f"{mode} inside"] for row in rows) / max(len(rows), 1)


def _errors(rows: list[dict[str, Any]], column: str) -> str:
    middle, worst = _spread(rows, column)
    return f"{middle:.1%} / {worst:.0%}"


def _spread(rows: list[dict[str, Any]], column: str) -> tuple[float, float]:
    """Give the median and the 90th percentile of the absolute relative error."""
    errors = sorted(abs(row[column] / row["measured"] - 1) for row in rows)
    return statistics.median(errors), errors[min(int(len(errors) * 0.9), len(errors) - 1)]


if __name__ == "__main__":
    main()
