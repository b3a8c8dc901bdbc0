"""From a pasted brief to proposed answers and a second opinion, through an OpenAI-compatible endpoint that the user configures."""

from __future__ import annotations

from advisor.doors.brief.asking import MAX_BRIEF, propose
from advisor.doors.brief.checking import accept, check_reply
from advisor.doors.brief.endpoint import Endpoint, endpoint_from, is_configured
from advisor.doors.brief.opinion import ask_opinion, check_opinion, compare
from advisor.doors.brief.records import Difference, Dropped, Opinion, Proposal, Proposals, SecondOpinion

__all__ = [
    "MAX_BRIEF",
    "Difference",
    "Dropped",
    "Endpoint",
    "Opinion",
    "Proposal",
    "Proposals",
    "SecondOpinion",
    "accept",
    "ask_opinion",
    "check_opinion",
    "check_reply",
    "compare",
    "endpoint_from",
    "is_configured",
    "propose",
]
