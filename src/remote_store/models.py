"""The records that operations return: immutable; `str()` and `os.fspath()` of an entry are its path. (MOD-001 ff.)"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, BinaryIO, Literal, Protocol, TypeVar, runtime_checkable

from remote_store.path import RemotePath

__all__ = [
    "ContentDigest",
    "FileInfo",
    "FolderEntry",
    "FolderInfo",
    "PathEntry",
    "ResolutionPlan",
    "WritableContent",
    "WriteResult",
    "WriteSource",
]

WritableContent = bytes | bytearray | memoryview | BinaryIO
WriteSource = Literal["native", "basic", "sidecar"]

_HEX = re.compile(r"(?:[0-9a-f]{2})+", re.ASCII)


@runtime_checkable
class PathEntry(Protocol):
    """What every listing yields."""

    @property
    def path(self) -> RemotePath: ...

    @property
    def name(self) -> str: ...


D = TypeVar("D", bound="_Deferred")


class _Deferred:
    """A record may be made without its fields: they are worked out when one is first asked for.

    Making a frozen record costs more than many a system call, and most callers look at one field of it or none.
    """

    __slots__ = ("_work_out",)
    _work_out: tuple[Callable[..., Any], tuple[Any, ...]]

    @classmethod
    def deferred(cls: type[D], work_out: Callable[..., D], *args: Any) -> D:
        """The record that `work_out(*args)` gives, at next to no cost until it is looked at."""
        record = _new(cls)
        _set_work_out(record, (work_out, args))
        return record

    def __getattr__(self, name: str) -> Any:  # only for a slot that is not filled
        slots = type(self).__slots__
        if name not in slots:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        work_out, args = self._work_out
        whole = work_out(*args)
        for slot in slots:
            object.__setattr__(self, slot, getattr(whole, slot))
        return getattr(whole, name)


_new = object.__new__
_set_work_out = _Deferred.__dict__["_work_out"].__set__


class _Entry(_Deferred):
    """Compares and hashes by path; is a path wherever one is expected."""

    __slots__ = ()
    path: RemotePath

    def __str__(self) -> str:
        return str.__str__(self.path)

    def __fspath__(self) -> str:
        return str.__str__(self.path)

    def __eq__(self, other: object) -> bool:
        return self.path == other.path if isinstance(other, _Entry) and type(other) is type(self) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.path)


@dataclass(frozen=True, slots=True)
class ContentDigest:
    """A checksum of the content: `algorithm` in lower case, `value` in lower-case hexadecimal."""

    algorithm: str
    value: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "algorithm", self.algorithm.lower())
        object.__setattr__(self, "value", self.value.lower())
        if not self.algorithm or not _HEX.fullmatch(self.value):
            raise ValueError(f"a digest is an algorithm and hexadecimal digits, not {self.algorithm!r}, {self.value!r}")

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.value}"


@dataclass(frozen=True, slots=True, eq=False)
class FileInfo(_Entry):
    """A file: `size` in bytes, `modified_at` aware UTC or None where the medium does not tell. (MOD-002)"""

    path: RemotePath
    name: str
    size: int
    modified_at: datetime | None = None
    digest: ContentDigest | None = None
    etag: str | None = None
    content_type: str | None = None
    metadata: Mapping[str, str] | None = None
    extra: Mapping[str, object] = field(default_factory=dict, repr=False)
    version_id: str | None = None

    __str__ = _Entry.__str__

    @classmethod
    def listed(cls, path: str, name: str, size: int, work_out: Callable[..., FileInfo], *args: Any) -> FileInfo:
        """A deferred record that knows already what everybody asks of a listing; `path` is a normalised key."""
        record = cls.deferred(work_out, *args)
        _set_path(record, RemotePath.trusted(path))
        _set_name(record, name)
        _set_size(record, size)
        return record


_set_path, _set_name, _set_size = (FileInfo.__dict__[slot].__set__ for slot in ("path", "name", "size"))


@dataclass(frozen=True, slots=True, eq=False)
class FolderEntry(_Entry):
    """A folder in a listing. (MOD-003)"""

    path: RemotePath
    name: str

    __str__ = _Entry.__str__


@dataclass(frozen=True, slots=True, eq=False)
class FolderInfo(_Entry):
    """A folder summed up: `file_count` files below it, `total_size` bytes in them. (MOD-004)"""

    path: RemotePath
    file_count: int
    total_size: int
    modified_at: datetime | None = None
    extra: Mapping[str, object] = field(default_factory=dict, repr=False)

    __str__ = _Entry.__str__

    @property
    def name(self) -> str:
        """The last name of the path; `.` at the root."""
        return self.path.name


@dataclass(frozen=True, slots=True)
class WriteResult(_Deferred):
    """What a write left behind; `source` tells where the richer fields come from. (MOD-005)

    `native`: the backend's own answer to the write. `basic`: a look afterwards. `sidecar`: computed by `ext.write`.
    """

    path: RemotePath
    size: int
    source: WriteSource = "basic"
    digest: ContentDigest | None = None
    etag: str | None = None
    version_id: str | None = None
    last_modified: datetime | None = None
    metadata: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class ResolutionPlan:
    """Where a key leads, found without I/O and without secrets. `kind` and `backend` are the backend's name."""

    kind: str
    backend: str
    key: str
    native_path: str
    details: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "details", MappingProxyType(dict(self.details)))
