"""The database around the store: engines, tables as they are found, failures, secrets."""

from __future__ import annotations

import logging
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import StaticPool

from remote_store.backend import WriteOptions
from remote_store.backends._sql import shown, sql_error
from remote_store.backends.sql_blob import SQLBlobBackend
from remote_store.capabilities import Capability
from remote_store.errors import (
    AlreadyExists,
    BackendUnavailable,
    CapabilityNotSupported,
    InvalidPath,
    PermissionDenied,
    RemoteStoreError,
)
from remote_store.store import Store


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "objects.db"


@pytest.fixture
def opened() -> Iterator[list[SQLBlobBackend]]:
    """Backends to close at the end."""
    backends: list[SQLBlobBackend] = []
    yield backends
    for backend in backends:
        backend.close()


def execute(file: Path, *statements: str) -> None:
    with sqlite3.connect(file) as conn:
        for statement in statements:
            conn.execute(statement)
    conn.close()


def tree(store: Store) -> dict[str, bytes]:
    return {str(info): store.read_bytes(info) for info in store.list_files("", recursive=True)}


# -- engines -----------------------------------------------------------------------------------------------------------


@pytest.mark.spec("SQLB-001")
def test_it_takes_a_url_or_an_engine() -> None:
    engine = sa.create_engine("sqlite://")
    with pytest.raises(ValueError, match="either url or engine"):
        SQLBlobBackend()
    with pytest.raises(ValueError, match="either url or engine"):
        SQLBlobBackend("sqlite://", engine=engine)
    with pytest.raises(ValueError, match="table_name"):
        SQLBlobBackend("sqlite://", table_name="")


@pytest.mark.spec("SQLB-012")
@pytest.mark.parametrize(
    "url", ["", "objects.db", "postgresql//u:s3cret@h/db", "nosuch://u:s3cret@h/db", "sqlite://u:s3cret@h/db"]
)
def test_a_url_that_is_none_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(ValueError, match=r"database URL|no dialect") as caught:
        SQLBlobBackend(url)
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.spec("SQLB-012")
def test_the_repr_shows_where_but_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = sa.create_engine("sqlite://")
    monkeypatch.setattr(engine, "url", sa.make_url("postgresql://u:s3cret@h/db?sslpassword=s3cret2"))
    backend = SQLBlobBackend(engine=engine)
    assert repr(backend) == "SQLBlobBackend(url='postgresql://u:***@h/db', table_name='remote_store_objects')"
    assert shown(engine.url) == "postgresql://u:***@h/db"


@pytest.mark.spec("SQLB-012")
def test_errors_and_logs_hide_what_is_stored(file: Path, opened: list[SQLBlobBackend]) -> None:
    lines: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    logger, handler = logging.getLogger("sqlalchemy"), Collector()
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        backend = SQLBlobBackend(f"sqlite:///{file}")
        opened.append(backend)
        store = Store(backend)
        store.write("f", b"s3cret content", metadata={"k": "s3cret value"})
        assert store.read_bytes("f") == b"s3cret content"
        with pytest.raises(AlreadyExists) as caught:
            store.write("f", b"s3cret content", metadata={"k": "s3cret value"})
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)
    error: BaseException | None = caught.value
    while error is not None:
        assert "s3cret" not in str(error)
        error = error.__cause__
    assert any("INSERT" in line for line in lines)
    assert not [line for line in lines if "s3cret" in line]


@pytest.mark.spec("SQLB-001")
def test_closing_leaves_a_borrowed_engine_open_and_ends_an_own_one(file: Path) -> None:
    engine = sa.create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    for _ in range(2):
        backend = SQLBlobBackend(engine=engine)
        Store(backend).write("f", b"kept", overwrite=True)
        backend.close()
        backend.close()
    assert Store(SQLBlobBackend(engine=engine)).read_bytes("f") == b"kept"
    engine.dispose()
    own = SQLBlobBackend(f"sqlite:///{file}")
    own.ping()
    pool = own.unwrap(sa.Engine).pool
    assert isinstance(pool, sa.QueuePool)
    assert pool.checkedin() == 1
    own.close()
    own.close()
    assert pool.checkedin() == 0


def _begin_by_event(engine: sa.Engine) -> sa.Engine:
    """SQLAlchemy's recipe: the driver begins nothing, the engine does."""

    @sa.event.listens_for(engine, "connect")
    def connect(conn: Any, _: Any) -> None:
        conn.isolation_level = None

    @sa.event.listens_for(engine, "begin")
    def begin(conn: sa.Connection) -> None:
        conn.exec_driver_sql("BEGIN")

    return engine


