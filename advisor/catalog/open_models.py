"""Architecture numbers of open models: what ``rules/models/`` declares, one record a model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from advisor.catalog.parsing import parse_record
from advisor.catalog.records import Day, Record
from advisor.catalog.strict_yaml import Located
from advisor.errors import AdvisorError, did_you_mean


class OpenModel(Record):
    """A model whose weights can be had, and the part of its configuration that decides size and memory."""

    name: str
    """As its maker's page names it, with the organisation."""
    also: tuple[str, ...] = ()
    """Other names with the same architecture: instruct and chat forms, distilled and renamed ones."""
    family: str
    """Models that are scored and held back together."""
    licence: str
    """As its maker names it."""
    parameters: Annotated[int, Field(gt=0)] | None = None
    """All weights of the language model as published; null where only a rounded figure is."""
    config: dict[str, Any]
    """The keys of its config.json that matter, unchanged."""
    sources: tuple[str, ...] = Field(min_length=1)
    """Ids in the bibliography."""
    read: Literal["config", "code", "second-hand", "memory"]
    """From the configuration file itself, from code that repeats it, from another page, or from memory."""
    checked: Day
    """The day on which we last looked."""
    note: str = ""
    """What to beware of."""


def read_models(files: Iterable[Located]) -> dict[str, OpenModel]:
    """Read every file under ``models/``; each is a mapping from id to model, and later ones replace earlier."""
    found: dict[str, OpenModel] = {}
    for located in files:
        if not isinstance(located.value, Mapping):
            raise AdvisorError(
                "the file must hold a mapping from id to model",
                place=located.at(),
                remedy="Write 'id:' first.",
            )
        for key in located.value:
            found[key] = parse_record(OpenModel, located, (key,))
    return dict(sorted(found.items()))


def find_model(models: Mapping[str, OpenModel], name: str) -> OpenModel:
    """Find a model by its id, its name, the name without the organisation, or another name; case is ignored."""
    wanted = name.strip().lower()
    for key, model in models.items():
        names = (key, model.name, *model.also)
        if wanted in {form for full in names for form in (full.lower(), full.lower().rpartition("/")[2])}:
            return model
    every = {
        full.rpartition("/")[2] for key, model in models.items() for full in (key, model.name, *model.also)
    }
    raise AdvisorError(
        f"there is no open model '{name}' under rules/models",
        place="model",
        remedy=f"{did_you_mean(name, every)} Or give its config.json with --config.",
    )
