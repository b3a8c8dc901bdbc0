"""From a pasted brief to proposed answers, through an OpenAI-compatible endpoint that the user configures."""

from __future__ import annotations

from advisor.brief.asking import MAX_BRIEF, propose
from advisor.brief.checking import accept, check_reply
from advisor.brief.endpoint import Endpoint, endpoint_from, is_configured
from advisor.brief.records import Dropped, Proposal, Proposals

__all__ = [
    "MAX_BRIEF",
    "Dropped",
    "Endpoint",
    "Proposal",
    "Proposals",
    "accept",
    "check_reply",
    "endpoint_from",
    "is_configured",
    "propose",
]
