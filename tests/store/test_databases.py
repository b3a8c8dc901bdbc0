from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from advisor.errors import AdvisorError
from advisor.share.store import open_store
from advisor.share.store.address import data_folder, find_address, shown
from advisor.share.store.connecting import connect
from advisor.share.store.migrating import FOLDER, HEAD, migrate
from advisor.share.store.tables import Base
from tests.store.private_postgres import PASSWORD

NEXT_STEP = """
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "9999", "{head}", None, None
def upgrade():
    op.add_column("assessment", sa.Column("mood", sa.String(10)))
    op.execute("UPDATE assessment SET mood = 'fine'")
    {last}
"""


def folder_with_a_next_step(tmp_path: Path, last: str = "") -> Path:
    copy = tmp_path / "100%_migrations"
    shutil.copytree(FOLDER, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "versions" / "r9999_mood.py").write_text(NEXT_STEP.format(head=HEAD, last=last))
    return copy


def test_the_known_head_is_the_last_step():
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_the_steps_make_the_tables_that_the_program_expects(url):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    open_store(url).close()
    engine = connect(find_address(url))
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    engine.dispose()


def test_a_step_forward_keeps_what_was_saved(url, tmp_path, advice):
    store = open_store(url)
    saved = store.save(advice)
    migrate(store._engine, folder=folder_with_a_next_step(tmp_path), head="9999")
    with store._engine.connect() as connection:
        assert connection.execute(text("SELECT mood FROM assessment")).scalars().all() == ["fine"]
    assert store.get(saved.id).advice == advice
    store.close()


def test_a_step_that_fails_leaves_the_database_as_it_was(url, tmp_path, advice):
    store = open_store(url)
    saved = store.save(advice)
    broken = folder_with_a_next_step(tmp_path, last="raise RuntimeError('no')")
    with pytest.raises(RuntimeError):
        migrate(store._engine, folder=broken, head="9999")
    assert "mood" not in {column["name"] for column in inspect(store._engine).get_columns("assessment")}
    assert open_store(url).get(saved.id).advice == advice
    store.close()


def test_a_newer_database_is_refused_and_not_touched(url, tmp_path, advice):
    store = open_store(url)
    store.save(advice)
    migrate(store._engine, folder=folder_with_a_next_step(tmp_path), head="9999")
    with pytest.raises(AdvisorError, match=f"format 9999, this program knows up to {HEAD}") as caught:
        open_store(url)
    assert "upgrade" in caught.value.remedy
    with store._engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"
    store.close()


def test_a_database_of_somebody_else_is_refused(url):
    engine = connect(find_address(url))
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(text("CREATE TABLE assessment (x integer)"))
    with pytest.raises(AdvisorError, match="not ours"):
        open_store(url)
    engine.dispose()


def test_programs_that_start_at_once_migrate_once(url):
    failures: list[BaseException] = []
    start = threading.Barrier(4)

    def opening():
        start.wait()
        try:
            open_store(url).close()
        except BaseException as error:  # noqa: BLE001 shown by the assertion
            failures.append(error)

    threads = [threading.Thread(target=opening) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert open_store(url).list() == ()


# --- SQLite ----------------------------------------------------------------------------------------------


def test_sqlite_writes_ahead_and_flushes_each_save(tmp_path):
    store = open_store(f"sqlite:///{tmp_path}/a/b/library.sqlite3")
    with store._engine.connect() as connection:
        pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        values = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in pragmas]
    assert values == ["wal", 2, 1, 15000]
    store.close()


