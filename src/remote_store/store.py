"""`Store`: what a user holds. A typed façade; every operation lives in `_core.ops`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import BinaryIO, TypeVar

from remote_store._core.ops import Operations
from remote_store._core.ports import InlinePort, iterate, run
from remote_store._core.streams import AtomicWriter
from remote_store.backend import Backend
from remote_store.capabilities import Capability
from remote_store.errors import InvalidPath
from remote_store.models import (
    FileInfo,
    FolderEntry,
    FolderInfo,
    ResolutionPlan,
    WritableContent,
    WriteResult,
)
from remote_store.path import PathLike, normalize

__all__ = ["Store"]

T = TypeVar("T")


class Store:
    """Files under one root of one backend, with the same meaning on every medium.

    Paths are relative POSIX text (`"logs/a.csv"`), any spelling of one path is the same path, `""` is the root. Every
    method raises `InvalidPath` for `..`, NUL and what the medium cannot name, before any I/O; `CapabilityNotSupported`
    if the backend lacks what the method needs; `PermissionDenied` and `BackendUnavailable` for what the medium refuses.
    A failed operation leaves the store as it was. (ERR-001, ERR-003)

    >>> from remote_store import MemoryBackend, Store
    >>> store = Store(MemoryBackend())
    >>> store.write("reports/today.txt", b"42").size
    2
    >>> [str(info) for info in store.list_files("reports")]
    ['reports/today.txt']
    """

    __slots__ = ("__weakref__", "_ops")

    def __init__(self, backend: Backend, root_path: PathLike = "") -> None:
        if not isinstance(backend, Backend):
            raise TypeError(f"a store stands on a Backend, not {type(backend).__name__}")
        self._ops = Operations(backend, normalize(root_path), InlinePort(backend))

    # -- the store itself --------------------------------------------------------------------------------------------

    def child(self, subpath: PathLike) -> Store:
        """A store rooted at `subpath`, which cannot reach outside; it need not exist yet. (STORE-002)

        Raises:
            InvalidPath: `subpath` is the root or has a `..` segment.
        """
        key = self._ops.key(subpath)
        if not key:
            raise InvalidPath("a child store has a root of its own", path=str(subpath), backend=self._ops.backend.name)
        return Store(self._ops.backend, self._ops.full(key))

    def supports(self, capability: Capability) -> bool:
        """Whether the backend declares `capability`. No I/O. (CAP-002)"""
        return capability in self._ops.capabilities

    def ping(self) -> None:
        """Return if the medium can be used; else raise BackendUnavailable or PermissionDenied. (STORE-005)"""
        run(self._ops.ping())

    def close(self) -> None:
        """Release the backend's resources; again is harmless. A child never closes its parent's backend. (STORE-004)"""
        if not self._ops.root:
            self._ops.backend.close()

    def unwrap(self, type_hint: type[T]) -> T:
        """The native handle of that type, or the backend itself.

        Raises:
            CapabilityNotSupported: the backend has none. (STORE-006)
        """
        return self._ops.backend.unwrap(type_hint)

    def resolve(self, key: PathLike) -> ResolutionPlan:
        """Where `key` leads, without I/O and without secrets. (STORE-007)"""
        own = self._ops.key(key)
        full, backend = self._ops.full(own), self._ops.backend
        return ResolutionPlan(backend.name, backend.name, own, backend.native_path(full), backend.details(full))

    def native_path(self, key: PathLike) -> str:
        """How the medium itself names `key`. No I/O. (STORE-008)"""
        return self._ops.backend.native_path(self._ops.full(self._ops.key(key)))

    def to_key(self, path: str) -> str:
        """The key that a native path stands for: `to_key(native_path(k)) == k`. No I/O. (STORE-008)

        Raises:
            InvalidPath: the native path is outside this store.
        """
        return self._ops.own_key(self._ops.backend.to_key(path), path)

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Store):
            return NotImplemented
        return self._ops.backend is other._ops.backend and self._ops.root == other._ops.root

    def __hash__(self) -> int:
        return hash((id(self._ops.backend), self._ops.root))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(backend={self._ops.backend.name!r}, root_path={self._ops.root!r})"

    # -- what is there -----------------------------------------------------------------------------------------------

    def exists(self, path: PathLike) -> bool:
        """Whether a file or folder is at `path`. Only absence is a no. (EXISTS-001, EXISTS-003)"""
        return run(self._ops.exists(path))

    def is_file(self, path: PathLike) -> bool:
        """Whether a file is at `path`. (EXISTS-001)"""
        return run(self._ops.is_file(path))

    def is_folder(self, path: PathLike) -> bool:
        """Whether a folder is at `path`; the root always is one. (EXISTS-001, PATH-003)"""
        return run(self._ops.is_folder(path))

    def get_file_info(self, path: PathLike) -> FileInfo:
        """The file's record: size in bytes, time, etag, user metadata, what the medium adds. (INFO-001)

        Raises:
            NotFound: nothing is there.
            InvalidPath: a folder is there.
        """
        return run(self._ops.get_file_info(path))

    def head(self, path: PathLike) -> WriteResult:
        """The same as a write would have returned it, without reading content. Raises as `get_file_info`. (INFO-001)"""
        return run(self._ops.head(path))

    def get_folder_info(self, path: PathLike, *, max_depth: int | None = None) -> FolderInfo:
        """How many files are below and how many bytes they hold, counted exactly. (INFO-002)

        Raises:
            NotFound: nothing is there.
            InvalidPath: a file is there.
            ValueError: `max_depth` is negative.
        """
        return run(self._ops.get_folder_info(path, max_depth))

    # -- reading -----------------------------------------------------------------------------------------------------

    def read(self, path: PathLike) -> BinaryIO:
        """A binary stream of the content, to be closed; seekable exactly where SEEKABLE_READ is declared. (SIO-001)

        Raises:
            NotFound: nothing is there.
            InvalidPath: a folder is there.
        """
        return run(self._ops.read(path))

    def read_bytes(self, path: PathLike) -> bytes:
        """The whole content. Raises as `read`. (READ-001)"""
        return run(self._ops.read_bytes(path))

    def read_text(self, path: PathLike, *, encoding: str = "utf-8", errors: str = "strict") -> str:
        """The whole content as text, newlines as they are. Raises as `read`, and UnicodeDecodeError. (READ-003)"""
        return run(self._ops.read_bytes(path)).decode(encoding, errors)

    def read_seekable(self, path: PathLike) -> BinaryIO:
        """A seekable binary stream, spooled only where the backend's own cannot seek. Raises as `read`. (SIO-002)"""
        return run(self._ops.read_seekable(path))

    # -- writing -----------------------------------------------------------------------------------------------------

    def write(
        self,
        path: PathLike,
        content: WritableContent,
        *,
        overwrite: bool = False,
        metadata: Mapping[str, str] | None = None,
    ) -> WriteResult:
        """Store bytes, or a binary stream from where it stands to its end; parents appear. (WRITE-001 ff.)

        All or nothing: a source that raises publishes nothing, and its own error is what the caller gets.

        Raises:
            AlreadyExists: a file is there and `overwrite` is false; of several creators at once one wins.
            InvalidPath: a folder is there, or the path goes through a file.
            CapabilityNotSupported: `metadata` without USER_METADATA.
            TypeError: `content` is neither bytes-like nor a binary stream.
        """
        return run(self._ops.write(path, content, overwrite, metadata))

    def write_text(
        self,
        path: PathLike,
        text: str,
        *,
        encoding: str = "utf-8",
        errors: str = "strict",
        overwrite: bool = False,
        metadata: Mapping[str, str] | None = None,
    ) -> WriteResult:
        """Store text, newlines as they are. Raises as `write`, and UnicodeEncodeError. (WRITE-008)"""
        if not isinstance(text, str):
            raise TypeError(f"text is a str, not {type(text).__name__}; use write()")
        return run(self._ops.write(path, text.encode(encoding, errors), overwrite, metadata))

    def write_atomic(
        self,
        path: PathLike,
        content: WritableContent,
        *,
        overwrite: bool = False,
        metadata: Mapping[str, str] | None = None,
    ) -> WriteResult:
        """As `write`, and a reader sees the old content or the new, whole, even after a crash. (AW-001)"""
        return run(self._ops.write(path, content, overwrite, metadata, atomic=True))

    @contextmanager
    def open_atomic(
        self, path: PathLike, *, overwrite: bool = False, metadata: Mapping[str, str] | None = None
    ) -> Iterator[AtomicWriter]:
        """A binary stream whose content appears whole when the block ends; leaving it by an error is no write. (AW-002)

        `stream.result` is the WriteResult, once the block has ended. Raises as `write`, on entering where it can.

        >>> from remote_store import MemoryBackend, Store
        >>> with Store(MemoryBackend()).open_atomic("a.bin") as stream:
        ...     _ = stream.write(b"whole or not at all")
        >>> stream.result.size
        19
        """
        key, writer = run(self._ops.begin_write(path, overwrite, metadata))
        try:
            yield writer
            if writer.failure is not None:
                raise writer.failure
        except BaseException:
            run(self._ops.abort(key, writer))
            raise
        run(self._ops.commit(key, writer, overwrite))

    # -- deleting, copying, moving -----------------------------------------------------------------------------------

    def delete(self, path: PathLike, *, missing_ok: bool = False) -> None:
        """Remove a file. (DEL-001)

        Raises:
            NotFound: nothing is there and `missing_ok` is false.
            InvalidPath: a folder is there.
        """
        run(self._ops.delete(path, missing_ok))

    def delete_folder(self, path: PathLike, *, recursive: bool = False, missing_ok: bool = False) -> None:
        """Remove a folder, with `recursive` all that is below it. (DELF-001)

        Raises:
            DirectoryNotEmpty: something is below and `recursive` is false.
            NotFound: nothing is there and `missing_ok` is false.
            InvalidPath: a file is there, or it is the root.
        """
        run(self._ops.delete_folder(path, recursive, missing_ok))

    def copy(self, src: PathLike, dst: PathLike, *, overwrite: bool = False) -> None:
        """Duplicate a file with its user metadata; onto itself nothing happens. (COPY-001, COPY-002)

        Raises:
            NotFound: no file is at `src`.
            AlreadyExists: a file is at `dst` and `overwrite` is false.
            InvalidPath: a folder is at `src` or `dst`, or `dst` goes through a file.
        """
        run(self._ops.copy(src, dst, overwrite))

    def move(self, src: PathLike, dst: PathLike, *, overwrite: bool = False) -> None:
        """Rename a file, user metadata included; onto itself nothing happens. Raises as `copy`. (MOVE-001, MOVE-002)"""
        run(self._ops.move(src, dst, overwrite))

    # -- listing -----------------------------------------------------------------------------------------------------

    def list_files(
        self,
        path: PathLike,
        *,
        recursive: bool = False,
        pattern: str | None = None,
        max_depth: int | None = None,
    ) -> Iterator[FileInfo]:
        """The files in a folder, in no promised order; nothing where no folder is. (LIST-001, LIST-004)

        `recursive`: all below. `max_depth`: 0 is directly inside, 1 one level more; it implies recursion. `pattern`:
        `fnmatch` on the last name, case-sensitive. (LIST-005)

        Raises:
            ValueError: `max_depth` is negative.
        """
        return iterate(self._ops.list_files(path, recursive, pattern, max_depth))

    def list_folders(
        self, path: PathLike, *, pattern: str | None = None, max_depth: int | None = None
    ) -> Iterator[FolderEntry]:
        """The folders in a folder, deeper with `max_depth`; `pattern` filters what is yielded only. (LIST-002)"""
        return iterate(self._ops.list_folders(path, pattern, max_depth))

    def iter_children(self, path: PathLike) -> Iterator[FileInfo | FolderEntry]:
        """The files and folders directly inside, with what is known of each. (LIST-003)"""
        return iterate(self._ops.iter_children(path))

    def glob(self, pattern: str) -> Iterator[FileInfo]:
        """The files whose whole path matches: `*`, `?`, `[...]` within a name, `**` for any folders. (GLOB-001)

        A literal `*`, `?` or `[` is matched by `[*]`, `[?]`, `[[]`.

        Raises:
            ValueError: the pattern is empty or has `**` beside other characters.
        """
        return iterate(self._ops.glob(pattern))
