"""Passages of a large corpus in PostgreSQL with pgvector, by URL: written once, searched from any machine."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import polars as pl

from advisor.errors import AdvisorError, missing_extra
from advisor.evaluate.retrieve.searching import FOUND, check_passages
from advisor.evaluate.retrieve.static import Encoder, Vectors, encoder

SCHEMES = ("postgresql", "postgres")
ROWS_AT_A_TIME = 1_000
INDEXED_FROM = 50_000
"""Passages from which an approximate index is built; below it every vector is compared."""
SEARCHED = 200
"""Candidates that the approximate index looks at; pgvector's own 40 misses more."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")


class Store:
    """A corpus in a database; answers the same call as an index in memory."""

    def __init__(self, url: str, name: str, encode: Encoder) -> None:
        self._url, self._table, self._encode = url, _table(name), encode

    def search(self, queries: Sequence[str], k: int) -> pl.DataFrame:
        """Find the best passages of each query: query, rank, passage_id, score (cosine)."""
        vectors = self._encode(queries)
        with _connected(self._url) as connection:
            connection.execute(f"SET hnsw.ef_search = {max(SEARCHED, min(k, 1000))}")
            rows = [row for at, vector in enumerate(vectors) for row in self._best(connection, at, vector, k)]
        return pl.DataFrame(rows, schema=FOUND, orient="row")

    def _best(
        self, connection: Any, query: int, vector: Any, k: int
    ) -> Iterator[tuple[int, int, str, float]]:
        found = connection.execute(
            f"SELECT passage_id, 1 - (vector <=> %(v)s::vector) FROM {self._table}"  # noqa: S608 the name is checked
            " ORDER BY vector <=> %(v)s::vector, position LIMIT %(k)s",
            {"v": _written(vector), "k": k},
        )
        for rank, (passage, score) in enumerate(found, 1):
            yield query, rank, passage, score

    def passages(self, ids: Sequence[str]) -> pl.DataFrame:
        """Return passages by their ids, in the order of the ids: passage_id, document, start, text."""
        with _connected(self._url) as connection:
            rows = connection.execute(
                f"SELECT passage_id, document, start, text FROM {self._table} WHERE passage_id = ANY(%s)",  # noqa: S608
                (list(ids),),
            ).fetchall()
        schema = {"passage_id": pl.String, "document": pl.String, "start": pl.Int64, "text": pl.String}
        found = pl.DataFrame(rows, schema=schema, orient="row")
        return pl.DataFrame({"passage_id": list(ids)}, schema={"passage_id": pl.String}).join(
            found, on="passage_id", how="inner", maintain_order="left"
        )


def store_passages(
    passages: pl.DataFrame, url: str, name: str = "passages", *, model: str | None = None
) -> Store:
    """Write passages and their vectors into a database, in place of what was there under this name; all or nothing.

    Args:
        passages: passage_id, document, start, text.
        url: ``postgresql://…`` of a database in which the extension pgvector can be made.
        name: Name of the corpus: small letters, digits, underscores.
        model: Folder of a static embedding model; the packaged one where None.

    Raises:
        AdvisorError: The database cannot be reached, lacks pgvector, or refuses to write.
    """
    check_passages(passages)
    store = Store(url, name, encoder(model))
    with _connected(url) as connection:
        _write(connection, _table(name), passages, store._encode)  # noqa: SLF001 its own kind
    return store


def open_store(url: str, name: str = "passages", *, model: str | None = None) -> Store:
    """Open a corpus that `store_passages` wrote, with the same model.

    Raises:
        AdvisorError: The database cannot be reached or holds no such corpus, or another model wrote it.
    """
    encode = encoder(model)
    known = _vector_size(url, name)
    if known is None:
        raise AdvisorError(
            f"there is no corpus '{name}'", place=_shown(url), remedy="Write it first with store_passages."
        )
    if known != (size := encode(["a"]).shape[1]):
        raise AdvisorError(
            f"the corpus '{name}' has vectors of {known} numbers, the model gives {size}",
            place=_shown(url),
            remedy="Name the model with which it was written.",
        )
    return Store(url, name, encode)


def has_corpus(url: str, name: str) -> bool:
    """Return whether a database holds a corpus of this name.

    Raises:
        AdvisorError: The database cannot be reached.
    """
    return _vector_size(url, name) is not None


def _vector_size(url: str, name: str) -> int | None:
    with _connected(url) as connection:
        known = connection.execute(
            "SELECT atttypmod FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attname = 'vector'",
            (_table(name),),
        ).fetchone()
    return None if known is None else int(known[0])


def _write(connection: Any, table: str, passages: pl.DataFrame, encode: Encoder) -> None:
    connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
    size = encode(["a"]).shape[1]
    connection.execute(f"DROP TABLE IF EXISTS {table}")
    connection.execute(
        f"CREATE TABLE {table} (position bigint PRIMARY KEY, passage_id text UNIQUE NOT NULL,"
        f" document text NOT NULL, start bigint NOT NULL, text text NOT NULL, vector vector({size}) NOT NULL)"
    )
    copied = f"COPY {table} (position, passage_id, document, start, text, vector) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(copied) as copy:
        for row in _rows(passages, encode):
            copy.write_row(row)
    if len(passages) >= INDEXED_FROM:
        connection.execute(f"CREATE INDEX ON {table} USING hnsw (vector vector_cosine_ops)")


def _rows(passages: pl.DataFrame, encode: Encoder) -> Iterator[tuple[Any, ...]]:
    for start in range(0, len(passages), ROWS_AT_A_TIME):
        part = passages.slice(start, ROWS_AT_A_TIME)
        vectors: Vectors = encode(part["text"].to_list())
        for at, row in enumerate(part.select("passage_id", "document", "start", "text").iter_rows()):
            # A database holds no zero character.
            yield start + at, *row[:3], row[3].replace("\x00", " "), _written(vectors[at])


def _written(vector: Any) -> str:
    return "[" + ",".join(f"{number:.7g}" for number in vector) + "]"


def _table(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise AdvisorError(
            f"'{name[:60]}' is not a corpus name",
            place="store",
            remedy="Use small letters, digits and underscores, a letter first.",
        )
    return f"advisor_corpus_{name}"


@contextmanager
def _connected(url: str) -> Iterator[Any]:
    if urlsplit(url).scheme not in SCHEMES:
        raise AdvisorError(
            "only PostgreSQL with pgvector holds passages",
            place=_shown(url),
            remedy="Write it as postgresql://USER@HOST/DATABASE.",
        )
    try:
        import psycopg
    except ImportError as error:
        raise missing_extra("psycopg", "postgres", purpose="A corpus in PostgreSQL") from error
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            yield connection
    except psycopg.Error as error:
        raise AdvisorError(
            f"the database says: {str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__}",
            place=_shown(url),
            remedy="Check the address and the rights, and that the extension pgvector is installed there.",
        ) from error


def _shown(url: str) -> str:
    # Whatever it is, the password is not shown.
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"
