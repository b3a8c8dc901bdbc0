"""Keys, tokens and passwords in the rows."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.data.batch import Batch
from advisor.data.checks.contract import Check, Dataset, Example, Measured, chat, finding, good_rows, share
from advisor.data.detectors import CREDENTIAL_HINT, secrets
from advisor.data.records import Finding


def measure(batch: Batch) -> Measured:
    """Mark rows in which a detector finds a secret; only rows with a hint are searched closely."""
    flags = batch.turns_series.str.contains(CREDENTIAL_HINT).to_numpy().copy()
    kinds = batch.names.setdefault("secret-kinds", {})
    for index in flags.nonzero()[0]:
        found = secrets(batch.turns[index] + "\n" + batch.systems[index])
        flags[index] = bool(found)
        if found:
            kinds[int(batch.rows[index])] = ", ".join(sorted(found))
    return {"secret": flags}


def judge(data: Dataset) -> Iterator[Finding]:
    """Report the rows and the kinds of secrets."""
    rows = data.marked("secret")
    if rows:
        kinds = sorted({data.names.get("secret-kinds", {}).get(row, "") for row in rows} - {""})
        yield finding(
            CHECK,
            f"{share(len(rows), len(data))} hold secrets: {'; '.join(kinds[:5])}",
            rows,
            severity="error",
        )


CHECK = Check(
    id="secret",
    columns=("secret",),
    spoils=True,
    title="A row holds a key, token or password",
    detects="Keys and tokens of known services (the detectors of detect-secrets and newer key forms), private keys, passwords in addresses and assignments.",
    matters="A secret in training data is published with every copy of the model and of the data.",
    remedy="Revoke the secret first, then replace it; `advisor fix --redact` writes a stand-in.",
    tuned_model="It completes the key for whoever types its beginning.",
    fires=Example(
        shows="'Use the key AKIA…'",
        rows=lambda: [
            *good_rows(20),
            chat("How do I call the interface?", "Use the key AKIA" + "Z7Q2M5X8W3N6B4V1" + " for now."),
        ],
    ),
    quiet=Example(
        shows="'Use your own key'",
        rows=lambda: [
            *good_rows(20),
            chat("How do I reset my password?", "Open Account, then Password. You'll need your API key too."),
        ],
    ),
    judge=judge,
    measure=measure,
    harm=94,
)
