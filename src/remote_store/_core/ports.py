"""How an operation reaches a backend: the one point where native errors become typed ones. (ERR-003)"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import Any, Protocol, TypeVar

from remote_store.backend import Backend, Page
from remote_store.errors import RemoteStoreError
from remote_store.path import RemotePath

__all__ = ["InlinePort", "Port", "SourceFailed", "iterate", "run", "typed"]

T = TypeVar("T")
Y = TypeVar("Y")

_LOG = logging.getLogger("remote_store")
_DEBUG = logging.DEBUG


class SourceFailed(Exception):
    """The caller's source raised while a backend pulled from it: not the backend's error, so never mapped."""

    def __init__(self, original: Exception) -> None:
        super().__init__(original)
        self.original = original


class Port(Protocol):
    """Carries a call to the backend; `path` is the key as the caller knows it, for errors and logs."""

    backend: Any

    async def call(self, path: str, verb: Callable[..., T], *args: Any) -> T: ...

    def pages(self, path: str, verb: Callable[..., Iterator[Page]], *args: Any) -> AsyncIterator[Page]: ...


class InlinePort:
    """Calls a sync backend in place: an operation over it never suspends."""

    __slots__ = ("backend",)

    def __init__(self, backend: Backend) -> None:
        self.backend = backend

    async def call(self, path: str, verb: Callable[..., T], *args: Any) -> T:
        if _LOG.isEnabledFor(_DEBUG):
            _log(self.backend, path, verb)
        try:
            return verb(*args)
        except Exception as exc:  # noqa: BLE001 - every native error, whatever it is, becomes a typed one here
            raise typed(exc, self.backend, path) from _cause(exc)

    async def pages(self, path: str, verb: Callable[..., Iterator[Page]], *args: Any) -> AsyncIterator[Page]:
        pages = iter(await self.call(path, verb, *args))
        while (page := await self.call(path, next, pages, None)) is not None:
            yield page


def typed(exc: Exception, backend: Backend, path: str) -> Exception:
    """The error that the caller gets for `exc`: typed, with path and backend. A caller's own error stays itself."""
    if isinstance(exc, SourceFailed):
        return exc.original
    error = exc if isinstance(exc, RemoteStoreError) else backend.map_error(exc)
    if error is None:
        error = RemoteStoreError(f"the backend failed with {type(exc).__name__}")
    return locate(error, backend, path)


def locate(error: RemoteStoreError, backend: Backend, path: str) -> RemoteStoreError:
    """`error`, telling where: the path as the caller's store knows it."""
    error.path = path or RemotePath.ROOT.as_posix()
    error.backend = backend.name
    if isinstance(error, OSError):
        error.filename = error.path
    return error


def _cause(exc: Exception) -> BaseException | None:
    return exc.__cause__ if isinstance(exc, (RemoteStoreError, SourceFailed)) else exc


def _log(backend: Backend, path: str, verb: Callable[..., Any]) -> None:
    name = getattr(verb, "__name__", "call")
    _LOG.debug("%s %r on %s", name, path, backend.name, extra={"op": name, "path": path, "backend": backend.name})


def run(operation: Coroutine[Any, Any, T]) -> T:
    """Run an operation over an inline port to its end: one step, no event loop, no thread."""
    try:
        operation.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    operation.close()
    raise RuntimeError("an operation over an inline port suspended")


def iterate(pages: AsyncIterator[list[Y]]) -> Iterator[Y]:
    """The items of an operation's pages, one after another."""
    try:
        while True:
            try:
                page: list[Y] = run(pages.__anext__())  # type: ignore[arg-type]
            except StopAsyncIteration:
                return
            yield from page
    finally:
        run(pages.aclose())  # type: ignore[attr-defined]
