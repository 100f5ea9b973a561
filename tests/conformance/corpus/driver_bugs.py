"""Drivers with one bug each, on top of the memory backend. Every one of them happened in a storage library."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, BinaryIO

from remote_store import MemoryBackend, RemotePath
from remote_store.backend import Entry, Page, Source, Want, WriteOptions
from remote_store.errors import InvalidPath, NotFound, PermissionDenied
from remote_store.models import FileInfo, FolderEntry, WriteResult


class DeletesPrefix(MemoryBackend):
    """Deleting folder `a` also deletes `ab`: the prefix lacks its slash."""

    def remove_folder(self, path: str, recursive: bool) -> None:
        super().remove_folder(path, recursive)
        for key in [key for key in self._files if key.startswith(path)]:
            self.delete(key)


class IgnoresOverwrite(MemoryBackend):
    """Overwriting reports success and keeps the old content."""

    def write(self, path: str, source: Source, options: WriteOptions) -> WriteResult:
        if options.overwrite and path in self._files:
            size = self._files[path].info.size
            return replace(super().write(path, self.read_bytes(path), options), size=size)
        return super().write(path, source, options)


class OverwritesAlways(MemoryBackend):
    """overwrite=False overwrites."""

    def write(self, path: str, source: Source, options: WriteOptions) -> WriteResult:
        return super().write(path, source, options._replace(overwrite=True))


class PublishesHalf(MemoryBackend):
    """A source that raises leaves what came before the error."""

    def write(self, path: str, source: Source, options: WriteOptions) -> WriteResult:
        if isinstance(source, bytes):
            return super().write(path, source, options)
        content = b""
        try:
            while piece := source.read(1 << 16):
                content += piece
        finally:
            result = super().write(path, content, options)
        return result


class _Committing:
    """A push handle that publishes also what was abandoned."""

    def __init__(self, backend: MemoryBackend, path: str, options: WriteOptions) -> None:
        self._backend, self._path, self._options = backend, path, options
        self._content = io.BytesIO()

    def write(self, data: Any, /) -> int:
        return self._content.write(data)

    def commit(self) -> WriteResult:
        return self._backend.write(self._path, self._content.getvalue(), self._options)

    def abort(self) -> None:
        self.commit()


class CommitsOnException(MemoryBackend):
    """Leaving open_atomic by an exception commits what was written so far."""

    def open_write(self, path: str, options: WriteOptions) -> _Committing:
        return _Committing(self, path, options)


class CopyAliases(MemoryBackend):
    """A copy is a second name of the same file: changing one changes the other."""

    def __init__(self) -> None:
        super().__init__()
        self._twins: dict[str, str] = {}

    def copy(self, src: str, dst: str, overwrite: bool) -> None:
        super().copy(src, dst, overwrite)
        self._twins[src] = dst

    def write(self, path: str, source: Source, options: WriteOptions) -> WriteResult:
        result = super().write(path, source, options)
        twin = self._twins.get(path)
        if twin in self._files:
            super().write(twin, self.read_bytes(path), options._replace(overwrite=True))
        return result


class StopsAtPage(MemoryBackend):
    """A listing ends after its first page of 1 000."""

    def scan(self, prefix: str, recursive: bool) -> Iterator[Page]:
        entries = [entry for page in super().scan(prefix, recursive) for entry in page]
        yield entries[:1000]


class ListsTwice(MemoryBackend):
    """The last entry of a page comes again as the first of the next."""

    def scan(self, prefix: str, recursive: bool) -> Iterator[Page]:
        entries = [entry for page in super().scan(prefix, recursive) for entry in page]
        for start in range(0, len(entries), 3):
            yield entries[max(start - 1, 0) : start + 3]


class LosesEmptyFolder(MemoryBackend):
    """Deleting the last file of a folder takes the folder along, though folders are said to be kept."""

    def delete(self, path: str) -> None:
        super().delete(path)
        above = path.rpartition("/")[0]
        if above and not self._folders[above]:
            self.remove_folder(above, False)


class LeavesTemporary(MemoryBackend):
    """An atomic overwrite leaves its temporary file in the listing."""

    def write(self, path: str, source: Source, options: WriteOptions) -> WriteResult:
        if options.atomic and path in self._files:
            super().write(f"{path}.tmp", b"", WriteOptions(overwrite=True))
        return super().write(path, source, options)


class DropsMetadata(MemoryBackend):
    """A copy loses the user metadata."""

    def copy(self, src: str, dst: str, overwrite: bool) -> None:
        super().copy(src, dst, overwrite)
        with self._lock:
            self._put(dst, self._files[dst].content, None)


class KeepsMetadata(MemoryBackend):
    """An overwrite without metadata keeps the old one."""

    def write(self, path: str, source: Source, options: WriteOptions) -> WriteResult:
        old = self._files.get(path)
        if old is not None and options.metadata is None:
            options = options._replace(metadata=old.info.metadata)
        return super().write(path, source, options)


class TruncatesRead(MemoryBackend):
    """A stream ends a byte early where the content is longer than 256 bytes."""

    def read(self, path: str, start: int = 0, stop: int | None = None) -> BinaryIO:
        content = super().read(path, start, stop).read()
        return io.BytesIO(content[:-1] if len(content) > 256 else content)


class StripsNames(MemoryBackend):
    """Names lose their trailing spaces, so that `a ` is `a`."""

    def write(self, path: str, source: Source, options: WriteOptions) -> WriteResult:
        stripped = "/".join(name.rstrip(" ") or name for name in path.split("/"))
        return replace(super().write(stripped, source, options), path=RemotePath.trusted(path))


class FoldsNormalForms(MemoryBackend):
    """NFD names are stored as NFC, though the profile does not say so."""

    def write(self, path: str, source: Source, options: WriteOptions) -> WriteResult:
        composed = unicodedata.normalize("NFC", path)
        return replace(super().write(composed, source, options), path=RemotePath.trusted(path))


class AllowsClash(MemoryBackend):
    """A file is stored below a file."""

    def _check_target(self, path: str, overwrite: bool) -> None:
        try:
            super()._check_target(path, overwrite)
        except InvalidPath:
            if path in self._folders:
                raise


class DeletesMissingSilently(MemoryBackend):
    """Deleting what is not there succeeds."""

    def delete(self, path: str) -> None:
        if path in self._files or path in self._folders:
            super().delete(path)


class AlwaysRecursive(MemoryBackend):
    """A folder that is not empty is deleted without `recursive`."""

    def remove_folder(self, path: str, recursive: bool) -> None:
        super().remove_folder(path, True)


class WrongErrorClass(MemoryBackend):
    """What is missing is reported as forbidden."""

    def delete(self, path: str) -> None:
        if path not in self._files:
            raise PermissionDenied("access denied")
        super().delete(path)


class MovesBeforeChecking(MemoryBackend):
    """A move whose destination is refused has already removed its source."""

    def move(self, src: str, dst: str, overwrite: bool) -> None:
        file = self._file(src)
        self.delete(src)
        with self._lock:
            self._check_target(dst, overwrite)
            self._put(dst, file.content, file.info.metadata)


class MoveForgetsSource(MemoryBackend):
    """A move over an existing file is a copy: the source stays."""

    def move(self, src: str, dst: str, overwrite: bool) -> None:
        if dst in self._files and overwrite:
            self.copy(src, dst, overwrite)
        else:
            super().move(src, dst, overwrite)


class PrefixIsFolder(MemoryBackend):
    """A folder is said to be where a key merely begins with the path."""

    def stat(self, path: str, want: Want = Want.ANY) -> Entry:
        try:
            return super().stat(path, want)
        except NotFound:
            if path and any(key.startswith(path) for key in self._folders):
                return FolderEntry(RemotePath.trusted(path), path.rpartition("/")[2])
            raise


class CountsCharacters(MemoryBackend):
    """A size is counted in characters, not in bytes."""

    def stat(self, path: str, want: Want = Want.ANY) -> Entry:
        entry = super().stat(path, want)
        if isinstance(entry, FileInfo):
            return replace(entry, size=len(self._files[path].content.decode("utf-8", "replace")))
        return entry


class NaiveTimes(MemoryBackend):
    """Modification times come without a zone."""

    def stat(self, path: str, want: Want = Want.ANY) -> Entry:
        entry = super().stat(path, want)
        if isinstance(entry, FileInfo) and entry.modified_at is not None:
            return replace(entry, modified_at=entry.modified_at.replace(tzinfo=None))
        return entry


class DecodesNames(MemoryBackend):
    """`%41` in a key is decoded on the way in, as if the key were a URL."""

    def write(self, path: str, source: Source, options: WriteOptions) -> WriteResult:
        decoded = path.replace("%41", "A")
        return replace(super().write(decoded, source, options), path=RemotePath.trusted(path))


class EmptyMetadata(MemoryBackend):
    """No metadata comes back as an empty mapping."""

    def stat(self, path: str, want: Want = Want.ANY) -> Entry:
        entry = super().stat(path, want)
        if isinstance(entry, FileInfo):
            empty: Mapping[str, str] = {}
            return replace(entry, metadata=entry.metadata or empty)
        return entry


class ReadsOnce(MemoryBackend):
    """A stream source is read with a single read(), which may come short."""

    def write(self, path: str, source: Source, options: WriteOptions) -> WriteResult:
        return super().write(path, source if isinstance(source, bytes) else source.read(1 << 24), options)
