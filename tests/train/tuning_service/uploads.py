"""Uploaded files: the bytes and a record beside them, both whole or absent."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

from advisor.errors import AdvisorError
from advisor.files import write_bytes, write_text
from advisor.train.trainer.rows import check_learnable, read_rows
from tests.train.tuning_service.answers import Object, Refused, not_found

LARGEST_FILE_BYTES = 512 * 1024 * 1024


class Uploads:
    """The files of one service."""

    def __init__(self, folder: Path, clock: Any) -> None:
        self._folder = folder
        self._clock = clock

    def add(self, name: str, purpose: str, content: bytes) -> Object:
        """Keep a file and give its record; the record is written last, so it never names bytes that are not there."""
        if purpose != "fine-tune":
            raise Refused(
                f"purpose must be 'fine-tune', not '{purpose}'", param="purpose", code="invalid_purpose"
            )
        if len(content) > LARGEST_FILE_BYTES:
            raise Refused("The file is larger than 512 MB", status=413, param="file", code="file_too_large")
        file_id = f"file-{secrets.token_hex(12)}"
        record = {
            "id": file_id,
            "object": "file",
            "bytes": len(content),
            "created_at": int(self._clock().timestamp()),
            "filename": Path(name).name,
            "purpose": purpose,
            "status": "processed",
        }
        write_bytes(self.path(file_id), content)
        write_text(self._folder / f"{file_id}.json", json.dumps(record))
        return record

    def path(self, file_id: str) -> Path:
        """Where the bytes lie; an id with anything but letters, digits and '-' names no file."""
        if not file_id.replace("-", "").isalnum() or not file_id.isascii():
            raise not_found("File object", file_id)
        return self._folder / f"{file_id}.jsonl"

    def get(self, file_id: str) -> Object:
        """Give a file's record."""
        self.path(file_id)
        path = self._folder / f"{file_id}.json"
        if not path.exists():
            raise not_found("File object", file_id)
        record: Object = json.loads(path.read_bytes())
        return record

    def all(self) -> list[Object]:
        """List the records, newest first."""
        records = [json.loads(path.read_bytes()) for path in self._folder.glob("file-*.json")]
        return sorted(records, key=lambda record: (record["created_at"], record["id"]), reverse=True)

    def remove(self, file_id: str) -> Object:
        """Delete a file; a job that was made from it keeps its own copy."""
        self.get(file_id)
        (self._folder / f"{file_id}.json").unlink()
        self.path(file_id).unlink()
        return {"id": file_id, "object": "file", "deleted": True}

    def checked(self, file_id: str, param: str) -> Path:
        """Give the path of a file that can be trained on, or refuse it."""
        try:
            self.get(file_id)
            path = self.path(file_id)
            check_learnable(Path(param), read_rows(path))
        except Refused:
            raise Refused(f"There is no file '{file_id}'", param=param, code="file_not_found") from None
        except AdvisorError as error:
            raise Refused(
                f"{error.problem}. {error.remedy}", param=param, code="invalid_training_file"
            ) from None
        return path
