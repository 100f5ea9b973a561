"""What reading a folder gives: records that cost little until they are asked, and ranges of files."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from io import RawIOBase
from typing import Any

from remote_store.models import FileInfo, WriteResult
from remote_store.path import RemotePath

__all__ = ["Range", "etag", "file_at", "listed_file", "modified", "write_result"]


def modified(found: os.stat_result) -> datetime | None:
    """When the content changed, in UTC; None if the medium tells a time that Python cannot."""
    try:
        return datetime.fromtimestamp(found.st_mtime, timezone.utc)
    except (OverflowError, ValueError, OSError):
        return None


def etag(found: os.stat_result) -> str:
    """What changes whenever the file is written or replaced."""
    return f"{found.st_mtime_ns:x}-{found.st_size:x}-{found.st_ino:x}"


def write_result(path: str, found: os.stat_result) -> WriteResult:
    key = RemotePath.trusted(path)
    return WriteResult(key, found.st_size, "native", etag=etag(found), last_modified=modified(found))


class _LocalFile(FileInfo):
    """A file that works out what it tells when asked: most who look only want to know that it is there."""

    __slots__ = ("_native",)
    _native: tuple[str, os.stat_result]

    def __getattr__(self, name: str) -> Any:  # only for what is not set yet
        if name not in FileInfo.__slots__:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        tell = _TELL.get(name)
        value = tell(*self._native) if tell else None
        _put(self, name, value)
        return value

    def __eq__(self, other: object) -> bool:
        return self.path == other.path if isinstance(other, FileInfo) else NotImplemented

    __hash__ = FileInfo.__hash__

    def __reduce__(self) -> tuple[Any, ...]:
        return FileInfo, tuple(getattr(self, slot) for slot in FileInfo.__slots__)


_LocalFile.__qualname__ = FileInfo.__qualname__  # what its repr shows
_TELL: Mapping[str, Callable[[str, os.stat_result], object]] = {
    "path": lambda path, _: RemotePath.trusted(path),
    "name": lambda path, _: path[path.rfind("/") + 1 :],
    "size": lambda _, found: found.st_size,
    "modified_at": lambda _, found: modified(found),
    "etag": lambda _, found: etag(found),
    "extra": lambda *_: {},
}
_new = object.__new__
_put = object.__setattr__
_new_text = str.__new__
# A record is frozen; its slots are set as the class itself does, but faster.
_set_native = _LocalFile.__dict__["_native"].__set__
_set_path, _set_name, _set_size = (FileInfo.__dict__[slot].__set__ for slot in ("path", "name", "size"))


def file_at(path: str, found: os.stat_result) -> FileInfo:
    """The file at `path`, of which `found` is known."""
    info: FileInfo = _new(_LocalFile)
    _set_native(info, (path, found))
    return info


def listed_file(path: str, name: str, found: os.stat_result) -> FileInfo:
    """The same for a listing, where everybody asks for these three."""
    info: FileInfo = _new(_LocalFile)
    _set_path(info, _new_text(RemotePath, path))
    _set_name(info, name)
    _set_size(info, found.st_size)
    _set_native(info, (path, found))
    return info


class Range(RawIOBase):
    """The bytes `start` to `stop` of an open file, as a file of their own."""

    def __init__(self, fd: int, start: int, stop: int | None) -> None:
        self._fd = fd
        self._start = start
        self._stop = stop
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        at = self._start + self._at
        wanted = len(view) if self._stop is None else max(0, min(len(view), self._stop - at))
        data = os.pread(self._fd, wanted, at) if wanted else b""
        view[: len(data)] = data
        self._at += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        at = offset + (0, self._at, self._size() if whence == os.SEEK_END else 0)[whence]
        if at < 0:
            raise ValueError(f"negative position {at}")
        self._at = at
        return at

    def tell(self) -> int:
        return self._at

    def _size(self) -> int:
        size = os.fstat(self._fd).st_size
        return max(0, (size if self._stop is None else min(size, self._stop)) - self._start)

    def close(self) -> None:
        if not self.closed:
            super().close()
            os.close(self._fd)
