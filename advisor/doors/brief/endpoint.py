"""Which endpoint reads briefs; the key comes from the environment or the system's keyring."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final

from advisor.errors import AdvisorError
from advisor.net import Endpoint, endpoint

__all__ = ["Endpoint", "endpoint_from", "is_configured"]

_URL: Final = "ADVISOR_LLM_BASE_URL"
_MODEL: Final = "ADVISOR_LLM_MODEL"
_KEY: Final = "ADVISOR_LLM_API_KEY"


def is_configured(environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether briefs can be read at all."""
    return bool(environment.get(_URL) and environment.get(_MODEL))


def endpoint_from(environment: Mapping[str, str] = os.environ) -> Endpoint:
    """Read the endpoint from the environment; the key also from the keyring, by its variable or the endpoint's host."""
    for name in (_URL, _MODEL):
        if not environment.get(name):
            raise AdvisorError(
                "no endpoint is configured to read briefs",
                place=name,
                remedy=f"Set {_URL} and {_MODEL}; nothing else needs them.",
            )
    return endpoint(
        environment[_URL], environment[_MODEL], place=_URL, key_variable=_KEY, environment=environment
    )
