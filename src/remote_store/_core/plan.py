"""Pure decisions: which argument is acceptable, and which error the contract wants for what is at a path. No I/O.

The tables restate the operation table of the contract over the *kind* of node at the path. They are consulted only when
a verb has failed (or where the medium cannot decide alone), so their cost is never on the path of success.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import Any

from remote_store.errors import AlreadyExists, InvalidPath, NotFound, RemoteStoreError

__all__ = [
    "METADATA_LIMIT",
    "Kind",
    "depth_limit",
    "folder_error",
    "reading_error",
    "user_metadata",
    "writing_error",
]

METADATA_LIMIT = 2048
"""Bytes of user metadata in all, keys and values in UTF-8: what the narrowest object store takes."""


class Kind(Enum):
    """What is at a path."""

    FILE = auto()
    FOLDER = auto()
    MISSING = auto()
    THROUGH = auto()  # nothing, and nothing can be: an ancestor is a file


def reading_error(kind: Kind) -> RemoteStoreError | None:
    """Why a file at the path cannot be read, copied, moved or deleted. (READ-002, INFO-003, DEL-002, COPY-003)"""
    if kind is Kind.FILE:
        return None
    if kind is Kind.FOLDER:
        return InvalidPath("a folder is at the path, a file is needed")
    return NotFound("no such file")


def writing_error(kind: Kind, *, overwrite: bool, clash: bool) -> RemoteStoreError | None:
    """Why no file can be put at the path; `clash`: a path may be file and folder. (WRITE-003, WRITE-004, COPY-004)"""
    if kind is Kind.FILE:
        return None if overwrite else AlreadyExists("a file is at the path and overwrite is false")
    if kind is Kind.MISSING or clash:
        return None
    if kind is Kind.FOLDER:
        return InvalidPath("a folder is at the path, a file cannot take its place")
    return InvalidPath("the path goes through a file")


def folder_error(kind: Kind) -> RemoteStoreError | None:
    """Why no folder can be summed up or removed at the path. (INFO-003, DELF-003)"""
    if kind is Kind.FOLDER:
        return None
    if kind is Kind.FILE:
        return InvalidPath("a file is at the path, a folder is needed")
    return NotFound("no such folder")


def depth_limit(max_depth: int | None, *, recursive: bool = False) -> int | None:
    """How many levels below the folder count: 0 is directly inside, None is all. A `max_depth` implies recursion.

    Raises:
        ValueError: `max_depth` is negative.
        TypeError: it is no integer.
    """
    if max_depth is None:
        return None if recursive else 0
    if not isinstance(max_depth, int) or isinstance(max_depth, bool):
        raise TypeError(f"max_depth is an integer or None, not {type(max_depth).__name__}")
    if max_depth < 0:
        raise ValueError(f"max_depth is 0 or more, not {max_depth}")
    return max_depth


def user_metadata(metadata: Mapping[str, str] | None) -> dict[str, str] | None:
    """A copy of what the caller wants kept; None if that is nothing. (META-005)

    Raises:
        ValueError: a key is empty, not ASCII, or starts with `_`; or all together exceed `METADATA_LIMIT` bytes.
        TypeError: it is no mapping of text to text.
    """
    if metadata is None:
        return None
    if not isinstance(metadata, Mapping):
        raise TypeError(f"metadata is a mapping, not {type(metadata).__name__}")
    kept = dict(metadata)
    for key, value in kept.items():
        _check_metadata_item(key, value)
    size = sum(len(key) + len(value.encode()) for key, value in kept.items())
    if size > METADATA_LIMIT:
        raise ValueError(f"metadata takes {size} bytes; at most {METADATA_LIMIT} are kept")
    return kept or None


def _check_metadata_item(key: Any, value: Any) -> None:
    if not isinstance(key, str) or not isinstance(value, str):
        raise TypeError(f"metadata is text to text, not {type(key).__name__} to {type(value).__name__}")
    if not key or not key.isascii() or key.startswith("_"):
        raise ValueError(f"a metadata key is non-empty ASCII without a leading underscore, not {key!r}")
