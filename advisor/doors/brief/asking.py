"""One bounded request to an OpenAI-compatible endpoint: at most so many bytes, seconds and tries."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from advisor.catalog import Catalog
from advisor.catalog.strict_json import parse_json
from advisor.doors.brief.checking import check_reply
from advisor.doors.brief.endpoint import Endpoint
from advisor.doors.brief.prompt import messages, response_format
from advisor.doors.brief.records import Proposals
from advisor.errors import AdvisorError

if TYPE_CHECKING:
    import httpx2

MAX_BRIEF: Final = 20_000
MAX_REPLY_BYTES: Final = 1_000_000
SECONDS: Final = 90.0
TRIES: Final = 3
_LONGEST_PAUSE: Final = 10.0
_BUSY: Final = (429, 503)
_UNSUPPORTED: Final = (400, 422)


def propose(
    brief: str,
    catalog: Catalog,
    endpoint: Endpoint,
    *,
    seconds: float = SECONDS,
    sleep: Callable[[float], None] = time.sleep,
) -> Proposals:
    """Send ``brief`` to ``endpoint`` and give what it proposes, checked.

    Show :meth:`Endpoint.notice` first: this function sends the text.

    Raises:
        AdvisorError: The brief is empty or too long, or the endpoint fails or replies with something else.
    """
    text = checked_brief(brief)
    talk = messages(text, catalog)
    content = ask(talk, response_format(catalog), endpoint, seconds=seconds, sleep=sleep)
    proposals, dropped = check_reply(content, text, catalog)
    return Proposals(receiver=endpoint.host, model=endpoint.model, proposals=proposals, dropped=dropped)


def ask(
    talk: list[dict[str, str]],
    schema: dict[str, Any],
    endpoint: Endpoint,
    *,
    seconds: float = SECONDS,
    sleep: Callable[[float], None] = time.sleep,
) -> str:
    """Send messages to ``endpoint`` and return the text of its reply, unchecked."""
    request = _Request(endpoint, time.monotonic() + seconds, sleep)
    body = {"model": endpoint.model, "messages": talk}
    try:
        reply = request.send(body | {"response_format": schema})
    except _Unsupported:
        # Older servers know no schemas; the checks are the same, only more is dropped.
        reply = request.send(body | {"response_format": {"type": "json_object"}})
    return _content(reply, endpoint)


def checked_brief(brief: str) -> str:
    """Return the text where it may be sent; raise AdvisorError where it is empty, too long or not text."""
    if not brief.strip():
        raise AdvisorError(
            "the brief is empty", place="brief", remedy="Describe the task in a few sentences."
        )
    if len(brief) > MAX_BRIEF:
        raise AdvisorError(
            f"the brief has {len(brief):,} characters",
            place="brief",
            remedy=f"Keep it under {MAX_BRIEF:,}; nothing was sent.",
        )
    if "\0" in brief or any("\ud800" <= char <= "\udfff" for char in brief):
        raise AdvisorError(
            "the brief is not text", place="brief", remedy="Give plain text; nothing was sent."
        )
    return brief


class _Unsupported(Exception):  # noqa: N818 a turn in the talk, not a failure
    """The endpoint does not take the schema."""


class _Request:
    """The tries for one brief, which share one deadline."""

    def __init__(self, endpoint: Endpoint, deadline: float, sleep: Callable[[float], None]) -> None:
        self.endpoint = endpoint
        self.deadline = deadline
        self.sleep = sleep

    def send(self, body: dict[str, Any]) -> bytes:
        """Return the body of the reply; wait and try again where the endpoint says it is busy."""
        for left in range(TRIES - 1, -1, -1):
            # A redirect is a refusal: the notice named who receives the brief.
            status, headers, content = self._once(body)
            if status == 200:
                return content
            if status in _UNSUPPORTED and body["response_format"]["type"] == "json_schema":
                raise _Unsupported
            if status not in _BUSY or not left:
                raise self._refused(status)
            self.sleep(min(_pause(headers), _LONGEST_PAUSE, max(0.0, self.deadline - time.monotonic())))
        raise self._refused(429)

    def _once(self, body: dict[str, Any]) -> tuple[int, httpx2.Headers, bytes]:
        import httpx2

        left = httpx2.Timeout(max(0.01, self.deadline - time.monotonic()))
        url = f"{self.endpoint.base_url}/chat/completions"
        content = json.dumps(body, ensure_ascii=True).encode()
        try:
            # Loopback never goes through a proxy that the environment names.
            with (
                httpx2.Client(timeout=left, trust_env=not self.endpoint.local) as client,
                client.stream("POST", url, content=content, headers=self._headers()) as response,
            ):
                return response.status_code, response.headers, self._read(response)
        except httpx2.TimeoutException:
            raise self._too_slow() from None
        except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL) as error:
            # Without the cause: a client's message may hold headers.
            raise self._failed(f"the endpoint cannot be talked to ({type(error).__name__})") from None

    def _headers(self) -> dict[str, str]:
        # Uncompressed only: a small reply must not unpack into a large one.
        found = {"Content-Type": "application/json", "Accept": "application/json"}
        found |= {"Accept-Encoding": "identity", "User-Agent": "advisor"}
        return found | ({"Authorization": f"Bearer {self.endpoint.key}"} if self.endpoint.key else {})

    def _read(self, response: httpx2.Response) -> bytes:
        if response.headers.get("content-encoding", "identity") != "identity":
            raise self._failed("the endpoint replied compressed, which was not asked for")
        received = bytearray()
        for chunk in response.iter_raw():
            received += chunk
            if len(received) > MAX_REPLY_BYTES:
                raise self._failed(f"the reply is larger than {MAX_REPLY_BYTES / 1e6:g} MB")
            # Drop by drop each read is in time, and the whole never ends.
            if time.monotonic() > self.deadline:
                raise self._too_slow()
        return bytes(received)

    def _failed(self, problem: str) -> AdvisorError:
        remedy = "Check ADVISOR_LLM_BASE_URL, or answer the questions by hand."
        return AdvisorError(problem, place=self.endpoint.host, remedy=remedy)

    def _too_slow(self) -> AdvisorError:
        return AdvisorError(
            "the reply took too long",
            place=self.endpoint.host,
            remedy="Try again, or with a smaller model or a shorter brief.",
        )

    def _refused(self, status: int) -> AdvisorError:
        # The endpoint's own words are not repeated: they are the one text here that nobody checked.
        problem, remedy = _STATUS.get(
            status, (f"the endpoint refused with status {status}", "Check the address and the model.")
        )
        return AdvisorError(problem, place=self.endpoint.host, remedy=remedy)


_STATUS: Final = {
    401: ("the endpoint does not accept the key", "Check ADVISOR_LLM_API_KEY or the keyring."),
    403: ("the endpoint does not accept the key", "Check ADVISOR_LLM_API_KEY or the keyring."),
    404: ("the endpoint or its model is not there", "Check ADVISOR_LLM_BASE_URL and ADVISOR_LLM_MODEL."),
    429: ("the endpoint has too many requests", "Try again in a minute."),
    503: ("the endpoint is overloaded", "Try again in a minute."),
}


def _pause(headers: httpx2.Headers) -> float:
    text = headers.get("retry-after", "")
    return float(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1.0


def _content(reply: bytes, endpoint: Endpoint) -> str:
    problem = AdvisorError(
        "the reply is not that of a chat completion",
        place=endpoint.host,
        remedy="Check that ADVISOR_LLM_BASE_URL names an OpenAI-compatible endpoint.",
    )
    try:
        message = parse_json(reply.decode(), place=endpoint.host).value["choices"][0]["message"]
        content = message["content"]
    except (AdvisorError, UnicodeDecodeError, KeyError, IndexError, TypeError):
        raise problem from None
    if not isinstance(content, str):
        refusal = isinstance(message.get("refusal"), str)
        raise AdvisorError(
            "the model refused to answer" if refusal else problem.problem,
            place=endpoint.host,
            remedy="Use another model, or answer the questions by hand." if refusal else problem.remedy,
        )
    return content
