"""Optional sign-in by OpenID Connect; without configuration the app has one user and asks nobody."""

from __future__ import annotations

from importlib.util import find_spec

import streamlit as st

from advisor.errors import missing_extra
from advisor.ui import look


def configured() -> bool:
    """Whether a provider stands under ``[auth]`` in Streamlit's secrets."""
    return bool(st.secrets.load_if_toml_exists()) and "auth" in st.secrets


def done() -> bool:
    """Whether the visitor may go on; draws the way to sign in where not."""
    if not configured():
        return True
    if find_spec("authlib") is None:
        raise missing_extra("authlib", "sign-in", purpose="Signing in")
    if st.user.is_logged_in:
        return True
    st.title("Sign in", anchor=False)
    look.quiet("You see your own assessments and those that are shared.")
    st.button("Sign in", on_click=st.login, type="primary")
    return False


def out() -> None:
    """Draw the way out, where somebody signed in."""
    if configured():
        st.button("Sign out", on_click=st.logout, key="sign_out", type="tertiary")
