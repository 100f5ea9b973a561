"""A folder that no path leaves: how the local backend reaches names without following a link out of its root.

Two ways, equally strict. Where the kernel has `openat2`, one call with RESOLVE_NO_SYMLINKS opens what is reached
without any link; that is nearly everything. Else, and where a link is met, `_follow` walks from the root, one name at a
time with O_NOFOLLOW, and reads each link itself. Swapping a folder for a link meanwhile gains nothing: no name that was
checked is looked up a second time.
"""

from __future__ import annotations

import errno
import os
import struct
import sys
from collections.abc import Callable
from functools import lru_cache
from stat import S_ISLNK
from typing import NamedTuple, TypeVar

__all__ = ["CREATE", "FOLDER", "LIST", "READ", "Access", "Place", "Tree", "renameat2"]

T = TypeVar("T")

_OPENAT2 = 437  # the number is the same on every architecture that Python runs on
_AT_FDCWD = -100
_RESOLVE_NO_SYMLINKS = 0x04
_RENAME_NOREPLACE = 1
_MOST_LINKS = 40  # as the kernel
_MAYBE_A_LINK = frozenset({errno.ELOOP, errno.ENOTDIR, errno.EMLINK})
_O_PATH: int = getattr(os, "O_PATH", os.O_RDONLY)


class Access(NamedTuple):
    """How to open: the flags, and the same as the kernel's `struct open_how`."""

    flags: int
    how: bytes

    @classmethod
    def of(cls, flags: int, mode: int = 0) -> Access:
        flags |= os.O_CLOEXEC
        return cls(flags, struct.pack("=QQQ", flags, mode, _RESOLVE_NO_SYMLINKS))


READ = Access.of(os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)  # a fifo must not block
CREATE = Access.of(os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
FOLDER = Access.of(_O_PATH | os.O_DIRECTORY)
LIST = Access.of(os.O_RDONLY | os.O_DIRECTORY)
_NODE = Access.of(_O_PATH)


class Place:
    """Where a key is: its folder held open (None: the root) and its name therein, which calls with `dir_fd` take."""

    __slots__ = ("fd", "name", "root")

    def __init__(self, root: str, fd: int | None, name: str) -> None:
        self.root = root
        self.fd = fd
        self.name = name if fd is not None else root + name

    def beside(self, name: str) -> str:
        """What to call `name` in the same folder."""
        return name if self.fd is not None else self.root + name

    def lstat(self) -> os.stat_result:
        return os.stat(self.name, dir_fd=self.fd, follow_symlinks=False)

    def open(self, name: str, access: Access) -> int:
        return os.open(name, access.flags | os.O_NOFOLLOW, 0o666, dir_fd=self.fd)

    def is_gone(self) -> bool:
        """Whether the folder was removed while it was held."""
        return self.fd is not None and os.fstat(self.fd).st_nlink == 0

    def require_writable(self) -> None:
        """Raise PermissionError if names cannot be removed from the folder."""
        if not os.access(self.root if self.fd is None else ".", os.W_OK | os.X_OK, dir_fd=self.fd):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), self.name)

    def sync(self) -> None:
        """Force the folder's names to the medium."""
        sync_folder(self.root if self.fd is None else ".", self.fd)

    def close(self) -> None:
        if self.fd is not None:
            fd, self.fd = self.fd, None
            os.close(fd)

    def __enter__(self) -> Place:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def sync_folder(name: str, dir_fd: int | None) -> None:
    fd = os.open(name, LIST.flags, dir_fd=dir_fd)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


