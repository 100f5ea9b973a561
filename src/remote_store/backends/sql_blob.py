"""Objects as rows of one SQL table, over SQLAlchemy 2. (SQLB-001 ff.)

Keys are bytes, so that every database compares them alike: no case folding, no padding, no collation. What is below the
folder `p` is the range `p/ <= key < p0` (`0` follows `/`), never a LIKE. Each verb is one transaction. A writer changes
its row first and looks for clashes afterwards: by then it holds the write lock, so what it sees is what it commits on.
"""

from __future__ import annotations

import io
import json
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime, timezone
from typing import Any, BinaryIO, ClassVar, Literal, TypeVar
from uuid import uuid4

from remote_store.backend import Backend, Entry, Page, Source, Want, WriteOptions
from remote_store.capabilities import Capability, CapabilitySet
from remote_store.errors import (
    BackendUnavailable,
    DirectoryNotEmpty,
    InvalidPath,
    NotFound,
    RemoteStoreError,
)
from remote_store.models import FolderEntry, WriteResult
from remote_store.path import RemotePath, normalize

try:
    import sqlalchemy as sa
    from sqlalchemy import exc as sa_exc
    from sqlalchemy.pool import StaticPool
    from sqlalchemy.schema import CreateTable

    from remote_store.backends._sql import Turns, engine_of, in_memory, no_table, shown, sql_error
    from remote_store.backends._sql_table import (
        MAX_KEY_BYTES,
        Layout,
        below,
        file_info,
        folder_entry,
        found,
        fresh,
        path_of,
        range_of,
    )
except ModuleNotFoundError as exc:
    raise ModuleNotFoundError(
        "SQLAlchemy is required for the sql-blob backend. Install it with: pip install 'remote-store[sql]'",
        name=exc.name,
    ) from exc

__all__ = ["BlobTooLarge", "SQLBlobBackend"]

T = TypeVar("T")

PAGE_ROWS = 1000
CHUNK_BYTES = 1 << 20
_MAX_OFFSET = 2**31 - 2  # a 32-bit integer in SQL; no database holds a larger blob


class BlobTooLarge(RemoteStoreError, ValueError):
    """The content exceeds `max_blob_size`; nothing was stored."""


