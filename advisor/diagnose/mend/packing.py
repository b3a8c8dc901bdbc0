"""The mended rows as one file to take away: new rows, diff, quarantine, what was left out, and what became of them."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

from advisor.diagnose.mend.applying import apply_patch
from advisor.diagnose.mend.patch import Patch
from advisor.files import scratch_folder


def mended_pack(training: tuple[str, bytes], patch: Patch) -> bytes:
    """Apply a patch to an uploaded file, its name and content, and return a ZIP file.

    Raises:
        AdvisorError: The patch belongs to another file.
    """
    packed = io.BytesIO()
    with scratch_folder("mend") as folder, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as pack:
        # Only the last part of an uploaded name is used: it tells the format, and a path in it must not.
        data = folder / Path(training[0]).name
        data.write_bytes(training[1])
        output = folder / "out" / "mended.jsonl"
        output.parent.mkdir()
        told = apply_patch(data, patch, output).model_dump(mode="json")
        told["removed_file"] = Path(told["removed_file"]).name
        told["fixed"] |= {name: Path(told["fixed"][name]).name for name in ("output", "diff", "quarantine")}
        for path in sorted(output.parent.iterdir()):
            pack.write(path, path.name)
        pack.writestr("applied.json", json.dumps(told, indent=2) + "\n")
    return packed.getvalue()
