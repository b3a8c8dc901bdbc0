"""What is served: each target is a job, an adapter folder or the base itself, under a name of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from advisor.catalog.strict_json import read_json_object
from advisor.errors import AdvisorError
from advisor.train.jobs import JobStore
from advisor.train.packaged_model import cache_folder, is_packaged
from advisor.train.trainer.artefacts import check_adapter, sha256_of
from advisor.train.trainer.dequantise import packaged_gguf
from advisor.train.trainer.run_files import ADAPTER, SERVING_FILE


@dataclass(frozen=True, slots=True)
class Served:
    """One name that a request may ask for."""

    name: str
    """What the request's `model` says."""
    adapter: Path | None
    """The PEFT folder; none for the base model itself."""
    system_prompt: str | None
    """What training put in front of every conversation."""
    chat_template: str | None
    """The template that training used, where it is not the base file's own."""
    base_model: str
    """The base that it was trained on."""


def find_served(target: str, store: JobStore) -> Served:
    """Turn `JOB`, `FOLDER` or `NAME=JOB`, `NAME=FOLDER` into something to serve."""
    name, _, place = target.rpartition("=")
    adapter = _adapter_folder(place, store)
    check_adapter(adapter)
    facts = _serving_facts(adapter)
    return Served(
        name=name or _name_of(place, adapter),
        adapter=adapter,
        system_prompt=facts.get("system_prompt"),
        chat_template=facts.get("chat_template"),
        base_model=str(facts.get("base_model", "")),
    )


def _adapter_folder(place: str, store: JobStore) -> Path:
    path = Path(place).expanduser()
    if path.is_dir():
        return path / ADAPTER if (path / ADAPTER).is_dir() else path
    job = store.load(place)
    adapter = store.folder_of(job.id) / "run" / ADAPTER
    if not adapter.is_dir():
        raise AdvisorError(
            f"the job is {job.state} and has no adapter",
            place=job.id,
            remedy="Wait until it has succeeded; only jobs that trained on this machine can be served here.",
        )
    return adapter


def _name_of(place: str, adapter: Path) -> str:
    return place if not Path(place).exists() else adapter.absolute().parent.name


def _serving_facts(adapter: Path) -> dict[str, Any]:
    path = adapter / SERVING_FILE
    if not path.exists():
        return {}  # an adapter from elsewhere: nothing is known of its prompt
    facts = read_json_object(path)
    for name, value in facts.items():
        if name in ("system_prompt", "chat_template", "base_model") and not isinstance(value, str | None):
            raise AdvisorError(
                f"'{name}' is not text", place=str(path), remedy="Train again, or remove the file."
            )
    return facts


def base_file(served: list[Served], base_gguf: Path | None) -> Path:
    """Find the one base file under all targets.

    Raises:
        AdvisorError: The targets have different bases, or theirs is not the packaged model and no file was given.
    """
    bases = {item.base_model for item in served if item.base_model}
    if len(bases) > 1:
        raise AdvisorError(
            f"the adapters were trained on different bases ({', '.join(sorted(bases))})",
            place="targets",
            remedy="Serve adapters of one base together, and the others from another server.",
        )
    if base_gguf is not None:
        return base_gguf
    if bases and not is_packaged(next(iter(bases))):
        raise AdvisorError(
            f"there is no GGUF of '{next(iter(bases))}' here",
            place="base model",
            remedy="Name it with --base-gguf FILE.",
        )
    return packaged_gguf()


def adapter_file(item: Served, base: Path) -> Path:
    """Return the adapter as GGUF, written once and kept in the cache."""
    from advisor.train.serving.gguf_files import write_adapter_gguf

    out = _cached(item, base, "lora")
    return out if out.exists() else write_adapter_gguf(_folder(item), base, out)


def merged_file(item: Served, base: Path, precision: str = "f16") -> Path:
    """Return base and adapter folded together as GGUF, written once and kept in the cache."""
    from advisor.train.serving.gguf_files import write_merged_gguf

    out = _cached(item, base, f"merged-{precision}")
    return out if out.exists() else write_merged_gguf(_folder(item), base, out, precision=precision)


def _folder(item: Served) -> Path:
    assert item.adapter is not None
    return item.adapter


def _cached(item: Served, base: Path, kind: str) -> Path:
    weights = sha256_of(_folder(item) / "adapter_model.safetensors")
    config = sha256_of(_folder(item) / "adapter_config.json")
    return cache_folder() / "serving" / f"{base.stem}-{weights[:12]}{config[:6]}-{kind}.gguf"
