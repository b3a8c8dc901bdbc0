"""Check that each tool's own parser accepts our bundles, in that tool's own environment.

    python benchmarks/bundles.py --tools DIR

DIR holds one virtual environment for each tool: DIR/axolotl, DIR/llamafactory, DIR/ms-swift, DIR/mlx-lm,
DIR/unsloth, DIR/skypilot. A tool whose environment is missing is skipped and said so. Besides our bundles each
parser is given one with a misspelt key, which it (or our check of its silence) must refuse.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import subprocess
import tempfile
from datetime import date
from pathlib import Path

from advisor.catalog import load_catalog
from advisor.errors import AdvisorError
from advisor.train.bundle import write_bundle
from advisor.train.planning import plan_spec
from advisor.train.records import TrainingSpec

DAY = date(2026, 11, 22)
MODELS = ("Qwen/Qwen3-8B", "meta-llama/Llama-3.1-8B-Instruct", "google/gemma-2-2b-it")
CHECKS = {
    "axolotl": """
import yaml
from axolotl.utils.dict import DictDefault
from axolotl.utils.schemas.config import AxolotlInputConfig
values = yaml.safe_load(open("config.yaml"))
unknown = set(values) - set(AxolotlInputConfig.model_fields)
assert not unknown, f"keys that Axolotl drops in silence: {unknown}"
AxolotlInputConfig(**values)
""",
    # Its reading of sound wants a torchaudio built for this very torch; configurations do not.
    "llamafactory": """
import importlib.machinery, json, sys, types, yaml
if "torchaudio" not in sys.modules:
    sys.modules["torchaudio"] = types.ModuleType("torchaudio")
    sys.modules["torchaudio"].__spec__ = importlib.machinery.ModuleSpec("torchaudio", None)
from llamafactory.hparams import get_train_args
from llamafactory.data.template import TEMPLATES
values = yaml.safe_load(open("config.yaml"))
values |= {"use_cpu": True, "bf16": False, "pure_bf16": False}
if values.get("finetuning_type") != "full":
    values.pop("pure_bf16", None)
values.pop("deepspeed", None)
get_train_args(values)
assert values["template"] in TEMPLATES, f"no such template: {values['template']}"
info = json.load(open("data/dataset_info.json"))
assert values["dataset"] in info
""",
    "ms-swift": """
import shlex
from swift.arguments import SftArguments
from transformers import HfArgumentParser
text = [line for line in open("launch.sh") if "swift sft" in line][0]
words = shlex.split(text)
parser = HfArgumentParser(SftArguments)
_, unknown = parser.parse_known_args(words[words.index("sft") + 1:])
assert not unknown, f"flags that ms-swift does not know: {unknown}"
""",
    "mlx-lm": """
import yaml
from mlx_lm.lora import CONFIG_DEFAULTS
from mlx_lm.tuner.utils import build_schedule
values = yaml.safe_load(open("config.yaml"))
unknown = set(values) - set(CONFIG_DEFAULTS)
assert not unknown, f"keys that MLX-LM drops in silence: {unknown}"
assert set(values.get("lora_parameters", {})) <= {"rank", "dropout", "scale", "keys"}
if "lr_schedule" in values:
    build_schedule(values["lr_schedule"])
""",
    "unsloth": """
import sys, types
sys.modules.setdefault("torch", types.ModuleType("torch"))
import importlib.util, yaml
from importlib.machinery import PathFinder
spec = PathFinder.find_spec("unsloth_cli")
path = spec.submodule_search_locations[0] + "/config.py"
loader = importlib.util.spec_from_file_location("unsloth_cli_config", path)
module = importlib.util.module_from_spec(loader)
loader.loader.exec_module(module)
module.Config(**yaml.safe_load(open("config.yaml")))
""",
    "skypilot": """
