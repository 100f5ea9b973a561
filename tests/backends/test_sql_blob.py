"""What the table means as a store: keys, ranges, listings, content, results."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from remote_store.backend import Want, WriteOptions
from remote_store.backends.sql_blob import MAX_KEY_BYTES, PAGE_ROWS, BlobTooLarge, SQLBlobBackend
from remote_store.capabilities import Capability
from remote_store.errors import AlreadyExists, DirectoryNotEmpty, InvalidPath, NotFound, RemoteStoreError
from remote_store.models import FileInfo, FolderEntry
from remote_store.store import Store


@pytest.fixture(params=["memory", "file"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SQLBlobBackend]:
    backend = SQLBlobBackend("sqlite://" if request.param == "memory" else f"sqlite:///{tmp_path}/objects.db")
    yield backend
    backend.close()


@pytest.fixture
def store(backend: SQLBlobBackend) -> Store:
    return Store(backend)


@contextmanager
def statements(backend: SQLBlobBackend) -> Iterator[list[str]]:
    """What is sent to the database in the block."""
    sent: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(" ".join(statement.split()))

    engine = backend.unwrap(sa.Engine)
    sa.event.listen(engine, "before_cursor_execute", note)
    yield sent
    sa.event.remove(engine, "before_cursor_execute", note)


def fill(backend: SQLBlobBackend, keys: list[bytes]) -> None:
    """Put rows in behind the backend's back, many at once."""
    backend.ping()
    rows = [{"key": key, "size": 1, "content": b"x"} for key in keys]
    with backend.unwrap(sa.Engine).begin() as conn:
        conn.execute(
            sa.text("INSERT INTO remote_store_objects (key, size, content) VALUES (:key, :size, :content)"), rows
        )


def tree(store: Store) -> dict[str, tuple[bytes, object]]:
    return {str(info): (store.read_bytes(info), info.metadata) for info in store.list_files("", recursive=True)}


# -- keys --------------------------------------------------------------------------------------------------------------


@pytest.mark.spec("SQLB-003", "DELF-001", "LIST-001")
@pytest.mark.parametrize(
    ("name", "alike"), [("a_b", "axb"), ("%", "anything"), ("a%", "ab"), ("[a]", "a"), ("a*", "ab")]
)
def test_wildcards_in_a_folder_name_are_literals(store: Store, name: str, alike: str) -> None:
    store.write(f"{name}/1", b"here")
    store.write(f"{alike}/1", b"there")
    assert [str(info) for info in store.list_files(name)] == [f"{name}/1"]
    assert [str(info) for info in store.list_files(name, recursive=True)] == [f"{name}/1"]
    store.delete_folder(name, recursive=True)
    assert not store.exists(name)
    assert store.read_bytes(f"{alike}/1") == b"there"


@pytest.mark.spec("SQLB-003", "DELF-001")
def test_names_that_sort_beside_a_folder_are_not_in_it(store: Store) -> None:
    beside = ["a-", "a.", "a0", "a!", "a\x01", "ab", "A", "a\U0010ffff", "`"]
    for name in beside:
        store.write(f"{name}/f", b"")
        store.write(f"top/{name}", b"")
    store.write("a/f", b"")
    store.write("top/a/f", b"")
    assert sorted(map(str, store.list_folders(""))) == sorted([*beside, "a", "top"])
    assert [str(info) for info in store.list_files("a", recursive=True)] == ["a/f"]
    store.delete_folder("a", recursive=True)
    store.delete_folder("top/a", recursive=True)
    assert sorted(map(str, store.list_folders(""))) == sorted([*beside, "top"])
    assert sorted(info.name for info in store.list_files("top")) == sorted(beside)


