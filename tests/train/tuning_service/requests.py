"""What a client may ask for when it creates a job, checked field by field."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tests.train.tuning_service.answers import Refused

Auto = Literal["auto"]


class Hyperparameters(BaseModel):
    """OpenAI's three, and what other services with this API add."""

    model_config = ConfigDict(extra="forbid")

    n_epochs: Auto | int = Field(default="auto")
    batch_size: Auto | int = Field(default="auto")
    learning_rate_multiplier: Auto | float = Field(default="auto")
    lora_r: int | None = Field(default=None, ge=1, le=1024)
    lora_alpha: int | None = Field(default=None, ge=1)
    context_length: int | None = Field(default=None, ge=8)
    last_layers: int | None = Field(default=None, ge=1)
    max_steps: int | None = Field(default=None, ge=1)
    eval_every_steps: int | None = Field(default=None, ge=1)
    patience: int | None = Field(default=None, ge=1)


class Supervised(BaseModel):
    """Settings of supervised fine-tuning."""

    model_config = ConfigDict(extra="forbid")

    hyperparameters: Hyperparameters = Hyperparameters()


class Method(BaseModel):
    """How to tune."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["supervised"] = "supervised"
    supervised: Supervised = Supervised()


class CreateJob(BaseModel):
    """The body of `POST /fine_tuning/jobs`."""

    model_config = ConfigDict(extra="forbid")

    model: str
    training_file: str
    validation_file: str | None = None
    method: Method | None = None
    hyperparameters: Hyperparameters | None = None
    suffix: str | None = Field(default=None, max_length=64, pattern=r"^[A-Za-z0-9._-]*$")
    seed: int | None = Field(default=None, ge=0, le=2_147_483_647)
    metadata: dict[str, str] | None = Field(default=None, max_length=16)
    integrations: None = None

    @property
    def settings(self) -> Hyperparameters:
        """The hyperparameters, from the method or from the older place."""
        if self.method is not None:
            return self.method.supervised.hyperparameters
        return self.hyperparameters or Hyperparameters()


def parse_create(body: Any) -> CreateJob:
    """Read the body of a request to create a job."""
    try:
        return CreateJob.model_validate(body)
    except ValidationError as error:
        first = error.errors()[0]
        param = ".".join(str(part) for part in first["loc"])
        raise Refused(
            f"{param or 'body'}: {first['msg']}", param=param or None, code="invalid_value"
        ) from None
