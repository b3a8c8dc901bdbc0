"""Find the base model and refuse what is none: a local folder, the packaged small model, or a name at the hub."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from advisor.errors import AdvisorError
from advisor.train.packaged_model import is_packaged

PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")


def looks_like_a_folder(name: str) -> bool:
    """Return whether `name` is meant as a path rather than as a name at the hub."""
    return Path(name).exists() or name.startswith((".", "/", "~")) or name.count("/") > 1 or "\\" in name


def check_base_model(name: str) -> None:
    """Refuse a base model that cannot be trained, without loading it or asking the network."""
    if not is_packaged(name) and looks_like_a_folder(name):
        check_model_folder(Path(name).expanduser())


def check_model_folder(folder: Path) -> None:
    """Refuse a folder that is not a model, or whose weights are pickles.

    A pickle can run any code when it is opened, so it is refused by name and never read.
    """
    if not folder.is_dir():
        raise AdvisorError(
            "there is no such model folder",
            place=str(folder),
            remedy="Give a folder with config.json and weights.",
        )
    config = _read_config(folder)
    if "model_type" not in config:
        raise AdvisorError(
            "config.json names no model_type",
            place=str(folder / "config.json"),
            remedy="Give the folder of a Hugging Face model.",
        )
    _check_weights(folder)
    if not any((folder / name).exists() for name in ("tokenizer.json", "tokenizer.model", "vocab.json")):
        raise AdvisorError(
            "the model folder has no tokenizer",
            place=str(folder),
            remedy="Add tokenizer.json from the same model.",
        )


def _read_config(folder: Path) -> dict[str, Any]:
    path = folder / "config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise AdvisorError(
            "this folder is not a model: it has no config.json",
            place=str(folder),
            remedy="Give the folder that holds config.json, tokenizer.json and *.safetensors.",
        ) from None
    except ValueError:
        raise AdvisorError(
            "config.json is not JSON", place=str(path), remedy="Fetch the model again; the file is damaged."
        ) from None
    return config if isinstance(config, dict) else {}


def _check_weights(folder: Path) -> None:
    if any(folder.glob("*.safetensors")):
        return
    pickles = sorted(path.name for path in folder.iterdir() if path.suffix in PICKLES)
    if pickles:
        raise AdvisorError(
            f"the weights are a pickle ({pickles[0]}), which can run code when opened",
            place=str(folder),
            remedy="Use the model's safetensors files, or convert it once where you trust its origin.",
        )
    raise AdvisorError(
        "the model folder has no weights", place=str(folder), remedy="Add the model's *.safetensors files."
    )


def resolve_base_model(name: str) -> str:
    """Return what `from_pretrained` takes: a checked folder, or a hub name left as it is."""
    from advisor.train.trainer.dequantise import packaged_model_folder

    check_base_model(name)
    if is_packaged(name):
        return str(packaged_model_folder())
    return str(Path(name).expanduser()) if looks_like_a_folder(name) else name
