"""`Store` over the memory backend: the store itself, the operation table, listings."""

from __future__ import annotations

import pytest

from remote_store import (
    AlreadyExists,
    Capability,
    CapabilityNotSupported,
    DirectoryNotEmpty,
    FileInfo,
    FolderEntry,
    InvalidPath,
    MemoryBackend,
    NotFound,
    Store,
)
from tests.core.conftest import names

# -- the store itself ------------------------------------------------------------------------------------------------


@pytest.mark.spec("STORE-001")
def test_stores_are_equal_that_share_backend_and_root(store: Store) -> None:
    backend = store.unwrap(MemoryBackend)
    assert store == Store(backend)
    assert hash(store) == hash(Store(backend, "/"))
    assert store != store.child("a")
    assert store.child("a/b") == Store(backend, "a//b/")
    assert store != Store(MemoryBackend())
    assert store != "store"
    assert repr(store.child("a")) == "Store(backend='memory', root_path='a')"


@pytest.mark.spec("STORE-001", "ERR-007")
def test_a_store_stands_on_a_backend_and_nothing_else() -> None:
    with pytest.raises(TypeError, match="a store stands on a Backend, not str"):
        Store("memory")  # type: ignore[arg-type]


@pytest.mark.spec("STORE-002", "STORE-003")
def test_a_child_speaks_in_its_own_keys_and_cannot_reach_outside(store: Store) -> None:
    child = store.child("a/b")
    assert child.write("c/d.txt", b"1").path == "c/d.txt"
    assert store.read_bytes("a/b/c/d.txt") == b"1"
    assert names(child.list_files("", recursive=True)) == ["c/d.txt"]
    assert names(child.list_folders("")) == ["c"]
    assert names(child.list_files("c")) == ["c/d.txt"]
    assert child.get_file_info("c/d.txt").path == "c/d.txt"
    assert child.head("c/d.txt").path == "c/d.txt"
    assert str(child.get_folder_info("c")) == "c"
    assert child.child("c").read_bytes("d.txt") == b"1"
    with pytest.raises(NotFound, match="path='x'") as caught:
        child.read_bytes("x")
    assert caught.value.path == "x"
    for outside in ("..", "", ".", "/", "../x"):
        with pytest.raises(InvalidPath):
            child.child(outside)


@pytest.mark.spec("STORE-002", "PATH-003")
def test_the_root_of_a_child_is_a_folder_unless_a_file_is_in_the_way(store: Store) -> None:
    store.write("f", b"1")
    unborn = store.child("no/where")
    assert unborn.exists("")
    assert unborn.is_folder("")
    assert not unborn.is_file("")
    assert (unborn.get_folder_info("").file_count, unborn.get_folder_info("").total_size) == (0, 0)
    assert names(unborn.list_files("", recursive=True)) == []
    for blocked in (store.child("f"), store.child("f/x")):
        assert not blocked.exists("")
        assert not blocked.is_folder("")
        assert names(blocked.list_files("")) == []
        with pytest.raises(NotFound):
            blocked.get_folder_info("")
        with pytest.raises(InvalidPath):
            blocked.write("x", b"1")
    assert store.read_bytes("f") == b"1"


class Closing(MemoryBackend):
    closed = 0

    def close(self) -> None:
        self.closed += 1


@pytest.mark.spec("STORE-004")
def test_a_store_closes_its_backend_and_a_child_does_not() -> None:
    backend = Closing()
    with Store(backend) as store:
        with store.child("a"):
            pass
        assert backend.closed == 0
    assert backend.closed == 1


@pytest.mark.spec("STORE-005", "STORE-006", "STORE-007", "STORE-008")
def test_what_needs_no_content(store: Store) -> None:
    store.ping()
    with pytest.raises(CapabilityNotSupported, match="no native handle of type dict"):
        store.unwrap(dict)
    child = store.child("a")
    plan = child.resolve("./b")
    assert (plan.kind, plan.backend, plan.key, plan.native_path) == ("memory", "memory", "b", "a/b")
    assert child.to_key(child.native_path("b/c")) == "b/c"
    assert child.to_key("a") == ""
    for outside in ("b", "ab", "ab/c"):
        with pytest.raises(InvalidPath, match="outside this store"):
            child.to_key(outside)
    assert store.to_key("x") == "x"


@pytest.mark.spec("CAP-002")
def test_supports_tells_what_is_declared(store: Store) -> None:
    assert store.supports(Capability.USER_METADATA)
    assert not store.supports(Capability.GLOB)


# -- the operation table ---------------------------------------------------------------------------------------------


