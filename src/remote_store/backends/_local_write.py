"""Writing below a root, all or nothing: exclusive creation, temporary files, publication, parents made and unmade."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from stat import S_ISDIR, S_ISLNK, S_ISREG
from typing import TypeVar

from remote_store.backends._beneath import CREATE, FOLDER, Place, Tree
from remote_store.backends._local_read import write_result
from remote_store.errors import BackendUnavailable, InvalidPath
from remote_store.models import WriteResult

__all__ = ["TEMPORARY", "Staged", "Writer", "fail", "temporary_name", "write_all"]

T = TypeVar("T")
ExclusiveRename = Callable[[int | None, str, int | None, str], None]

TEMPORARY = ".~rs-"
"""How the names of temporary files begin: never listed, never a key."""

_PATIENCE = 100  # how often parents are made anew while somebody else removes them
_NO_EXCLUSIVE_RENAME = frozenset({errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP})
_counter = count(int.from_bytes(os.urandom(5), "big"))


def temporary_name() -> str:
    """A name that nobody else uses now; whoever opens it does so exclusively all the same."""
    return f"{TEMPORARY}{os.getpid():x}-{next(_counter):x}"


def fail(code: int, path: str) -> OSError:
    """The system's own error of that number."""
    return OSError(code, os.strerror(code), path)


def write_all(fd: int, data: bytes | bytearray | memoryview) -> None:
    done = os.write(fd, data)
    if done != len(data):
        with memoryview(data).cast("B") as view:
            while done < len(view):
                done += os.write(fd, view[done:])


class Writer:
    """Puts files below a tree's root. `sync_file`, `sync_names`: what is forced to the medium before a return."""

    def __init__(self, tree: Tree, rename: ExclusiveRename | None, *, sync_file: bool, sync_names: bool) -> None:
        self.tree = tree
        self.rename = rename
        self.sync_file = sync_file
        self.sync_names = sync_names

    def create(self, path: str, data: bytes) -> WriteResult:
        """A new file, written in place; FileExistsError if the name is taken."""
        made: list[str] = []
        try:
            fd = self.tree.open(path, CREATE)
        except FileNotFoundError:
            place, fd = self.arrive(path, made, lambda place: place.open(place.name, CREATE))
            place.close()
        try:
            found = self.finish(fd, data)
        except BaseException:
            with suppress(OSError):
                self._undo_create(path, os.fstat(fd))
            with suppress(OSError):
                os.close(fd)
            self.unmake(made)
            raise
        try:
            os.close(fd)
            if self.sync_names:
                self.sync([path, *made])
        except BaseException:
            self._undo_create(path, found)
            self.unmake(made)
            raise
        return WriteResult.deferred(write_result, path, found)

    def finish(self, fd: int, data: bytes = b"") -> os.stat_result:
        """The last bytes of a file, and what it is then."""
        if data:
            write_all(fd, data)
        if self.sync_file:
            os.fsync(fd)
        return os.fstat(fd)

    def _undo_create(self, path: str, created: os.stat_result) -> None:
        with suppress(OSError), self.tree.place(path) as place:
            if os.path.samestat(place.lstat(), created):  # else somebody has replaced it meanwhile
                os.unlink(place.name, dir_fd=place.fd)

    def replaceable(self, path: str, place: Place, overwrite: bool) -> os.stat_result | None:
        """What a write to `path` would replace, None if nothing; raises if it must not."""
        try:
            own = found = place.lstat()
        except FileNotFoundError:
            return None
        if S_ISLNK(own.st_mode):
            try:
                found = self.tree.stat(path)
            except FileNotFoundError:
                raise InvalidPath("a link that leads nowhere is at the path", path=path) from None
        if S_ISDIR(found.st_mode):
            raise fail(errno.EISDIR, path)
        if not S_ISREG(found.st_mode):
            raise InvalidPath("what is at the path is neither file nor folder", path=path)
        if not overwrite:
            raise fail(errno.EEXIST, path)
        return own

    def publish(self, source: Place, name: str, target: Place, overwrite: bool) -> None:
        """Rename, in one step; FileExistsError if the target is taken and must not be replaced."""
        if overwrite:
            os.rename(name, target.name, src_dir_fd=source.fd, dst_dir_fd=target.fd)
            return
        if self.rename is not None:
            try:
                self.rename(source.fd, name, target.fd, target.name)
                return
            except OSError as exc:
                if exc.errno not in _NO_EXCLUSIVE_RENAME:
                    raise
        os.link(name, target.name, src_dir_fd=source.fd, dst_dir_fd=target.fd, follow_symlinks=False)
        try:
            os.unlink(name, dir_fd=source.fd)
        except BaseException:
            with suppress(OSError):
                os.unlink(target.name, dir_fd=target.fd)
            raise

    # -- parents -----------------------------------------------------------------------------------------------------

    def arrive(self, path: str, made: list[str], act: Callable[[Place], T]) -> tuple[Place, T]:
        """`act` where `path` is, its parents made as needed: they are told in `made`, and gone again if `act` fails."""
        try:
            for _ in range(_PATIENCE):
                try:
                    place = self.tree.place(path)
                except FileNotFoundError:
                    self._make_parents(path, made)
                    continue
                try:
                    return place, act(place)
                except BaseException as exc:
                    gone = isinstance(exc, FileNotFoundError) and place.is_gone()
                    place.close()
                    if not gone:
                        raise
            raise BackendUnavailable("the parents of the path keep disappearing", path=path)
        except BaseException:
            self.unmake(made)
            raise

    def _make_parents(self, path: str, made: list[str]) -> None:
        names = path.split("/")[:-1]
        for depth in range(1, len(names) + 1):
            folder = "/".join(names[:depth])
            with self.tree.place(folder) as place:
                try:
                    os.mkdir(place.name, dir_fd=place.fd)
                except FileExistsError:
                    self._require_no_dangling_link(folder, place)
                else:
                    made.append(folder)

    def _require_no_dangling_link(self, folder: str, place: Place) -> None:
        if S_ISLNK(place.lstat().st_mode):
            try:
                os.close(self.tree.open(folder, FOLDER))
            except FileNotFoundError:
                raise InvalidPath("the path goes through a link that leads nowhere", path=folder) from None

    def unmake(self, made: list[str]) -> None:
        """Remove folders that were made in vain, unless somebody uses them already."""
        while made:
            with suppress(OSError), self.tree.place(made.pop()) as place:
                os.rmdir(place.name, dir_fd=place.fd)

    def sync(self, paths: list[str]) -> None:
        """Force the folders that hold these names to the medium."""
        for path in paths:
            with self.tree.place(path) as place:
                place.sync()


