"""What a run leaves behind: adapter, merged model, result record, hashes and a model card."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any, Literal

from advisor.errors import AdvisorError
from advisor.files import write_text
from advisor.train.records import Artefact
from advisor.train.trainer.chat_template import CHATML_SERVING_TEMPLATE, CHATML_TRAINING_TEMPLATE
from advisor.train.trainer.run_files import ADAPTER, CANCEL_FILE, CARD_FILE, MERGED, RESULT_FILE, SERVING_FILE
from advisor.train.trainer.settings import RunSettings


def write_artefacts(
    run: Path, settings: RunSettings, trainer: Any, base: str, facts: dict[str, Any]
) -> dict[str, Any]:
    """Save what was trained and give the result record, which is written last: with it the run has ended."""
    if not trainer.is_world_process_zero():
        return facts
    cancelled = (run / CANCEL_FILE).exists()
    if settings.method == "full":
        _save_model(trainer.model, trainer.processing_class, run / MERGED)
    else:
        _save_adapter(trainer.model, run / ADAPTER, serving_facts(settings, facts, trainer.processing_class))
        if settings.merge and not cancelled:
            merge_adapter(base, run / ADAPTER, run / MERGED)
    result = {
        "state": "cancelled" if cancelled else "succeeded",
        **_trainable(trainer.model),
        **facts,
        "artefacts": [artefact.model_dump() for artefact in artefacts_of(run)],
    }
    write_text(run / CARD_FILE, model_card(settings, result))
    write_text(run / RESULT_FILE, json.dumps(result, indent=2, ensure_ascii=False) + "\n")
    return result


def _trainable(model: Any) -> dict[str, int]:
    parameters = list(model.parameters())
    return {
        "trainable_parameters": sum(p.numel() for p in parameters if p.requires_grad),
        "total_parameters": model.num_parameters(),
    }


def serving_facts(settings: RunSettings, facts: dict[str, Any], tokenizer: Any) -> dict[str, Any]:
    """Describe what a server must know so that it asks the model as training did; lies beside the adapter's weights."""
    ours = tokenizer.chat_template == CHATML_TRAINING_TEMPLATE
    return {
        "base_model": settings.base_model,
        "system_prompt": facts.get("system_prompt"),
        "chat_template": CHATML_SERVING_TEMPLATE if ours else None,
    }


def _save_adapter(model: Any, folder: Path, serving: dict[str, Any]) -> None:
    temporary = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(temporary, ignore_errors=True)
    model.save_pretrained(temporary, safe_serialization=True)
    write_text(temporary / SERVING_FILE, json.dumps(serving, indent=2, ensure_ascii=False) + "\n")
    _replace(temporary, folder)


def _save_model(model: Any, tokenizer: Any, folder: Path) -> None:
    temporary = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(temporary, ignore_errors=True)
    model.save_pretrained(temporary)
    tokenizer.save_pretrained(temporary)
    _replace(temporary, folder)


def _replace(temporary: Path, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    temporary.rename(folder)


def merge_adapter(base: str, adapter: Path, merged: Path) -> None:
    """Fold the adapter into the base model's full-precision weights and save the sum.

    The base is loaded afresh: adding to four-bit weights would lose what QLoRA learned to rounding.
    """
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    check_adapter(adapter)
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32, use_safetensors=True)
    tokenizer = AutoTokenizer.from_pretrained(base)
    _save_model(PeftModel.from_pretrained(model, adapter).merge_and_unload(), tokenizer, merged)


def check_adapter(folder: Path) -> None:
    """Refuse a folder that is not an adapter, or one whose weights are a pickle."""
    if not (folder / "adapter_config.json").exists():
        raise AdvisorError(
            "this folder is not an adapter: it has no adapter_config.json",
            place=str(folder),
            remedy="Give the folder 'adapter' of a run, or what PEFT saved.",
        )
    if not (folder / "adapter_model.safetensors").exists():
        raise AdvisorError(
            "the adapter has no safetensors (a pickle can run code when opened, and is not read)",
            place=str(folder),
            remedy="Save it again with safe_serialization=True.",
        )


def sha256_of(path: Path) -> str:
    """Hash a file, or a folder as the sorted list of its files' names and hashes."""
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.is_file())
        listing = "".join(f"{sha256_of(file)}  {file.relative_to(path).as_posix()}\n" for file in files)
        return hashlib.sha256(listing.encode()).hexdigest()
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def artefacts_of(run: Path) -> list[Artefact]:
    """List what lies in the run folder, with hashes."""
    made = [_artefact(run, "adapter", ADAPTER), _artefact(run, "merged", MERGED)]
    return [artefact for artefact in made if artefact is not None]


def _artefact(run: Path, kind: Literal["adapter", "merged"], name: str) -> Artefact | None:
    path = run / name
    if not path.exists():
        return None
    return Artefact(kind=kind, location=name, sha256=sha256_of(path), size_bytes=_size(path))


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def model_card(settings: RunSettings, result: dict[str, Any]) -> str:
    """Describe the tuned model for whoever finds it later, from the settings and the result alone."""
    prompt = result.get("system_prompt")
    lines = [
        f"# {Path(settings.base_model).name}, {settings.method} tuned",
        "",
        f"- Base model: {settings.base_model}",
        f"- Method: {settings.method}, rank {settings.rank}, alpha {settings.alpha}, on {', '.join(settings.targets)}",
        f"- Trained parameters: {result['trainable_parameters']:,} of {result['total_parameters']:,}",
        f"- Rows: {result['rows']:,}; trained tokens a pass: {result['trained_tokens_per_epoch']:,}",
        f"- Steps: {result['steps']} of {result['max_steps']}, seed {settings.seed}",
        f"- Loss on held-out rows, best: {_figure(result.get('best_eval_loss'))} at step {result.get('best_step')}",
        f"- Training loss, mean over the run: {_figure(result.get('train_loss'))}",
        "",
        "## Use",
        "",
        "Serve it with the system prompt it was trained with; another prompt can undo what it learned.",
        "",
        *(
            [f"> {line}" for line in prompt.splitlines()]
            if prompt
            else ["It was trained without one shared system prompt."]
        ),
        "",
        "## Files",
        "",
        *(
            f"- `{item['location']}` ({item['kind']}), sha256 `{item['sha256']}`"
            for item in result["artefacts"]
        ),
    ]
    return "\n".join(lines) + "\n"


def _figure(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.4f}"