@pytest.mark.spec("ERR-001", "ERR-003", "READ-002", "WRITE-004", "DEL-002", "DELF-002", "DELF-003", "INFO-003")
@pytest.mark.parametrize(
    ("call", "error", "path"),
    [
        (lambda s: s.read_bytes("d"), InvalidPath, "d"),
        (lambda s: s.read("d"), InvalidPath, "d"),
        (lambda s: s.read("no"), NotFound, "no"),
        (lambda s: s.read_seekable("d/f/x"), NotFound, "d/f/x"),
        (lambda s: s.get_file_info("d"), InvalidPath, "d"),
        (lambda s: s.head("no"), NotFound, "no"),
        (lambda s: s.get_folder_info("d/f"), InvalidPath, "d/f"),
        (lambda s: s.get_folder_info("no"), NotFound, "no"),
        (lambda s: s.get_folder_info("d/f/x"), NotFound, "d/f/x"),
        (lambda s: s.write("d", b"", overwrite=True), InvalidPath, "d"),
        (lambda s: s.write("d/f", b""), AlreadyExists, "d/f"),
        (lambda s: s.write("d/f/x", b""), InvalidPath, "d/f/x"),
        (lambda s: s.delete("d"), InvalidPath, "d"),
        (lambda s: s.delete("d", missing_ok=True), InvalidPath, "d"),
        (lambda s: s.delete("no"), NotFound, "no"),
        (lambda s: s.delete_folder("d"), DirectoryNotEmpty, "d"),
        (lambda s: s.delete_folder("d/f", missing_ok=True), InvalidPath, "d/f"),
        (lambda s: s.delete_folder("no"), NotFound, "no"),
        (lambda s: s.delete_folder("", recursive=True), InvalidPath, "."),
        (lambda s: s.copy("no", "x"), NotFound, "no"),
        (lambda s: s.copy("d", "x"), InvalidPath, "d"),
        (lambda s: s.copy("d/f", "d"), InvalidPath, "d"),
        (lambda s: s.copy("d/f", "g"), AlreadyExists, "g"),
        (lambda s: s.move("d/f", "d/f/x"), InvalidPath, "d/f/x"),
        (lambda s: s.move("no", "g"), NotFound, "no"),
        (lambda s: s.move("no", "no"), NotFound, "no"),
        (lambda s: s.move("d", "./d/"), InvalidPath, "d"),
        (lambda s: s.copy("", "x"), InvalidPath, "."),
        (lambda s: s.copy("g", ""), InvalidPath, "."),
    ],
)
def test_a_refusal_names_its_path_and_changes_nothing(store: Store, call: object, error: type, path: str) -> None:
    store.write("d/f", b"1")
    store.write("g", b"2")
    with pytest.raises(error) as caught:
        call(store)  # type: ignore[operator]
    assert type(caught.value) is error
    assert (caught.value.path, caught.value.backend) == (path, "memory")
    assert {str(info): store.read_bytes(info) for info in store.list_files("", recursive=True)} == {
        "d/f": b"1",
        "g": b"2",
    }


@pytest.mark.spec("COPY-001", "COPY-002", "MOVE-001", "MOVE-002", "DEL-001", "DEL-003", "DELF-001")
def test_files_come_and_go(store: Store) -> None:
    store.write("d/f", b"1")
    store.copy("d/f", "d/f")
    store.move("d/f", "/d//f", overwrite=True)
    store.copy("d/f", "e/g")
    store.move("d/f", "e/g", overwrite=True)
    assert names(store.list_files("", recursive=True)) == ["e/g"]
    assert store.is_folder("d")
    store.delete("no", missing_ok=True)
    store.delete("e/g/x", missing_ok=True)
    store.delete_folder("no", missing_ok=True)
    store.delete_folder("d")
    assert not store.exists("d")
    store.delete("e/g")
    assert store.is_folder("e")
    store.write("e/x/y", b"")
    store.write("ex", b"")
    store.delete_folder("e", recursive=True)
    assert names(store.list_files("", recursive=True)) == ["ex"]


@pytest.mark.spec("LIST-001", "LIST-002", "LIST-003", "LIST-004", "LIST-005", "INFO-002")
def test_listings_go_as_deep_as_asked(store: Store) -> None:
    for path in ("a", "d/b", "d/e/c", "d/e/g/h"):
        store.write(path, b"12")
    assert names(store.list_files("")) == ["a"]
    assert names(store.list_files("", max_depth=0)) == ["a"]
    assert names(store.list_files("", max_depth=1)) == ["a", "d/b"]
    assert names(store.list_files("", max_depth=9)) == ["a", "d/b", "d/e/c", "d/e/g/h"]
    assert names(store.list_files("d", recursive=True)) == ["d/b", "d/e/c", "d/e/g/h"]
    assert names(store.list_files("", recursive=True, pattern="[bc]")) == ["d/b", "d/e/c"]
    assert names(store.list_folders("")) == ["d"]
    assert names(store.list_folders("", max_depth=1)) == ["d", "d/e"]
    assert names(store.list_folders("", max_depth=5, pattern="g")) == ["d/e/g"]
    assert {str(entry): type(entry) for entry in store.iter_children("d")} == {"d/b": FileInfo, "d/e": FolderEntry}
    for nothing in ("a", "no", "a/x"):
        assert names(store.list_files(nothing, recursive=True)) == []
        assert names(store.list_folders(nothing)) == []
        assert list(store.iter_children(nothing)) == []
    info = store.get_folder_info("d")
    assert (info.file_count, info.total_size) == (3, 6)
    assert store.get_folder_info("", max_depth=1).file_count == 2
    assert store.get_folder_info("d/e/g", max_depth=0).total_size == 2


@pytest.mark.spec("LIST-007")
def test_a_listing_checks_its_arguments_at_the_call(store: Store) -> None:
    for call in (
        lambda: store.list_files("..", recursive=True),
        lambda: store.list_folders(".."),
        lambda: store.iter_children(".."),
    ):
        with pytest.raises(InvalidPath):
            call()
    with pytest.raises(ValueError, match="max_depth"):
        store.list_files("", max_depth=-1)
    with pytest.raises(ValueError, match="max_depth"):
        store.get_folder_info("", max_depth=-1)


@pytest.mark.spec("LIST-007")
def test_a_listing_may_be_left_half_way(store: Store) -> None:
    for number in range(5):
        store.write(f"d{number}/f", b"")
    listing = store.list_files("", recursive=True)
    next(listing)
    listing.close()  # type: ignore[attr-defined]
    assert store.get_folder_info("").file_count == 5
