"""The benchmark reads any file of points: what it cannot score it names, and goes on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[3]
POINT = {
    "source": "litgpt_config_hub",
    "model": "mistralai/Mistral-7B-v0.1",
    "method": "lora",
    "quant": "none",
    "precision": "bf16-true",
    "seq_len": 512,
    "seq_mode": "longest_example",
    "micro_batch": 2,
    "grad_accum": 4,
    "lora_r": 32,
    "lora_targets": "query,value",
    "optimizer": "torch AdamW",
    "grad_checkpointing": False,
    "n_gpus": 1,
    "sharding": "none",
    "value": 20.0,
    "unit": "GB",
    "metric": "peak_allocated",
    "tier": "A",
}


def scored(folder, *points):
    file = folder / "points.yaml"
    file.write_text(yaml.safe_dump({"points": list(points)}))
    command = [sys.executable, "benchmarks/vram.py", "--points", str(file), "--verbose"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "strange",
    [{"model": "someone/model-of-tomorrow"}, {"seq_len": "long"}, {"method": "prompting"}, {"value": None}],
)
def test_a_point_that_cannot_be_scored_is_named_and_the_others_are_scored(tmp_path, strange):
    done = scored(tmp_path, {"id": "odd", **POINT, **strange}, {"id": "plain", **POINT})
    assert done.returncode == 0, done.stderr
    assert "not scored: odd: " in done.stdout
    assert "\nplain " in done.stdout


def test_a_file_of_which_nothing_can_be_scored_says_so(tmp_path):
    done = scored(tmp_path, {"id": "odd", **POINT, "model": "someone/model-of-tomorrow"})
    assert done.returncode == 1
    assert "no point could be scored" in done.stderr
