"""Listings, totals and globs: pages of a scan, as deep as asked, under the store's own keys."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from remote_store._core import plan
from remote_store._core.patterns import Glob, name_matcher
from remote_store._core.ports import locate
from remote_store._core.site import Site
from remote_store.backend import Entry, Page
from remote_store.capabilities import Capability
from remote_store.errors import NotFound
from remote_store.models import FileInfo, FolderEntry, FolderInfo
from remote_store.path import PathLike, RemotePath

__all__ = ["Listing"]


class Listing(Site):
    """The operations that look at many names. Each checks its arguments at the call, not at the first item."""

    __slots__ = ()

    def list_files(
        self, path: PathLike, recursive: bool, pattern: str | None, max_depth: int | None
    ) -> AsyncIterator[list[FileInfo]]:
        depth = plan.depth_limit(max_depth, recursive=recursive)
        matches = name_matcher(pattern) if pattern is not None else None
        self.require(Capability.LIST, path)
        return self._files(self.key(path), depth, matches)

    def list_folders(
        self, path: PathLike, pattern: str | None, max_depth: int | None
    ) -> AsyncIterator[list[FolderEntry]]:
        depth = plan.depth_limit(max_depth)
        matches = name_matcher(pattern) if pattern is not None else None
        self.require(Capability.LIST, path)
        return self._folders(self.key(path), depth, matches)

    def iter_children(self, path: PathLike) -> AsyncIterator[list[Entry]]:
        self.require(Capability.LIST, path)
        return self._children(self.key(path))

    async def _scan(self, key: str, recursive: bool) -> AsyncIterator[Page]:
        """Pages below the folder; none if there is no such folder. (LIST-004)"""
        try:
            async for page in self.port.pages(key, self.backend.scan, self.full(key), recursive):
                yield page
        except NotFound:
            return

    async def _walk(self, key: str, depth: int) -> AsyncIterator[Page]:
        """Pages down to `depth`, level by level, so that nothing deeper is asked for."""
        level = [key]
        while level:
            below: list[str] = []
            for folder in level:
                async for page in self._scan(folder, False):
                    yield page
                    if depth:
                        below.extend(self._own(entry).path for entry in page if isinstance(entry, FolderEntry))
            level, depth = below, depth - 1

    def _pages(self, key: str, depth: int | None) -> AsyncIterator[Page]:
        return self._scan(key, True) if depth is None else self._walk(key, depth)

    async def _files(
        self, key: str, depth: int | None, matches: Callable[[str], object] | None
    ) -> AsyncIterator[list[FileInfo]]:
        async for page in self._pages(key, depth):
            files = [entry for entry in page if isinstance(entry, FileInfo)]
            if matches is not None:
                files = [entry for entry in files if matches(entry.name)]
            yield files if not self.root else [self._own(entry) for entry in files]

    async def _folders(
        self, key: str, depth: int | None, matches: Callable[[str], object] | None
    ) -> AsyncIterator[list[FolderEntry]]:
        async for page in self._walk(key, depth or 0):
            yield [
                self._own(entry)
                for entry in page
                if isinstance(entry, FolderEntry) and (matches is None or matches(entry.name))
            ]

    async def _children(self, key: str) -> AsyncIterator[list[Entry]]:
        async for page in self._scan(key, False):
            yield list(page) if not self.root else [self._own(entry) for entry in page]

    async def get_folder_info(self, path: PathLike, max_depth: int | None) -> FolderInfo:
        depth = None if max_depth is None else plan.depth_limit(max_depth)
        self.require(Capability.METADATA, path)
        key = self.key(path)
        count = size = 0
        async for page in self._pages(key, depth):
            for entry in page:
                if isinstance(entry, FileInfo):
                    count += 1
                    size += entry.size
        if not count and (error := plan.folder_error(await self._folder_kind(key))):
            raise locate(error, self.backend, key)
        return FolderInfo(RemotePath.trusted(key), count, size)

    # -- glob --------------------------------------------------------------------------------------------------------

    def glob(self, pattern: str) -> AsyncIterator[list[FileInfo]]:
        glob = Glob(pattern)
        self.require(Capability.GLOB, pattern)
        return self._glob_deep(glob) if glob.recursive else self._glob_level(glob)

    async def _glob_deep(self, glob: Glob) -> AsyncIterator[list[FileInfo]]:
        """One recursive scan below the literal folder, matched key by key: `**` may reach everything there."""
        async for files in self._files(glob.literal, None, None):
            yield [entry for entry in files if glob.matches(entry.path)]

    async def _glob_level(self, glob: Glob) -> AsyncIterator[list[FileInfo]]:
        """Folder by folder, into those only that can still match: each segment consumes one name."""
        level = [glob.literal]
        start = len(glob.literal.split("/")) if glob.literal else 0
        for position in range(start, len(glob.segments)):
            matches = name_matcher(glob.segments[position])
            last = position == len(glob.segments) - 1
            below: list[str] = []
            for folder in level:
                async for page in self._scan(folder, False):
                    hits = [self._own(entry) for entry in page if matches(entry.name)]
                    if last:
                        yield [entry for entry in hits if isinstance(entry, FileInfo)]
                    else:
                        below.extend(entry.path for entry in hits if isinstance(entry, FolderEntry))
            level = below
