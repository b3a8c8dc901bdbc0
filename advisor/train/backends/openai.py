"""OpenAI's own fine-tuning service, which takes no new jobs from 2027-01-06."""

from __future__ import annotations

from advisor.net import find_key
from advisor.train.backends.hosted_jobs import Hosted, HostedService
from advisor.train.backends.hosted_plans import hosted_plan
from advisor.train.backends.openai_service import OpenAIService
from advisor.train.backends.services import Service, ServiceLimits
from advisor.train.records import Option

LIMITS = ServiceLimits(upload_bytes=512_000_000, fewest_rows=10, source="OpenAI docs, 2026-07-15")


def connect(_: dict[str, Option]) -> Service:
    """Open the account that OPENAI_API_KEY names."""
    return OpenAIService("https://api.openai.com/v1", find_key("OPENAI_API_KEY", "OpenAI"))


BACKEND = Hosted(
    HostedService("openai", "OpenAI", LIMITS, connect, hosted_plan("OpenAI", "https://api.openai.com"))
)
