"""What the tests of the core share."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from remote_store import FileInfo, FolderEntry, MemoryBackend, Store


@pytest.fixture
def store() -> Store:
    return Store(MemoryBackend())


def names(entries: Iterable[FileInfo | FolderEntry]) -> list[str]:
    return sorted(map(str, entries))
