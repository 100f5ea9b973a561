"""What can be seen in the middle of things, on every embedded backend."""

from __future__ import annotations

import threading
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from remote_store import Capability, LocalBackend, MemoryBackend, Store
from remote_store.backends.sql_blob import SQLBlobBackend

BLOCK = b"x" * (1 << 20)


@pytest.fixture(params=["memory", "local", "sql-blob"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made = {
        "memory": MemoryBackend,
        "local": lambda: LocalBackend(tmp_path),
        "sql-blob": lambda: SQLBlobBackend(f"sqlite:///{tmp_path}/files.db"),
    }
    with Store(made[request.param]()) as it:
        yield it


def visible(store: Store) -> object:
    """All that listings, counts and patterns show."""
    total = store.get_folder_info("")
    return (
        {str(info): info.size for info in store.list_files("", recursive=True)},
        {str(folder) for folder in store.list_folders("", max_depth=5)},
        {str(child) for child in store.iter_children("d")},
        (total.file_count, total.total_size),
        {str(info) for info in store.glob("**/*")} if store.supports(Capability.GLOB) else None,
    )


@pytest.mark.spec("AW-002", "AW-004")
@pytest.mark.parametrize("path", ["d/old", "d/new"])
def test_a_write_under_way_shows_nowhere(store: Store, path: str) -> None:
    store.write("d/old", b"old")
    before = visible(store)
    with pytest.raises(KeyboardInterrupt), store.open_atomic(path, overwrite=True) as stream:
        for _ in range(10):
            stream.write(BLOCK)
        assert visible(store) == before
        assert store.exists(path) == (path == "d/old")
        raise KeyboardInterrupt
    assert visible(store) == before
    store.delete("d/old")
    if store.is_folder("d"):
        store.delete_folder("d")
    assert not store.exists("d")


@pytest.mark.spec("MOVE-006")
def test_what_has_left_its_old_name_has_reached_the_new_one(store: Store) -> None:
    assert store.supports(Capability.ATOMIC_MOVE)
    arrived: list[bool] = []

    def look(src: str, dst: str) -> None:
        while store.exists(src):
            pass
        arrived.append(store.exists(dst))

    for number in range(40):
        src, dst = f"{number}/from", f"{number}/to"
        store.write(src, b"x")
        reader = threading.Thread(target=look, args=(src, dst), daemon=True)
        reader.start()
        store.move(src, dst)
        reader.join()
    assert arrived == [True] * 40


@pytest.mark.spec("SIO-005")
def test_a_lazy_read_holds_a_part_of_the_file(store: Store, tmp_path: Path) -> None:
    if store.supports(Capability.LAZY_READ):
        with store.open_atomic("large") as stream:
            for _ in range(24):
                stream.write(BLOCK)
        tracemalloc.start()
        try:
            with store.read("large") as content:
                size = sum(len(chunk) for chunk in iter(lambda: content.read(1 << 16), b""))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert size == 24 * len(BLOCK)
        assert peak < 2 * len(BLOCK)
    else:
        assert store.resolve("large").kind in ("memory", "sql-blob")
