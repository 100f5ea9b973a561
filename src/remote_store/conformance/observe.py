"""Perform a step on a store and say what was seen, in the oracle's words, with whatever looked wrong on the way.

The outcome is judged by the oracle. A remark is what the oracle does not speak of: the shape of a record, the fields
of an error, how a stream behaves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from typing import Any

from remote_store_oracle import Children, Err, Info, Ok, Outcome, Path, Totals

from remote_store import errors
from remote_store.capabilities import Capability
from remote_store.conformance.step import Metadata, Step
from remote_store.models import FileInfo, FolderEntry, FolderInfo, WriteResult
from remote_store.path import RemotePath, normalize
from remote_store.store import Store

__all__ = ["Remark", "Seen", "Trickle", "error_kind", "file_entry", "key_of", "observe", "pairs"]

_KINDS = {cls: name for name in errors.__all__ if issubclass(cls := getattr(errors, name), errors.RemoteStoreError)}


@dataclass(frozen=True, slots=True)
class Remark:
    """Something wrong beside the outcome, and the clause that forbids it. `what` has no path in it: it groups."""

    clause: str
    what: str
    detail: str = ""


@dataclass(slots=True)
class Seen:
    """What a step showed."""

    outcome: Outcome
    remarks: list[Remark] = field(default_factory=list)
    error: Exception | None = None


class Trickle(BytesIO):
    """A stream whose reads come short, as sockets and pipes do."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(size, 3) if size is not None and size > 0 else 3)


def observe(store: Store, step: Step) -> Seen:
    """Perform `step`; no exception of the store's leaves here."""
    remarks: list[Remark] = []
    try:
        value = _CALLS[step.call](store, step, remarks)
    except errors.RemoteStoreError as error:
        remarks += _error_remarks(error, step)
        return Seen(Err(error_kind(error)), remarks, error)
    except Exception as error:  # noqa: BLE001 - whatever else a store lets out is the finding
        return Seen(Err(f"native:{type(error).__name__}"), remarks, error)
    return Seen(Ok(value), remarks)


def error_kind(error: Exception) -> str:
    """The name that the contract knows the error by; a subclass of ours counts as what it refines."""
    for cls in type(error).__mro__:
        if cls in _KINDS:
            return _KINDS[cls]
    return f"native:{type(error).__name__}"


def _error_remarks(error: errors.RemoteStoreError, step: Step) -> list[Remark]:
    kind = error_kind(error)
    remarks = []
    if error.path is None or not error.backend:
        missing = "path" if error.path is None else "backend"
        remarks.append(Remark("ERR-003", f"{kind} without its {missing}", repr(error)))
    elif repr(error.path) not in str(error):
        remarks.append(Remark("ERR-003", f"the text of {kind} does not hold its path", repr(error)))
    elif step.call != "glob" and not _names_its_path(error.path, step):
        remarks.append(Remark("ERR-003", f"{kind} names another path than the caller's", repr(error)))
    return remarks


def _names_its_path(path: str, step: Step) -> bool:
    """Whether an error speaks of a path that the caller passed, as the caller's store knows it."""
    asked = [step.path] + ([step.dst] if step.dst is not None else [])
    for raw in asked:
        with suppress(errors.InvalidPath):
            if normalize(path or "") == normalize(raw):
                return True
    return path in asked or path in map(ascii, asked)


# -- values ----------------------------------------------------------------------------------------------------------


def key_of(path: str) -> Path:
    """A listed path as the oracle has it."""
    text = str.__str__(path)
    return () if text in ("", ".") else tuple(text.split("/"))


def pairs(metadata: Any) -> Metadata:
    """User metadata as the oracle has it."""
    return tuple(sorted((metadata or {}).items()))


