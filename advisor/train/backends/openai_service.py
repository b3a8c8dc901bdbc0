"""Any service with OpenAI's files and fine_tuning.jobs routes, through the official client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from advisor.errors import missing_extra
from advisor.net import without_key
from advisor.train.backends.services import Order, Page, RemoteJob, ServiceError, all_items, event_time
from advisor.train.records import Artefact, JobEvent, JobState

T = TypeVar("T")

STATES: dict[str, JobState] = {
    "validating_files": "queued",
    "queued": "queued",
    "paused": "queued",
    "running": "running",
    "succeeded": "succeeded",
    "failed": "failed",
    "cancelled": "cancelled",
}
KEY_FIELD = "idempotency_key"
PAGE_SIZE = 100
CHECKPOINT_PAGE_SIZE = 10


class OpenAIService:
    """One account; the client's own retries are off, as it would repeat an order whose answer was lost."""

    def __init__(self, base_url: str | None, key: str, *, extras: bool = False, timeout: float = 60) -> None:
        try:
            import openai
        except ImportError:
            raise missing_extra("openai", "hosted", purpose="A hosted fine-tuning service") from None
        self._openai = openai
        self._key = key
        self._extras = extras
        self._client = openai.OpenAI(api_key=key, base_url=base_url, max_retries=0, timeout=timeout)

    def find_upload(self, name: str, size_bytes: int) -> str | None:
        """Look through the account's files for one of this name and size."""
        files = self._client.files
        for item in self._all(
            lambda after: files.list(purpose="fine-tune", limit=PAGE_SIZE, **_after(after))
        ):
            if (
                item.get("filename") == name
                and item.get("bytes") == size_bytes
                and item.get("status") != "error"
            ):
                return str(item["id"])
        return None

    def upload(self, path: Path, name: str) -> str:
        """Send the file; a repeat costs nothing but a second copy."""
        with path.open("rb") as stream, self._translated():
            sent = self._client.files.create(file=(name, stream), purpose="fine-tune")
        return str(_checked(_plain(sent), "id"))

    def find_jobs(self, key: str) -> list[RemoteJob]:
        """Look through the account's jobs for those that carry the key in their metadata."""
        jobs = self._client.fine_tuning.jobs
        found = self._all(lambda after: jobs.list(limit=PAGE_SIZE, **_after(after)))
        return [_remote(item) for item in found if (item.get("metadata") or {}).get(KEY_FIELD) == key]  # type: ignore[attr-defined]

    def create(self, order: Order) -> RemoteJob:
        """Order the job; the key travels in the metadata and, for services that know it, in a header."""
        with self._translated(ordering=True):
            made = self._client.fine_tuning.jobs.create(
                **request_body(order, extras=self._extras), extra_headers={"Idempotency-Key": order.key}
            )
        return _remote(_plain(made), ordering=True)

    def job(self, job_id: str) -> RemoteJob:
        """Ask for the job's status."""
        with self._translated():
            return _remote(_plain(self._client.fine_tuning.jobs.retrieve(job_id)))

    def events(self, job_id: str, known: frozenset[str]) -> list[JobEvent]:
        """Return the new events, oldest first; the service lists the newest first."""
        jobs = self._client.fine_tuning.jobs
        fresh = []
        for item in self._all(lambda after: jobs.list_events(job_id, limit=PAGE_SIZE, **_after(after))):
            if str(item.get("id")) in known:
                break
            fresh.append(_event(item))
        return fresh[::-1]

    def checkpoints(self, job_id: str) -> list[Artefact]:
        """Return the checkpoints; a service without that route has none."""
        checkpoints = self._client.fine_tuning.jobs.checkpoints
        try:
            items = list(
                self._all(lambda after: checkpoints.list(job_id, limit=CHECKPOINT_PAGE_SIZE, **_after(after)))
            )
        except ServiceError as error:
            if isinstance(error.__cause__, self._openai.NotFoundError):
                return []
            raise
        names = (str(item.get("fine_tuned_model_checkpoint")) for item in items)
        return [Artefact(kind="checkpoint", location=name, sha256=None) for name in names]

    def cancel(self, job_id: str) -> RemoteJob:
        """Stop the job."""
        with self._translated():
            return _remote(_plain(self._client.fine_tuning.jobs.cancel(job_id)))

    def _all(self, fetch: Callable[[str | None], Any]) -> Iterator[dict[str, object]]:
        def page(after: str | None) -> Page:
            with self._translated():
                answer = fetch(after)
            items = getattr(answer, "data", None)
            if not isinstance(items, list):
                raise ServiceError("the service answered with something that is not a list", again=True)
            return Page([_plain(item) for item in items], bool(getattr(answer, "has_more", False)))

        return all_items(page)

    @contextmanager
    def _translated(self, *, ordering: bool = False) -> Iterator[None]:
        """Turn the client's errors into ours; what arrived in pieces may have been done."""
        openai = self._openai
        try:
            yield
        except openai.APIStatusError as error:
            raise _of_status(error, without_key(_message(error), self._key), ordering=ordering) from error
        except (openai.APIConnectionError, openai.APIResponseValidationError, ValueError) as error:
            text = without_key(f"{type(error).__name__}: {error}", self._key)
            raise ServiceError(text, again=True, done=ordering) from error


