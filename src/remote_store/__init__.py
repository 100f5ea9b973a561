"""One file-storage API over many media, with a meaning that is proved and checked."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from remote_store.backend import Backend
from remote_store.backends.memory import MemoryBackend
from remote_store.capabilities import Capability, CapabilitySet
from remote_store.errors import (
    AlreadyExists,
    BackendUnavailable,
    CapabilityNotSupported,
    DirectoryNotEmpty,
    InvalidPath,
    NotFound,
    PermissionDenied,
    RemoteStoreError,
)
from remote_store.models import (
    ContentDigest,
    FileInfo,
    FolderEntry,
    FolderInfo,
    PathEntry,
    ResolutionPlan,
    WritableContent,
    WriteResult,
)
from remote_store.path import RemotePath
from remote_store.store import Store

if TYPE_CHECKING:
    from remote_store.backends.local import LocalBackend

__version__ = "0.1.0"

__all__ = [
    "AlreadyExists",
    "Backend",
    "BackendUnavailable",
    "Capability",
    "CapabilityNotSupported",
    "CapabilitySet",
    "ContentDigest",
    "DirectoryNotEmpty",
    "FileInfo",
    "FolderEntry",
    "FolderInfo",
    "InvalidPath",
    "LocalBackend",
    "MemoryBackend",
    "NotFound",
    "PathEntry",
    "PermissionDenied",
    "RemotePath",
    "RemoteStoreError",
    "ResolutionPlan",
    "Store",
    "WritableContent",
    "WriteResult",
    "__version__",
]

logging.getLogger("remote_store").addHandler(logging.NullHandler())


def __getattr__(name: str) -> Any:
    if name == "LocalBackend":  # loaded when first named, to keep the import light
        from remote_store.backends.local import LocalBackend

        return LocalBackend
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
