"""Engines and errors of SQLAlchemy, as the SQL backends need them."""

from __future__ import annotations

import logging
from collections import deque
from threading import Lock

import sqlalchemy as sa
from sqlalchemy import exc as sa_exc
from sqlalchemy.pool import QueuePool

from remote_store.errors import AlreadyExists, BackendUnavailable, PermissionDenied, RemoteStoreError

__all__ = ["Turns", "engine_of", "in_memory", "no_table", "shown", "sql_error"]


class Turns:
    """A lock that threads get in the order in which they came.

    Where all share one connection, neither a plain lock nor a pool does: a thread that lets go and asks again at once
    overtakes those who wait, and a busy reader shuts out a writer for good.
    """

    def __init__(self) -> None:
        self._guard = Lock()
        self._taken = False
        self._waiting: deque[Lock] = deque()

    def __enter__(self) -> None:
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            gate = Lock()
            gate.acquire()
            self._waiting.append(gate)
        try:
            gate.acquire()
        except BaseException:  # an interrupt while waiting: give up the place, or the turn if it has just come
            with self._guard:
                if gate in self._waiting:
                    self._waiting.remove(gate)
                    raise
            self.__exit__()
            raise

    def __exit__(self, *_: object) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


_LOGGING_NAME = "remote_store"


def _no_rows(record: logging.LogRecord) -> bool:
    return record.levelno > logging.DEBUG


def engine_of(url: str) -> sa.Engine:
    """An engine of our own; neither its errors nor its log show what is stored. (SQLB-012)"""
    # SQLAlchemy hides parameters if asked, but at DEBUG it logs the rows that come back.
    logging.getLogger(f"sqlalchemy.engine.Engine.{_LOGGING_NAME}").addFilter(_no_rows)
    try:
        parsed = sa.make_url(url)
        if not in_memory(parsed):
            return sa.create_engine(parsed, hide_parameters=True, logging_name=_LOGGING_NAME)
        # The database is the connection: one for all, lent to one thread at a time. A StaticPool would lend it to all
        # at once, and a rollback in one thread would undo what another is about to commit.
        return sa.create_engine(
            parsed,
            hide_parameters=True,
            logging_name=_LOGGING_NAME,
            poolclass=QueuePool,
            pool_size=1,
            max_overflow=0,
            connect_args={"check_same_thread": False},
        )
    except sa_exc.NoSuchModuleError as exc:
        raise ValueError(f"SQLAlchemy has no dialect for this url: {exc}") from None
    except sa_exc.ArgumentError:
        raise ValueError("the url is not a database URL of SQLAlchemy") from None  # its text has the password


def in_memory(url: sa.URL) -> bool:
    """Whether this is an SQLite database that lives and dies with its connection."""
    if url.get_backend_name() != "sqlite":
        return False
    return not url.database or ":memory:" in url.database or url.query.get("mode") == "memory"


def shown(url: sa.URL) -> str:
    """`url` without its password, and without its query part: that may hold secrets of a driver."""
    return url.set(query={}).render_as_string(hide_password=True)


def sql_error(exc: Exception, table_name: str) -> RemoteStoreError | None:
    """The typed error that `exc` means; it tells the driver's first line, never a statement or its parameters."""
    match exc:
        case sa_exc.DBAPIError():
            return _driver_error(exc, table_name)
        case sa_exc.TimeoutError():
            return BackendUnavailable("all connections to the database are in use")
        case sa_exc.SQLAlchemyError():
            return RemoteStoreError(f"the database layer failed: {type(exc).__name__}")
    return None


def no_table(table_name: str) -> str:
    return f"the table {table_name!r} is not there; create it, or let create_table=True do so"


def _driver_error(exc: sa_exc.DBAPIError, table_name: str) -> RemoteStoreError:
    """The typed error that a driver's error means. Drivers share no codes, so the text decides."""
    text = str(exc.orig).partition("\n")[0]
    lower = text.lower()
    if isinstance(exc, sa_exc.IntegrityError):
        if "unique" in lower or "duplicate" in lower:
            return AlreadyExists("a file is at the path")
        return RemoteStoreError("the table's own constraints refuse the row")
    if isinstance(exc, sa_exc.DataError):
        return RemoteStoreError("the database cannot hold this value")
    if "readonly" in lower or "read-only" in lower or "permission denied" in lower or "command denied" in lower:
        return PermissionDenied(f"the database refuses: {text}")
    if "no such table" in lower or (table_name.lower() in lower and "exist" in lower):
        return BackendUnavailable(no_table(table_name))
    if "locked" in lower:
        return BackendUnavailable("another writer keeps the database locked; url option timeout= waits longer")
    if "unable to open" in lower:
        return BackendUnavailable("the database file cannot be opened; see that its folder exists and may be written")
    return BackendUnavailable(f"the database failed: {text}")
