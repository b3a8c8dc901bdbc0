"""Optional sign-in by OpenID Connect; without configuration the app has one user and asks nobody."""

from __future__ import annotations

import os
from functools import lru_cache
from importlib.util import find_spec

import streamlit as st

from advisor.doors.ui import look
from advisor.errors import AdvisorError, missing_extra
from advisor.share.store import access
from advisor.wording import say


def configured() -> bool:
    """Return whether a provider is listed under ``[auth]`` in Streamlit's secrets.

    Once it was, it stays so until the app is restarted: a secrets file that is lost or broken while the app runs
    must not open everything.
    """
    if st.secrets.load_if_toml_exists() and "auth" in st.secrets:
        _seen_before().add("auth")
    return "auth" in _seen_before()


@lru_cache
def _seen_before() -> set[str]:
    return set()


def person() -> str:
    """Return the visitor. Without sign-in that is nobody, who sees everything.

    Raises:
        AdvisorError: Sign-in is configured and nobody is signed in, or somebody who is not a member.
    """
    if not configured():
        return access.NOBODY
    user = st.user
    if not getattr(user, "is_logged_in", False):
        raise AdvisorError(
            say("signing_in.nobody"), place=say("signing_in.place"), remedy=say("signing_in.remedy")
        )
    return access.member(user.to_dict(), domains=access.domains_from(os.environ))


def done() -> bool:
    """Return whether the visitor may continue; draws the sign-in where not."""
    if not configured():
        return True
    if find_spec("authlib") is None:
        raise missing_extra("authlib", "sign-in", purpose=say("signing_in.purpose"))
    if getattr(st.user, "is_logged_in", False):
        return _is_member()
    st.title(say("signing_in.sign_in"), anchor=False)
    look.quiet(say("signing_in.what_you_see"))
    st.button(say("signing_in.sign_in"), on_click=st.login, type="primary")
    return False


def _is_member() -> bool:
    try:
        person()
    except AdvisorError as error:
        st.error(f"{look.plain(error.problem)}. {look.plain(error.remedy)}")
        out()
        return False
    return True


def out() -> None:
    """Draw the way out, where somebody signed in."""
    if configured():
        st.button(say("signing_in.sign_out"), on_click=st.logout, key="sign_out", type="tertiary")
