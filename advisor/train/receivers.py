"""Who would get the rows and a key if a plan were submitted: found in our own table, never in the plan's words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from advisor.errors import AdvisorError
from advisor.train.bundle_check import data_files, rows_of
from advisor.train.records import Option, TrainingPlan
from advisor.train.table import entry

Options = Mapping[str, Option]


@dataclass(frozen=True, slots=True)
class Address:
    """Where a hosted backend sends things: what a plan may change, and what counts without it."""

    options: tuple[str, ...]
    """Options of a plan that name an address, in order of preference."""
    own: Callable[[Mapping[str, str], Options], str]
    """The address that the environment, or else the service, names; may depend on options such as a region."""
    trusted: str = ""
    """The ending of every host of this company."""


def _variable(name: str, default: str = "") -> Callable[[Mapping[str, str], Options], str]:
    return lambda environment, _: environment.get(name) or default


_REST: Final[dict[str, tuple[str, tuple[Address, ...]]]] = {
    "openai": ("OPENAI_API_KEY", (Address((), _variable("", "https://api.openai.com")),)),
    "azure": ("AZURE_OPENAI_API_KEY", (Address(("base_url",), _variable("AZURE_OPENAI_ENDPOINT")),)),
    "openai-compatible": (
        "ADVISOR_TUNING_API_KEY",
        (Address(("base_url",), _variable("ADVISOR_TUNING_BASE_URL")),),
    ),
    "together": (
        "TOGETHER_API_KEY",
        (Address(("base_url",), _variable("TOGETHER_BASE_URL", "https://api.together.xyz")),),
    ),
    "fireworks": (
        "FIREWORKS_API_KEY",
        (Address(("base_url",), _variable("FIREWORKS_BASE_URL", "https://api.fireworks.ai")),),
    ),
    "vertex": (
        "VERTEX_ACCESS_TOKEN",
        (
            Address(
                ("base_url",),
                lambda _, options: (
                    f"https://{options.get('location') or 'us-central1'}-aiplatform.googleapis.com"
                ),
                trusted=".googleapis.com",
            ),
            Address(("storage_url", "base_url"), _variable("", "https://storage.googleapis.com")),
        ),
    ),
    "bedrock": (
        "the keys that boto3 finds",
        (
            Address(
                ("endpoint_url",),
                lambda environment, options: (
                    f"https://bedrock.{options.get('region') or environment.get('AWS_REGION') or 'us-east-1'}.amazonaws.com"
                ),
                trusted=".amazonaws.com",
            ),
        ),
    ),
}
"""By hosted backend: the key that is sent, and the addresses it is sent to."""


@dataclass(frozen=True, slots=True)
class SubmissionTerms:
    """What submitting a plan would send, to whom, and for what money."""

    recipient: str
    """Title of the backend."""
    hosts: tuple[str, ...]
    """Every host that would be asked, with its port where it is not the usual one."""
    strangers: tuple[str, ...]
    """Those of them that neither the environment nor the service itself names."""
    key: str
    """The variable whose key would be sent."""
    rows: Mapping[str, int]
    """Number of rows by file."""
    size_bytes: int
    """Size of these files together, in bytes."""
    money: str
    """The plan's own estimate."""
    settings: str
    """Everything else that the plan tells the service."""

    def lines(self) -> list[str]:
        """Return the terms in words, one line each."""
        rows = ", ".join(f"{count:,} of {name}" for name, count in self.rows.items())
        return [
            f"Recipient: {self.recipient}",
            f"Host: {', '.join(self.hosts)}",
            f"Key: {self.key}",
            f"Rows, in full: {rows} ({self.size_bytes:,} bytes)",
            f"Money: {self.money}",
            f"Settings: {self.settings or 'none'}",
        ]


def terms_of(plan: TrainingPlan, folder: Path, environment: Mapping[str, str]) -> SubmissionTerms | None:
    """Return what submitting ``plan`` with the bundle at ``folder`` would send; None where nothing leaves."""
    if entry(plan.backend).kind != "hosted":
        return None
    options = plan.spec.options
    key, addresses = _REST[plan.backend]
    asked = [_asked(address, options, environment) for address in addresses]
    files = {file.path: path for file, path in data_files(plan, folder)}
    return SubmissionTerms(
        recipient=entry(plan.backend).title,
        hosts=tuple(dict.fromkeys(host for host, _ in asked)),
        strangers=tuple(dict.fromkeys(host for host, known in asked if not known)),
        key=key,
        rows={name: sum(1 for _ in rows_of(path)) for name, path in files.items()},
        size_bytes=sum(path.stat().st_size for path in files.values()),
        money=_money(plan),
        settings=", ".join(f"{name}={value}" for name, value in sorted(options.items())),
    )


def _asked(address: Address, options: Options, environment: Mapping[str, str]) -> tuple[str, bool]:
    """Return the host that would be asked, and whether it is the environment's or the company's own."""
    own = host_of(address.own(environment, options))
    named = next((str(options[name]) for name in address.options if options.get(name)), "")
    host = host_of(named) if named else own
    known = host == own and (not address.trusted or host.endswith(address.trusted))
    return host or "no address is named", known or not host


def host_of(url: str) -> str:
    """Return host and port of an address, in small letters."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return url
    host = (parts.hostname or "").rstrip(".")
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    return host if port in (None, usual) else f"{host}:{port}"


def _money(plan: TrainingPlan) -> str:
    cost = plan.cost
    if cost is None:
        return "not known; the service's prices count"
    return (
        f"about {cost.expected:,.2f} USD ({cost.low:,.2f} to {cost.high:,.2f}) by the plan; "
        "the service's prices count"
    )


def require_named(terms: SubmissionTerms, named: Collection[str]) -> None:
    """Refuse to send a key to a host that only the plan names, unless the person names it, too.

    Raises:
        AdvisorError: A host is not the environment's own and not among ``named``.
    """
    wanted = {host_of(name if "//" in name else f"https://{name}") for name in named}
    for host in terms.strangers:
        if host not in wanted:
            raise AdvisorError(
                f"the plan names a host of its own: {host}",
                place="host",
                remedy=f"If your key and the rows may go there, add: --host {host}.",
            )
