"""A folder of this machine as a store: a key is a path below the root.

**Containment.** A symbolic link that leads out of the root is InvalidPath for every operation, and is not listed. Links
inside work: they are read through and listed as what they point to; a recursive listing does not go round in circles.
Deleting, moving or replacing one changes the link's own name only. An absolute link counts as inside if it begins with
the root's own path. Links *above* the root are resolved once, when the backend is made. (LOCAL-001)

**Names.** A file is a regular file: fifos, sockets, devices, links that lead nowhere and names that no key can mean
(not UTF-8, or with a backslash) are not listed, not read and never replaced. Names that begin with `.~rs-` are the
backend's own. (LOCAL-002)

**Writes.** Without `overwrite`, bytes go to an exclusively created file, in place; everything else goes to a temporary
file beside the target and is published by one rename, so old content survives every failure. A replaced file gets the
permissions of a new one. What a crash leaves is never listed; `remove_leftovers` removes it. (LOCAL-003)

**fsync** decides what is still there after a return (LOCAL-004):

| `fsync` | killed process | power loss |
|---|---|---|
| `"none"` (default) | all | what the system had written back by then; a new file may be empty or short |
| `"file"` | all | content is never short; the newest names, removals and moves may be undone |
| `"full"` | all | all |
"""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Iterator, Mapping
from io import FileIO
from stat import S_ISDIR, S_ISLNK, S_ISREG
from typing import Any, BinaryIO, ClassVar, Literal, cast

from remote_store.backend import Backend, Entry, Page, Source, Want, WriteOptions, os_error
from remote_store.backends._beneath import LIST, READ, Place, Tree, openat2, renameat2
from remote_store.backends._local_read import Range, file_at
from remote_store.backends._local_remove import remove_below
from remote_store.backends._local_write import TEMPORARY, Staged, Writer, fail, temporary_name
from remote_store.capabilities import Capability, CapabilitySet
from remote_store.errors import BackendUnavailable, InvalidPath, NotFound, RemoteStoreError
from remote_store.models import FileInfo, FolderEntry, WriteResult
from remote_store.path import RemotePath

__all__ = ["LocalBackend"]

_CHUNK = 1 << 18
_SMALL = 1 << 16
_PAGE = 1000
_NO_SUCH_PLACE = frozenset({errno.ENOENT, errno.ENOTDIR})
# What opening a socket or a device without a driver answers, and reading a fifo at an offset.
_NO_FILE = frozenset({errno.ENXIO, errno.ENODEV, errno.ESPIPE})
_NOT_LISTED = _NO_SUCH_PLACE | {errno.EXDEV, errno.ELOOP, errno.ENAMETOOLONG}
_NO_COPY_RANGE = frozenset({errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EBADF, errno.EPERM})

Fsync = Literal["none", "file", "full"]


