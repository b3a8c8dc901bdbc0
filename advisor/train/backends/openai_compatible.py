"""Any service with OpenAI's fine_tuning.jobs routes, named by its base URL."""

from __future__ import annotations

import os

from advisor.errors import AdvisorError
from advisor.net import check_address, find_key, is_local
from advisor.train.backends.hosted_jobs import Hosted, HostedService
from advisor.train.backends.hosted_plans import hosted_plan
from advisor.train.backends.openai_service import OpenAIService
from advisor.train.backends.services import Service, ServiceLimits
from advisor.train.records import Option

LIMITS = ServiceLimits(upload_bytes=512_000_000, source="OpenAI's limit, as the service's own is not known")
KEY_VARIABLE = "ADVISOR_TUNING_API_KEY"


def connect(options: dict[str, Option]) -> Service:
    """Open the service at the option `base_url`; a service on this machine needs no key."""
    base_url = str(options.get("base_url") or os.environ.get("ADVISOR_TUNING_BASE_URL") or "")
    if not base_url:
        raise AdvisorError(
            "there is no address of the service",
            place="base_url",
            remedy="Give the option base_url, such as http://127.0.0.1:8765/v1, or set ADVISOR_TUNING_BASE_URL.",
        )
    address = check_address(base_url, "base_url")
    needs_key = not is_local(address) or KEY_VARIABLE in os.environ
    key = find_key(KEY_VARIABLE, address) if needs_key else "none-needed-here"
    return OpenAIService(address, key, extras=bool(options.get("extra_hyperparameters")))


BACKEND = Hosted(
    HostedService(
        "openai-compatible",
        "The fine-tuning service",
        LIMITS,
        connect,
        hosted_plan("the operator of the service", "the option base_url"),
    )
)
