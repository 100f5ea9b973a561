"""The table of objects: its columns, as they should be and as they are found, and its rows as entries."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from remote_store.capabilities import Capability
from remote_store.errors import BackendUnavailable, InvalidPath
from remote_store.models import FileInfo, FolderEntry
from remote_store.path import RemotePath, normalize

__all__ = ["MAX_KEY_BYTES", "Layout", "below", "file_info", "folder_entry", "found", "fresh", "path_of", "range_of"]

MAX_KEY_BYTES = 1024  # what fits an index of every supported database

_REQUIRED = ("key", "size", "content")
_NEEDS = {"user_metadata": Capability.USER_METADATA, "modified_at": Capability.WRITE_RESULT_NATIVE}


class Layout(NamedTuple):
    """A table with those of the columns that it has, and the capabilities that are lost with the others."""

    table: sa.Table
    lost: tuple[Capability, ...] = ()

    def has(self, column: str) -> bool:
        return column in self.table.c

    def present(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Those `values` for which there is a column."""
        return {name: value for name, value in values.items() if self.has(name)}

    def rows(self) -> sa.Select[Any]:
        """A query for what a `FileInfo` is made of; what the table lacks is NULL. It never touches the content."""
        names = ("key", "size", "modified_at", "etag", "user_metadata")
        return sa.select(*(self.table.c[name] if self.has(name) else sa.null().label(name) for name in names))


def fresh(name: str) -> Layout:
    """The table as we create it."""
    return Layout(sa.Table(name, sa.MetaData(), *_columns()))


def found(conn: sa.Connection, name: str) -> Layout | None:
    """The table as it is; None if there is none. (SQLB-002)

    Raises:
        BackendUnavailable: it cannot hold objects.
    """
    inspector = sa.inspect(conn)
    if not inspector.has_table(name):
        return None
    types = {column["name"]: column["type"] for column in inspector.get_columns(name)}
    if missing := [column for column in _REQUIRED if column not in types]:
        raise BackendUnavailable(f"the table {name!r} has no column {', '.join(missing)}")
    if isinstance(types["key"], sa.String):
        raise BackendUnavailable(f"the table {name!r} has a text key; it has to be binary")
    if not _unique(inspector, name):
        raise BackendUnavailable(f"the table {name!r} does not keep keys unique")
    table = sa.Table(name, sa.MetaData(), *(column for column in _columns() if column.name in types))
    return Layout(table, tuple(cap for column, cap in _NEEDS.items() if column not in types))


def _unique(inspector: sa.Inspector, name: str) -> bool:
    """Whether the database itself refuses a second row of one key."""
    indexes = (index["column_names"] for index in inspector.get_indexes(name) if index["unique"])
    constraints = (constraint["column_names"] for constraint in inspector.get_unique_constraints(name))
    return ["key"] in [inspector.get_pk_constraint(name)["constrained_columns"], *constraints, *indexes]


def _columns() -> list[sa.Column[Any]]:
    """The columns of a new table. `content` is last: SQLite reads through a long value to get at what follows it."""
    key = sa.LargeBinary().with_variant(mysql.VARBINARY(MAX_KEY_BYTES), "mysql", "mariadb")
    time = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
    blob = sa.LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")
    return [
        sa.Column("key", key, primary_key=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("modified_at", time),
        sa.Column("etag", sa.String(64)),
        sa.Column("user_metadata", sa.Text()),
        sa.Column("content", blob, nullable=False),
    ]


def range_of(prefix: str) -> tuple[bytes, bytes | None]:
    """First key and first key no more of what is below the folder `prefix`."""
    key = prefix.encode()
    return (key + b"/", key + b"0") if key else (b"", None)


def below(table: sa.Table, prefix: str) -> list[sa.ColumnElement[bool]]:
    """What holds of the keys below the folder `prefix`."""
    start, end = range_of(prefix)
    return [table.c.key >= start] if end is None else [table.c.key >= start, table.c.key < end]


def path_of(key: bytes) -> str | None:
    """The path that `key` spells; None for a row that no path of ours can name, which someone else put there."""
    try:
        path = key.decode()
        return path if path and normalize(path) == path else None
    except (UnicodeDecodeError, InvalidPath):
        return None


def folder_entry(path: str) -> FolderEntry:
    return FolderEntry(RemotePath.trusted(path), path.rpartition("/")[2])


def file_info(path: str, row: sa.Row[Any]) -> FileInfo:
    return FileInfo(
        path=RemotePath.trusted(path),
        name=path.rpartition("/")[2],
        size=row.size,
        modified_at=_utc(row.modified_at),
        etag=row.etag,
        metadata=json.loads(row.user_metadata) if row.user_metadata else None,
    )


def _utc(time: datetime | None) -> datetime | None:
    if time is None:
        return None
    return time.replace(tzinfo=timezone.utc) if time.tzinfo is None else time.astimezone(timezone.utc)