class LocalBackend(Backend):
    """The folder `root`; it is created with its parents, or with `create=False` must be there.

    Raises:
        BackendUnavailable: the root is missing, or no folder.
        PermissionDenied: it cannot be created.
        ValueError: `root` is empty, or `fsync` unknown.
    """

    CAPABILITIES: ClassVar[CapabilitySet] = CapabilitySet(set(Capability) - {Capability.USER_METADATA})

    def __init__(self, root: str | os.PathLike[str], *, create: bool = True, fsync: Fsync = "none") -> None:
        self.root = _checked_root(root)
        if fsync not in ("none", "file", "full"):
            raise ValueError(f"fsync is 'none', 'file' or 'full', not {fsync!r}")
        try:
            if create:
                os.makedirs(self.root, exist_ok=True)
            base = os.path.realpath(self.root)
            if not S_ISDIR(os.stat(base).st_mode):
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), self.root)
            self._name_max = os.pathconf(base, "PC_NAME_MAX")
            self._path_max = os.pathconf(base, "PC_PATH_MAX") - len(base.encode()) - 2  # a slash, and a final NUL
        except OSError as exc:
            raise _unusable(exc, self.root) from exc
        self._tree = tree = Tree(base, self.root, openat2=openat2())
        self._open, self._stat = tree.open, tree.stat
        self._writer = Writer(self._tree, renameat2(), sync_file=fsync != "none", sync_names=fsync == "full")

    @property
    def name(self) -> str:
        return "local"

    @property
    def capabilities(self) -> CapabilitySet:
        """All but USER_METADATA; without ATOMIC_MOVE where the system has no rename that never replaces."""
        return self.CAPABILITIES if self._writer.rename else self.CAPABILITIES.without(Capability.ATOMIC_MOVE)

    def __repr__(self) -> str:
        return f"LocalBackend(root={self.root!r})"

    # -- names and errors --------------------------------------------------------------------------------------------

    def native_path(self, path: str) -> str:
        return self.root.rstrip("/") + "/" + path if path else self.root

    def to_key(self, native: str) -> str:
        """The key of an absolute path, whether or not its links above the root are resolved."""
        if native.startswith("/"):
            plain = "/" + os.path.normpath(native).lstrip("/")
            for root in (self.root, self._tree.base):
                if plain == root:
                    return ""
                if plain.startswith(root.rstrip("/") + "/"):
                    return plain[len(root.rstrip("/")) + 1 :]
        raise InvalidPath("the path is not below the root", path=native, backend=self.name)

    def details(self, path: str) -> Mapping[str, Any]:
        return {"root": self.root, "absolute_path": self.native_path(path)}

    def check_path(self, path: str) -> None:
        """Raise InvalidPath for a name that is too long or the backend's own. (PATH-007)"""
        if TEMPORARY in path or len(path) > 63:  # 63 characters are 252 bytes at most
            self._check_names(path)

    def _check_names(self, path: str) -> None:
        raw = path.encode()
        if len(raw) > self._path_max:
            raise InvalidPath("the path is too long for this file system", path=path)
        for name in raw.split(b"/"):
            if len(name) > self._name_max:
                raise InvalidPath(f"a name takes more than {self._name_max} bytes", path=path)
            if name.startswith(TEMPORARY.encode()):
                raise InvalidPath(f"names that begin with {TEMPORARY!r} are for temporary files", path=path)

    def map_error(self, exc: Exception) -> RemoteStoreError | None:
        """As everywhere, but nothing is "not found" in a root that is missing, and what cannot be opened is no file.

        (EXISTS-003, LOCAL-002)
        """
        if not isinstance(exc, OSError):
            return None
        if exc.errno in _NO_FILE:
            return NotFound("what is at the path is neither file nor folder")
        if exc.errno in _NO_SUCH_PLACE and not os.path.isdir(self._tree.base):
            return BackendUnavailable(f"the root folder {self.root} is missing")
        return os_error(exc)

    def ping(self) -> None:
        os.close(os.open(self._tree.base, LIST.flags))

    # -- reading -----------------------------------------------------------------------------------------------------

    def stat(self, path: str, want: Want = Want.ANY) -> Entry:
        found = self._stat(path)
        if S_ISREG(found.st_mode):
            return FileInfo.deferred(file_at, path, found)
        if S_ISDIR(found.st_mode):
            key = RemotePath.trusted(path)
            return FolderEntry(key, key.name)
        raise fail(errno.ENOENT, path)

    def read(self, path: str, start: int = 0, stop: int | None = None) -> BinaryIO:
        fd = self._open_file(path)
        if start or stop is not None:
            return cast(BinaryIO, Range(fd, start, stop))
        return cast(BinaryIO, FileIO(fd))

    def read_bytes(self, path: str) -> bytes:
        fd = self._open(path, READ)
        try:
            # Reading at an offset is refused by whatever is no file but a device node, and cheaper than to ask first.
            data = os.pread(fd, _SMALL, 0)
            if data and not os.pread(fd, 1, len(data)):
                return data
            return data + self._rest(path, fd, len(data))
        finally:
            os.close(fd)

    def _rest(self, path: str, fd: int, start: int) -> bytes:
        """The content from `start` on, of what is a file for certain."""
        found = os.fstat(fd)
        if not S_ISREG(found.st_mode):
            raise _no_file(path, found)
        os.lseek(fd, start, os.SEEK_SET)
        with FileIO(fd, closefd=False) as stream:
            return stream.readall()

    def _open_file(self, path: str) -> int:
        fd = self._open(path, READ)
        found = os.fstat(fd)
        if S_ISREG(found.st_mode):
            return fd
        os.close(fd)
        raise _no_file(path, found)

    # -- listing -----------------------------------------------------------------------------------------------------

    def scan(self, prefix: str, recursive: bool) -> Iterator[Page]:
        page: list[Entry] = []
        todo: list[tuple[str, tuple[tuple[int, int], ...]]] = [(prefix, ())]
        while todo:
            folder, above = todo.pop()
            try:
                fd = self._open(folder, LIST)
            except OSError as exc:
                if folder == prefix or exc.errno not in _NOT_LISTED:
                    raise
                continue
            try:
                if recursive:
                    found = os.fstat(fd)
                    here = (found.st_dev, found.st_ino)
                    if here in above:  # a link to a folder that this listing is inside of
                        continue
                    above = (*above, here)
                for entry in self._entries(fd, f"{folder}/" if folder else ""):
                    page.append(entry)
                    if recursive and entry.__class__ is FolderEntry:
                        todo.append((entry.path.as_posix(), above))
                    if len(page) >= _PAGE:
                        yield page
                        page = []
            finally:
                os.close(fd)
        if page:
            yield page

    def _entries(self, fd: int, prefix: str) -> Iterator[Entry]:
        """What is directly in an open folder."""
        with os.scandir(fd) as entries:
            for entry in entries:
                name = entry.name
                if not _is_key(name):
                    continue
                try:
                    if entry.is_file(follow_symlinks=False):
                        found = entry.stat(follow_symlinks=False)
                        path = prefix + name
                        yield FileInfo.listed(path, name, found.st_size, file_at, path, found)
                    elif entry.is_dir(follow_symlinks=False):
                        yield FolderEntry(RemotePath.trusted(prefix + name), name)
                    elif entry.is_symlink():
                        yield self.stat(prefix + name)
                except OSError as exc:
                    if exc.errno not in _NOT_LISTED:
                        raise

    # -- writing -----------------------------------------------------------------------------------------------------

    def write(self, path: str, source: Source, options: WriteOptions) -> WriteResult:
        if isinstance(source, bytes) and not options.atomic and not options.overwrite:
            try:
                return self._writer.create(path, source)
            except FileExistsError:
                pass  # go on, to find out what is in the way
        staged = Staged(self._writer, path, options.overwrite)
        try:
            if isinstance(source, bytes):
                staged.write(source)
            else:
                while chunk := source.read(_CHUNK):
                    staged.write(chunk)
            return staged.commit()
        except BaseException:
            staged.abort()
            raise

    def open_write(self, path: str, options: WriteOptions) -> Staged:
        return Staged(self._writer, path, options.overwrite)

    def copy(self, src: str, dst: str, overwrite: bool) -> None:
        fd = self._open_file(src)
        try:
            staged = Staged(self._writer, dst, overwrite)
            try:
                _copy_content(fd, staged)
                staged.commit()
            except BaseException:
                staged.abort()
                raise
        finally:
            os.close(fd)

    def move(self, src: str, dst: str, overwrite: bool) -> None:
        """Rename in one step. A link, and a file on another mount, is copied and then removed."""
        with self._tree.place(src) as source:
            own = source.lstat()
            if S_ISREG(own.st_mode):
                if self._rename(source, own, src, dst, overwrite):
                    return
            elif not S_ISLNK(own.st_mode):
                raise _no_file(src, own)
            source.require_writable()
        self.copy(src, dst, overwrite)
        self.delete(src)

    def _rename(self, source: Place, own: os.stat_result, src: str, dst: str, overwrite: bool) -> bool:
        """Whether the file could be renamed: not from one mount to another."""
        writer = self._writer
        made: list[str] = []

        def act(target: Place) -> bool:
            replaced = writer.replaceable(dst, target, overwrite)
            try:
                writer.publish(source, source.name, target, overwrite)
            except OSError as exc:
                if exc.errno != errno.EXDEV:
                    raise
                return False
            if replaced and os.path.samestat(replaced, own):  # between two names of one file a rename does nothing
                os.unlink(source.name, dir_fd=source.fd)
            return True

        place, renamed = writer.arrive(dst, made, act)
        place.close()
        if not renamed:
            writer.unmake(made)
        elif writer.sync_names:
            writer.sync([dst, *made])
            source.sync()
        return renamed

    # -- removing ----------------------------------------------------------------------------------------------------

    def delete(self, path: str) -> None:
        with self._tree.place(path) as place:
            own = place.lstat()
            found = self._stat(path) if S_ISLNK(own.st_mode) else own
            if not S_ISREG(found.st_mode):
                raise _no_file(path, found)
            os.unlink(place.name, dir_fd=place.fd)
            if self._writer.sync_names:
                place.sync()

    def remove_folder(self, path: str, recursive: bool) -> None:
        """Remove a folder; with all below it vanishes in one step, then its content is removed under another name."""
        with self._tree.place(path) as place:
            if S_ISLNK(place.lstat().st_mode):
                self._remove_folder_link(path, place, recursive)
            elif recursive:
                self._remove_tree(place)
            else:
                os.rmdir(place.name, dir_fd=place.fd)
            if self._writer.sync_names:
                place.sync()

    def _remove_folder_link(self, path: str, place: Place, recursive: bool) -> None:
        fd = self._open(path, LIST)
        try:
            if not recursive and os.listdir(fd):
                raise fail(errno.ENOTEMPTY, path)
        finally:
            os.close(fd)
        os.unlink(place.name, dir_fd=place.fd)

    def _remove_tree(self, place: Place) -> None:
        if not S_ISDIR(place.lstat().st_mode):
            raise fail(errno.ENOTDIR, place.name)
        doomed = place.beside(temporary_name())
        os.rename(place.name, doomed, src_dir_fd=place.fd, dst_dir_fd=place.fd)
        try:
            remove_below(place, doomed)
        except BaseException:
            os.rename(doomed, place.name, src_dir_fd=place.fd, dst_dir_fd=place.fd)
            raise

    def remove_leftovers(self, older_than: float = 3600.0) -> list[str]:
        """Remove temporary files and folders that crashed processes left, and tell their paths below the root.

        What was touched within `older_than` seconds stays: somebody may be writing it.
        """
        removed: list[str] = []
        todo = [""]
        while todo:
            folder = todo.pop()
            prefix = f"{folder}/" if folder else ""
            try:
                fd = self._open(folder, LIST)
            except OSError as exc:
                if not folder or exc.errno not in _NOT_LISTED:
                    raise
                continue
            try:
                with os.scandir(fd) as entries:
                    names = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
            finally:
                os.close(fd)
            for name, is_folder in names:
                if name.startswith(TEMPORARY):
                    if self._remove_leftover(prefix + name, older_than):
                        removed.append(prefix + name)
                elif is_folder:
                    todo.append(prefix + name)
        return removed

    def _remove_leftover(self, path: str, older_than: float) -> bool:
        try:
            with self._tree.place(path) as place:
                found = place.lstat()
                if time.time() - found.st_ctime < older_than:
                    return False
                if S_ISDIR(found.st_mode):
                    remove_below(place, place.name)
                else:
                    os.unlink(place.name, dir_fd=place.fd)
        except FileNotFoundError:
            return False
        return True