def file_entry(entry: Any, remarks: list[Remark]) -> tuple[Path, int]:
    """A listed file as path and size."""
    if not isinstance(entry, FileInfo):
        remarks.append(Remark("MOD-002", f"a file is listed as {type(entry).__name__}", repr(entry)))
    path, size = key_of(entry.path), entry.size
    at = getattr(entry, "modified_at", None)
    if not isinstance(entry.path, RemotePath) or entry.name != (path[-1] if path else "."):
        remarks.append(Remark("MOD-002", "a file's path and name do not fit", repr(entry)))
    elif str(entry) != entry.path.as_posix():
        remarks.append(Remark("MOD-002", "str() of a file is not its path", repr(entry)))
    elif at is not None and at.utcoffset() != timedelta(0):
        remarks.append(Remark("MOD-002", "a file's time is not aware UTC", repr(at)))
    elif entry.metadata is not None and not entry.metadata:
        remarks.append(Remark("META-002", "no user metadata comes back as an empty mapping", repr(entry)))
    return path, size


def _folder_entry(entry: Any, remarks: list[Remark]) -> Path:
    if not isinstance(entry, FolderEntry):
        remarks.append(Remark("MOD-003", f"a folder is listed as {type(entry).__name__}", repr(entry)))
    path = key_of(entry.path)
    if not isinstance(entry.path, RemotePath) or entry.name != (path[-1] if path else "."):
        remarks.append(Remark("MOD-003", "a folder's path and name do not fit", repr(entry)))
    return path


def _files(entries: Iterable[Any], clause: str, remarks: list[Remark]) -> dict[Path, int]:
    found = [file_entry(entry, remarks) for entry in entries]
    if len(sizes := dict(found)) != len(found):
        remarks.append(Remark(clause, "a file is listed twice", repr(sorted(found))))
    return sizes


def _folders(entries: Iterable[Any], clause: str, remarks: list[Remark]) -> frozenset[Path]:
    found = [_folder_entry(entry, remarks) for entry in entries]
    if len(paths := frozenset(found)) != len(found):
        remarks.append(Remark(clause, "a folder is listed twice", repr(sorted(found))))
    return paths


# -- calls -----------------------------------------------------------------------------------------------------------


def _read(store: Store, step: Step, remarks: list[Remark]) -> bytes:
    with store.read(step.path) as stream:
        if stream.seekable() != store.supports(Capability.SEEKABLE_READ):
            remarks.append(Remark("SIO-001", f"read() gives a stream with seekable() {stream.seekable()}"))
        content = b""
        while piece := stream.read(1 + len(content)):
            content += piece
        if stream.read(1) != b"" or stream.read() != b"":
            remarks.append(Remark("SIO-003", "a stream at its end gives more than b''"))
    stream.close()
    if not stream.closed:
        remarks.append(Remark("SIO-003", "the stream is open after its block"))
    return content


def _read_seekable(store: Store, step: Step, remarks: list[Remark]) -> bytes:
    with store.read_seekable(step.path) as stream:
        content = stream.read()
        middle = len(content) // 2
        stream.seek(middle)
        rest = stream.read()
        stream.seek(-len(content[-2:]), 2)
        if rest != content[middle:] or stream.read() != content[-2:] or stream.tell() != len(content):
            remarks.append(Remark("SIO-002", "after seek() other bytes are read than stand there"))
        if not stream.seekable():
            remarks.append(Remark("SIO-002", "read_seekable() gives a stream that does not say so"))
    return content


def _read_text(store: Store, step: Step, remarks: list[Remark]) -> bytes:
    # Latin-1 is the one encoding that can give every content back.
    return store.read_text(step.path, encoding="latin-1").encode("latin-1")


def _source(step: Step) -> Any:
    content = step.content or b""
    forms: dict[str, Callable[[bytes], Any]] = {
        "bytes": bytes,
        "bytearray": bytearray,
        "memoryview": memoryview,
        "stream": BytesIO,
        "trickle": Trickle,
    }
    return forms[step.source](content)


def _written(result: Any, step: Step, remarks: list[Remark]) -> Info:
    if not isinstance(result, WriteResult):
        remarks.append(Remark("MOD-005", f"{step.call} gives {type(result).__name__}", repr(result)))
        return Info(len(step.content or b""), step.metadata or ())
    if str(result.path) != (normalize(step.path) or "."):
        remarks.append(Remark("MOD-005", "the result names another path than was written", repr(result)))
    at = result.last_modified
    if at is not None and at.utcoffset() != timedelta(0):
        remarks.append(Remark("MOD-005", "the result's time is not aware UTC", repr(at)))
    return Info(result.size, pairs(result.metadata))


