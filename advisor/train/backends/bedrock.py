"""Amazon Bedrock's model customization: rows go to a bucket of the user's own account, and the job is ordered there.

The account, region and role are named by options (`bucket`, `role_arn`, `region`); keys are boto3's own affair.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from advisor.errors import AdvisorError, missing_extra
from advisor.train.backends.hosted_jobs import Hosted, HostedService
from advisor.train.backends.services import Order, RemoteJob, Service, ServiceError, ServiceLimits
from advisor.train.contract import PlanInputs
from advisor.train.plan_composing import compose, sent_name
from advisor.train.plan_parts import PlanParts
from advisor.train.records import Artefact, JobEvent, JobState, Option, Recipient, TrainingPlan, TrainingSpec
from advisor.train.row_shapes import Carries

LIMITS = ServiceLimits(
    upload_bytes=1_000_000_000, fewest_rows=8, source="Bedrock quotas for customization, read second-hand"
)
STATES: dict[str, JobState] = {
    "InProgress": "running",
    "Completed": "succeeded",
    "Failed": "failed",
    "Stopping": "running",
    "Stopped": "cancelled",
}
MAY_HELP_LATER = frozenset(
    {"InternalServerException", "ThrottlingException", "RequestTimeout", "ServiceUnavailable", "SlowDown"}
)


def plan(spec: TrainingSpec, given: PlanInputs) -> TrainingPlan:
    """Return what would be sent to the user's bucket, and what would be ordered."""
    bucket = str(spec.options.get("bucket") or "a bucket of yours, to be named with --option bucket=NAME")
    parts = PlanParts(
        commands=("advisor train submit .",),
        requirements=("boto3==1.43.66",),
        recipients=(
            Recipient(
                name="Amazon Web Services", receives="all training and evaluation rows", where=f"S3, {bucket}"
            ),
        ),
        carries=Carries(tools=False),
        sent_shape="bedrock-conversation",
        warnings=(
            "Serving a tune of other models than Nova needs provisioned throughput by the hour; ask for its rates.",
        ),
    )
    return compose(spec, parts, given)


class Bedrock:
    """One account in one region."""

    def __init__(self, options: dict[str, Option]) -> None:
        self._bucket = _needed(options, "bucket")
        self._role = _needed(options, "role_arn")
        self._prefix = str(options.get("prefix") or "advisor").strip("/")
        self._s3 = _client("s3", options)
        self._bedrock = _client("bedrock", options)

    def find_upload(self, name: str, size_bytes: int) -> str | None:
        """Look whether the bucket has the object; the name holds the content's hash, and objects appear whole."""
        del size_bytes
        try:
            self._ask(self._s3.head_object, Bucket=self._bucket, Key=f"{self._prefix}/{name}")
        except ServiceError as error:
            if error.again:
                raise
            return None
        return self._uri(name)

    def upload(self, path: Path, name: str) -> str:
        """Put the copy in Bedrock's shape into the bucket."""
        with Path(sent_name(path.as_posix())).open("rb") as stream:
            self._ask(self._s3.put_object, Bucket=self._bucket, Key=f"{self._prefix}/{name}", Body=stream)
        return self._uri(name)

    def find_jobs(self, key: str) -> list[RemoteJob]:
        """Look for the job of this name; names are unique in an account."""
        answer = self._ask(self._bedrock.list_model_customization_jobs, nameContains=job_name(key))
        return [
            _remote({**item, "outputModelArn": item.get("customModelArn")})
            for item in answer.get("modelCustomizationJobSummaries", [])
        ]

    def create(self, order: Order) -> RemoteJob:
        """Order the job; Bedrock itself takes an order with the same token once."""
        self._ask(
            self._bedrock.create_model_customization_job,
            ordering=True,
            roleArn=self._role,
            **request_body(order, f"s3://{self._bucket}/{self._prefix}/out/"),
        )
        return self.job(job_name(order.key))

    def job(self, job_id: str) -> RemoteJob:
        """Ask for the job's status."""
        return _remote(self._ask(self._bedrock.get_model_customization_job, jobIdentifier=job_id))

    def events(self, job_id: str, known: frozenset[str]) -> list[JobEvent]:
        """Return nothing: Bedrock writes its losses to the bucket when the job has ended."""
        del job_id, known
        return []

    def checkpoints(self, job_id: str) -> list[Artefact]:
        """Return the folder of the bucket that holds losses and results."""
        found = self._ask(self._bedrock.get_model_customization_job, jobIdentifier=job_id)
        return [Artefact(kind="metrics", location=found["outputDataConfig"]["s3Uri"], sha256=None)]

    def cancel(self, job_id: str) -> RemoteJob:
        """Stop the job; what was trained is billed."""
        self._ask(self._bedrock.stop_model_customization_job, jobIdentifier=job_id)
        stopped = self.job(job_id)
        return stopped if stopped.state != "running" else RemoteJob(id=stopped.id, state="cancelled")

    def _uri(self, name: str) -> str:
        return f"s3://{self._bucket}/{self._prefix}/{name}"

    def _ask(self, call: Any, *, ordering: bool = False, **values: Any) -> dict[str, Any]:
        from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]

        try:
            return dict(call(**values))
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
            again = code in MAY_HELP_LATER or status >= 500
            raise ServiceError(str(error), again=again, done=ordering and status >= 500) from None
        except BotoCoreError as error:
            raise ServiceError(f"{type(error).__name__}: {error}", again=True, done=ordering) from None