import sky
sky.Task.from_yaml_str(open("task.yaml").read())
""",
}
MAIN_FILE = {"ms-swift": "launch.sh", "skypilot": "task.yaml"}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tools", type=Path, required=True)
    parser.add_argument("--only", action="append", choices=sorted(CHECKS))
    arguments = parser.parse_args()
    tools = arguments.tools
    failed = 0
    for name in arguments.only or CHECKS:
        python = tools / name / "bin" / "python"
        if not python.exists():
            print(f"{name:14} skipped: no environment at {python}")
            continue
        accepted, problems = _check_tool(name, python)
        failed += len(problems)
        print(f"{name:14} {accepted} accepted, {len(problems)} wrong")
        for problem in problems:
            print(f"    {problem}")
    raise SystemExit(1 if failed else 0)


def _check_tool(name: str, python: Path) -> tuple[int, list[str]]:
    with tempfile.TemporaryDirectory() as folder:
        bundles: dict[str, Path] = {}
        combinations = itertools.product(MODELS, ("lora", "qlora", "dora", "full"), _settings())
        for number, (model, method, settings) in enumerate(combinations):
            label = f"{model} {method} {settings}"
            try:
                bundles[label] = _bundle(
                    name, Path(folder) / str(number), base_model=model, method=method, **settings
                )
            except AdvisorError as error:
                print(f"    {name} {label}: refused by us: {error}")
        wrong = _bundle(name, Path(folder) / "wrong", base_model=MODELS[0], method="lora")
        _misspell(wrong / MAIN_FILE.get(name, "config.yaml"))
        messages = _parse(name, python, [*bundles.values(), wrong])
    problems = [f"{label}: {message}" for label, message in zip(bundles, messages, strict=False) if message]
    if not messages[-1]:
        problems.append("a misspelt key was accepted")
    return len(bundles) - len(
        [label for label, message in zip(bundles, messages, strict=False) if message]
    ), problems


def _settings() -> tuple[dict[str, object], ...]:
    return (
        {},
        {"targets": ("attention",), "optimizer": "adamw", "packing": True, "checkpointing": False},
        {"options": {"sharding": "zero2"}, "scheduler": "linear", "assistant_only": False, "eval_share": 0.0},
    )


def _bundle(name: str, folder: Path, **settings: object) -> Path:
    folder.mkdir(exist_ok=True)
    data = folder / "train.jsonl"
    rows = [
        {"messages": [{"role": "user", "content": f"Q {n}"}, {"role": "assistant", "content": f"A {n}"}]}
        for n in range(40)
    ]
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    given = {"backend": name, "train_path": data, "as_of": DAY, "seq_len": 1024, "gpu": "l40s"}
    spec = TrainingSpec.model_validate({**given, **settings})
    return write_bundle(plan_spec(spec, load_catalog()), folder / "bundle")


def _misspell(path: Path) -> None:
    text = path.read_text()
    text = (
        text.replace("--max_length", "--max_lenght") if path.suffix == ".sh" else text + "lerning_rate: 0.1\n"
    )
    path.write_text(text)


def _parse(name: str, python: Path, bundles: list[Path]) -> list[str]:
    """Let the tool's parser read every bundle in one process, as imports take most of the time."""
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "CUDA_VISIBLE_DEVICES": "", "USE_HF": "1"}
    driver = f"""
import json, os, sys
check = compile({CHECKS[name]!r}, "check", "exec")
messages = []
for folder in json.load(sys.stdin):
    os.chdir(folder)
    try:
        exec(check, {{}})
        messages.append("")
    except BaseException as error:
        messages.append(f"{{type(error).__name__}}: {{error}}"[:300] or "no message")
print("MESSAGES" + json.dumps(messages))
"""
    done = subprocess.run(
        [python.absolute(), "-c", driver],
        input=json.dumps([str(bundle.absolute()) for bundle in bundles]),
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
        env=environment,
    )
    found = [line for line in done.stdout.splitlines() if line.startswith("MESSAGES")]
    if not found:
        return [done.stderr.strip()[-300:] or "no answer"] * len(bundles)
    return list(json.loads(found[-1].removeprefix("MESSAGES")))


if __name__ == "__main__":
    main()