def test_the_library_is_for_its_owners_eyes(tmp_path):
    open_store(f"sqlite:///{tmp_path}/new/library.sqlite3").close()
    assert stat.S_IMODE((tmp_path / "new" / "library.sqlite3").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_the_data_folder_can_be_named(tmp_path, monkeypatch):
    monkeypatch.setenv("ADVISOR_DATA", str(tmp_path / "mine"))
    store = open_store()
    assert store.place == str(tmp_path / "mine" / "library.sqlite3")
    assert (tmp_path / "mine" / "library.sqlite3").exists()
    monkeypatch.delenv("ADVISOR_DATA")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    if sys.platform == "linux":
        assert data_folder() == tmp_path / "xdg" / "advisor"
    store.close()


def test_the_database_address_can_be_named(tmp_path, monkeypatch):
    monkeypatch.setenv("ADVISOR_DATABASE_URL", f"sqlite:///{tmp_path}/named.sqlite3")
    open_store().close()
    assert (tmp_path / "named.sqlite3").exists()


@pytest.mark.parametrize("kind", ["folder", "text", "torn", "under_a_file"])
def test_a_file_that_is_no_library_is_an_error_in_words(tmp_path, kind, advice):
    path = tmp_path / "library.sqlite3"
    match kind:
        case "folder":
            path.mkdir()
        case "text":
            path.write_bytes(b"this is not a database at all" * 400)
        case "torn":
            open_store(f"sqlite:///{path}").close()
            path.write_bytes(path.read_bytes()[:100] + b"\xff" * 9000)
        case _:
            path.write_text("x")
            path = path / "library.sqlite3"
    with pytest.raises(AdvisorError) as caught:
        open_store(f"sqlite:///{path}").save(advice)
    assert str(path) in caught.value.place


def test_a_program_that_holds_the_library_is_named_as_the_cause(tmp_path, advice, monkeypatch):
    monkeypatch.setattr("advisor.share.store.connecting.BUSY_SECONDS", 0)
    monkeypatch.setattr("advisor.share.store.connecting._PRAGMAS", ("PRAGMA busy_timeout = 50",))
    store = open_store(f"sqlite:///{tmp_path}/library.sqlite3")
    other = sqlite3.connect(tmp_path / "library.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(AdvisorError, match="another program is writing"):
        store.save(advice)
    other.execute("COMMIT")
    store.save(advice)
    other.close()
    store.close()


def test_reading_goes_on_while_another_writes(tmp_path, advice):
    store = open_store(f"sqlite:///{tmp_path}/library.sqlite3")
    saved = store.save(advice)
    other = sqlite3.connect(tmp_path / "library.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("UPDATE assessment SET archived = 1")
    assert store.list()[0].id == saved.id
    other.execute("ROLLBACK")
    other.close()
    store.close()


def test_naming_the_library_does_not_load_the_database_machinery():
    code = "import sys, advisor.share.store; print([m for m in ('sqlalchemy', 'alembic', 'psycopg') if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


# --- addresses and credentials ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "mysql://user:geheim@host/db",
        "postgresql://user:gehe/im@host:x/db",
        "postgresql://user:geheim@host:port/db",
        "geheim",
        "sqlite://",
        "postgresql+asyncpg://user:geheim@host/db",
        "\0geheim",
    ],
)
def test_a_wrong_address_is_refused_without_repeating_it(address):
    with pytest.raises(AdvisorError) as caught:
        open_store(address)
    assert "geheim" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_an_address_is_shown_without_credentials_and_options():
    address = find_address("postgres://ann:geheim@db.example:5433/team?password=geheim2&sslmode=require")
    assert shown(address) == "postgresql://db.example:5433/team"


@pytest.mark.parametrize("fault", ["password", "database", "port"])
def test_a_server_that_refuses_is_an_error_without_credentials(postgres, fault, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    url = postgres.url("nothing_here" if fault == "database" else "postgres")
    if fault == "password":
        url = postgres.url("postgres", password="wr0ng-geheim")
    if fault == "port":
        url = url.replace(f":{postgres.port}/", ":1/")
    with pytest.raises(AdvisorError) as caught:
        open_store(url)
    said = str(caught.value) + caplog.text + "".join(capfd.readouterr())
    for secret in (PASSWORD, "s3cret", "wr0ng", "geheim", "signs"):
        assert secret not in said
    assert "127.0.0.1" in caught.value.place


def test_what_people_wrote_stays_out_of_database_errors(store, advice, caplog):
    caplog.set_level(logging.DEBUG)
    with store._writing() as session:
        session.execute(text("DROP TABLE revision"))
    with pytest.raises(AdvisorError) as caught:
        store.save(
            advice.model_copy(update={"situation": advice.situation.model_copy(update={"notes": "geheim"})})
        )
    assert "geheim" not in str(caught.value) + caplog.text


def test_a_server_that_came_back_is_used_again(postgres, advice):
    import psycopg

    url = postgres.create_database("comes_back")
    store = open_store(url)
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'comes_back'")
    assert store.save(advice).revision == 1
    store.close()


def test_the_missing_driver_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(AdvisorError, match=r"llm-adaptation-advisor\[postgres\]"):
        open_store("postgresql://u:p@127.0.0.1/x")


def test_the_tests_take_no_library_from_the_environment():
    assert "ADVISOR_DATABASE_URL" not in os.environ
