"""Who answers for an arm: the run's model, a tuned one by its id and address, or one that is trained and served here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from advisor.evaluate.bakeoff.arms import ARMS
from advisor.evaluate.bakeoff.choosing import TRAIN
from advisor.evaluate.bakeoff.records import ArmSpec, BakeoffOptions
from advisor.evaluate.bakeoff.training import Setting, train_here
from advisor.net import Endpoint, endpoint


class Answering(NamedTuple):
    """Who answers."""

    receiver: Endpoint
    label: str
    """The model in records and prices."""
    identity: str
    """What tells its answers from another's; the port of a server of ours is not in it."""
    adapter: str | None = None
    """Hash of an adapter trained here."""


def group_of(spec: ArmSpec) -> str:
    """Return a name that arms share which one server answers."""
    kind = ARMS[spec.kind]
    return f"{kind.tuned}|{spec.model}|{spec.base_url}" if kind.tuned else ""


@contextmanager
def answering(spec: ArmSpec, setting: Setting) -> Iterator[Answering]:
    """Yield who answers for an arm, for as long as it is asked; trains first where its model is to be made here."""
    options, kind = setting.material.options, ARMS[spec.kind]
    own = kind.tuned is not None
    if kind.tuned is not None and spec.model == TRAIN:
        run = train_here(setting, kind.tuned)
        with _here(run, options) as found:
            yield found
    elif options.base_url is None and not (own and spec.base_url):
        with _here(None, options) as found:
            yield found
    else:
        yield _there(spec if own else None, options)


def _there(spec: ArmSpec | None, options: BakeoffOptions) -> Answering:
    model = (spec.model if spec else None) or options.model
    url = (spec.base_url if spec else None) or options.base_url or ""
    return served_at(model, url, options.key_variable)


def served_at(model: str, url: str, key_variable: str) -> Answering:
    """Return a served model by its name and address; opens no connection."""
    sent = without_provider(model)
    receiver = endpoint(url, sent, place="--base-url", key_variable=key_variable)
    return Answering(receiver, model, f"{receiver.base_url} {sent}")


def without_provider(model: str) -> str:
    """Return the name that the service knows: of ``openai:gpt-4o-mini`` the last part, of ``qwen3:8b`` the whole."""
    from advisor.cost.price_library import providers

    provider, _, name = model.partition(":")
    return name if name and provider in providers() else model


@contextmanager
def _here(run: Path | None, options: BakeoffOptions) -> Iterator[Answering]:
    from advisor.evaluate.bakeoff.serving import served_here

    digest = None
    if run is not None:
        from advisor.train.trainer.artefacts import sha256_of

        digest = sha256_of(run / "adapter" / "adapter_model.safetensors")
    with served_here(run) as (url, name):
        yield Answering(Endpoint(url, name), options.model, f"here {options.model} {digest}", digest)
