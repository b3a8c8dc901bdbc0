"""The JSON of a comparison in, as `advisor evaluate --json` and the app write it; the run that an assessment keeps out."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from advisor.catalog.strict_json import parse_json
from advisor.catalog.strict_yaml import read_bounded_text
from advisor.errors import AdvisorError
from advisor.evaluate.measured import run_of
from advisor.evaluate.records import Evaluation
from advisor.scenario import MeasuredRun

NAME: Final = "evaluation.json"
"""The comparison within the folder of a run."""
MAX_BYTES: Final = 64 << 20


def read_run(path: Path) -> MeasuredRun:
    """Read a comparison from its JSON, or from a folder that holds it as ``evaluation.json``.

    Raises:
        AdvisorError: There is no such file, or it is not a comparison.
    """
    file = path / NAME if path.is_dir() else path
    value = parse_json(read_bounded_text(file, max_bytes=MAX_BYTES), place=str(file)).value
    known = (
        {name: value[name] for name in Evaluation.model_fields if name in value}
        if isinstance(value, dict)
        else {}
    )
    try:
        evaluation = Evaluation.model_validate(known)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise AdvisorError(
            f"this is not a comparison: {where}: {first['msg'].lower()}",
            place=str(file),
            remedy="Write one with: advisor evaluate … --json > evaluation.json",
        ) from error
    return run_of(evaluation, judge=_judge(value.get("judged")))


def _judge(judged: Any) -> str:
    calibration = judged.get("calibration") if isinstance(judged, dict) else None
    because = calibration.get("because") if isinstance(calibration, dict) else None
    return because[:2_000] if isinstance(because, str) else ""