class Tree:
    """The folder `base`, a path without links, and all below. `alias` is how its user spells it."""

    def __init__(self, base: str, alias: str, *, openat2: Callable[[bytes, bytes], int] | None) -> None:
        self.base = base
        self.prefix = base if base.endswith("/") else base + "/"
        self._bytes = self.prefix.encode()
        self._roots = (base, alias)
        self._openat2 = openat2

    def open(self, path: str, access: Access) -> int:
        """A descriptor of what is at `path`; EXDEV if a link leads out."""
        if self._openat2 is not None:
            try:
                return self._openat2(self._bytes + path.encode(), access.how)
            except OSError as exc:
                if exc.errno != errno.ELOOP:
                    raise
        elif "/" not in path:
            try:
                return os.open(self.prefix + path, access.flags | os.O_NOFOLLOW, 0o666)
            except OSError as exc:
                if exc.errno not in _MAYBE_A_LINK:
                    raise
        flags = access.flags | os.O_NOFOLLOW
        return self._follow(path, lambda here, name: _open_no_link(name, flags, here))

    def stat(self, path: str) -> os.stat_result:
        """What is at `path`, links inside followed; EXDEV if one leads out."""
        if "/" not in path:
            found = os.lstat(self.prefix + path)
            if not S_ISLNK(found.st_mode):
                return found
        elif self._openat2 is not None:
            try:
                fd = self._openat2(self._bytes + path.encode(), _NODE.how)
            except OSError as exc:
                if exc.errno != errno.ELOOP:
                    raise
            else:
                found = os.fstat(fd)
                os.close(fd)
                return found
        return self._follow(path, _stat_no_link)

    def place(self, path: str) -> Place:
        """Where the name `path` is, its folder held open."""
        head, slash, name = path.rpartition("/")
        return Place(self.prefix, self.open(head, FOLDER) if slash else None, name)

    def _follow(self, path: str, visit: Callable[[int, str], T]) -> T:
        """`visit` the last name in its folder, which fails with ELOOP or ENOTDIR if that name is a link."""
        todo = path.split("/")[::-1] if path else []
        done: list[str] = []
        links = 0
        here = os.open(self.base, FOLDER.flags)
        try:
            while True:
                name = todo.pop() if todo else "."
                if name == "..":  # only a link says so
                    if not done:
                        raise _leaves(path)
                    todo += reversed(done[:-1])
                    done, here = [], self._restart(here)
                    continue
                try:
                    if not todo:
                        return visit(here, name)
                    below = os.open(name, FOLDER.flags | os.O_NOFOLLOW, dir_fd=here)
                except OSError as exc:
                    target = _link(name, here) if exc.errno in _MAYBE_A_LINK else None
                    if target is None:
                        raise
                    links += 1
                    if links > _MOST_LINKS:
                        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path) from exc
                else:
                    os.close(here)
                    here = below
                    done.append(name)
                    continue
                if target.startswith("/"):
                    target = self._inside(target, path)
                    done, here = [], self._restart(here)
                todo += [part for part in reversed(target.split("/")) if part not in ("", ".")]
        finally:
            os.close(here)

    def _restart(self, here: int) -> int:
        root = os.open(self.base, FOLDER.flags)
        os.close(here)
        return root

    def _inside(self, target: str, path: str) -> str:
        """The rest of an absolute link below the root."""
        for root in self._roots:
            if target == root or target.startswith(root.rstrip("/") + "/"):
                return target[len(root) :]
        raise _leaves(path)


def _open_no_link(name: str, flags: int, folder: int) -> int:
    fd = os.open(name, flags, 0o666, dir_fd=folder)
    # O_PATH with O_NOFOLLOW opens the link itself; with O_DIRECTORY it does not.
    if flags & _O_PATH and not flags & os.O_DIRECTORY and S_ISLNK(os.fstat(fd).st_mode):
        os.close(fd)
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), name)
    return fd


def _stat_no_link(folder: int, name: str) -> os.stat_result:
    found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    if S_ISLNK(found.st_mode):
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), name)
    return found


def _link(name: str, folder: int) -> str | None:
    """Where the link points; None if there is no link."""
    try:
        return os.readlink(name, dir_fd=folder)
    except OSError:
        return None


def _leaves(path: str) -> OSError:
    return OSError(errno.EXDEV, "a link leads out of the root", path)


@lru_cache(maxsize=1)
def openat2() -> Callable[[bytes, bytes], int] | None:
    """The kernel's `openat2(AT_FDCWD, path, how)`; None where there is none, or a sandbox forbids it."""
    if sys.platform != "linux":
        return None
    import ctypes

    syscall = ctypes.CDLL(None, use_errno=True).syscall
    get_errno = ctypes.get_errno
    # Ready-made arguments instead of `argtypes`: a third faster.
    number, here, size = ctypes.c_long(_OPENAT2), ctypes.c_long(_AT_FDCWD), ctypes.c_long(24)

    def call(path: bytes, how: bytes) -> int:
        while True:
            fd: int = syscall(number, here, path, how, size)
            if fd >= 0:
                return fd
            code = get_errno()
            if code not in (errno.EINTR, errno.EAGAIN):
                raise OSError(code, os.strerror(code), path.decode())

    try:
        os.close(call(b"/", FOLDER.how))
    except OSError:
        return None
    return call


@lru_cache(maxsize=1)
def renameat2() -> Callable[[int | None, str, int | None, str], None] | None:
    """A rename that never replaces, `(source folder, source, target folder, target)`; None where there is none."""
    if sys.platform != "linux":
        return None
    import ctypes

    function = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if function is None:
        return None
    function.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint]

    def call(src_fd: int | None, src: str, dst_fd: int | None, dst: str) -> None:
        source = _AT_FDCWD if src_fd is None else src_fd
        target = _AT_FDCWD if dst_fd is None else dst_fd
        if function(source, src.encode(), target, dst.encode(), _RENAME_NOREPLACE) != 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code), src, None, dst)

    return call