def job_name(key: str) -> str:
    """Name the job and the model after the attempt."""
    return f"advisor-{key}"


def request_body(order: Order, output: str) -> dict[str, Any]:
    """Write the order; Bedrock takes hyperparameters as text, and each model its own few."""
    spec = order.spec
    rows = spec.micro_batch * spec.gradient_accumulation
    body: dict[str, Any] = {
        "jobName": job_name(order.key),
        "customModelName": job_name(order.key),
        "clientRequestToken": order.key,
        "baseModelIdentifier": spec.base_model,
        "customizationType": "FINE_TUNING",
        "trainingDataConfig": {"s3Uri": order.train_file},
        "outputDataConfig": {"s3Uri": output},
        "hyperParameters": {
            "epochCount": str(max(1, round(spec.epochs))),
            "batchSize": str(int(spec.options.get("batch_size") or rows)),
            "learningRate": f"{spec.learning_rate:g}",
        },
    }
    if order.eval_file is not None:
        body["validationDataConfig"] = {"validators": [{"s3Uri": order.eval_file}]}
    return body


def _remote(item: dict[str, Any]) -> RemoteJob:
    status = str(item.get("status"))
    if status not in STATES:
        raise ServiceError(f"the service calls a job '{status}'", again=True)
    created = item.get("creationTime")
    return RemoteJob(
        id=str(item["jobName"]),
        state=STATES[status],
        created_at=created.timestamp() if created else 0.0,
        tuned_model=item.get("outputModelArn") if STATES[status] == "succeeded" else None,
        error=item.get("failureMessage"),
    )


def _needed(options: dict[str, Option], name: str) -> str:
    value = options.get(name)
    if not value:
        raise AdvisorError(
            f"Bedrock needs '{name}'", place=f"options.{name}", remedy=f"Plan with --option {name}=VALUE."
        )
    return str(value)


def _client(service: str, options: dict[str, Option]) -> Any:
    try:
        import boto3  # type: ignore[import-untyped]
        from botocore.config import Config  # type: ignore[import-untyped]
    except ImportError:
        raise missing_extra("boto3", "bedrock", purpose="Training at Bedrock") from None
    return boto3.client(
        service,
        region_name=str(options.get("region") or os.environ.get("AWS_REGION") or "us-east-1"),
        endpoint_url=str(options["endpoint_url"]) if options.get("endpoint_url") else None,
        # Repeats are our own affair, so that an order is never given twice.
        config=Config(retries={"total_max_attempts": 1}, connect_timeout=20, read_timeout=60),
    )


def connect(options: dict[str, Option]) -> Service:
    """Open the account that boto3 finds keys for."""
    return Bedrock(options)


BACKEND = Hosted(HostedService("bedrock", "Amazon Bedrock", LIMITS, connect, plan))
