"""The page that a backend author reads: storage verbs and what the core promises to them.

A `Backend` moves bytes and names; everything that a user finds convenient is written once above it. It may rely on:

* **keys** are normalised text (`a/b.txt`; `""` is the root) and never `..`, NUL or a lone surrogate; file verbs never
  get the root;
* **capabilities** were checked, options are filled in, metadata was validated;
* **errors may fly as they are**: whatever a verb raises goes through `map_error` at one point, which adds path and
  backend. A verb raises NotFound when nothing is there to act on (never, where folders are kept, for a folder). Any
  other refusal may be vague: which error the contract wants (a folder where a file is needed, a path through a file)
  the core finds out by `stat`, on the failing path only.

What a backend owes: a verb that returns has done all of it; a verb that raises has done nothing. (BE-001 ff.)
"""

from __future__ import annotations

import errno
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from enum import IntEnum
from typing import Any, BinaryIO, ClassVar, Literal, NamedTuple, Protocol, TypeVar

from remote_store.capabilities import CapabilitySet
from remote_store.errors import (
    AlreadyExists,
    BackendUnavailable,
    CapabilityNotSupported,
    DirectoryNotEmpty,
    InvalidPath,
    NotFound,
    PermissionDenied,
    RemoteStoreError,
)
from remote_store.models import FileInfo, FolderEntry, WriteResult

__all__ = ["Backend", "Entry", "Page", "Source", "Want", "WriteHandle", "WriteOptions", "os_error"]

T = TypeVar("T")
Entry = FileInfo | FolderEntry
Page = Sequence[Entry]


class Want(IntEnum):
    """What the caller of `stat` is after, so that an object store sends one request and not two."""

    ANY = 0
    FILE = 1
    FOLDER = 2


class WriteOptions(NamedTuple):
    """How to write. With `overwrite` false the create is exclusive: the medium decides, not a look beforehand."""

    overwrite: bool = False
    atomic: bool = False
    metadata: Mapping[str, str] | None = None


class Readable(Protocol):
    """A source that a write pulls from: `read(n)` gives at most `n` bytes, `b""` at the end."""

    def read(self, size: int, /) -> bytes: ...


Source = bytes | Readable


class WriteHandle(Protocol):
    """A push handle: nothing is visible before `commit`, nothing is left after `abort`."""

    def write(self, data: bytes | bytearray | memoryview, /) -> int: ...

    def commit(self) -> WriteResult: ...

    def abort(self) -> None: ...