def _of_status(error: Any, message: str, *, ordering: bool) -> ServiceError:
    status = int(error.status_code)
    again = status in {408, 409, 429} or status >= 500
    if status in {401, 403}:
        message = f"the service does not accept the key, or this account may not do this ({message})"
    # a refusal by rate limit is certain; a server error may come after the order was taken
    done = ordering and (status >= 500 or status in {408, 409})
    return ServiceError(message, again=again, done=done, after_seconds=_retry_after(error.response.headers))


def _retry_after(headers: Any) -> float | None:
    for name, scale in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            return max(0.0, float(headers[name]) / scale)
        except (KeyError, ValueError):
            continue
    return None


def _message(error: Any) -> str:
    body = error.body if isinstance(error.body, dict) else {}
    return f"{error.status_code}: {body.get('message') or error.message}"[:500]


def _after(cursor: str | None) -> dict[str, Any]:
    return {} if cursor is None else {"after": cursor}


def _plain(answer: Any) -> dict[str, Any]:
    try:
        plain: dict[str, Any] = answer.model_dump(mode="json")
    except (AttributeError, ValueError):
        raise ServiceError(
            "the service answered with something that is not a JSON object", again=True
        ) from None
    return plain


def _checked(item: dict[str, Any], name: str, *, ordering: bool = False) -> Any:
    value = item.get(name)
    if not isinstance(value, str) or not value:
        raise ServiceError(f"the service's answer has no '{name}'", again=True, done=ordering)
    return value


def _remote(item: dict[str, Any], *, ordering: bool = False) -> RemoteJob:
    status = _checked(item, "status", ordering=ordering)
    if status not in STATES:
        raise ServiceError(f"the service answered with an unknown status '{status}'", done=ordering)
    failure = item.get("error") or {}
    return RemoteJob(
        id=_checked(item, "id", ordering=ordering),
        state=STATES[status],
        created_at=float(item.get("created_at") or 0),
        tuned_model=item.get("fine_tuned_model"),
        error=failure.get("message") if status == "failed" else None,
    )


def _event(item: dict[str, Any]) -> JobEvent:
    data = item.get("data") if isinstance(item.get("data"), dict) else {}
    assert isinstance(data, dict)
    values = {
        ours: data[theirs]
        for ours, theirs in (("step", "step"), ("loss", "train_loss"), ("eval_loss", "valid_loss"))
        if isinstance(data.get(theirs), int | float)
    }
    return JobEvent(
        at=event_time(float(item.get("created_at") or 0), datetime.fromtimestamp(0, UTC)),
        kind="metric" if values else "error" if item.get("level") == "error" else "log",
        message=str(item.get("message") or ""),
        values=values,
        provider_id=str(item.get("id")),
    )


def request_body(order: Order, *, extras: bool) -> dict[str, Any]:
    """Write the request to create a job; `extras` adds what services with this API know beyond OpenAI."""
    spec = order.spec
    hyperparameters: dict[str, Any] = {
        "n_epochs": max(1, round(spec.epochs)),
        "batch_size": min(256, spec.micro_batch * spec.gradient_accumulation * spec.n_gpus),
        "learning_rate_multiplier": spec.options.get("learning_rate_multiplier", "auto"),
    }
    if extras:
        hyperparameters |= {"lora_r": spec.rank, "lora_alpha": spec.alpha, "context_length": spec.seq_len}
        hyperparameters |= {
            name: spec.options[name]
            for name in ("max_steps", "last_layers", "eval_every_steps", "patience")
            if name in spec.options
        }
    body: dict[str, Any] = {
        "model": spec.base_model,
        "training_file": order.train_file,
        "method": {"type": "supervised", "supervised": {"hyperparameters": hyperparameters}},
        "seed": spec.seed,
        "metadata": {KEY_FIELD: order.key},
    }
    if order.eval_file is not None:
        body["validation_file"] = order.eval_file
    if spec.options.get("suffix"):
        body["suffix"] = str(spec.options["suffix"])
    return body
