"""The base model of a plan: under which name it is fetched, which of its modules get adapters, whether it can chat."""

from __future__ import annotations

import json
import re
from pathlib import Path

from advisor.catalog import Catalog
from advisor.catalog.open_models import OpenModel, find_model
from advisor.errors import AdvisorError
from advisor.train.records import TrainingSpec
from advisor.train.size.adapters import make_adapter, target_modules
from advisor.train.size.architecture import architecture_of, read_architecture

_CHATS = re.compile(
    r"(?i)(?:instruct|chat|(?:^|[-_])(?:it|sft|dpo|rl)(?:$|[-_])|think|reason|-r1|distill|zephyr|gpt-oss|devstral|magistral)"
)
_BASE = re.compile(r"(?i)(?:^|[-_])(?:base|pt)(?:$|[-_])")
# Makers whose plain name is the chat model, or whose base models bring a chat template too.
_CHAT_FAMILIES = (
    "qwen-1.5",
    "qwen-2",
    "qwen-2.5",
    "qwen-3",
    "phi-3",
    "phi-4",
    "gpt-oss",
    "deepseek-distil",
    "glm",
    "ministral-3",
)


def open_model(spec: TrainingSpec, catalog: Catalog) -> OpenModel | None:
    """Find the base model in the catalog; None for a local folder or an unknown name."""
    if Path(spec.base_model).expanduser().is_dir():
        return None
    try:
        return find_model(catalog.models, spec.base_model)
    except AdvisorError:
        return None


def model_name(spec: TrainingSpec, catalog: Catalog) -> str:
    """Return the name under which a program fetches the base model, or the path where it is.

    An id of the catalog names an architecture: of its forms the one that can chat is taken, unless plain text is trained.
    """
    folder = Path(spec.base_model).expanduser()
    if folder.is_dir():
        return str(folder.absolute())
    found = open_model(spec, catalog)
    if found is None or "/" in spec.base_model:
        return spec.base_model
    wanted = spec.base_model.lower()
    forms = (found.name, *found.also)
    named = [name for name in forms if name.rpartition("/")[2].lower() == wanted]
    chosen = named[0] if named else found.name
    if spec.objective != "cpt" and can_chat(chosen, found.family) is False:
        return chat_form(found) or chosen
    return chosen


def can_chat(name: str, family: str | None = None) -> bool | None:
    """Return whether a model brings a chat template, as far as its name or its folder tells; None where they do not."""
    folder = Path(name).expanduser()
    if folder.is_dir():
        return _folder_has_template(folder)
    short = name.rpartition("/")[2]
    if _CHATS.search(short):
        return True
    if family is None or _BASE.search(short):
        return False if _BASE.search(short) else None
    return family.startswith(_CHAT_FAMILIES)


def _folder_has_template(folder: Path) -> bool | None:
    if (folder / "chat_template.jinja").is_file():
        return True
    config = folder / "tokenizer_config.json"
    if not config.is_file():
        return None
    try:
        return "chat_template" in json.loads(config.read_text(encoding="utf-8"))
    except (ValueError, OSError):
        return None


def chat_form(model: OpenModel) -> str | None:
    """Return the form of a model that can chat, by its maker before others."""
    maker = model.name.partition("/")[0]
    forms = [
        name for name in (model.name, *model.also) if "/" in name and _CHATS.search(name.rpartition("/")[2])
    ]
    return next((name for name in forms if name.startswith(maker + "/")), forms[0] if forms else None)


def check_chat(spec: TrainingSpec, catalog: Catalog) -> tuple[str, ...]:
    """Refuse a base model without a chat template for rows of chat; return what was chosen in its place.

    Raises:
        AdvisorError: The named model has no template; the form that has one is named.
    """
    if spec.objective == "cpt":
        return ()
    found, name = open_model(spec, catalog), model_name(spec, catalog)
    if "/" not in spec.base_model and found is not None and name not in {spec.base_model, found.name}:
        return (f"{spec.base_model} is taken in the form that has a chat template: {name}.",)
    if can_chat(name, found.family if found else None) is not False or Path(name).is_dir():
        return ()
    form = chat_form(found) if found else None
    raise AdvisorError(
        f"{name} is a base model without a chat template, and the rows are conversations",
        place="--model",
        remedy=f"Use {form}."
        if form
        else "Use its instruct form, or train on plain text with --objective cpt.",
    )


def modules(spec: TrainingSpec, catalog: Catalog) -> list[str]:
    """Return the modules that get adapters, where not all linear layers do."""
    found = open_model(spec, catalog)
    folder = Path(spec.base_model).expanduser()
    if found is None and not folder.is_dir():
        return list(spec.targets)
    architecture = architecture_of(found.config, place=found.name) if found else read_architecture(folder)
    return target_modules(make_adapter(architecture, spec.targets, spec.rank))