@pytest.mark.spec("SQLB-011", "ERR-001")
@pytest.mark.parametrize("mode", ["legacy", "autocommit", "begin by event"])
def test_a_write_is_whole_whatever_transactions_a_borrowed_engine_makes(file: Path, mode: str) -> None:
    level = {"isolation_level": "AUTOCOMMIT"} if mode == "autocommit" else {}
    engine = sa.create_engine(f"sqlite:///{file}", **level)
    if mode == "begin by event":
        _begin_by_event(engine)
    store = Store(SQLBlobBackend(engine=engine))
    store.write("a/b", b"1")
    with pytest.raises(InvalidPath):
        store.write("a", b"2")
    with pytest.raises(InvalidPath):
        store.move("a/b", "a/b/c", overwrite=True)
    with pytest.raises(InvalidPath):
        store.copy("a/b", "a", overwrite=True)
    assert tree(store) == {"a/b": b"1"}
    engine.dispose()


@pytest.mark.spec("SQLB-001")
def test_unwrap_gives_the_engine(opened: list[SQLBlobBackend]) -> None:
    engine = sa.create_engine("sqlite://")
    backend = SQLBlobBackend(engine=engine)
    assert backend.unwrap(sa.Engine) is engine
    assert backend.unwrap(SQLBlobBackend) is backend
    with pytest.raises(CapabilityNotSupported, match="Connection"):
        backend.unwrap(sa.Connection)


