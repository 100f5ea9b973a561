"""The local backend in both ways in which it reaches names."""

from __future__ import annotations

from pathlib import Path

import pytest

from remote_store.backends import local as module
from remote_store.backends.local import LocalBackend
from remote_store.store import Store


@pytest.fixture(params=["kernel", "portable"])
def reach(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """`kernel`: by openat2 and renameat2; `portable`: as on a system that has neither."""
    way: str = request.param
    if way == "portable":
        monkeypatch.setattr(module, "openat2", lambda: None)
        monkeypatch.setattr(module, "renameat2", lambda: None)
    elif module.openat2() is None or module.renameat2() is None:
        pytest.skip("this system has no openat2 or no renameat2")
    return way


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "root"


@pytest.fixture
def local(reach: str, root: Path) -> LocalBackend:
    return LocalBackend(root)


@pytest.fixture
def store(local: LocalBackend) -> Store:
    return Store(local)
