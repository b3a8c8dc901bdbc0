"""Keys of hosted services: from the environment or the system's keyring, never written, printed or stored by us."""

from __future__ import annotations

import ipaddress
import os
from importlib.util import find_spec
from urllib.parse import urlsplit

from advisor.errors import AdvisorError

KEYRING_SERVICE = "advisor"


def find_key(variable: str, service: str) -> str:
    """Give the key that the environment variable `variable` or the keyring holds."""
    key = os.environ.get(variable) or _from_keyring(variable)
    if not key:
        raise AdvisorError(
            f"there is no key for {service}",
            place=variable,
            remedy=f"Set {variable}, or store it with: keyring set {KEYRING_SERVICE} {variable}",
        )
    return key.strip()


def _from_keyring(variable: str) -> str | None:
    if find_spec("keyring") is None:
        return None
    import keyring
    from keyring.errors import KeyringError

    try:
        found: str | None = keyring.get_password(KEYRING_SERVICE, variable)
    except KeyringError:  # no keyring on this machine, or it is locked
        return None
    return found


def without_key(text: str, key: str) -> str:
    """Take a key out of what a service answered."""
    return text.replace(key, "…") if key else text


def check_address(url: str, place: str) -> str:
    """Give a base URL that a key may be sent to: https, or this machine."""
    parts = urlsplit(url)
    local = parts.hostname == "localhost" or _is_loopback(parts.hostname or "")
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        raise AdvisorError(
            f"'{url}' would send the key and the data in the clear",
            place=place,
            remedy="Use an https address; http is for this machine only.",
        )
    return url.rstrip("/")


def is_local(url: str) -> bool:
    """Whether `url` is this machine."""
    host = urlsplit(url).hostname or ""
    return host == "localhost" or _is_loopback(host)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