class SQLBlobBackend(Backend):
    """A table in a database that SQLAlchemy reaches, as a store: a row an object. (SQLB-001)

    Give `url` or `engine`, not both; a borrowed engine is left open by `close`. `max_blob_size` is in bytes. Every
    verb holds a whole content in memory, as databases do. Keys have at most 1024 bytes in UTF-8.
    An in-memory SQLite database (`sqlite://`) serves all threads, one at a time; it ends with the backend.

    Raises:
        ValueError: neither or both of `url` and `engine`, or a `url` that SQLAlchemy cannot use.
    """

    CAPABILITIES: ClassVar[CapabilitySet] = CapabilitySet(set(Capability) - {Capability.LAZY_READ})
    folders: Literal["kept", "implied"] = "implied"

    def __init__(
        self,
        url: str | None = None,
        *,
        engine: sa.Engine | None = None,
        table_name: str = "remote_store_objects",
        create_table: bool = True,
        max_blob_size: int | None = None,
        reject_write_under_file_ancestor: bool = True,
    ) -> None:
        if (url is None) == (engine is None):
            raise ValueError("sql-blob takes either url or engine")
        if not table_name:
            raise ValueError("sql-blob needs a table_name")
        if max_blob_size is not None and max_blob_size < 0:
            raise ValueError("max_blob_size is a number of bytes, at least 0")
        self._owned = engine is None
        self._engine = engine if engine is not None else engine_of(url or "")
        self._table_name = table_name
        self._create_table = create_table
        self._max_blob_size = max_blob_size
        self._refuse_clash = reject_write_under_file_ancestor
        self.clash: Literal["refused", "allowed"] = "refused" if reject_write_under_file_ancestor else "allowed"
        self._pid = os.getpid()
        self._layout: Layout | None = None
        self._layout_lock = threading.Lock()
        # With one connection there is one transaction, so its users have to take turns.
        shared = isinstance(self._engine.pool, StaticPool) or (self._owned and in_memory(self._engine.url))
        self._turn: AbstractContextManager[None] = Turns() if shared else nullcontext()

    @property
    def name(self) -> str:
        return "sql-blob"

    @property
    def capabilities(self) -> CapabilitySet:
        """All but LAZY_READ, less what a table without `user_metadata` or `modified_at` cannot do. (SQLB-002)

        While the database cannot be reached: all, and the operation itself tells why.
        """
        if self._layout is None:
            try:
                return self.CAPABILITIES.without(*self._ready().lost)
            except (sa_exc.SQLAlchemyError, RemoteStoreError):
                return self.CAPABILITIES
        return self.CAPABILITIES.without(*self._layout.lost)

    def __repr__(self) -> str:
        return f"SQLBlobBackend(url={shown(self._engine.url)!r}, table_name={self._table_name!r})"

    # -- reading ----------------------------------------------------------------------------------------------------

    def stat(self, path: str, want: Want = Want.ANY) -> Entry:
        if not path:
            return FolderEntry(RemotePath.ROOT, ".")
        layout, key = self._ready(), path.encode()
        file = layout.rows().where(layout.table.c.key == key)
        inside = layout.rows().where(*below(layout.table, path)).limit(1)
        query: sa.Select[Any] | sa.CompoundSelect[Any]
        if want is Want.FILE:
            query = file
        elif want is Want.FOLDER:
            query = inside
        else:  # one statement, so that a concurrent move cannot slip between two
            query = sa.union_all(file, inside.subquery().select())
        with self._connection() as conn:
            rows = conn.execute(query).all()
        for row in rows:
            if row.key == key:
                return file_info(path, row)
        if not rows:
            raise NotFound("no such file or folder")
        return FolderEntry(RemotePath.trusted(path), path.rpartition("/")[2])

    def read(self, path: str, start: int = 0, stop: int | None = None) -> BinaryIO:
        return io.BytesIO(self._content(path, start, stop))

    def read_bytes(self, path: str) -> bytes:
        return self._content(path, 0, None)

    def _content(self, path: str, start: int, stop: int | None) -> bytes:
        table = self._ready().table
        content: sa.ColumnElement[bytes] = table.c.content
        if start or stop is not None:
            start = min(start, _MAX_OFFSET)
            bounds = [start + 1]
            if stop is not None:
                bounds.append(min(max(stop - start, 0), _MAX_OFFSET))
            content = sa.func.substr(content, *bounds, type_=sa.LargeBinary())
        with self._connection() as conn:
            row = conn.execute(sa.select(content).where(table.c.key == path.encode())).first()
        if row is None:
            raise NotFound("no such file")
        return bytes(row[0] or b"")

    def scan(self, prefix: str, recursive: bool) -> Iterator[Page]:
        return self._files(prefix) if recursive else self._children(prefix)

    def _files(self, prefix: str) -> Iterator[Page]:
        start, _ = range_of(prefix)
        while rows := self._rows(prefix, start, PAGE_ROWS):
            page = [file_info(path, row) for row in rows if (path := path_of(row.key)) is not None]
            if page:
                yield page
            if len(rows) < PAGE_ROWS:
                return
            start = rows[-1].key + b"\0"  # the next possible key

    def _children(self, prefix: str) -> Iterator[Page]:
        """Files and folders directly inside: a folder's own rows are passed by a seek, however many they are."""
        base, _ = range_of(prefix)
        start, limit = base, PAGE_ROWS
        while rows := self._rows(prefix, start, limit):
            page: list[Entry] = []
            for row in rows:
                if row.key < start:
                    continue  # inside the folder just seen
                name, slash, _ = row.key[len(base) :].partition(b"/")
                start = base + name + b"0" if slash else row.key + b"\0"
                path = path_of(base + name)
                if path is None:
                    continue
                page.append(folder_entry(path) if slash else file_info(path, row))
            if page:
                yield page
            if len(rows) < limit:
                return
            limit = min(PAGE_ROWS, 4 * len(page) + 16)  # large folders in a row: do not fetch what is passed by

    def _rows(self, prefix: str, start: bytes, limit: int) -> Sequence[sa.Row[Any]]:
        """The first `limit` rows below the folder `prefix` whose key is `start` or later."""
        layout = self._ready()
        key = layout.table.c.key
        query = layout.rows().where(key >= start, *below(layout.table, prefix)).order_by(key).limit(limit)
        with self._connection() as conn:
            return conn.execute(query).all()

    # -- writing ----------------------------------------------------------------------------------------------------

    def write(self, path: str, source: Source, options: WriteOptions) -> WriteResult:
        layout = self._ready()
        if options.metadata:
            self.capabilities.require(Capability.USER_METADATA, backend=self.name, path=path)
        content = self._drain(source)
        key, now, etag = path.encode(), datetime.now(timezone.utc), uuid4().hex
        values = layout.present(
            {
                "size": len(content),
                "modified_at": now.replace(tzinfo=None),
                "etag": etag,
                "user_metadata": json.dumps(dict(options.metadata)) if options.metadata else None,
                "content": content,
            }
        )
        table = layout.table
        with self._transaction() as conn:
            replace = sa.update(table).where(table.c.key == key).values(values)
            if not (options.overwrite and conn.execute(replace).rowcount):
                conn.execute(sa.insert(table).values(key=key, **values))
                self._check_clash(conn, table, path)
        return WriteResult(
            path=RemotePath.trusted(path),
            size=len(content),
            source="native" if layout.has("modified_at") else "basic",
            etag=etag if layout.has("etag") else None,
            last_modified=now if layout.has("modified_at") else None,
            metadata=dict(options.metadata) if options.metadata else None,
        )

    def _drain(self, source: Source) -> bytes:
        """All that `source` holds; no more is read than it takes to see that it is too much."""
        if isinstance(source, bytes):
            self._check_size(len(source))
            return source
        content = bytearray()
        limit = self._max_blob_size
        while chunk := source.read(CHUNK_BYTES if limit is None else min(CHUNK_BYTES, limit + 1 - len(content))):
            content += chunk
            self._check_size(len(content))
        return bytes(content)

    def _check_size(self, size: int) -> None:
        if self._max_blob_size is not None and size > self._max_blob_size:
            raise BlobTooLarge(f"the content exceeds max_blob_size, {self._max_blob_size} bytes")

    def delete(self, path: str) -> None:
        table = self._ready().table
        with self._transaction() as conn:
            if not conn.execute(sa.delete(table).where(table.c.key == path.encode())).rowcount:
                raise NotFound("no such file")

    def remove_folder(self, path: str, recursive: bool) -> None:
        if not recursive:
            self.stat(path, Want.FOLDER)
            raise DirectoryNotEmpty("the folder is not empty")
        table = self._ready().table
        with self._transaction() as conn:
            if not conn.execute(sa.delete(table).where(*below(table, path))).rowcount:
                raise NotFound("no such folder")

    def copy(self, src: str, dst: str, overwrite: bool) -> None:
        layout = self._ready()
        table = layout.table
        fresh = {
            "key": sa.literal(dst.encode(), table.c.key.type),
            "modified_at": sa.literal(datetime.now(timezone.utc).replace(tzinfo=None), sa.DateTime()),
            "etag": sa.literal(uuid4().hex),
        }
        row = sa.select(*(fresh.get(c.name, c) for c in table.c)).where(table.c.key == src.encode())
        with self._transaction() as conn:
            if overwrite:
                conn.execute(sa.delete(table).where(table.c.key == dst.encode()))
            copied = conn.execute(sa.insert(table).from_select([c.name for c in table.c], row))
            if not copied.rowcount:
                raise NotFound("no such file")
            self._check_clash(conn, table, dst)

    def move(self, src: str, dst: str, overwrite: bool) -> None:
        table = self._ready().table
        with self._transaction() as conn:
            if overwrite:
                conn.execute(sa.delete(table).where(table.c.key == dst.encode()))
            if not conn.execute(sa.update(table).where(table.c.key == src.encode()).values(key=dst.encode())).rowcount:
                raise NotFound("no such file")
            self._check_clash(conn, table, dst, moved_from=src)

    def _check_clash(self, conn: sa.Connection, table: sa.Table, path: str, moved_from: str = "") -> None:
        """Refuse the row just made at `path` if a file is above it or something below. (WRITE-004)

        `moved_from` was there too before this transaction, and counts.
        """
        if not self._refuse_clash:
            return
        names = path.split("/")
        above = ["/".join(names[:n]) for n in range(1, len(names))]
        if above:
            keys = [key.encode() for key in above]
            found = conn.execute(sa.select(table.c.key).where(table.c.key.in_(keys)).limit(1)).first()
            if found or moved_from in above:
                raise InvalidPath("the path goes through a file")
        found = conn.execute(sa.select(table.c.key).where(*below(table, path)).limit(1)).first()
        if found or moved_from.startswith(path + "/"):
            raise InvalidPath("a folder is at the path")

    # -- connection and table ---------------------------------------------------------------------------------------

    def ping(self) -> None:
        table = self._ready().table
        with self._connection() as conn:
            conn.execute(sa.select(table.c.key).limit(1)).first()

    def close(self) -> None:
        if self._owned:
            self._engine.dispose()

    @contextmanager
    def _connection(self) -> Iterator[sa.Connection]:
        if self._pid != os.getpid() and self._owned and not in_memory(self._engine.url):
            # The pool came along through a fork, but its connections are the parent's.
            self._engine.dispose(close=False)
            self._pid = os.getpid()
        with self._turn, self._engine.connect() as conn:
            yield conn

    @contextmanager
    def _transaction(self) -> Iterator[sa.Connection]:
        """A transaction that writes: all of it happens, or nothing."""
        with self._connection() as conn:
            sqlite = conn.dialect.name == "sqlite"
            if not sqlite:
                conn = conn.execution_options(isolation_level="SERIALIZABLE")
            with conn.begin():
                # Python's driver begins by itself or not, as the engine was set up; this says it for all of them.
                if sqlite and not getattr(conn.connection.dbapi_connection, "in_transaction", False):
                    conn.exec_driver_sql("BEGIN IMMEDIATE")
                yield conn

    def _ready(self) -> Layout:
        """The table: looked at, and created if it may be, on first use."""
        if self._layout is None:
            with self._layout_lock:
                if self._layout is None:
                    self._layout = self._find_or_create()
        return self._layout

    def _find_or_create(self) -> Layout:
        with self._connection() as conn:
            layout = found(conn, self._table_name)
        if layout is not None:
            return layout
        if not self._create_table:
            raise BackendUnavailable(no_table(self._table_name))
        layout = fresh(self._table_name)
        with self._transaction() as conn:
            conn.execute(CreateTable(layout.table, if_not_exists=True))
        return layout

    # -- names and errors -------------------------------------------------------------------------------------------

    def native_path(self, path: str) -> str:
        return f"{self._table_name}/{path}" if path else self._table_name

    def to_key(self, native: str) -> str:
        if native == self._table_name:
            return ""
        head, key = native[: len(self._table_name) + 1], native[len(self._table_name) + 1 :]
        if head != f"{self._table_name}/" or not key or normalize(key) != key:
            raise InvalidPath(f"not a row of the table {self._table_name!r}", path=native, backend=self.name)
        return key

    def details(self, path: str) -> Mapping[str, Any]:
        return {"table_name": self._table_name}

    def check_path(self, path: str) -> None:
        """A key has at most 1024 bytes, so that it fits an index everywhere. (PATH-007)"""
        if len(path) * 4 > MAX_KEY_BYTES and len(path.encode()) > MAX_KEY_BYTES:
            raise InvalidPath(f"a key of sql-blob has at most {MAX_KEY_BYTES} bytes", path=path, backend=self.name)

    def map_error(self, exc: Exception) -> RemoteStoreError | None:
        return sql_error(exc, self._table_name) or super().map_error(exc)

    def unwrap(self, type_hint: type[T]) -> T:
        return self._engine if isinstance(self._engine, type_hint) else super().unwrap(type_hint)