@pytest.mark.spec("SQLB-003", "PATH-006")
def test_keys_compare_by_bytes(store: Store) -> None:
    nfc, nfd = (unicodedata.normalize(form, "é") for form in ("NFC", "NFD"))
    names = [
        "a",
        "A",
        "a ",
        " a",
        "a  ",
        "a\t",
        nfc,
        nfd,
        "e",
        "ß",
        "ss",
        "ı",
        "i",
        "😀",
        "😁",
        "1",
        "01",
        "1.0",
        "a\n",
    ]
    for number, name in enumerate(names):
        store.write(name, str(number).encode())
    assert sorted(map(str, store.list_files(""))) == sorted(names)
    assert [store.read_bytes(name) for name in names] == [str(number).encode() for number in range(len(names))]
    store.delete("a ")
    assert sorted(map(str, store.list_files(""))) == sorted(set(names) - {"a "})


@pytest.mark.spec("PATH-007")
@pytest.mark.parametrize(
    ("fits", "too_long"), [("k" * MAX_KEY_BYTES, "k" * (MAX_KEY_BYTES + 1)), ("😀" * 256, "😀" * 257)]
)
def test_a_key_of_too_many_bytes_is_refused_before_anything_is_sent(
    backend: SQLBlobBackend, fits: str, too_long: str
) -> None:
    store = Store(backend)
    store.write(fits, b"x")
    assert store.read_bytes(fits) == b"x"
    with statements(backend) as sent:
        for refused in (
            lambda: store.write(too_long, b"x"),
            lambda: store.exists(too_long),
            lambda: store.read_bytes(too_long),
            lambda: store.move(fits, too_long),
            lambda: list(store.list_files(too_long)),
        ):
            with pytest.raises(InvalidPath, match="1024 bytes") as caught:
                refused()
            assert (caught.value.path, caught.value.backend) == (too_long, "sql-blob")
    assert sent == []


@pytest.mark.spec("SQLB-004")
@pytest.mark.parametrize("key", ["", "a", "a b/ç/%41", "remote_store_objects/x"])
def test_native_paths_lead_back_to_their_keys(backend: SQLBlobBackend, key: str) -> None:
    assert backend.to_key(backend.native_path(key)) == key


@pytest.mark.spec("SQLB-004")
@pytest.mark.parametrize(
    "native", ["", "other/a", "remote_store_objectsx/a", "remote_store_objects/", "remote_store_objects//a"]
)
def test_what_is_no_native_path_is_invalid(backend: SQLBlobBackend, native: str) -> None:
    with pytest.raises(InvalidPath):
        backend.to_key(native)


# -- listings ----------------------------------------------------------------------------------------------------------


@pytest.mark.spec("SQLB-005", "LIST-001")
@pytest.mark.parametrize("recursive", [True, False])
def test_twenty_thousand_keys_list_completely_in_bounded_pages(backend: SQLBlobBackend, recursive: bool) -> None:
    names = [f"f/{number:x}" for number in range(20_000)]
    fill(backend, [name.encode() for name in names])
    pages = list(backend.scan("f", recursive))
    assert max(map(len, pages)) <= PAGE_ROWS
    listed = [str(entry) for page in pages for entry in page]
    assert len(listed) == len(names)
    assert set(listed) == set(names)


