"""What goes into the oracle and what comes out of it: plain, immutable Python values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Path: TypeAlias = tuple[str, ...]
"""The names to follow from the root; ``()`` is the root."""

Metadata: TypeAlias = tuple[tuple[str, str], ...]
"""User metadata as sorted pairs."""


@dataclass(frozen=True, slots=True)
class Profile:
    """The legitimate differences between storage media.

    ``capabilities`` holds values such as ``"read"`` or ``"atomic_write"``; those that gate nothing are ignored.
    """

    capabilities: frozenset[str]
    folders: Literal["kept", "implied"]
    clash: Literal["refused", "allowed"]


# --- Operations; a path is None where the text that was given is no valid path


@dataclass(frozen=True, slots=True)
class Exists:
    path: Path | None


@dataclass(frozen=True, slots=True)
class IsFile:
    path: Path | None


@dataclass(frozen=True, slots=True)
class IsFolder:
    path: Path | None


@dataclass(frozen=True, slots=True)
class Read:
    path: Path | None


@dataclass(frozen=True, slots=True)
class Write:
    path: Path | None
    content: bytes
    metadata: Metadata = ()
    overwrite: bool = False
    atomic: bool = False


@dataclass(frozen=True, slots=True)
class Delete:
    path: Path | None
    missing_ok: bool = False


@dataclass(frozen=True, slots=True)
class DeleteFolder:
    path: Path | None
    recursive: bool = False
    missing_ok: bool = False


@dataclass(frozen=True, slots=True)
class ListFiles:
    """Depth 0 is directly inside, 1 one level more, None all below."""

    path: Path | None
    depth: int | None = 0
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class ListFolders:
    """Depth 0 is directly inside, 1 one level more, None all below."""

    path: Path | None
    depth: int | None = 0
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class IterChildren:
    path: Path | None


@dataclass(frozen=True, slots=True)
class Glob:
    """``**`` as a whole segment is any number of folders; other segments are patterns for one name."""

    pattern: str


@dataclass(frozen=True, slots=True)
class GetFileInfo:
    path: Path | None


@dataclass(frozen=True, slots=True)
class Head:
    path: Path | None


@dataclass(frozen=True, slots=True)
class GetFolderInfo:
    """Depth 0 counts what is directly inside, None all below."""

    path: Path | None
    depth: int | None = None


@dataclass(frozen=True, slots=True)
class Move:
    src: Path | None
    dst: Path | None
    overwrite: bool = False


@dataclass(frozen=True, slots=True)
class Copy:
    src: Path | None
    dst: Path | None
    overwrite: bool = False


Op: TypeAlias = (
    Exists
    | IsFile
    | IsFolder
    | Read
    | Write
    | Delete
    | DeleteFolder
    | ListFiles
    | ListFolders
    | IterChildren
    | Glob
    | GetFileInfo
    | Head
    | GetFolderInfo
    | Move
    | Copy
)

# --- Answers; paths in them are whole, from the root


@dataclass(frozen=True, slots=True)
class FileData:
    """A file: what was written."""

    content: bytes
    metadata: Metadata = ()


@dataclass(frozen=True, slots=True)
class Info:
    """The answer of Write, GetFileInfo and Head."""

    size: int
    metadata: Metadata = ()


@dataclass(frozen=True, slots=True)
class Children:
    """The answer of IterChildren."""

    files: dict[Path, int]
    folders: frozenset[Path]


@dataclass(frozen=True, slots=True)
class Totals:
    """The answer of GetFolderInfo."""

    files: int
    bytes: int


Value: TypeAlias = bool | bytes | Info | dict[Path, int] | frozenset[Path] | Children | Totals | None
"""Exists, IsFile, IsFolder: bool. Read: bytes. Write, GetFileInfo, Head: Info. Delete, DeleteFolder, Move, Copy: None.
ListFiles, Glob: path to size. ListFolders: the paths. IterChildren: Children. GetFolderInfo: Totals."""


@dataclass(frozen=True, slots=True)
class Ok:
    """Success, with what was answered."""

    value: Value = None


@dataclass(frozen=True, slots=True)
class Err:
    """Failure, with the name of the error's class; a name that the contract does not know is never allowed."""

    kind: str


Outcome: TypeAlias = Ok | Err


@dataclass(frozen=True, slots=True)
class Allowed:
    """Everything that a backend may show: the one success, if there is one, and the errors."""

    success: Ok | None
    errors: frozenset[str]
