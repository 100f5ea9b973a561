"""What reading a folder gives: records of files, and ranges of their content."""

from __future__ import annotations

import os
from datetime import datetime, timezone
from io import RawIOBase
from typing import Any

from remote_store.models import FileInfo, WriteResult
from remote_store.path import RemotePath

__all__ = ["Range", "etag", "file_at", "modified", "write_result"]


def modified(found: os.stat_result) -> datetime | None:
    """When the content changed, in UTC; None if the medium tells a time that Python cannot."""
    try:
        return datetime.fromtimestamp(found.st_mtime, timezone.utc)
    except (OverflowError, ValueError, OSError):
        return None


def etag(found: os.stat_result) -> str:
    """What changes whenever the file is written or replaced."""
    return f"{found.st_mtime_ns:x}-{found.st_size:x}-{found.st_ino:x}"


def file_at(path: str, found: os.stat_result) -> FileInfo:
    """The file at `path`, of which `found` is known."""
    return FileInfo(
        RemotePath.trusted(path), path[path.rfind("/") + 1 :], found.st_size, modified(found), etag=etag(found)
    )


def write_result(path: str, found: os.stat_result) -> WriteResult:
    """What a write to `path` left behind."""
    return WriteResult(
        RemotePath.trusted(path), found.st_size, "native", etag=etag(found), last_modified=modified(found)
    )


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