def _write(store: Store, step: Step, remarks: list[Remark]) -> Info:
    verb = store.write_atomic if step.call == "write_atomic" else store.write
    return _written(verb(step.path, _source(step), **step.options()), step, remarks)


def _write_text(store: Store, step: Step, remarks: list[Remark]) -> Info:
    text = (step.content or b"").decode("latin-1")
    return _written(store.write_text(step.path, text, encoding="latin-1", **step.options()), step, remarks)


def _open_atomic(store: Store, step: Step, remarks: list[Remark]) -> Info:
    content = step.content or b""
    with store.open_atomic(step.path, **step.options()) as stream:
        stream.write(content[:2])
        stream.write(content[2:])
    return _written(getattr(stream, "result", None), step, remarks)


def _info(store: Store, step: Step, remarks: list[Remark]) -> Info:
    info = store.get_file_info(step.path)
    path, size = file_entry(info, remarks)
    if path != key_of(normalize(step.path)):
        remarks.append(Remark("INFO-001", "get_file_info tells of another path", repr(info)))
    return Info(size, pairs(info.metadata))


def _head(store: Store, step: Step, remarks: list[Remark]) -> Info:
    return _written(store.head(step.path), step, remarks)


def _folder_info(store: Store, step: Step, remarks: list[Remark]) -> Totals:
    info = store.get_folder_info(step.path, **step.options())
    if not isinstance(info, FolderInfo) or key_of(info.path) != key_of(normalize(step.path)):
        remarks.append(Remark("MOD-004", "get_folder_info tells of another path", repr(info)))
    return Totals(info.file_count, info.total_size)


def _list_files(store: Store, step: Step, remarks: list[Remark]) -> dict[Path, int]:
    return _files(store.list_files(step.path, **step.options()), "LIST-001", remarks)


def _list_folders(store: Store, step: Step, remarks: list[Remark]) -> frozenset[Path]:
    return _folders(store.list_folders(step.path, **step.options()), "LIST-002", remarks)


def _children(store: Store, step: Step, remarks: list[Remark]) -> Children:
    entries = list(store.iter_children(step.path))
    files = [entry for entry in entries if not isinstance(entry, FolderEntry)]
    folders = [entry for entry in entries if isinstance(entry, FolderEntry)]
    return Children(_files(files, "LIST-003", remarks), _folders(folders, "LIST-003", remarks))


def _glob(store: Store, step: Step, remarks: list[Remark]) -> dict[Path, int]:
    return _files(store.glob(step.path), "GLOB-001", remarks)


_CALLS: dict[str, Callable[[Store, Step, list[Remark]], Any]] = {
    "exists": lambda store, step, remarks: store.exists(step.path),
    "is_file": lambda store, step, remarks: store.is_file(step.path),
    "is_folder": lambda store, step, remarks: store.is_folder(step.path),
    "read": _read,
    "read_bytes": lambda store, step, remarks: store.read_bytes(step.path),
    "read_text": _read_text,
    "read_seekable": _read_seekable,
    "write": _write,
    "write_text": _write_text,
    "write_atomic": _write,
    "open_atomic": _open_atomic,
    "delete": lambda store, step, remarks: store.delete(step.path, **step.options()),
    "delete_folder": lambda store, step, remarks: store.delete_folder(step.path, **step.options()),
    "list_files": _list_files,
    "list_folders": _list_folders,
    "iter_children": _children,
    "glob": _glob,
    "get_file_info": _info,
    "head": _head,
    "get_folder_info": _folder_info,
    "move": lambda store, step, remarks: store.move(step.path, step.dst or "", **step.options()),
    "copy": lambda store, step, remarks: store.copy(step.path, step.dst or "", **step.options()),
}