@pytest.mark.spec("SQLB-005", "LIST-003")
def test_a_listing_passes_over_large_folders_by_seeking(
    backend: SQLBlobBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, fetched = backend._rows, []

    def count(*args: Any) -> Any:
        fetched.extend(got := rows(*args))
        return got

    monkeypatch.setattr(backend, "_rows", count)
    folders = [f"big{number:02}" for number in range(12)]
    fill(backend, [f"{folder}/{n:05}".encode() for folder in folders for n in range(3 * PAGE_ROWS)])
    fill(backend, [f"file{number}".encode() for number in range(50)])
    with statements(backend) as sent:
        listed = [str(entry) for page in backend.scan("", False) for entry in page]
    assert sorted(listed) == sorted([*folders, *(f"file{number}" for number in range(50))])
    assert len(sent) <= len(folders) + 4  # 36 000 rows would be 36 full pages
    assert len(fetched) <= 2 * PAGE_ROWS  # nor a full page for each folder


@pytest.mark.spec("SQLB-005", "LIST-003")
@pytest.mark.parametrize("below", [1, 15, 16, 17, 999, 1000, 1001, 2000])
def test_no_size_of_folder_upsets_the_listing_around_it(backend: SQLBlobBackend, below: int) -> None:
    fill(
        backend,
        [b"d/a", b"d/z", *(f"d/m/{n}".encode() for n in range(below)), *(f"d/n{n}".encode() for n in range(1100))],
    )
    listed = [str(entry) for page in backend.scan("d", False) for entry in page]
    assert sorted(listed) == sorted(["d/a", "d/m", "d/z", *(f"d/n{n}" for n in range(1100))])
    assert len([entry for page in backend.scan("d/m", True) for entry in page]) == below


@pytest.mark.spec("SQLB-005")
def test_listings_and_lookups_leave_the_content_alone(backend: SQLBlobBackend) -> None:
    backend.write("d/a", b"x" * 100, WriteOptions())
    with statements(backend) as sent:
        list(backend.scan("", True))
        list(backend.scan("d", False))
        for want in Want:
            for path in ("d/a", "d"):
                try:
                    backend.stat(path, want)
                except NotFound:
                    continue
        backend.ping()
    assert len(sent) >= 9
    assert not [statement for statement in sent if "content" in statement]


@pytest.mark.spec("SQLB-005", "LIST-001")
def test_rows_that_no_path_can_name_are_passed_over(backend: SQLBlobBackend) -> None:
    fill(backend, [b"ok", b"d/ok", b"\xff", b"d/\xff", b"/abs", b"a//b", b"../x", b"dir/", b"./y", b"", b"d/../z"])
    assert sorted(str(entry) for page in backend.scan("", True) for entry in page) == ["d/ok", "ok"]
    assert [str(entry) for page in backend.scan("d", False) for entry in page] == ["d/ok"]
    shown = {str(entry) for page in backend.scan("", False) for entry in page}
    assert {"d", "ok"} <= shown <= {"d", "ok", "a", "dir"}


@pytest.mark.spec("SQLB-006", "PATH-003")
def test_stat_gives_what_is_wanted(backend: SQLBlobBackend) -> None:
    backend.write("d/a", b"12", WriteOptions())
    assert isinstance(backend.stat("d/a", Want.ANY), FileInfo)
    assert isinstance(backend.stat("d/a", Want.FILE), FileInfo)
    assert isinstance(backend.stat("d", Want.ANY), FolderEntry)
    assert isinstance(backend.stat("d", Want.FOLDER), FolderEntry)
    for want in Want:
        assert isinstance(backend.stat("", want), FolderEntry)
        for missing in ("d/a/x", "d/b", "e", "D"):
            with pytest.raises(NotFound):
                backend.stat(missing, want)


# -- clashes -----------------------------------------------------------------------------------------------------------


@pytest.mark.spec("SQLB-007", "WRITE-004", "COPY-004", "MOVE-004", "ERR-001")
@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("operation", ["write", "copy", "move"])
@pytest.mark.parametrize("target", ["d", "d/e", "d/a/b", "d/a/b/c/d", "src/x", "up"])
def test_no_path_becomes_file_and_folder(store: Store, operation: str, target: str, overwrite: bool) -> None:
    source = "up/src" if target == "up" else "src"
    for path in ("d/a", "d/e/f", source):
        store.write(path, path.encode())
    before = tree(store)
    argument: object = b"new" if operation == "write" else target
    with pytest.raises(InvalidPath):
        getattr(store, operation)(target if operation == "write" else source, argument, overwrite=overwrite)
    assert tree(store) == before


@pytest.mark.spec("SQLB-007", "COPY-003", "MOVE-003", "ERR-001")
@pytest.mark.parametrize("operation", ["copy", "move"])
def test_copy_and_move_onto_files_and_nothing(store: Store, operation: str) -> None:
    store.write("a", b"A", metadata={"of": "a"})
    store.write("b", b"B", metadata={"of": "b"})
    transfer = getattr(store, operation)
    before = tree(store)
    with pytest.raises(AlreadyExists):
        transfer("a", "b")
    for overwrite in (False, True):
        with pytest.raises(NotFound):
            transfer("missing", "b" if overwrite else "c", overwrite=overwrite)
        transfer("a", "./a", overwrite=overwrite)
    assert tree(store) == before
    transfer("a", "b", overwrite=True)
    transfer("b", "new/folder/c")
    kept = {"a": before["a"], "b": before["a"]} if operation == "copy" else {}
    assert tree(store) == {**kept, "new/folder/c": before["a"]}


@pytest.mark.spec("SQLB-007")
def test_where_clashes_are_allowed_a_key_stands_beside_the_keys_below_it() -> None:
    backend = SQLBlobBackend("sqlite://", reject_write_under_file_ancestor=False)
    store = Store(backend)
    for path in ("a/b", "a", "a/b/c"):
        store.write(path, path.encode())
    assert (store.is_file("a"), store.is_folder("a")) == (True, True)
    assert isinstance(backend.stat("a", Want.FOLDER), FolderEntry)
    assert isinstance(backend.stat("a"), FileInfo)
    assert [type(entry) for page in backend.scan("", False) for entry in page] == [FileInfo, FolderEntry]
    store.move("a", "a/b/d")
    store.move("a/b/d", "a")
    store.delete_folder("a", recursive=True)
    assert tree(store) == {"a": (b"a", None)}
    backend.close()


@pytest.mark.spec("DELF-002", "DELF-003")
def test_a_folder_is_removed_only_when_asked_for_all_of_it(store: Store) -> None:
    store.write("d/a", b"")
    with pytest.raises(DirectoryNotEmpty):
        store.delete_folder("d")
    with pytest.raises(InvalidPath):
        store.delete_folder("d/a", recursive=True)
    with pytest.raises(NotFound):
        store.delete_folder("e", recursive=True)
    assert store.is_file("d/a")


# -- content -----------------------------------------------------------------------------------------------------------


@pytest.mark.spec("SQLB-008", "READ-001")
@pytest.mark.parametrize("content", [b"", b"\0", b"0123456789", bytes(range(256)) * 4])
def test_a_range_is_what_a_slice_is(backend: SQLBlobBackend, content: bytes) -> None:
    backend.write("f", content, WriteOptions())
    for start in (0, 1, 5, 9, 10, 11, 5000, 2**31, 2**70):
        for stop in (None, 0, 1, 5, 10, 11, 5000, 2**31, 2**70):
            assert backend.read("f", start, stop).read() == content[start:stop]
    with pytest.raises(NotFound):
        backend.read("g", 3, 4)


@pytest.mark.spec("SQLB-008")
def test_a_range_is_cut_in_the_database(backend: SQLBlobBackend) -> None:
    backend.write("f", b"x" * 1000, WriteOptions())
    with statements(backend) as sent:
        backend.read("f", 10, 20)
    assert [statement.partition("FROM")[0].partition(" AS")[0] for statement in sent] == [
        "SELECT substr(remote_store_objects.content, ?, ?)"
    ]


@pytest.mark.spec("SQLB-008")
def test_a_read_is_seekable_and_holds_no_connection(store: Store, backend: SQLBlobBackend) -> None:
    store.write("f", b"0123456789")
    with store.read("f") as stream:
        assert stream.seekable()
        stream.seek(-3, io.SEEK_END)
        store.write("f", b"new", overwrite=True)
        assert stream.read() == b"789"
    assert store.read_bytes("f") == b"new"


@pytest.mark.spec("WRITE-007", "ERR-001")
@pytest.mark.parametrize("overwrite", [False, True])
def test_a_source_that_raises_publishes_nothing(store: Store, overwrite: bool) -> None:
    class Broken(io.RawIOBase):
        pieces = iter([b"half"])

        def read(self, size: int = -1) -> bytes:
            for piece in self.pieces:
                return piece
            raise OSError("the source broke")

    path = "old" if overwrite else "new"
    store.write("old", b"old")
    with pytest.raises(OSError, match="the source broke"):
        store.write(path, Broken(), overwrite=overwrite)
    assert tree(store) == {"old": (b"old", None)}


@pytest.mark.spec("SQLB-009", "ERR-001")
def test_a_blob_over_the_limit_is_refused_and_nothing_stored() -> None:
    class Endless(io.RawIOBase):
        taken = 0

        def read(self, size: int = -1) -> bytes:
            self.taken += size
            return b"\0" * size

    with pytest.raises(ValueError, match="max_blob_size"):
        SQLBlobBackend("sqlite://", max_blob_size=-1)
    backend = SQLBlobBackend("sqlite://", max_blob_size=10)
    store = Store(backend)
    store.write("bytes", b"0123456789")
    store.write("stream", io.BytesIO(b"0123456789"))
    before = tree(store)
    endless = Endless()
    for content in (b"0123456789x", io.BytesIO(b"0123456789x"), endless):
        for path in ("new", "bytes"):
            if isinstance(content, io.BytesIO):
                content.seek(0)
            with pytest.raises(ValueError, match="10 bytes") as caught:
                store.write(path, content, overwrite=True)
            assert isinstance(caught.value, BlobTooLarge)
            assert (caught.value.path, caught.value.backend) == (path, "sql-blob")
    assert tree(store) == before
    assert endless.taken == 22  # each time one byte more than fits
    backend.close()


@pytest.mark.spec("SQLB-010", "INFO-001")
def test_a_write_result_says_what_a_later_look_says(store: Store) -> None:
    first = store.write("d/f", b"abc", metadata={"k": "v"})
    info = store.get_file_info("d/f")
    assert first.source == "native"
    assert (first.etag, first.last_modified, first.size, first.metadata) == (info.etag, info.modified_at, 3, {"k": "v"})
    assert store.head("d/f") == first
    again = store.write("d/f", b"abc", overwrite=True)
    assert again.etag != first.etag
    assert store.get_file_info("d/f").metadata is None
    store.copy("d/f", "d/g")
    assert len({store.get_file_info(path).etag for path in ("d/f", "d/g")}) == 2


@pytest.mark.spec("META-002", "META-004")
def test_metadata_of_any_text_comes_back(store: Store) -> None:
    metadata = {"plain": "text", "Case": "É", "nul": "a\0b", "quote": "\"'\\", "emoji": "😀", "empty": ""}
    store.write("a", b"", metadata=metadata)
    store.copy("a", "b")
    store.move("b", "c")
    assert store.get_file_info("c").metadata == metadata
    assert [info.metadata for info in store.list_files("")] == [metadata, metadata]


@pytest.mark.spec("SQLB-011", "WRITE-003")
def test_a_create_asks_nothing_beforehand(backend: SQLBlobBackend) -> None:
    backend.ping()
    with statements(backend) as sent:
        backend.write("a/b", b"", WriteOptions())
    assert [statement.split()[0] for statement in sent] == ["BEGIN", "INSERT", "SELECT", "SELECT"]


@pytest.mark.spec("SQLB-011")
def test_copy_and_move_leave_the_content_in_the_database(backend: SQLBlobBackend) -> None:
    backend.write("a", b"content", WriteOptions())
    with statements(backend) as sent:
        backend.copy("a", "b", False)
        backend.move("b", "c", False)
    changes = [statement for statement in sent if statement.startswith(("INSERT", "UPDATE", "DELETE"))]
    assert len(changes) == 2
    assert " SELECT " in changes[0]
    assert "content" not in changes[1]


@pytest.mark.spec("SQLB-001")
def test_it_does_all_but_lazy_reads(backend: SQLBlobBackend) -> None:
    assert backend.capabilities == backend.CAPABILITIES == set(Capability) - {Capability.LAZY_READ}
    assert (backend.name, backend.folders, backend.clash) == ("sql-blob", "implied", "refused")
    assert dict(backend.details("x")) == {"table_name": "remote_store_objects"}
    assert issubclass(BlobTooLarge, RemoteStoreError)
