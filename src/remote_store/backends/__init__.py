"""The media: one file each, on the driver interface of `remote_store.backend`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from remote_store.backends.memory import MemoryBackend

if TYPE_CHECKING:
    from remote_store.backends.local import LocalBackend
    from remote_store.backends.sql_blob import SQLBlobBackend

__all__ = ["LocalBackend", "MemoryBackend", "SQLBlobBackend"]

# Loaded when first named: an SDK is imported only by whoever uses it.
_LAZY = {"LocalBackend": "local", "SQLBlobBackend": "sql_blob"}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