@pytest.mark.spec("SQLB-001")
def test_without_sqlalchemy_only_this_backend_fails_and_names_the_extra() -> None:
    script = """
import sys
sys.modules["sqlalchemy"] = None
import remote_store
import remote_store.backends
try:
    import remote_store.backends.sql_blob
except ModuleNotFoundError as exc:
    print(exc, exc.name, sep="|")
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == (
        "SQLAlchemy is required for the sql-blob backend. Install it with: pip install 'remote-store[sql]'|sqlalchemy\n"
    )


# -- tables ------------------------------------------------------------------------------------------------------------

_LEGACY = "CREATE TABLE remote_store_objects (key BLOB PRIMARY KEY, content BLOB NOT NULL, size INTEGER NOT NULL"
_LOST = {
    "": {Capability.USER_METADATA, Capability.WRITE_RESULT_NATIVE},
    "modified_at": {Capability.USER_METADATA},
    "user_metadata": {Capability.WRITE_RESULT_NATIVE},
    "etag": {Capability.USER_METADATA, Capability.WRITE_RESULT_NATIVE},
}


@pytest.mark.spec("SQLB-002", "META-001", "CAP-001")
@pytest.mark.parametrize("column", _LOST)
def test_a_table_that_lacks_columns_does_less(file: Path, column: str, opened: list[SQLBlobBackend]) -> None:
    kind = "DATETIME" if column == "modified_at" else "TEXT"
    execute(file, f"{_LEGACY}{f', {column} {kind}' if column else ''})")
    backend = SQLBlobBackend(f"sqlite:///{file}")
    opened.append(backend)
    assert set(backend.CAPABILITIES) - set(backend.capabilities) == _LOST[column]
    store = Store(backend)
    result = store.write("f", b"abc")
    info = store.get_file_info("f")
    assert result.source == ("native" if column == "modified_at" else "basic")
    assert (result.last_modified, result.etag, result.size) == (info.modified_at, info.etag, 3)
    assert ((info.modified_at is not None), (info.etag is not None)) == (column == "modified_at", column == "etag")
    if column != "user_metadata":
        with pytest.raises(CapabilityNotSupported):
            store.write("g", b"", metadata={"k": "v"})
        with pytest.raises(CapabilityNotSupported):  # also from a store that was made while the database was away
            backend.write("g", b"", WriteOptions(metadata={"k": "v"}))
    store.copy("f", "h")
    store.move("h", "i/j")
    assert tree(store) == {"f": b"abc", "i/j": b"abc"}


@pytest.mark.spec("SQLB-002", "SQLB-013")
@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ("key BLOB PRIMARY KEY, content BLOB", "no column size"),
        ("key VARCHAR(9) PRIMARY KEY, content BLOB, size INT", "text key"),
        ("key BLOB, content BLOB, size INT", "does not keep keys unique"),
        ("key BLOB, content BLOB, size INT, UNIQUE (key, size)", "does not keep keys unique"),
    ],
)
def test_a_table_of_another_shape_is_unavailable(
    file: Path, columns: str, reason: str, opened: list[SQLBlobBackend]
) -> None:
    execute(file, f"CREATE TABLE remote_store_objects ({columns})")
    backend = SQLBlobBackend(f"sqlite:///{file}")
    opened.append(backend)
    assert backend.capabilities == backend.CAPABILITIES
    with pytest.raises(BackendUnavailable, match=reason):
        Store(backend).exists("f")


@pytest.mark.spec("SQLB-002", "SQLB-011")
@pytest.mark.parametrize(
    "unique",
    [
        ["CREATE TABLE remote_store_objects (key BLOB, content BLOB, size INT, UNIQUE (key))"],
        [
            "CREATE TABLE remote_store_objects (id INTEGER PRIMARY KEY, key BLOB, content BLOB, size INT)",
            "CREATE UNIQUE INDEX only_once ON remote_store_objects (key)",
        ],
    ],
)
def test_any_unique_key_decides_who_creates(file: Path, unique: list[str], opened: list[SQLBlobBackend]) -> None:
    execute(file, *unique)
    opened.append(SQLBlobBackend(f"sqlite:///{file}"))
    store = Store(opened[0])
    store.write("f", b"first")
    with pytest.raises(AlreadyExists):
        store.write("f", b"second")
    assert tree(store) == {"f": b"first"}


@pytest.mark.spec("SQLB-013")
def test_a_table_that_may_not_be_created_is_asked_for(file: Path, opened: list[SQLBlobBackend]) -> None:
    backend = SQLBlobBackend(f"sqlite:///{file}", create_table=False, table_name="mine")
    opened.append(backend)
    store = Store(backend)
    for operation in (store.ping, lambda: store.exists("f"), lambda: store.write("f", b"")):
        with pytest.raises(BackendUnavailable, match="'mine' is not there; create it") as caught:
            operation()
        assert caught.value.backend == "sql-blob"
    opened.append(SQLBlobBackend(f"sqlite:///{file}", table_name="mine"))
    opened[-1].ping()
    store.write("f", b"x")
    assert tree(store) == {"f": b"x"}


@pytest.mark.spec("SQLB-013")
def test_a_table_that_another_process_makes_meanwhile_is_used(
    file: Path, opened: list[SQLBlobBackend], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened.extend(SQLBlobBackend(f"sqlite:///{file}") for _ in range(2))
    Store(opened[0]).write("f", b"x")
    monkeypatch.setattr("remote_store.backends.sql_blob.found", lambda *_: None)
    assert tree(Store(opened[1])) == {"f": b"x"}


@pytest.mark.spec("SQLB-013", "EXISTS-003")
def test_a_table_that_goes_away_is_no_empty_store(file: Path, opened: list[SQLBlobBackend]) -> None:
    backend = SQLBlobBackend(f"sqlite:///{file}")
    opened.append(backend)
    store = Store(backend)
    store.write("f", b"x")
    execute(file, "DROP TABLE remote_store_objects")
    for operation in (store.ping, lambda: store.exists("f"), lambda: list(store.list_files(""))):
        with pytest.raises(BackendUnavailable, match="is not there; create it"):
            operation()


@pytest.mark.spec("SQLB-001")
def test_stores_in_two_tables_of_one_database_are_apart(file: Path, opened: list[SQLBlobBackend]) -> None:
    stores = []
    for name in ('odd "name"; --', "b"):
        opened.append(SQLBlobBackend(f"sqlite:///{file}", table_name=name))
        stores.append(Store(opened[-1]))
        stores[-1].write("f", name.encode())
    assert [store.read_bytes("f") for store in stores] == [b'odd "name"; --', b"b"]


# -- failures ----------------------------------------------------------------------------------------------------------


@pytest.mark.spec("SQLB-013", "ERR-001", "ERR-003")
def test_a_read_only_database_refuses_changes_and_serves_reads(file: Path, opened: list[SQLBlobBackend]) -> None:
    opened.append(SQLBlobBackend(f"sqlite:///{file}"))
    Store(opened[0]).write("d/f", b"x")
    opened.append(SQLBlobBackend(f"sqlite:///file:{file}?mode=ro&uri=true"))
    store = Store(opened[1])
    for operation in (
        lambda: store.write("g", b""),
        lambda: store.write("d/f", b"", overwrite=True),
        lambda: store.delete("d/f"),
        lambda: store.delete_folder("d", recursive=True),
        lambda: store.move("d/f", "g"),
        lambda: store.copy("d/f", "g"),
    ):
        with pytest.raises(PermissionDenied, match="readonly") as caught:
            operation()
        assert caught.value.path in ("g", "d/f", "d")
        assert caught.value.backend == "sql-blob"
    assert tree(store) == {"d/f": b"x"}


@pytest.mark.spec("SQLB-013", "EXISTS-003")
@pytest.mark.parametrize("problem", ["no folder", "no database", "a folder in its place"])
def test_a_database_that_cannot_be_opened_is_unavailable(
    tmp_path: Path, problem: str, opened: list[SQLBlobBackend]
) -> None:
    file = tmp_path / ("missing/objects.db" if problem == "no folder" else "objects.db")
    if problem == "no database":
        file.write_bytes(b"this is no database at all" * 100)
    elif problem == "a folder in its place":
        file.mkdir()
    backend = SQLBlobBackend(f"sqlite:///{file}")
    opened.append(backend)
    store = Store(backend)
    for operation in (
        store.ping,
        lambda: store.exists("f"),
        lambda: store.read_bytes("f"),
        lambda: list(store.list_files("")),
        lambda: store.write("f", b""),
        lambda: store.delete("f", missing_ok=True),
    ):
        with pytest.raises(BackendUnavailable) as caught:
            operation()
        assert caught.value.backend == "sql-blob"
        assert isinstance(caught.value.__cause__, sa.exc.DBAPIError)
    assert list(tmp_path.glob("missing")) == []


@pytest.mark.spec("SQLB-013", "ERR-001")
def test_a_database_that_stays_locked_is_unavailable_and_then_serves_again(
    file: Path, opened: list[SQLBlobBackend]
) -> None:
    backend = SQLBlobBackend(f"sqlite:///{file}?timeout=0.05")
    opened.append(backend)
    store = Store(backend)
    store.write("f", b"x")
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    for operation in (lambda: store.write("g", b""), lambda: store.delete("f"), lambda: store.exists("f")):
        with pytest.raises(BackendUnavailable, match="locked"):
            operation()
    other.execute("ROLLBACK")
    other.close()
    assert tree(store) == {"f": b"x"}


@pytest.mark.spec("SQLB-013", "ERR-001")
def test_a_full_database_keeps_what_it_has(file: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{file}")

    @sa.event.listens_for(engine, "connect")
    def limit(conn: Any, _: Any) -> None:
        conn.execute("PRAGMA max_page_count = 50")

    store = Store(SQLBlobBackend(engine=engine))
    store.write("f", b"old")
    for path in ("f", "g"):
        with pytest.raises(BackendUnavailable, match="full"):
            store.write(path, b"x" * 1_000_000, overwrite=True)
    assert tree(store) == {"f": b"old"}
    engine.dispose()


@pytest.mark.spec("SQLB-013", "ERR-003")
@pytest.mark.parametrize(
    ("native", "text", "typed"),
    [
        (sa.exc.IntegrityError, "UNIQUE constraint failed: t.key", AlreadyExists),
        (sa.exc.IntegrityError, "(1062, \"Duplicate entry 's3cret' for key\")", AlreadyExists),
        (sa.exc.IntegrityError, "NOT NULL constraint failed: t.other", RemoteStoreError),
        (sa.exc.DataError, "value too long: s3cret", RemoteStoreError),
        (sa.exc.OperationalError, "attempt to write a readonly database", PermissionDenied),
        (sa.exc.ProgrammingError, "permission denied for table t", PermissionDenied),
        (sa.exc.ProgrammingError, 'relation "t" does not exist', BackendUnavailable),
        (sa.exc.OperationalError, 'password authentication failed for user "u"', BackendUnavailable),
        (sa.exc.InterfaceError, "connection already closed", BackendUnavailable),
    ],
)
def test_a_drivers_error_becomes_a_typed_one(native: Any, text: str, typed: type[RemoteStoreError]) -> None:
    error = sql_error(native("INSERT s3cret", {"content": b"s3cret"}, Exception(text)), "t")
    assert type(error) is typed
    assert "s3cret" not in str(error)


@pytest.mark.spec("SQLB-013")
def test_other_errors_of_the_layer_are_typed_too(opened: list[SQLBlobBackend]) -> None:
    backend = SQLBlobBackend("sqlite://")
    opened.append(backend)
    assert type(backend.map_error(sa.exc.TimeoutError("QueuePool limit"))) is BackendUnavailable
    assert type(backend.map_error(sa.exc.NoSuchColumnError("s3cret"))) is RemoteStoreError
    assert backend.map_error(KeyError("not ours")) is None


@pytest.mark.spec("SQLB-013")
def test_a_constraint_of_the_table_itself_is_not_taken_for_a_file(file: Path, opened: list[SQLBlobBackend]) -> None:
    execute(file, f"{_LEGACY}, other TEXT NOT NULL)")
    backend = SQLBlobBackend(f"sqlite:///{file}")
    opened.append(backend)
    with pytest.raises(RemoteStoreError, match="own constraints") as caught:
        Store(backend).write("f", b"")
    assert not isinstance(caught.value, AlreadyExists)
