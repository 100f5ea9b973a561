"""`memory`: files in a dictionary, for tests and scratch work. Folders are kept. (MEM-001 ff.)"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timezone
from itertools import count
from threading import Lock
from time import time
from typing import BinaryIO, NamedTuple

from remote_store.backend import Backend, Entry, Page, Source, Want, WriteOptions
from remote_store.capabilities import Capability, CapabilitySet
from remote_store.errors import AlreadyExists, DirectoryNotEmpty, InvalidPath, NotFound
from remote_store.models import FileInfo, FolderEntry, WriteResult
from remote_store.path import RemotePath

__all__ = ["MemoryBackend"]


class _File(NamedTuple):
    content: bytes
    metadata: Mapping[str, str] | None
    info: FileInfo


class MemoryBackend(Backend):
    """A tree in memory; safe to share between threads. Nothing outlives the object.

    Readers take no lock: a file is one immutable value in a dictionary, replaced whole. Writers take turns.
    """

    CAPABILITIES = CapabilitySet(set(Capability) - {Capability.GLOB, Capability.LAZY_READ})

    def __init__(self) -> None:
        self._files: dict[str, _File] = {}
        self._folders: dict[str, dict[str, None]] = {"": {}}  # folder -> names directly inside, in order
        self._lock = Lock()
        self._versions = count(1)

    @property
    def name(self) -> str:
        return "memory"

    def stat(self, path: str, want: Want = Want.ANY) -> Entry:
        file = self._files.get(path)
        if file is not None:
            # With metadata a copy: what the caller does to the mapping must not reach the store.
            return file.info if file.metadata is None else replace(file.info, metadata=dict(file.metadata))
        if path in self._folders:
            return FolderEntry(RemotePath.trusted(path), path[path.rfind("/") + 1 :] or ".")
        raise NotFound("no such file or folder")

    def read(self, path: str, start: int = 0, stop: int | None = None) -> BinaryIO:
        return io.BytesIO(self._file(path).content[start:stop])

    def read_bytes(self, path: str) -> bytes:
        return self._file(path).content

    def scan(self, prefix: str, recursive: bool) -> Iterator[Page]:
        folders = [prefix]
        for folder in folders:
            below = f"{folder}/" if folder else ""
            page = []
            for name in list(self._folders.get(folder, ())):
                try:
                    page.append(self.stat(below + name))
                except NotFound:  # gone meanwhile
                    continue
            if recursive:
                folders.extend(entry.path for entry in page if isinstance(entry, FolderEntry))
            yield page

    def write(self, path: str, source: Source, options: WriteOptions) -> WriteResult:
        content = source if isinstance(source, bytes) else b"".join(iter(lambda: source.read(1 << 20), b""))
        with self._lock:
            self._check_target(path, options.overwrite)
            file = self._put(path, content, options.metadata)
        return WriteResult.deferred(_result, file)

    def delete(self, path: str) -> None:
        with self._lock:
            self._file(path)
            self._cut(path)

    def remove_folder(self, path: str, recursive: bool) -> None:
        with self._lock:
            if path not in self._folders:
                raise NotFound("no such folder")
            if self._folders[path] and not recursive:
                raise DirectoryNotEmpty("the folder is not empty")
            self._cut(path)

    def copy(self, src: str, dst: str, overwrite: bool) -> None:
        with self._lock:
            file = self._file(src)
            self._check_target(dst, overwrite)
            self._put(dst, file.content, file.metadata)

    def move(self, src: str, dst: str, overwrite: bool) -> None:
        with self._lock:
            file = self._file(src)
            self._check_target(dst, overwrite)
            self._put(dst, file.content, file.metadata)
            self._cut(src)

    def __repr__(self) -> str:
        return f"MemoryBackend(files={len(self._files)}, folders={len(self._folders) - 1})"

    # -- the tree; callers that change it hold the lock --------------------------------------------------------------

    def _file(self, path: str) -> _File:
        file = self._files.get(path)
        if file is None:
            raise InvalidPath("a folder is at the path") if path in self._folders else NotFound("no such file")
        return file

    def _check_target(self, path: str, overwrite: bool) -> None:
        if path in self._files:
            if not overwrite:
                raise AlreadyExists("a file is at the path")
        elif path in self._folders:
            raise InvalidPath("a folder is at the path")
        else:
            above = path.rpartition("/")[0]
            while above not in self._folders:
                if above in self._files:
                    raise InvalidPath("the path goes through a file")
                above = above.rpartition("/")[0]

    def _put(self, path: str, content: bytes, metadata: Mapping[str, str] | None) -> _File:
        info = FileInfo.deferred(_info, path, len(content), time(), next(self._versions), metadata)
        file = self._files[path] = _File(content, metadata, info)
        self._link(path)
        return file

    def _link(self, path: str) -> None:
        """Enter `path` in its parent, and the parents that are missing in theirs."""
        while path:
            above, _, name = path.rpartition("/")
            if above in self._folders:
                self._folders[above][name] = None
                return
            self._folders[above] = {name: None}
            path = above

    def _cut(self, path: str) -> None:
        """Take `path` and all below it out; its parent stays."""
        above, _, name = path.rpartition("/")
        del self._folders[above][name]
        doomed = [path]
        for node in doomed:
            doomed.extend(f"{node}/{child}" for child in self._folders.pop(node, ()))
            self._files.pop(node, None)


def _info(path: str, size: int, written: float, version: int, metadata: Mapping[str, str] | None) -> FileInfo:
    modified_at = datetime.fromtimestamp(written, timezone.utc)
    name = path[path.rfind("/") + 1 :]
    return FileInfo(RemotePath.trusted(path), name, size, modified_at, etag=f"{version:x}", metadata=metadata)


def _result(file: _File) -> WriteResult:
    info = file.info
    metadata = None if file.metadata is None else dict(file.metadata)
    return WriteResult(
        info.path, info.size, "native", etag=info.etag, last_modified=info.modified_at, metadata=metadata
    )
