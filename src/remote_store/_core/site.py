"""Where a store stands: a backend, the folder in it that is the root, and what every operation needs of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any, NoReturn, TypeVar

from remote_store._core.plan import Kind
from remote_store._core.ports import Port, locate
from remote_store.backend import Backend, Entry, Want
from remote_store.capabilities import Capability
from remote_store.errors import AlreadyExists, InvalidPath, NotFound, RemoteStoreError
from remote_store.models import FileInfo, FolderEntry, WriteResult
from remote_store.path import PathLike, RemotePath, normalize

__all__ = ["ANY", "FILE", "FOLDER", "Site", "overrides"]

ANY, FILE, FOLDER = Want  # a name of its own is five times cheaper to look up than a member

R = TypeVar("R", bound=FileInfo | FolderEntry | WriteResult)

# What a verb may say while the contract, knowing what is at the path, wants another word.
_AMBIGUOUS = (NotFound, AlreadyExists, InvalidPath)


class Site:
    """A backend, the store's root in it, and a port to reach it."""

    __slots__ = ("_check_name", "_known", "backend", "capabilities", "clash", "port", "root")

    def __init__(self, backend: Backend, root: str, port: Port) -> None:
        self.backend = backend
        self.root = root
        self.port = port
        self.capabilities = backend.capabilities
        self.clash = backend.clash == "allowed"
        self._check_name = backend.check_path if overrides(backend, "check_path") else None
        # What a path means depends on its text alone, and most paths are used more than once.
        self._known = lru_cache(maxsize=1024)(self._keys)

    # -- paths and gates ---------------------------------------------------------------------------------------------

    def require(self, capability: Capability, path: object = None) -> None:
        """Raise CapabilityNotSupported unless the backend declares it. (CAP-001)"""
        if capability not in self.capabilities:
            text = None if path is None else str(path)
            self.capabilities.require(capability, backend=self.backend.name, path=text)

    def key(self, path: PathLike) -> str:
        """The key that `path` means in this store; InvalidPath before any I/O. (PATH-001, PATH-002, PATH-007)"""
        return (self._known(path) if path.__class__ is str else self._keys(path))[0]

    def file(self, capability: Capability, path: PathLike) -> tuple[str, str]:
        """The store's key and the backend's for an operation on a file: gated, and never the root. (PATH-004)"""
        if capability not in self.capabilities:
            self.require(capability, path)
        keys = self._known(path) if path.__class__ is str else self._keys(path)
        return keys if keys[0] else self._refuse_root()

    def _keys(self, path: PathLike) -> tuple[str, str]:
        try:
            key = normalize(path)
            full = self.full(key)
            if self._check_name is not None:
                self._check_name(full)
        except InvalidPath as error:
            error.backend = self.backend.name
            if error.path is None or self.root:
                error.path = str(path)
            raise
        return key, full

    def full(self, key: str) -> str:
        """The backend's key for the store's `key`."""
        root = self.root
        return (f"{root}/{key}" if key else root) if root else key

    def own_key(self, full: str, native: str) -> str:
        """The inverse of `full`; InvalidPath if it lies outside this store. (STORE-008)"""
        root = self.root
        if not root or full == root:
            return full if not root else ""
        if not full.startswith(f"{root}/"):
            raise InvalidPath("the native path is outside this store", path=native, backend=self.backend.name)
        return full[len(root) + 1 :]

    def _refuse_root(self) -> NoReturn:
        raise locate(InvalidPath("the root is a folder, a file is needed"), self.backend, "")

    def _own(self, record: R) -> R:
        """`record` under this store's own key. (STORE-003)"""
        if not self.root:
            return record
        return replace(record, path=RemotePath.trusted(record.path[len(self.root) + 1 :]))

    # -- what is there -----------------------------------------------------------------------------------------------

    async def _stat(self, key: str, want: Want) -> Entry:
        return await self.port.call(key, self.backend.stat, self.full(key), want)

    async def _kind(self, key: str, want: Want = ANY) -> Kind:
        """What is at the key now; the wanted kind if the path is both."""
        for wish in dict.fromkeys((want, ANY)):
            try:
                return Kind.FILE if isinstance(await self._stat(key, wish), FileInfo) else Kind.FOLDER
            except NotFound:
                continue
        return await self._kind_of_missing(key)

    async def _kind_of_missing(self, key: str) -> Kind:
        above = self.full(key).rpartition("/")[0]
        while above:
            try:
                entry = await self.port.call(key, self.backend.stat, above, ANY)
                return Kind.THROUGH if isinstance(entry, FileInfo) else Kind.MISSING
            except NotFound:
                above = above.rpartition("/")[0]
        return Kind.MISSING

    async def _reason(
        self, key: str, decide: Callable[[Kind], RemoteStoreError | None], want: Want = FILE
    ) -> RemoteStoreError | None:
        """The error that the contract names for what is at the key now, if it names one."""
        try:
            reason = decide(await self._kind(key, want))
        except RemoteStoreError:
            return None
        return reason and locate(reason, self.backend, key)

    async def _explained(
        self,
        error: RemoteStoreError,
        key: str,
        decide: Callable[[Kind], RemoteStoreError | None],
        want: Want = FILE,
    ) -> RemoteStoreError:
        """`error` in the contract's words; itself where nothing at the key explains it."""
        if not (isinstance(error, _AMBIGUOUS) or type(error) is RemoteStoreError):
            return error
        reason = await self._reason(key, decide, want)
        if reason is None:
            return error
        reason.__cause__ = error.__cause__ or error
        return reason

    async def _folder_kind(self, key: str) -> Kind:
        """What a folder operation finds; the root is a folder always, unless this store is a child below a file."""
        kind = await self._kind(key, FOLDER)
        if key:
            return kind
        return Kind.FOLDER if kind in (Kind.FOLDER, Kind.MISSING) else Kind.THROUGH


def overrides(backend: Any, verb: str) -> bool:
    """Whether the backend has the optional verb itself, so that nothing need be derived."""
    return getattr(type(backend), verb) is not getattr(Backend, verb)
