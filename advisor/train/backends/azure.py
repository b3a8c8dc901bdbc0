"""Azure OpenAI and Microsoft Foundry: OpenAI's API at the resource's own address."""

from __future__ import annotations

import os

from advisor.errors import AdvisorError
from advisor.net import check_address, find_key
from advisor.train.backends.hosted_jobs import Hosted, HostedService
from advisor.train.backends.hosted_plans import hosted_plan
from advisor.train.backends.openai_service import OpenAIService
from advisor.train.backends.services import Service, ServiceLimits
from advisor.train.records import Option

LIMITS = ServiceLimits(upload_bytes=512_000_000, fewest_rows=10, source="Azure docs, 2026-03")


def connect(options: dict[str, Option]) -> Service:
    """Open the resource that the option `base_url` or AZURE_OPENAI_ENDPOINT names."""
    endpoint = str(options.get("base_url") or os.environ.get("AZURE_OPENAI_ENDPOINT") or "")
    if not endpoint:
        raise AdvisorError(
            "there is no address of the Azure resource",
            place="AZURE_OPENAI_ENDPOINT",
            remedy="Set it to https://RESOURCE.openai.azure.com, or give the option base_url.",
        )
    address = check_address(endpoint, "AZURE_OPENAI_ENDPOINT")
    # the versioned path takes the plain client; no api-version is sent any more
    base_url = address if address.endswith("/v1") else f"{address}/openai/v1"
    return OpenAIService(base_url, find_key("AZURE_OPENAI_API_KEY", "Azure OpenAI"))


BACKEND = Hosted(
    HostedService(
        "azure", "Azure OpenAI", LIMITS, connect, hosted_plan("Microsoft (Azure)", "your Azure resource")
    )
)
