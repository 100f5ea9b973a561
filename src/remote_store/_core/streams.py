"""Streams between a caller and a backend: pulled sources, error-mapping readers, push handles."""

from __future__ import annotations

import io
from collections.abc import Callable
from types import ModuleType
from typing import IO, Any, BinaryIO, cast

from remote_store._core.ports import SourceFailed
from remote_store.backend import Backend, Source, WriteHandle, WriteOptions
from remote_store.models import WriteResult

__all__ = ["CHUNK", "AtomicWriter", "PulledSource", "SpooledWrite", "reader", "source_of", "spooled"]

CHUNK = 1 << 20
"""Bytes moved at a time where nothing else decides."""
SPOOL_LIMIT = 8 << 20
"""Bytes kept in memory before a spool goes to disk."""


class PulledSource:
    """The caller's stream as a backend sees it: bounded reads, bytes only, its errors marked as its own."""

    __slots__ = ("_read",)

    def __init__(self, read: Callable[[int], Any]) -> None:
        self._read = read

    def read(self, size: int, /) -> bytes:
        try:
            data = self._read(size if size >= 0 else CHUNK)
        except Exception as exc:
            raise SourceFailed(exc) from exc
        if isinstance(data, bytes):
            return data
        if isinstance(data, (bytearray, memoryview)):
            return bytes(data)
        raise SourceFailed(TypeError(f"the source is not binary: its read() gave {type(data).__name__}"))


def source_of(content: object) -> Source:
    """What a backend pulls from. (WRITE-006)

    Raises:
        TypeError: `content` is neither bytes-like nor a binary stream.
    """
    if isinstance(content, bytes):
        return content
    if isinstance(content, (bytearray, memoryview)):
        return bytes(content)
    read = getattr(content, "read", None)
    if callable(read) and not isinstance(content, io.TextIOBase):
        return PulledSource(read)
    hint = "; use write_text()" if isinstance(content, (str, io.TextIOBase)) else ""
    raise TypeError(f"content is bytes-like or a binary stream, not {type(content).__name__}{hint}")


class _MappedRaw(io.RawIOBase):
    """A backend's stream whose errors are typed, and which is seekable only if the backend promises it."""

    def __init__(self, inner: BinaryIO, fail: Callable[[Exception], Exception], seekable: bool) -> None:
        self._inner = inner
        self._fail = fail
        self._seekable = seekable

    def readinto(self, buffer: Any) -> int:
        try:
            if (readinto := getattr(self._inner, "readinto", None)) is not None:
                return cast(int, readinto(buffer))
            data = self._inner.read(len(buffer))
        except Exception as exc:
            raise self._fail(exc) from exc
        buffer[: len(data)] = data
        return len(data)

    def readall(self) -> bytes:
        try:
            return self._inner.read()
        except Exception as exc:
            raise self._fail(exc) from exc

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._seekable

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        if not self._seekable:
            raise io.UnsupportedOperation("this stream is not seekable; use read_seekable()")
        return self._inner.seek(offset, whence)

    def tell(self) -> int:
        if not self._seekable:
            raise io.UnsupportedOperation("this stream is not seekable; use read_seekable()")
        return self._inner.tell()

    def close(self) -> None:
        if not self.closed:
            try:
                self._inner.close()
            finally:
                super().close()


def reader(inner: BinaryIO, fail: Callable[[Exception], Exception], *, seekable: bool) -> BinaryIO:
    """`inner` as a caller reads it: buffered, errors typed. (SIO-001)"""
    return io.BufferedReader(_MappedRaw(inner, fail, seekable), 1 << 16)


def _tempfile() -> ModuleType:
    import tempfile  # on use: few need it, and it is among the dearest modules to import

    return tempfile


def spooled(stream: BinaryIO) -> BinaryIO:
    """All of `stream` as a seekable one, in memory or past `SPOOL_LIMIT` on disk; `stream` is closed, also on error."""
    with stream:
        head = stream.read(SPOOL_LIMIT)
        if len(head) < SPOOL_LIMIT:
            return io.BytesIO(head)
        spool = _tempfile().TemporaryFile()
        try:
            while head:
                spool.write(head)
                head = stream.read(CHUNK)
            spool.seek(0)
        except BaseException:
            spool.close()
            raise
        return cast(BinaryIO, spool)


class SpooledWrite:
    """A push handle for a backend that has none: spool, then one atomic write."""

    def __init__(self, backend: Backend, path: str, options: WriteOptions) -> None:
        self._backend = backend
        self._path = path
        self._options = options
        self._spool: IO[bytes] = _tempfile().SpooledTemporaryFile(SPOOL_LIMIT)

    def write(self, data: bytes | bytearray | memoryview, /) -> int:
        return self._spool.write(data)

    def commit(self) -> WriteResult:
        with self._spool as spool:
            spool.seek(0)
            return self._backend.write(self._path, spool, self._options)

    def abort(self) -> None:
        self._spool.close()


class AtomicWriter(io.RawIOBase):
    """What `open_atomic` yields: a binary stream to write to; `result` is there after the block. (AW-002)"""

    def __init__(self, handle: WriteHandle, fail: Callable[[Exception], Exception]) -> None:
        self.handle = handle
        self.failure: Exception | None = None
        """The error of a `write` that failed: what was written is not whole, so the block cannot end well."""
        self._fail = fail
        self._position = 0
        self._result: WriteResult | None = None

    @property
    def result(self) -> WriteResult:
        """What the write left behind; ValueError before the block has ended well."""
        if self._result is None:
            raise ValueError("the result is there once the with block has ended without an error")
        return self._result

    @result.setter
    def result(self, result: WriteResult) -> None:
        self._result = result

    def write(self, data: Any, /) -> int:
        if self.closed:
            raise ValueError("write to a closed stream")
        if not isinstance(data, (bytes, bytearray, memoryview)):
            raise TypeError(f"data is bytes-like, not {type(data).__name__}")
        view = memoryview(data).cast("B")
        try:
            self.handle.write(view)
        except Exception as exc:
            self.failure = self._fail(exc)
            raise self.failure from exc
        self._position += len(view)
        return len(view)

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position
