"""The memory backend's own clauses."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from remote_store import AlreadyExists, FileInfo, MemoryBackend, NotFound, Store


@pytest.mark.spec("MEM-001")
def test_folders_stay_when_their_last_file_goes() -> None:
    store = Store(MemoryBackend())
    store.write("a/b/c", b"")
    store.delete("a/b/c")
    assert [str(folder) for folder in store.list_folders("", max_depth=3)] == ["a", "a/b"]


@pytest.mark.spec("MEM-002")
def test_what_the_caller_holds_is_not_what_the_store_holds() -> None:
    store = Store(MemoryBackend())
    content = bytearray(b"abc")
    store.write("a", content)
    content[:] = b"xyz"
    assert store.read_bytes("a") == b"abc"
    store.copy("a", "b")
    store.write("a", b"new", overwrite=True)
    assert store.read_bytes("b") == b"abc"


@pytest.mark.spec("MEM-003", "WRITE-009")
def test_of_many_creators_one_wins_and_nothing_is_lost() -> None:
    store = Store(MemoryBackend())

    def create(number: int) -> bool:
        store.write(f"own/{number % 7}/{number}", b"x")
        try:
            store.write("shared/one", str(number).encode())
        except AlreadyExists:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        winners = list(pool.map(create, range(400)))
    assert winners.count(True) == 1
    assert store.read_bytes("shared/one") == str(winners.index(True)).encode()
    assert store.get_folder_info("own").file_count == 400


@pytest.mark.spec("MEM-003", "LIST-008")
def test_a_listing_beside_a_writer_gives_nothing_torn() -> None:
    backend = MemoryBackend()
    store = Store(backend)
    store.write("d/stays", b"")
    for number in range(20):
        store.write(f"d/{number}", b"1")
    listing = store.iter_children("d")
    seen = {str(next(listing))}
    store.delete_folder("d", recursive=True)
    seen |= {str(entry) for entry in listing}
    assert seen <= {"d/stays"} | {f"d/{number}" for number in range(20)}


@pytest.mark.spec("LIST-008")
def test_what_vanishes_during_a_scan_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    backend = MemoryBackend()
    store = Store(backend)
    store.write("a", b"")
    store.write("b", b"")
    stat = MemoryBackend.stat

    def vanishing(self: MemoryBackend, path: str, want: int = 0) -> object:
        if path == "a":
            raise NotFound("gone meanwhile")
        return stat(self, path)

    monkeypatch.setattr(MemoryBackend, "stat", vanishing)
    entries = list(store.iter_children(""))
    assert [str(entry) for entry in entries] == ["b"]
    assert isinstance(entries[0], FileInfo)
