"""Who may see and change what; pure functions over a person's name and an assessment's owner."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from advisor.errors import AdvisorError

NOBODY: Final = ""
"""The single user of an app without sign-in; sees everything."""


def person_of(claims: Mapping[str, Any]) -> str:
    """Return the person behind the claims of an OpenID Connect sign-in.

    The e-mail address serves only where the provider says that it verified it: at some providers anyone
    can claim any address. Otherwise the subject counts, which is unique only together with its issuer.
    """
    if _is_address(claims):
        return str(claims["email"]).strip().casefold()
    subject = str(claims.get("sub") or "")
    if not subject:
        # Never NOBODY: that name sees everything.
        raise AdvisorError(
            "the sign-in names nobody", place="sign-in", remedy="Ask for the scopes openid and email."
        )
    return f"{claims.get('iss') or ''}#{subject}"


def domains_from(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Read the list of domains whose people are members; empty where everybody whom the provider signs in is one."""
    text = environment.get("ADVISOR_SIGN_IN_DOMAINS", "")
    return tuple(domain.strip().lstrip("@").casefold() for domain in text.split(",") if domain.strip())


def member(claims: Mapping[str, Any], *, domains: Iterable[str]) -> str:
    """Return the person behind the claims of a sign-in, if they are a member.

    Args:
        claims: What the provider says.
        domains: Whose verified addresses count; none admits everybody whom the provider signs in.

    Raises:
        AdvisorError: The claims name nobody, or nobody of these domains.
    """
    person, allowed = person_of(claims), tuple(domains)
    if allowed and not (_is_address(claims) and person.rpartition("@")[2] in allowed):
        raise AdvisorError(
            "this account is not a member",
            place="sign-in",
            remedy="Sign in with a verified address of: " + ", ".join(allowed) + ".",
        )
    return person


def _is_address(claims: Mapping[str, Any]) -> bool:
    email = claims.get("email")
    return isinstance(email, str) and "@" in email and claims.get("email_verified") is True


def may_see(person: str, *, owner: str, shared: bool) -> bool:
    """Return whether ``person`` sees an assessment: the single user all, the others their own and shared ones."""
    return person in (NOBODY, owner) or shared


def may_edit(person: str, *, owner: str, shared: bool) -> bool:
    """Return whether ``person`` may save a revision; a shared assessment is shared for working on it."""
    return may_see(person, owner=owner, shared=shared)


def may_manage(person: str, *, owner: str) -> bool:
    """Return whether ``person`` may rename, tag, archive, share or stop sharing it: the owner alone."""
    return person in (NOBODY, owner)