class Backend(ABC):
    """A storage medium. Required: `name`, `CAPABILITIES` and the verbs that its capabilities need.

    A read-only backend implements `stat`, `read` and, if it lists, `scan`.
    """

    CAPABILITIES: ClassVar[CapabilitySet] = CapabilitySet()
    folders: Literal["kept", "implied"] = "kept"
    """Whether a folder stays when its last file goes, or exists only while something is below it."""
    clash: Literal["refused", "allowed"] = "refused"
    """Whether one path can be file and folder at once."""

    @property
    @abstractmethod
    def name(self) -> str:
        """The type name: `local`, `s3` ..."""

    @property
    def capabilities(self) -> CapabilitySet:
        """What this instance can do: `CAPABILITIES`, or less where an option takes something away."""
        return self.CAPABILITIES

    # -- required ---------------------------------------------------------------------------------------------------

    @abstractmethod
    def stat(self, path: str, want: Want = Want.ANY) -> Entry:
        """The file or folder at `path`; NotFound if there is none, or only one of the other kind and `want` says so
        cheaply. Where one path is both, `want` decides, and ANY gives the file. The root is a folder."""

    @abstractmethod
    def read(self, path: str, start: int = 0, stop: int | None = None) -> BinaryIO:
        """A binary stream of the bytes `start` to `stop`; seekable exactly where SEEKABLE_READ is declared."""

    def read_bytes(self, path: str) -> bytes:
        """The whole content. Override it where that is cheaper than opening a stream."""
        with self.read(path) as stream:
            return stream.read()

    def scan(self, prefix: str, recursive: bool) -> Iterator[Page]:
        """Pages of what is in the folder `prefix`, with what the listing already knows; each path once.

        Recursive: every file below and, where folders are kept, every folder below. A folder that is not there, or a
        file, yields nothing or raises NotFound. What vanishes meanwhile is passed over.
        """
        raise NotImplementedError

    def write(self, path: str, source: Source, options: WriteOptions) -> WriteResult:
        """Store what `source` holds; parents appear. All or nothing: a source that raises publishes nothing."""
        raise NotImplementedError

    def delete(self, path: str) -> None:
        """Remove the file; NotFound if there is none."""
        raise NotImplementedError

    def remove_folder(self, path: str, recursive: bool) -> None:
        """Remove the folder and, with `recursive`, all below; else DirectoryNotEmpty if it has children."""
        raise NotImplementedError

    # -- optional: the core derives what a backend does not override -------------------------------------------------

    def copy(self, src: str, dst: str, overwrite: bool) -> None:
        """Copy content and metadata; `src` differs from `dst`. Derived: read, then write."""
        raise NotImplementedError

    def move(self, src: str, dst: str, overwrite: bool) -> None:
        """Rename; `src` differs from `dst`. Derived: copy, then delete."""
        raise NotImplementedError

    def open_write(self, path: str, options: WriteOptions) -> WriteHandle:
        """A push handle, where the medium has one. Derived: spool, then write."""
        raise NotImplementedError

    def ping(self) -> None:
        """Raise BackendUnavailable or PermissionDenied if the medium cannot be used. Derived: `stat` of the root."""
        self.stat("", Want.FOLDER)

    def close(self) -> None:
        """Release what this backend opened; again is harmless."""

    # -- names and errors: no I/O ------------------------------------------------------------------------------------

    def native_path(self, path: str) -> str:
        """How the medium itself names `path`. No I/O, no secret."""
        return path

    def to_key(self, native: str) -> str:
        """The inverse of `native_path`; InvalidPath if `native` is not below this backend's root."""
        return native

    def details(self, path: str) -> Mapping[str, Any]:
        """What `Store.resolve` tells beside the native path. No I/O, no secret."""
        return {}

    def check_path(self, path: str) -> None:
        """Raise InvalidPath if the medium cannot name `path`: a matter of its text alone, and no I/O. (PATH-007)"""

    def map_error(self, exc: Exception) -> RemoteStoreError | None:
        """The typed error that a native one means; path, backend and cause are filled in for it. None: unknown."""
        return os_error(exc) if isinstance(exc, OSError) else None

    def unwrap(self, type_hint: type[T]) -> T:
        """The native handle of that type, or this backend itself.

        Raises:
            CapabilityNotSupported: there is none.
        """
        if isinstance(self, type_hint):
            return self
        raise CapabilityNotSupported(f"no native handle of type {type_hint.__name__}", backend=self.name)


_BY_ERRNO: Mapping[int, type[RemoteStoreError]] = {
    errno.ENOTEMPTY: DirectoryNotEmpty,
    errno.ENAMETOOLONG: InvalidPath,
    errno.EILSEQ: InvalidPath,
    errno.ELOOP: InvalidPath,
    errno.EXDEV: InvalidPath,  # what a path that leaves the root answers under RESOLVE_BENEATH
    errno.EROFS: PermissionDenied,
}


def os_error(exc: OSError) -> RemoteStoreError:
    """The typed error that an `OSError` means."""
    text = exc.strerror or str(exc) or type(exc).__name__
    match exc:
        case FileNotFoundError() | NotADirectoryError():
            return NotFound("no such file or folder")
        case FileExistsError():
            return AlreadyExists("the path is taken")
        case IsADirectoryError():
            return InvalidPath("a folder is at the path")
        case PermissionError():
            return PermissionDenied(text)
    return _BY_ERRNO.get(exc.errno or 0, BackendUnavailable)(text)