def _checked_root(root: str | os.PathLike[str]) -> str:
    text = os.fspath(root)
    if not isinstance(text, str):
        raise TypeError(f"the root is text or a path object, not {type(root).__name__}")
    if not text:
        raise ValueError("the root is empty")
    if sys.getfilesystemencoding() != "utf-8":
        raise ValueError(f"names need the UTF-8 mode; this interpreter uses {sys.getfilesystemencoding()}")
    return "/" + os.path.abspath(text).lstrip("/")


def _unusable(exc: OSError, root: str) -> RemoteStoreError:
    error = os_error(exc)
    if not isinstance(exc, PermissionError):
        error = BackendUnavailable(f"the root folder {root} is missing or cannot be used: {exc.strerror}")
    error.backend = "local"
    return error


def _no_file(path: str, found: os.stat_result) -> OSError:
    return fail(errno.EISDIR if S_ISDIR(found.st_mode) else errno.ENOENT, path)


def _is_key(name: str) -> bool:
    """Whether a name on disk is one that a key can have."""
    if name.startswith(TEMPORARY) or "\\" in name:
        return False
    if name.isascii():
        return True
    try:
        name.encode()
    except UnicodeEncodeError:  # bytes that are not UTF-8 come as lone surrogates
        return False
    return True


def _copy_content(fd: int, target: Staged) -> None:
    copy_range = getattr(os, "copy_file_range", None)
    if copy_range is not None:
        try:
            while copy_range(fd, target.fd, 1 << 30):
                pass
        except OSError as exc:
            if exc.errno not in _NO_COPY_RANGE:
                raise
    while chunk := os.read(fd, _CHUNK):  # goes on where the above has stopped
        target.write(chunk)
