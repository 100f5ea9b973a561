"""Every operation, written once: the sync and the async façade run these same functions over different ports.

An operation checks its arguments, asks the backend's verb, and only if that fails looks at what is there, so that the
error is the one that the contract names (`plan`), whatever the medium said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import BinaryIO

from remote_store._core import plan
from remote_store._core.listing import Listing
from remote_store._core.plan import Kind
from remote_store._core.ports import locate, typed
from remote_store._core.site import ANY, FILE, FOLDER, overrides
from remote_store._core.streams import AtomicWriter, SpooledWrite, reader, source_of, spooled
from remote_store.backend import WriteHandle, WriteOptions
from remote_store.capabilities import Capability
from remote_store.errors import InvalidPath, NotFound, RemoteStoreError
from remote_store.models import FileInfo, FolderEntry, WriteResult
from remote_store.path import PathLike

__all__ = ["Operations"]


# Names of their own: looking a member up costs more than checking it.
READ, WRITE, DELETE, METADATA = Capability.READ, Capability.WRITE, Capability.DELETE, Capability.METADATA
ATOMIC_WRITE = Capability.ATOMIC_WRITE
# Most writes have no metadata; a dictionary is quicker than making the options anew.
_FLAGS = (False, True)
_PLAIN = {(overwrite, atomic): WriteOptions(overwrite, atomic) for overwrite in _FLAGS for atomic in _FLAGS}


class Operations(Listing):
    """The operations of a store."""

    __slots__ = ()

    # -- what is there -----------------------------------------------------------------------------------------------

    async def exists(self, path: PathLike) -> bool:
        key = self.key(path)
        if not key:
            return await self._folder_kind(key) is Kind.FOLDER
        try:
            await self.port.call(key, self.backend.stat, self.full(key), ANY)
        except NotFound:
            return False
        return True

    async def is_file(self, path: PathLike) -> bool:
        key = self.key(path)
        if not key:
            return False
        try:
            return isinstance(await self._stat(key, FILE), FileInfo)
        except NotFound:
            return False

    async def is_folder(self, path: PathLike) -> bool:
        key = self.key(path)
        if not key:
            return await self._folder_kind(key) is Kind.FOLDER
        try:
            return isinstance(await self._stat(key, FOLDER), FolderEntry)
        except NotFound:
            return False

    async def ping(self) -> None:
        await self.port.call("", self.backend.ping)

    # -- reading -----------------------------------------------------------------------------------------------------

    async def read_bytes(self, path: PathLike) -> bytes:
        key, full = self.file(READ, path)
        try:
            return await self.port.call(key, self.backend.read_bytes, full)
        except RemoteStoreError as error:
            raise await self._reading_failure(error, key) from error.__cause__

    async def read(self, path: PathLike) -> BinaryIO:
        key, full = self.file(READ, path)
        try:
            stream = await self.port.call(key, self.backend.read, full)
        except RemoteStoreError as error:
            raise await self._reading_failure(error, key) from error.__cause__
        seekable = Capability.SEEKABLE_READ in self.capabilities
        return reader(stream, self._failure(key), seekable=seekable)

    async def read_seekable(self, path: PathLike) -> BinaryIO:
        stream = await self.read(path)
        return stream if stream.seekable() else spooled(stream)

    async def get_file_info(self, path: PathLike) -> FileInfo:
        key, _ = self.file(METADATA, path)
        try:
            entry = await self._stat(key, FILE)
        except RemoteStoreError as error:
            raise await self._reading_failure(error, key) from error.__cause__
        if isinstance(entry, FileInfo):
            return self._own(entry)
        raise locate(plan.reading_error(Kind.FOLDER) or NotFound(), self.backend, key)

    async def head(self, path: PathLike) -> WriteResult:
        info = await self.get_file_info(path)
        return WriteResult(
            path=info.path,
            size=info.size,
            source="native" if Capability.WRITE_RESULT_NATIVE in self.capabilities else "basic",
            digest=info.digest,
            etag=info.etag,
            version_id=info.version_id,
            last_modified=info.modified_at,
            metadata=info.metadata,
        )

    async def _reading_failure(self, error: RemoteStoreError, key: str) -> RemoteStoreError:
        """NotFound is final: a second look at every miss would cost a request. Another word may need explaining."""
        return error if isinstance(error, NotFound) else await self._explained(error, key, plan.reading_error)

    def _failure(self, key: str) -> Callable[[Exception], Exception]:
        return lambda exc: typed(exc, self.backend, key)

    # -- writing -----------------------------------------------------------------------------------------------------

    def _options(
        self, path: PathLike, overwrite: bool, metadata: Mapping[str, str] | None, atomic: bool
    ) -> WriteOptions:
        """How to write, the metadata checked and its own gate passed. (META-001, META-005)"""
        kept = None if metadata is None else plan.user_metadata(metadata)
        if kept is None:
            return _PLAIN[bool(overwrite), atomic]
        self.require(Capability.USER_METADATA, path)
        return WriteOptions(bool(overwrite), atomic, kept)

    def _writing_error(self, overwrite: bool) -> Callable[[Kind], RemoteStoreError | None]:
        return lambda kind: plan.writing_error(kind, overwrite=overwrite, clash=self.clash)

    async def write(
        self, path: PathLike, content: object, overwrite: bool, metadata: Mapping[str, str] | None, atomic: bool = False
    ) -> WriteResult:
        options = self._options(path, overwrite, metadata, atomic)
        key, full = self.file(ATOMIC_WRITE if atomic else WRITE, path)
        source = source_of(content)
        try:
            return self._own(await self.port.call(key, self.backend.write, full, source, options))
        except RemoteStoreError as error:
            raise await self._explained(error, key, self._writing_error(overwrite)) from error.__cause__

    async def begin_write(
        self, path: PathLike, overwrite: bool, metadata: Mapping[str, str] | None
    ) -> tuple[str, AtomicWriter]:
        """A stream to write to and the key it is for; `commit` publishes it, `abort` forgets it. (AW-002)

        What forbids the write is said here already, not only at the end.
        """
        options = self._options(path, overwrite, metadata, atomic=True)
        key, full = self.file(ATOMIC_WRITE, path)
        if error := self._writing_error(overwrite)(await self._kind(key, FILE)):
            raise locate(error, self.backend, key)
        handle: WriteHandle
        if overrides(self.backend, "open_write"):
            handle = await self.port.call(key, self.backend.open_write, full, options)
        else:
            handle = SpooledWrite(self.backend, full, options)
        return key, AtomicWriter(handle, self._failure(key))

    async def commit(self, key: str, writer: AtomicWriter, overwrite: bool) -> None:
        try:
            writer.result = self._own(await self.port.call(key, writer.handle.commit))
        except RemoteStoreError as error:
            raise await self._explained(error, key, self._writing_error(overwrite)) from error.__cause__

    async def abort(self, key: str, writer: AtomicWriter) -> None:
        await self.port.call(key, writer.handle.abort)

    # -- deleting ----------------------------------------------------------------------------------------------------

    async def delete(self, path: PathLike, missing_ok: bool) -> None:
        key, full = self.file(DELETE, path)
        try:
            await self.port.call(key, self.backend.delete, full)
        except RemoteStoreError as error:
            reason = await self._reading_failure(error, key)
            if not (missing_ok and isinstance(reason, NotFound)):
                raise reason from error.__cause__

    async def delete_folder(self, path: PathLike, recursive: bool, missing_ok: bool) -> None:
        self.require(DELETE, path)
        key = self.key(path)
        if not key:
            raise locate(InvalidPath("the root cannot be deleted"), self.backend, key)
        try:
            await self.port.call(key, self.backend.remove_folder, self.full(key), bool(recursive))
        except RemoteStoreError as error:
            reason = await self._explained(error, key, plan.folder_error, FOLDER)
            if not (missing_ok and isinstance(reason, NotFound)):
                raise reason from error.__cause__

    # -- copying and moving ------------------------------------------------------------------------------------------

    async def copy(self, src: PathLike, dst: PathLike, overwrite: bool) -> None:
        await self._transfer(Capability.COPY, src, dst, bool(overwrite))

    async def move(self, src: PathLike, dst: PathLike, overwrite: bool) -> None:
        await self._transfer(Capability.MOVE, src, dst, bool(overwrite))

    async def _transfer(self, capability: Capability, src: PathLike, dst: PathLike, overwrite: bool) -> None:
        source, target = self.file(capability, src)[0], self.file(capability, dst)[0]
        try:
            if source == target:  # onto itself nothing happens, but a missing file is missing (COPY-002, MOVE-002)
                await self._require_file(source)
            elif capability is Capability.COPY:
                await self._copy(source, target, overwrite)
            else:
                await self._move(source, target, overwrite)
        except RemoteStoreError as error:
            reason = await self._explained(error, source, plan.reading_error)
            if reason is error and source != target:
                reason = await self._explained(error, target, self._writing_error(overwrite))
            raise reason from error.__cause__

    async def _require_file(self, key: str) -> FileInfo:
        entry = await self._stat(key, FILE)
        if isinstance(entry, FileInfo):
            return entry
        raise NotFound("no such file")

    async def _copy(self, src: str, dst: str, overwrite: bool) -> None:
        if overrides(self.backend, "copy"):
            await self.port.call(src, self.backend.copy, self.full(src), self.full(dst), overwrite)
            return
        info = await self._require_file(src)
        metadata = info.metadata if Capability.USER_METADATA in self.capabilities else None
        options = WriteOptions(overwrite, ATOMIC_WRITE in self.capabilities, metadata)
        with await self.read(src) as stream:
            await self.port.call(dst, self.backend.write, self.full(dst), stream, options)

    async def _move(self, src: str, dst: str, overwrite: bool) -> None:
        if overrides(self.backend, "move"):
            await self.port.call(src, self.backend.move, self.full(src), self.full(dst), overwrite)
            return
        await self._copy(src, dst, overwrite)
        await self.port.call(src, self.backend.delete, self.full(src))
