"""Every failure that a caller can see.

Each error is a `RemoteStoreError` and, where Python has a builtin that means the same, that builtin too, so that
`except FileNotFoundError` works as expected. (ERR-003)
"""

from __future__ import annotations

import errno
from typing import Any

__all__ = [
    "AlreadyExists",
    "BackendUnavailable",
    "CapabilityNotSupported",
    "DirectoryNotEmpty",
    "InvalidPath",
    "InvalidPathType",
    "NotFound",
    "PermissionDenied",
    "RemoteStoreError",
]


class RemoteStoreError(Exception):
    """Base of all errors of this library; it keeps the native exception as `__cause__`.

    `path` is the key as the store that was called knows it; `backend` is the backend's name.
    """

    _errno: int | None = None  # what an `OSError` of this meaning would carry

    def __init__(self, message: str = "", *, path: str | None = None, backend: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.backend = backend
        if isinstance(self, OSError):
            _fill(self, self._errno, message, path)

    def __str__(self) -> str:
        parts = [self.message or type(self).__name__]
        if self.path is not None:
            parts.append(f"path={self.path!r}")
        if self.backend is not None:
            parts.append(f"backend={self.backend!r}")
        return ", ".join(parts)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        state = {**self.__dict__, "__cause__": self.__cause__}
        return (_rebuild, (type(self), self.message, self.path, self.backend), state)

    def __setstate__(self, state: dict[str, Any] | None) -> None:
        state = dict(state or {})
        self.__cause__ = state.pop("__cause__", None)
        self.__dict__.update(state)


def _fill(error: OSError, number: int | None, message: str, path: str | None) -> None:
    error.errno, error.strerror, error.filename = number, message, path


def _rebuild(cls: type[RemoteStoreError], message: str, path: str | None, backend: str | None) -> RemoteStoreError:
    return cls(message, path=path, backend=backend)


class NotFound(RemoteStoreError, FileNotFoundError):
    """Nothing of the wanted kind is at the path. The only error that means "no"."""

    _errno = errno.ENOENT


class AlreadyExists(RemoteStoreError, FileExistsError):
    """A file is at the path and `overwrite` was not asked for."""

    _errno = errno.EEXIST


class InvalidPath(RemoteStoreError, ValueError):
    """The path is malformed, cannot be named on this medium, or leads to the wrong kind of node."""


class InvalidPathType(InvalidPath, TypeError):
    """The path is neither text nor a path object."""


class PermissionDenied(RemoteStoreError, PermissionError):
    """The caller lacks the right to do this."""

    _errno = errno.EACCES


class CapabilityNotSupported(RemoteStoreError, NotImplementedError):
    """The backend does not declare the capability that the call needs; nothing was sent."""

    def __init__(
        self, message: str = "", *, path: str | None = None, backend: str | None = None, capability: str = ""
    ) -> None:
        super().__init__(message, path=path, backend=backend)
        self.capability = capability


class DirectoryNotEmpty(RemoteStoreError, OSError):
    """The folder has children and `recursive` was not asked for."""

    _errno = errno.ENOTEMPTY


class BackendUnavailable(RemoteStoreError, OSError):
    """The medium cannot serve now: unreachable, refused the login, failing, or full."""
