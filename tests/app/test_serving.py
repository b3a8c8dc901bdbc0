"""The app answers to the names it was told and to its own pages; it asks nobody outside; without a person, no data."""

from __future__ import annotations

import http.client
import json
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from advisor.doors.ui.serving import is_ours
from advisor.scenario import Situation
from advisor.share.store import Store, open_store
from tests.app.conftest import app_running

FOREIGN = [
    "attacker.example",
    "127.0.0.1.attacker.example",
    "localhost.attacker.example",
    "8.8.8.8",
    "0.0.0.0",
    "",
]
WATCHER = """
import os, sys
def watch(event, arguments):
    if event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.connect"):
        with open(os.environ["NETWORK_LOG"], "a") as log:
            log.write(f"{event} {arguments[0] if event != 'socket.connect' else arguments[1]}\\n")
sys.addaudithook(watch)
import socket
socket.getaddrinfo("127.0.0.1", 1)  # shows that the hook sees such things
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("served")
    (folder / "watch").mkdir()
    (folder / "watch" / "sitecustomize.py").write_text(WATCHER)
    return folder


@pytest.fixture(scope="module")
def served(home: Path) -> Iterator[str]:
    path = os.pathsep.join([str(home / "watch"), *filter(None, [os.environ.get("PYTHONPATH")])])
    with app_running(home, PYTHONPATH=path, NETWORK_LOG=str(home / "network.log")) as url:
        library = open_store(f"sqlite:///{home / 'library.sqlite'}")
        library.save(Situation(title="Private plan of the machine owner", answers={"knowledge_gap": "main"}))
        library.close()
        yield url


def status(url: str, path: str, host: str, **headers: str) -> int:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    connection.putrequest("GET", path, skip_host=True)
    for name, value in {"Host": host, **headers}.items():
        connection.putheader(name, value)
    connection.endheaders()
    found = connection.getresponse().status
    connection.close()
    return found


def opened(url: str, host: str, origin: str | None, **headers: str) -> ClientConnection:
    at = urlsplit(url)
    socket = __import__("socket").create_connection((at.hostname, at.port))
    return connect(
        f"ws://{host}/_stcore/stream",
        sock=socket,
        origin=origin,
        subprotocols=["streamlit", *headers.pop("token", "").split()],
        additional_headers=headers,
        max_size=None,
        open_timeout=60,
    )


def asked(channel: ClientConnection, page: str, *pressed: str) -> list[ForwardMsg]:
    message = BackMsg()
    message.rerun_script.page_name = page
    for key in pressed:
        widget = message.rerun_script.widget_states.widgets.add()
        widget.id, widget.trigger_value = key, True
    channel.send(message.SerializeToString())
    answers = []
    while not answers or answers[-1].WhichOneof("type") != "script_finished":
        answers.append(ForwardMsg.FromString(channel.recv(timeout=90)))
    return answers


def told(answers: list[ForwardMsg]) -> str:
    return " ".join(map(str, answers))


@pytest.mark.parametrize("host", FOREIGN)
def test_a_foreign_name_gets_nothing(served: str, host: str) -> None:
    port = urlsplit(served).port
    for path in ("/", "/_stcore/host-config", "/media/x", "/library"):
        assert status(served, path, f"{host}:{port}") == 403
    if host:
        with pytest.raises(InvalidStatus, match="403"):
            opened(served, f"{host}:{port}", f"http://{host}:{port}")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])
def test_its_own_names_get_the_page_and_the_data(served: str, host: str) -> None:
    port = urlsplit(served).port
    assert status(served, "/", f"{host}:{port}") == 200
    for origin in (f"http://{host}:{port}", None):
        with opened(served, f"{host}:{port}", origin) as channel:
            assert "Private plan of the machine owner" in told(asked(channel, "library"))


@pytest.mark.parametrize(
    "origin",
    ["http://attacker.example", "null", "http://localhost:1", "http://127.0.0.1", "file://", "http://["],
)
def test_another_sites_page_may_not_ask_and_nobody_outside_is_asked_about_it(
    served: str, home: Path, origin: str
) -> None:
    host = urlsplit(served).netloc
    with pytest.raises(InvalidStatus, match="403"):
        opened(served, host, origin)
    assert status(served, "/_stcore/host-config", host, Origin=origin) == 403
    seen = (home / "network.log").read_text().splitlines()
    assert seen
    assert not [line for line in seen if "127.0.0.1" not in line]


HOSTS = {
    "localhost:8501": True,
    "LocalHost.": True,
    "[::1]:8501": True,
    "advisor.example.org": True,
    "a.team.example.org": True,
    "team.example.org": False,
    "evil-advisor.example.org": False,
    "advisor.example.org.evil": False,
    "user@localhost": False,
    "localhost:x": False,
    "localhost/..": False,
    "localhost?": False,
    "[::1": False,
    "localhost,evil": False,
    "": False,
}


@pytest.mark.parametrize("host", HOSTS)
def test_names_are_compared_whole(host: str) -> None:
    from starlette.datastructures import Headers

    names = ("localhost", "::1", "advisor.example.org", "*.team.example.org")
    assert is_ours(Headers({"host": host}), names) is HOSTS[host]
    twice = Headers(raw=[(b"host", b"localhost"), (b"host", host.encode())])
    assert not is_ours(twice, names)


def test_a_team_names_its_own_address(home: Path) -> None:
    with app_running(home, "--server.allowedHosts", "advisor.example.org") as url:
        port = urlsplit(url).port
        assert status(url, "/_stcore/health", f"10.0.0.7:{port}") == 200
        assert status(url, "/", f"127.0.0.1:{port}") == 403
        assert status(url, "/", f"advisor.example.org:{port}") == 200
        assert status(url, "/", f"evil.example.org:{port}") == 403


SECRET = "a-cookie-secret-of-the-tests-0123456789"


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Store, Path]]:
    home = tmp_path_factory.mktemp("team")
    secrets = home / "secrets.toml"
    secrets.write_text(
        f'[auth]\nredirect_uri = "http://127.0.0.1/oauth2callback"\ncookie_secret = "{SECRET}"\n'
        'client_id = "x"\nclient_secret = "y"\nserver_metadata_url = "http://127.0.0.1:9/openid"\n'
    )
    options = ("--secrets.files", str(secrets))
    with app_running(home, *options, ADVISOR_SIGN_IN_DOMAINS="x.org, y.org") as url:
        library = open_store(f"sqlite:///{home / 'library.sqlite'}")
        yield url, library, secrets
        library.close()


def signed_in(url: str, email: str, *, verified: bool = True) -> ClientConnection:
    """Open a session with the cookie that Streamlit sets at the end of a sign-in; the provider is not asked."""
    from streamlit.web.server.starlette import starlette_app_utils as tools
    from streamlit.web.server.starlette.starlette_server_config import XSRF_COOKIE_NAME

    claims = {
        "origin": url,
        "is_logged_in": True,
        "email": email,
        "email_verified": verified,
        "sub": email,
        "iss": "i",
    }
    cookie = tools.create_signed_value(SECRET, "_streamlit_user", json.dumps(claims)).decode()
    token = tools.generate_xsrf_token_string()
    kept = f"_streamlit_user={cookie}; {XSRF_COOKIE_NAME}={token}"
    return opened(url, urlsplit(url).netloc, url, token=token, Cookie=kept)


def buttons(answers: list[ForwardMsg]) -> dict[str, str]:
    elements = [one.delta.new_element for one in answers if one.WhichOneof("type") == "delta"]
    return {one.button.id: one.button.label for one in elements if one.WhichOneof("type") == "button"}


@pytest.mark.parametrize("verb", ["open_", "copy_", "check_"])
def test_signing_out_closes_everything_in_the_same_message(team: tuple[str, Store, Path], verb: str) -> None:
    url, library, _ = team
    anna = library.seen_by("anna@x.org")
    secret = anna.save(Situation(title="Annas plan", answers={"labelled_examples": 4711.0}))
    for order in (1, -1):
        anna.share(secret.id, True)
        with signed_in(url, "ben@x.org") as channel:
            drawn = buttons(asked(channel, "library"))
            pressed = [key for key in drawn if f"{verb}{secret.id}" in key]
            leave = [key for key in drawn if key.endswith("sign_out")]
            assert (len(pressed), len(leave)) == (1, 1)
            anna.share(secret.id, False)
            answer = told(asked(channel, "library", *[*leave, *pressed][::order]))
        assert "4711" not in answer
        assert "Annas plan" not in answer
    assert {entry.owner for entry in library.list()} == {"anna@x.org"}


def test_only_verified_addresses_of_the_listed_domains_are_members(team: tuple[str, Store, Path]) -> None:
    url, library, _ = team
    library.seen_by("anna@x.org").save(Situation(title="A plan of x"))
    for email, verified in (
        ("eve@z.org", True),
        ("eve@evilx.org", True),
        ("anna@x.org", False),
        ("x.org", True),
    ):
        with signed_in(url, email, verified=verified) as channel:
            answer = told(asked(channel, "library"))
        assert "not a member" in answer
        assert "A plan of x" not in answer
    with signed_in(url, "Anna@X.org") as channel:
        assert "A plan of x" in told(asked(channel, "library"))


def test_a_secrets_file_that_is_lost_opens_nothing(team: tuple[str, Store, Path]) -> None:
    url, library, secrets = team
    library.seen_by("anna@x.org").save(Situation(title="Kept from strangers"))
    text = secrets.read_text()
    for broken in (None, "not toml [", ""):
        if broken is None:
            secrets.unlink()
        else:
            secrets.write_text(broken)
        try:
            with opened(url, urlsplit(url).netloc, url) as channel:
                assert "Kept from strangers" not in told(asked(channel, "library"))
        finally:
            secrets.write_text(text)
