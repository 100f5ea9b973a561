"""Everything that can be seen of a store, and how two such views differ. (CONF-003)"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from remote_store_oracle import FileData, Path, Profile

from remote_store.conformance.observe import Remark, error_kind, file_entry, key_of, pairs
from remote_store.store import Store

__all__ = ["Difference", "Tree", "Unreadable", "differences", "look", "text_of"]

_DEEP = 64
"""More levels than any trace makes."""


@dataclass(frozen=True, slots=True)
class Tree:
    """Files with what is in them, and folders. `total` is what `get_folder_info` of the root tells, if it may."""

    files: Mapping[Path, FileData]
    folders: frozenset[Path]
    total: tuple[int, int] | None = None

    def to_json(self) -> dict[str, Any]:
        """Readable, for reports."""
        return {
            "files": {text_of(path): _preview(file) for path, file in sorted(self.files.items())},
            "folders": sorted(map(text_of, self.folders)),
        }


class Unreadable(Exception):
    """The tree cannot be looked at, though the store is said to be able to show it."""

    def __init__(self, what: str, path: Path, error: Exception) -> None:
        super().__init__(f"{what} of {text_of(path)!r}: {type(error).__name__}: {error}")
        self.what = what
        self.path = path
        self.error = error

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.what, self.path, self.error))


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the store shows otherwise than the contract says."""

    what: str
    path: Path
    clause: str | None = None

    def __str__(self) -> str:
        return f"{self.what}: {text_of(self.path)!r}"


def text_of(path: Path) -> str:
    """A path as text; the root is `.`."""
    return "/".join(path) or "."


def _preview(file: FileData) -> Any:
    content: Any = file.content
    text = content.decode("utf-8", "backslashreplace") if len(content) <= 80 else f"{len(content)} bytes"
    return {"content": text, "metadata": dict(file.metadata)} if file.metadata else text


def look(
    store: Store, profile: Profile, known: Tree, touched: Collection[Path | None] = ()
) -> tuple[Tree, list[Remark]]:
    """The visible tree. A store that cannot list is asked for what is `known` to have been there.

    Metadata is asked for where there is or was some, and of the files that were `touched`.

    Raises:
        Unreadable: a listing, or reading what it lists, fails.
    """
    remarks: list[Remark] = []
    can = profile.capabilities
    sizes = _listed(store, remarks) if "list" in can else _asked(store, known)
    files: dict[Path, FileData] = {}
    for path, size in sizes.items():
        key = "/".join(path)
        content = _try("read", path, store.read_bytes, key) if "read" in can else bytes(size or 0)
        if size is not None and len(content) != size:
            remarks.append(Remark("LIST-001", "a listed size is not that of the content", f"{key!r}: {size}"))
        plain = path not in touched and path in known.files and not known.files[path].metadata
        asked = "user_metadata" in can and "metadata" in can and not plain
        metadata = pairs(_try("info", path, store.get_file_info, key).metadata) if asked else ()
        files[path] = FileData(content, metadata)
    folders = frozenset(_folders(store)) if "list" in can else known.folders
    return Tree(files, folders, _total(store) if "metadata" in can and "list" in can else None), remarks


def _listed(store: Store, remarks: list[Remark]) -> dict[Path, int | None]:
    entries = _try("list", (), lambda: list(store.list_files("", recursive=True)))
    found = [file_entry(entry, remarks) for entry in entries]
    if len(sizes := dict(found)) != len(found):
        remarks.append(Remark("LIST-001", "a file is listed twice", repr(sorted(found))))
    return dict(sizes)


def _asked(store: Store, known: Tree) -> dict[Path, int | None]:
    return {path: None for path in known.files if _try("is_file", path, store.is_file, "/".join(path))}


def _folders(store: Store) -> Iterator[Path]:
    for entry in _try("list", (), lambda: list(store.list_folders("", max_depth=_DEEP))):
        yield key_of(entry.path)


def _total(store: Store) -> tuple[int, int]:
    info = _try("folder info", (), store.get_folder_info, "")
    return info.file_count, info.total_size


def _try(what: str, path: Path, call: Any, *args: Any) -> Any:
    try:
        return call(*args)
    except Exception as error:
        raise Unreadable(f"{what} fails with {error_kind(error)}", path, error) from error


def differences(expected: Tree, seen: Tree) -> list[Difference]:
    """What `seen` lacks, adds or changes; nothing if the trees are the same."""
    found = [Difference("a file is lost", path) for path in sorted(expected.files.keys() - seen.files.keys())]
    found += [Difference("a file appeared", path) for path in sorted(seen.files.keys() - expected.files.keys())]
    for path in sorted(expected.files.keys() & seen.files.keys()):
        wanted, got = expected.files[path], seen.files[path]
        if wanted.content != got.content:
            found.append(Difference("content differs", path))
        if wanted.metadata != got.metadata:
            found.append(Difference("metadata differs", path))
    found += [Difference("a folder is lost", path) for path in sorted(expected.folders - seen.folders)]
    found += [Difference("a folder appeared", path) for path in sorted(seen.folders - expected.folders)]
    if not found and seen.total is not None:
        real = (len(seen.files), sum(len(file.content) for file in seen.files.values()))
        if seen.total != real:
            found.append(Difference("the root's totals are not those of its files", (), "INFO-002"))
    return found