class Staged:
    """A file that is not there yet: it has a temporary name beside its place until `commit`."""

    def __init__(self, writer: Writer, path: str, overwrite: bool) -> None:
        self._writer = writer
        self._path = path
        self._overwrite = overwrite
        self._made: list[str] = []
        self._place, (self._temporary, self._fd) = writer.arrive(path, self._made, self._open)

    def _open(self, place: Place) -> tuple[str, int]:
        self._writer.replaceable(self._path, place, self._overwrite)
        while True:
            name = place.beside(temporary_name())
            with suppress(FileExistsError):
                return name, place.open(name, CREATE)

    @property
    def fd(self) -> int:
        """Where to write."""
        return self._fd

    def write(self, data: bytes | bytearray | memoryview, /) -> int:
        write_all(self._fd, data)
        return memoryview(data).nbytes

    def commit(self) -> WriteResult:
        """Publish; nothing is left if that fails."""
        writer = self._writer
        try:
            found = writer.finish(self._fd)
            self._close()
            writer.publish(self._place, self._temporary, self._place, self._overwrite)
        except BaseException:
            self.abort()
            raise
        self._temporary = ""
        self._place.close()
        if writer.sync_names:
            writer.sync([self._path, *self._made])
        return WriteResult.deferred(write_result, self._path, found)

    def abort(self) -> None:
        """Forget what was written; again, or after `commit`, is harmless."""
        if self._temporary:
            with suppress(OSError):
                self._close()
            with suppress(OSError):
                os.unlink(self._temporary, dir_fd=self._place.fd)
            self._temporary = ""
            self._place.close()
            self._writer.unmake(self._made)

    def _close(self) -> None:
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)
