"""What is refused before anything is loaded: folders that are no model, pickles, damaged settings, unknown layers."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from advisor.errors import AdvisorError
from advisor.train.packaged_model import is_packaged
from advisor.train.trainer.dequantise import packaged_model_folder
from advisor.train.trainer.model_folder import check_base_model
from advisor.train.trainer.settings import read_settings


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text('{"model_type": "llama"}')
    (folder / "model.safetensors").write_bytes(b"weights")
    (folder / "tokenizer.json").write_text("{}")
    return folder


def test_a_whole_model_folder_is_accepted(model: Path) -> None:
    check_base_model(str(model))


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("config.json", "is not a model"),
        ("model.safetensors", "no weights"),
        ("tokenizer.json", "no tokenizer"),
    ],
)
def test_a_folder_that_is_no_model_is_refused(model: Path, missing: str, words: str) -> None:
    (model / missing).unlink()
    with pytest.raises(AdvisorError, match=words):
        check_base_model(str(model))


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "weights.ckpt", "model.pkl"])
def test_a_pickle_is_refused_by_name_and_never_opened(model: Path, name: str) -> None:
    (model / "model.safetensors").unlink()
    (model / name).write_bytes(b"cos\nsystem\n(S'false'\ntR.")
    with pytest.raises(AdvisorError, match="are a pickle"):
        check_base_model(str(model))


def test_a_config_that_is_not_json_or_names_no_model_is_refused(model: Path) -> None:
    (model / "config.json").write_text("{broken")
    with pytest.raises(AdvisorError, match="not JSON"):
        check_base_model(str(model))
    (model / "config.json").write_text("[]")
    with pytest.raises(AdvisorError, match="no model_type"):
        check_base_model(str(model))


def test_a_path_that_does_not_exist_is_refused_and_a_hub_name_is_left_to_the_hub(tmp_path: Path) -> None:
    with pytest.raises(AdvisorError, match="no such model folder"):
        check_base_model(str(tmp_path / "nowhere"))
    check_base_model("Qwen/Qwen3-0.6B")


def test_the_packaged_model_goes_by_several_names() -> None:
    assert is_packaged("SmolLM2-135M")
    assert is_packaged("HuggingFaceTB/SmolLM2-135M-Instruct")
    assert not is_packaged("HuggingFaceTB/SmolLM2-360M-Instruct")


def test_a_disk_too_small_for_the_dequantised_model_is_refused(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("ADVISOR_CACHE", str(tmp_path))
    monkeypatch.setattr("advisor.train.trainer.dequantise.packaged_gguf", lambda: tmp_path / "model.gguf")
    monkeypatch.setattr("importlib.metadata.version", lambda _: "0.1.2")
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage._replace(free=10_000_000))
    with pytest.raises(AdvisorError, match=r"0\.0 GB free and the dequantised model needs 1\.2 GB"):
        packaged_model_folder()


def test_settings_name_the_field_that_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text(json.dumps({"base_model": "x", "train_path": "t", "rank": 0}))
    with pytest.raises(AdvisorError, match="'rank'"):
        read_settings(tmp_path)
    with pytest.raises(AdvisorError, match="not a run folder"):
        read_settings(tmp_path / "elsewhere")


def test_an_adapter_whose_weights_are_a_pickle_is_refused(tmp_path: Path) -> None:
    from advisor.train.trainer.artefacts import check_adapter

    with pytest.raises(AdvisorError, match=r"no adapter_config\.json"):
        check_adapter(tmp_path)
    (tmp_path / "adapter_config.json").write_text("{}")
    (tmp_path / "adapter_model.bin").write_bytes(b"pickle")
    with pytest.raises(AdvisorError, match="has no safetensors"):
        check_adapter(tmp_path)


def test_targets_that_the_model_does_not_have_are_named(tiny_model: Path) -> None:
    from transformers import AutoModelForCausalLM

    from advisor.train.trainer.adapters import target_modules

    model = AutoModelForCausalLM.from_pretrained(tiny_model)
    assert target_modules(model, ("attention",)) == ["k_proj", "o_proj", "q_proj", "v_proj"]
    assert len(target_modules(model, ("all-linear",))) == 7
    with pytest.raises(AdvisorError, match="no linear layers named wq"):
        target_modules(model, ("q_proj", "wq"))
