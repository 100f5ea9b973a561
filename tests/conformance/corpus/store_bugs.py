"""Stores with one bug each: what a wrapper, a cache or a convenience above the driver gets wrong."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from remote_store import FileInfo, FolderInfo, InvalidPath, MemoryBackend, NotFound, RemotePath, RemoteStoreError, Store
from remote_store.backend import Backend


class SelfMoveDeletes(Store):
    """Moving a file onto itself deletes it: copy, then delete."""

    __slots__ = ()

    def move(self, src: Any, dst: Any, *, overwrite: bool = False) -> None:
        super().move(src, dst, overwrite=overwrite)
        if src == dst:
            self.delete(src)


class AliasMoveDeletes(Store):
    """Moving a file to another spelling of its path deletes it: the texts are compared, not the paths."""

    __slots__ = ()

    def move(self, src: Any, dst: Any, *, overwrite: bool = False) -> None:
        super().move(src, dst, overwrite=overwrite)
        if src != dst and RemotePath(src) == RemotePath(dst):
            self.delete(src)


class DepthOffByOne(Store):
    """max_depth=1 lists one level too few."""

    __slots__ = ()

    def list_files(self, path: Any, *, max_depth: int | None = None, **named: Any) -> Iterator[FileInfo]:
        return super().list_files(path, max_depth=max_depth - 1 if max_depth else max_depth, **named)


class CountOff(Store):
    """get_folder_info counts folders as files."""

    __slots__ = ()

    def get_folder_info(self, path: Any, *, max_depth: int | None = None) -> FolderInfo:
        info = super().get_folder_info(path, max_depth=max_depth)
        return FolderInfo(info.path, info.file_count + len(list(self.list_folders(path))), info.total_size)


class StaleCache(Store):
    """A cached content outlives an overwrite."""

    __slots__ = ("_cache",)

    def __init__(self, backend: Backend, root_path: Any = "") -> None:
        super().__init__(backend, root_path)
        self._cache: dict[str, bytes] = {}

    def read_bytes(self, path: Any) -> bytes:
        if path not in self._cache or not self.is_file(path):
            self._cache[path] = super().read_bytes(path)
        return self._cache[path]


class SwallowsErrors(Store):
    """exists() of a path that is refused is False."""

    __slots__ = ()

    def exists(self, path: Any) -> bool:
        try:
            return super().exists(path)
        except RemoteStoreError:
            return False


class EscapesSandbox(Store):
    """`..` is resolved rather than refused."""

    __slots__ = ()

    def read_bytes(self, path: Any) -> bytes:
        return super().read_bytes(posixpath.normpath(f"/{path}"))


class IgnoresCase(Store):
    """A pattern matches names whatever their case."""

    __slots__ = ()

    def list_files(self, path: Any, *, pattern: str | None = None, **named: Any) -> Iterator[FileInfo]:
        found = {file.path: file for file in super().list_files(path, pattern=pattern, **named)}
        if pattern is not None:
            found |= {file.path: file for file in super().list_files(path, pattern=pattern.lower(), **named)}
            found |= {file.path: file for file in super().list_files(path, pattern=pattern.upper(), **named)}
        return iter(found.values())


class GlobsLiterals(Store):
    """Deleting a file whose name holds glob characters deletes what the name matches."""

    __slots__ = ()

    def delete(self, path: Any, *, missing_ok: bool = False) -> None:
        name = str(path).rpartition("/")[2]
        super().delete(path, missing_ok=missing_ok)
        if "[" in name or "*" in name or "?" in name:
            with suppress(InvalidPath):
                for file in list(self.list_files(posixpath.dirname(path), pattern=name)):
                    super().delete(file)


class PathlessErrors(Store):
    """An error of its own tells neither path nor backend."""

    __slots__ = ()

    def read_text(self, path: Any, **named: Any) -> str:
        if not self.is_file(path):
            raise NotFound("no such file")
        return super().read_text(path, **named)


class LeaksNative(Store):
    """A missing file shows the exception of the container that holds the files."""

    __slots__ = ()

    def read_text(self, path: Any, **named: Any) -> str:
        files = {str(file): file for file in self.list_files("", recursive=True)}
        return super().read_text(files[str(RemotePath(path))], **named)


class BypassesGate(Store):
    """A delete works although DELETE is not declared."""

    __slots__ = ()

    def delete(self, path: Any, *, missing_ok: bool = False) -> None:
        self.unwrap(CannotDelete).delete(str(RemotePath(path)))


class CannotDelete(MemoryBackend):
    """A memory backend that does not declare DELETE."""

    @property
    def capabilities(self) -> Any:
        return self.CAPABILITIES.without(*(cap for cap in self.CAPABILITIES if cap.name == "DELETE"))


class EscapingChild(Store):
    """A child joins paths as text, so that its `a/../../x` is beside it."""

    __slots__ = ()

    def child(self, subpath: Any) -> Store:
        return EscapingChild.rooted(self.unwrap(Backend), f"{self.native_path('')}/{subpath}".strip("/"))  # type: ignore[type-abstract]

    @classmethod
    def rooted(cls, backend: Backend, root: str) -> Store:
        return _Joining(backend, root)


class _Joining(Store):
    """Rooted, and writes next door where a name has a twin there."""

    __slots__ = ()

    def delete_folder(self, path: Any, **named: Any) -> None:
        super().delete_folder(path, **named)
        whole = Store(self.unwrap(Backend))  # type: ignore[type-abstract]
        for file in [file for file in whole.list_files("", recursive=True) if str(file).startswith("jail/in2")]:
            whole.delete(file)
