"""Personal data and secrets in a text: kept detector libraries behind a cheap hint, so that most rows cost nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

KINDS = (
    "card numbers",
    "bank account numbers",
    "identity numbers",
    "passport or health numbers",
    "phone numbers",
    "e-mail addresses",
    "IP addresses",
    "street addresses",
)
# Rows that match neither cannot hold what the detectors look for.
PERSONAL_HINT = r"(?:\d[ .\-/()]?){7}|@[\w\-]|\d{1,3}\.\d{1,3}\.\d{1,3}\.\d|[٠-٩०-९]{7}|\b[A-Z]{2}\d{2}[ A-Z0-9]{10}|\d+ [A-Z]\w+ (?:Street|St|Avenue|Ave|Road|Rd|Lane|Drive|Blvd)\b"
CREDENTIAL_HINT = (
    r"AKIA|ASIA|AIza|gh[pousr]_|github_pat|glpat|sk-|sk_|pk_live|rk_live|xox[a-z]-|hf_|eyJ|-----BEGIN|SG\.|npm_|pypi-|AccountKey|dop_v1|shpat_|key-[0-9a-f]{10}|ya29\."
    r"|(?i:(?:passw(?:or)?d|passwort|secret|token|api[_ -]?key|apikey|pwd|contraseña|mot de passe|пароль|密码|密碼|パスワード)[\"']?(?:\s*[=:：是]|\s+(?:is|was|ist|est|es)\b))|://[^/\s:@]+:[^/\s@]+@|\b[0-9a-fA-F]{32,}\b|hooks\.slack|\d{8,10}:[\w-]{35}|SK[0-9a-f]{32}|AC[0-9a-f]{32}"
)
_EMAIL = re.compile(r"[\w.+\-]+@([\w\-]+(?:\.[\w\-]+)+)")
_EXAMPLE_DOMAIN = re.compile(
    r"(?:^|\.)(?:example|test|invalid|localhost|acme|yourcompany|company|domain|email|mycompany|your-?domain)(?:\.|$)",
    re.IGNORECASE,
)
_ROLE_ADDRESS = re.compile(
    r"^(?:support|info|help|sales|contact|hello|billing|service|noreply|no-reply|admin|office|team|press|privacy|security|feedback|orders?|returns?|care|careers|jobs|legal|hr)@",
    re.IGNORECASE,
)
_CARD = re.compile(r"(?<![\d.])(?:\d[ \-]?){12,18}\d(?![\d.]*\d)")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_SSN = re.compile(r"\b\d{3}-\d{2}-\d{4}\b")
_IPV4 = re.compile(r"(?<![\d.v])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")
_STREET = re.compile(
    r"\b\d{1,5} (?:[A-Z]\w+ ){1,3}(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Blvd|Boulevard)\b\.?"
)
_NEWER_KEYS = {
    "OpenAI key": r"\bsk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_\-]{20,}",
    "Anthropic key": r"\bsk-ant-[A-Za-z0-9_\-]{20,}",
    "Google key": r"\bAIza[0-9A-Za-z_\-]{30,40}",
    "Hugging Face token": r"\bhf_[A-Za-z0-9]{20,}",
    "GitHub token": r"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{22,})",
    "AWS key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "GitLab token": r"\bglpat-[\w\-]{20,}",
    "Stripe key": r"\b[sr]k_(?:live|test)_[0-9A-Za-z]{16,}",
    "private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY",
    "JSON web token": r"\beyJ[\w\-]{8,}\.eyJ[\w\-]{8,}\.[\w\-]{8,}",
    "Slack token": r"\bxox[abeprs]-[\w\-]{10,}",
    "DigitalOcean token": r"\bdop_v1_[0-9a-f]{32,}",
    "password in an address": r"\w+://[^/\s:@]+:[^/\s@]{3,}@[\w.\-]+",
    "Google OAuth token": r"\bya29\.[\w\-]{20,}",
    "Slack webhook": r"hooks\.slack\.com/services/T\w+/B\w+/\w+",
}
_ASSIGNED = re.compile(
    r"(?i)(?:passw(?:or)?d|passwort|pwd|secret|api[_ -]?key|apikey|access[_ ]token|auth[_ ]token|token|contraseña|mot de passe|пароль|密码|密碼|パスワード)(?:\s+(?:is|was|ist|est|es)\s*:?\s+|\s*[=:：]\s*|是)[\"'`]?([^\s\"'`,;]{6,})"
)


class Hit(NamedTuple):
    """Something found: its kind and its place in the text."""

    kind: str
    start: int
    end: int


def personal_data(text: str) -> set[str]:
    """Return the kinds of personal data in a text."""
    return {hit.kind for hit in personal_hits(text)}


def personal_hits(text: str) -> Iterator[Hit]:
    """Find personal data with its place."""
    taken: list[tuple[int, int]] = []
    for kind, pattern, holds in _NUMBERS:
        for match in pattern.finditer(text):
            if holds(match[0]):
                taken.append(match.span())
                yield Hit(kind, *match.span())
    for hit in _phones(text):
        if not any(start < hit.end and hit.start < end for start, end in taken):
            yield hit
    for match in _EMAIL.finditer(text):
        if not _EXAMPLE_DOMAIN.search(match[1]) and not _ROLE_ADDRESS.match(match[0]):
            yield Hit("e-mail addresses", *match.span())


def secrets(text: str) -> set[str]:
    """Return the kinds of secrets in a text."""
    return {hit.kind for hit in secret_hits(text)}


def secret_hits(text: str) -> Iterator[Hit]:
    """Find secrets with their place: newer key forms first, then the detectors of detect-secrets."""
    for kind, pattern in _NEWER_KEYS.items():
        for match in re.finditer(pattern, text):
            yield Hit(kind, *match.span())
    for match in _ASSIGNED.finditer(text):
        if _looks_secret(match[1]):
            yield Hit("password or key", *match.span(1))
    for plugin in _plugins():
        for secret in plugin.analyze_string(text):
            at = text.find(secret)
            if at >= 0 and len(secret) >= 8:
                yield Hit(plugin.secret_type, at, at + len(secret))


def _looks_secret(value: str) -> bool:
    # "password: required" is prose; a real one mixes letters with digits or marks.
    value = value.rstrip(".!?)")
    kinds = [
        any(one.isalpha() for one in value),
        any(one.isdigit() for one in value),
        any(not one.isalnum() for one in value[1:-1]),
    ]
    placeholder = value.startswith(("<", "{", "[", "$", "*", "(", "http")) or set(value) <= set("*x.X•_-")
    return (
        len(value) >= 6
        and kinds[0]
        and sum(kinds) >= 2
        and any(one.isdigit() for one in value)
        and not placeholder
    )


def _phones(text: str) -> Iterator[Hit]:
    import phonenumbers

    for region in (None, "US"):
        for match in phonenumbers.PhoneNumberMatcher(text, region, leniency=phonenumbers.Leniency.VALID):
            digits = sum(one.isdigit() for one in match.raw_string)
            # Without a plus sign or separators a run of digits is an order number as well as a phone.
            if (
                digits >= 8
                and (
                    match.raw_string.lstrip("(").startswith("+")
                    or re.search(r"\d[ .\-)]+\d+[ .\-]+\d", match.raw_string)
                )
                and "555-01" not in match.raw_string
            ):
                yield Hit("phone numbers", match.start, match.end)
        if region is None and "+" not in text and not re.search(r"\d{3}[ .\-)]+\d{3}[ .\-]\d{4}", text):
            return


@cache
def _plugins() -> tuple[Any, ...]:
    from detect_secrets.plugins import (
        artifactory,
        aws,
        azure_storage_key,
        cloudant,
        discord,
        gitlab_token,
        ibm_cos_hmac,
        mailchimp,
        npm,
        pypi_token,
        sendgrid,
        slack,
        square_oauth,
        telegram_token,
        twilio,
    )

    classes = (
        artifactory.ArtifactoryDetector,
        aws.AWSKeyDetector,
        azure_storage_key.AzureStorageKeyDetector,
        cloudant.CloudantDetector,
        discord.DiscordBotTokenDetector,
        gitlab_token.GitLabTokenDetector,
        ibm_cos_hmac.IbmCosHmacDetector,
        mailchimp.MailchimpDetector,
        npm.NpmDetector,
        pypi_token.PypiTokenDetector,
        sendgrid.SendGridDetector,
        slack.SlackDetector,
        square_oauth.SquareOAuthDetector,
        telegram_token.TelegramBotTokenDetector,
        twilio.TwilioKeyDetector,
    )
    return tuple(one() for one in classes)


def _valid(module: str) -> Callable[[str], bool]:
    def holds(text: str) -> bool:
        import importlib

        return bool(importlib.import_module(module).is_valid(text))

    return holds


def _card(text: str) -> bool:
    from stdnum import luhn

    digits = re.sub(r"\D", "", text)
    # The first digits name the network; a Luhn sum alone holds for one number in ten.
    known = re.match(r"4|5[1-5]|2[2-7]|3[47]|6(?:011|5|4[4-9])|3(?:0[0-5]|[68])|35", digits)
    return (
        bool(known) and len(digits) in {13, 14, 15, 16, 19} and luhn.is_valid(digits) and len(set(digits)) > 1
    )


def _public(text: str) -> bool:
    import ipaddress

    try:
        return ipaddress.ip_address(text).is_global
    except ValueError:
        return False


_NUMBERS: tuple[tuple[str, re.Pattern[str], Callable[[str], bool]], ...] = (
    ("card numbers", _CARD, _card),
    ("bank account numbers", _IBAN, _valid("stdnum.iban")),
    ("identity numbers", _SSN, _valid("stdnum.us.ssn")),
    ("identity numbers", re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)"), _valid("stdnum.cn.ric")),
    ("identity numbers", re.compile(r"(?<!\d)\d{3}\.\d{3}\.\d{3}-\d{2}(?!\d)"), _valid("stdnum.br.cpf")),
    ("identity numbers", re.compile(r"(?<!\d)\d{4} \d{4} \d{4}(?![ \d])"), _valid("stdnum.in_.aadhaar")),
    ("identity numbers", re.compile(r"\b\d{3}-\d{3}-\d{3} \d{2}\b"), lambda _text: True),
    ("IP addresses", _IPV4, _public),
    ("street addresses", _STREET, lambda _text: True),
)
