"""Who may see and change what; pure functions over a person's name and an assessment's owner."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from advisor.errors import AdvisorError

NOBODY: Final = ""
"""The single user of an app without sign-in; sees everything."""


def person_of(claims: Mapping[str, Any]) -> str:
    """Name the person behind the claims of an OpenID Connect sign-in.

    The e-mail address serves only where the provider says that it verified it: at some providers anyone
    can claim any address. Otherwise the subject counts, which is unique only together with its issuer.
    """
    email = claims.get("email")
    if isinstance(email, str) and "@" in email and claims.get("email_verified") is True:
        return email.strip().casefold()
    subject = str(claims.get("sub") or "")
    if not subject:
        # Never NOBODY: that name sees everything.
        raise AdvisorError(
            "the sign-in names nobody", place="sign-in", remedy="Ask for the scopes openid and email."
        )
    return f"{claims.get('iss') or ''}#{subject}"


def may_see(person: str, *, owner: str, shared: bool) -> bool:
    """Whether ``person`` sees an assessment: the single user all, the others their own and shared ones."""
    return person in (NOBODY, owner) or shared


def may_edit(person: str, *, owner: str, shared: bool) -> bool:
    """Whether ``person`` may save a revision; a shared assessment is shared for working on it."""
    return may_see(person, owner=owner, shared=shared)


def may_manage(person: str, *, owner: str) -> bool:
    """Whether ``person`` may rename, tag, archive, share or stop sharing it: the owner alone."""
    return person in (NOBODY, owner)
