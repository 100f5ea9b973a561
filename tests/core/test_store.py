"""`Store` over the memory backend and over backends made to show what the core derives, maps and refuses."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO

import pytest

from remote_store import (
    AlreadyExists,
    Backend,
    BackendUnavailable,
    Capability,
    CapabilityNotSupported,
    CapabilitySet,
    DirectoryNotEmpty,
    FileInfo,
    FolderEntry,
    InvalidPath,
    MemoryBackend,
    NotFound,
    PermissionDenied,
    RemotePath,
    RemoteStoreError,
    Store,
)
from remote_store.backend import Entry, Page, Source, Want, WriteOptions
from remote_store.models import WriteResult


@pytest.fixture
def store() -> Store:
    return Store(MemoryBackend())


def names(entries: Iterator[FileInfo] | Iterator[FolderEntry]) -> list[str]:
    return sorted(map(str, entries))


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


# -- reading and writing ---------------------------------------------------------------------------------------------


@pytest.mark.spec("SIO-001", "SIO-002", "SIO-003")
def test_a_stream_reads_seeks_and_ends(store: Store) -> None:
    store.write("a", b"line 1\nline 2\n")
    with store.read("a") as stream:
        assert stream.readable()
        assert stream.seekable()
        assert stream.readline() == b"line 1\n"
        assert stream.seek(0) == 0
        assert stream.tell() == 0
        assert list(stream) == [b"line 1\n", b"line 2\n"]
        assert stream.read() == b""
        assert stream.read(5) == b""
    assert stream.closed
    stream.close()
    with store.read_seekable("a") as stream:
        assert stream.seek(-2, io.SEEK_END) == 12


@pytest.mark.spec("READ-003", "WRITE-008")
def test_text_keeps_its_newlines_and_its_encoding(store: Store) -> None:
    store.write_text("t", "a\r\né\n")
    assert store.read_bytes("t") == "a\r\né\n".encode()
    assert store.read_text("t") == "a\r\né\n"
    store.write_text("t", "é", encoding="latin-1", overwrite=True)
    assert store.read_bytes("t") == b"\xe9"
    assert store.read_text("t", errors="replace") == "\ufffd"
    with pytest.raises(UnicodeDecodeError):
        store.read_text("t")
    with pytest.raises(TypeError, match="text is a str, not bytes"):
        store.write_text("u", b"1")  # type: ignore[arg-type]
    assert not store.exists("u")


class Trickle(io.RawIOBase):
    """Gives a few bytes at a time, and then what it is told to."""

    def __init__(self, *chunks: object) -> None:
        self.chunks = list(chunks)
        self.asked: list[int] = []

    def read(self, size: int = -1) -> object:  # type: ignore[override]
        self.asked.append(size)
        chunk = self.chunks.pop(0) if self.chunks else b""
        if isinstance(chunk, Exception):
            raise chunk
        return chunk


@pytest.mark.spec("WRITE-006")
def test_content_is_bytes_like_or_a_stream_from_where_it_stands(store: Store) -> None:
    stream = io.BytesIO(b"skip this")
    stream.seek(5)
    trickle = Trickle(b"a", bytearray(b"b"), memoryview(b"c"))
    for number, content in enumerate((b"this", bytearray(b"this"), memoryview(b"_t_h_i_s")[1::2], stream)):
        store.write(f"x{number}", content)
        assert store.read_bytes(f"x{number}") == b"this"
    store.write("y", trickle)  # type: ignore[arg-type]
    assert store.read_bytes("y") == b"abc"
    assert all(0 < size <= 1 << 26 for size in trickle.asked)


@pytest.mark.spec("WRITE-006", "ERR-007")
@pytest.mark.parametrize("content", ["text", io.StringIO("text"), 1, None, ["a"]])
def test_content_that_is_not_binary_is_a_type_error(store: Store, content: object) -> None:
    for write in (store.write, store.write_atomic):
        with pytest.raises(TypeError, match="content is bytes-like or a binary stream, not"):
            write("x", content)  # type: ignore[arg-type]
    assert not store.exists("x")


@pytest.mark.spec("WRITE-007")
@pytest.mark.parametrize("fault", [ValueError("half way"), OSError(5, "half way"), NotFound("half way")])
def test_a_source_that_raises_publishes_nothing_and_its_own_error_arrives(store: Store, fault: Exception) -> None:
    store.write("old", b"old")
    for write in (store.write, store.write_atomic):
        for path in ("old", "new/er"):
            with pytest.raises(type(fault)) as caught:
                write(path, Trickle(b"half", fault), overwrite=True)  # type: ignore[arg-type]
            assert caught.value is fault
    assert names(store.list_files("", recursive=True)) == ["old"]
    assert not store.exists("new")
    assert store.read_bytes("old") == b"old"


@pytest.mark.spec("WRITE-006", "WRITE-007")
@pytest.mark.parametrize("chunk", ["text", None, 5])
def test_a_source_that_turns_out_not_binary_publishes_nothing(store: Store, chunk: object) -> None:
    with pytest.raises(TypeError, match=r"the source is not binary: its read\(\) gave"):
        store.write("x", Trickle(b"half", chunk))  # type: ignore[arg-type]
    assert not store.exists("x")


@pytest.mark.spec("META-001", "META-002", "META-003", "META-004", "MEM-002")
def test_metadata_is_kept_replaced_and_carried(store: Store) -> None:
    given = {"owner": "ada"}
    assert store.write("a", b"1", metadata=given).metadata == {"owner": "ada"}
    given["owner"] = "eve"
    seen = store.get_file_info("a").metadata
    assert seen == {"owner": "ada"}
    assert isinstance(seen, dict)
    seen["owner"] = "eve"
    assert store.head("a").metadata == {"owner": "ada"}
    store.copy("a", "b")
    store.move("b", "c")
    assert store.head("c").metadata == {"owner": "ada"}
    store.write("a", b"2", overwrite=True)
    assert store.head("a").metadata is None
    with pytest.raises(ValueError, match="metadata key"):
        store.write("d", b"", metadata={"_x": "1"})


@pytest.mark.spec("INFO-001", "MOD-005")
def test_head_equals_what_the_write_returned(store: Store) -> None:
    written = store.write("a/b", b"123", metadata={"k": "v"})
    assert store.head("a/b") == written
    info = store.get_file_info("a/b")
    assert (info.size, info.etag, info.modified_at) == (3, written.etag, written.last_modified)
    assert written.last_modified is not None
    assert written.last_modified.utcoffset() is not None
    assert written.source == "native"


# -- atomic writes ---------------------------------------------------------------------------------------------------


@pytest.mark.spec("AW-002")
def test_open_atomic_publishes_when_its_block_ends_well(store: Store) -> None:
    with store.open_atomic("a/b", metadata={"k": "v"}) as stream:
        assert stream.writable()
        assert stream.write(b"one") == 3
        assert stream.write(memoryview(b"two")) == 3
        assert stream.tell() == 6
        assert not store.exists("a/b")
        with pytest.raises(ValueError, match="once the with block has ended"):
            _ = stream.result
    assert store.read_bytes("a/b") == b"onetwo"
    assert stream.result == store.head("a/b")


@pytest.mark.spec("AW-002")
def test_leaving_open_atomic_by_an_error_is_no_write(store: Store) -> None:
    def write_half() -> None:
        with store.open_atomic("a/b") as stream:
            stream.write(b"half")
            raise KeyError

    with pytest.raises(KeyError):
        write_half()
    assert not store.exists("a")


@pytest.mark.spec("AW-002")
def test_open_atomic_refuses_on_entering(store: Store) -> None:
    store.write("d/f", b"old")
    for path, error in (("d", InvalidPath), ("d/f", AlreadyExists), ("d/f/x", InvalidPath), ("", InvalidPath)):
        with pytest.raises(error), store.open_atomic(path):
            pytest.fail("entered")
    assert store.read_bytes("d/f") == b"old"


@pytest.mark.spec("AW-002")
def test_open_atomic_refuses_at_the_end_what_came_to_be_meanwhile(store: Store) -> None:
    writing = store.open_atomic("a")
    writing.__enter__().write(b"mine")
    store.write("a", b"theirs")
    with pytest.raises(AlreadyExists, match="path='a'"):
        writing.__exit__(None, None, None)
    assert store.read_bytes("a") == b"theirs"


@pytest.mark.spec("AW-002", "ERR-007")
def test_an_atomic_stream_takes_bytes_only(store: Store) -> None:
    with pytest.raises(TypeError, match="data is bytes-like, not str"), store.open_atomic("a") as stream:
        stream.write("text")
    assert not store.exists("a")
    with store.open_atomic("a") as stream:
        stream.write(b"all")
        stream.close()
        with pytest.raises(ValueError, match="write to a closed stream"):
            stream.write(b"late")
    assert store.read_bytes("a") == b"all"


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


# -- what the core derives, maps and refuses -------------------------------------------------------------------------


class Plain(Backend):
    """The required verbs only, over a memory backend that does the work; `fail` is raised by the next verb."""

    CAPABILITIES = CapabilitySet(set(Capability) - {Capability.SEEKABLE_READ, Capability.WRITE_RESULT_NATIVE})

    def __init__(self) -> None:
        self.inner = MemoryBackend()
        self.fail: Exception | None = None
        self.calls: list[str] = []

    @property
    def name(self) -> str:
        return "plain"

    def _enter(self, verb: str) -> MemoryBackend:
        self.calls.append(verb)
        fail, self.fail = self.fail, None
        if fail is not None:
            raise fail
        return self.inner

    def stat(self, path: str, want: Want = Want.ANY) -> Entry:
        return self._enter("stat").stat(path, want)

    def read(self, path: str, start: int = 0, stop: int | None = None) -> BinaryIO:
        return self._enter("read").read(path, start, stop)

    def scan(self, prefix: str, recursive: bool) -> Iterator[Page]:
        yield from self._enter("scan").scan(prefix, recursive)

    def write(self, path: str, source: Source, options: WriteOptions) -> WriteResult:
        return self._enter("write").write(path, source, options)

    def delete(self, path: str) -> None:
        self._enter("delete").delete(path)

    def remove_folder(self, path: str, recursive: bool) -> None:
        self._enter("remove_folder").remove_folder(path, recursive)


@pytest.fixture
def plain() -> Plain:
    return Plain()


@pytest.mark.spec("BE-007")
def test_copy_move_glob_and_open_atomic_are_derived(plain: Plain) -> None:
    store = Store(plain, "root")
    store.write("a/b.txt", b"1", metadata={"k": "v"})
    store.copy("a/b.txt", "a/c.txt")
    store.move("a/c.txt", "d/e.txt")
    with pytest.raises(AlreadyExists, match=r"path='a/b\.txt'"):
        store.move("d/e.txt", "a/b.txt")
    with store.open_atomic("a/big") as stream:
        stream.write(b"x" * 100)
    assert stream.result.path == "a/big"
    assert stream.result.size == 100
    assert store.head("d/e.txt").metadata == {"k": "v"}
    assert store.head("d/e.txt").source == "basic"
    assert names(store.glob("**/*.txt")) == ["a/b.txt", "d/e.txt"]
    assert names(store.glob("[ad]/?.txt")) == ["a/b.txt", "d/e.txt"]
    assert names(store.glob("a/b.txt")) == ["a/b.txt"]
    assert names(store.glob("a/b.txt/*")) == []
    assert names(store.glob("a/**")) == ["a/b.txt", "a/big"]
    with pytest.raises(KeyError), store.open_atomic("a/no"):
        raise KeyError
    assert not store.exists("a/no")


@pytest.mark.spec("BE-004")
def test_a_miss_and_a_hit_cost_one_verb(plain: Plain) -> None:
    store = Store(plain)
    store.write("a", b"1")
    for call in (
        lambda: store.read_bytes("a"),
        lambda: store.read_bytes("no"),
        lambda: store.exists("a"),
        lambda: store.exists("no"),
        lambda: store.is_file("no"),
        lambda: store.head("a"),
        lambda: store.head("no"),
        lambda: store.delete("no", missing_ok=True),
        lambda: store.write("a", b"2", overwrite=True),
        lambda: store.delete("a"),
    ):
        plain.calls.clear()
        with suppress(NotFound):
            call()
        assert len(plain.calls) == 1


@pytest.mark.spec("SIO-001", "SIO-002")
def test_a_stream_seeks_only_where_the_backend_promises_it(plain: Plain) -> None:
    store = Store(plain)
    store.write("a", b"0123456789")
    with store.read("a") as stream:
        assert not stream.seekable()
        with pytest.raises(io.UnsupportedOperation):
            stream.seek(1)
        assert stream.read(4) == b"0123"
    with store.read_seekable("a") as stream:
        assert stream.seek(4) == 4
        assert stream.read() == b"456789"


@pytest.mark.spec("SIO-002")
def test_a_large_spool_goes_to_disk(plain: Plain) -> None:
    content = b"0123456789abcdef" * (1 << 19) + b"end"
    store = Store(plain)
    store.write("a", content)
    with store.read_seekable("a") as stream:
        assert not isinstance(stream, io.BytesIO)
        stream.seek(-3, io.SEEK_END)
        assert stream.read() == b"end"
        stream.seek(0)
        assert stream.read() == content


class Broken(io.RawIOBase):
    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        raise PermissionError(13, "revoked")

    def readall(self) -> bytes:
        raise PermissionError(13, "revoked")


@pytest.mark.spec("SIO-004")
def test_errors_while_reading_are_typed(plain: Plain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Plain, "read", lambda self, path, start=0, stop=None: Broken())
    store = Store(plain, "root")
    for read in (lambda s: s.read(), lambda s: s.read(3), lambda s: s.readline()):
        with (
            store.read("a") as stream,
            pytest.raises(PermissionDenied, match="revoked, path='a', backend='plain'") as caught,
        ):
            read(stream)
        assert isinstance(caught.value.__cause__, PermissionError)
    with pytest.raises(PermissionDenied):
        store.read_seekable("a")


class Odd(Exception):
    """What an SDK might raise."""


@pytest.mark.spec("ERR-003", "ERR-005", "BE-003")
@pytest.mark.parametrize(
    ("native", "typed"),
    [
        (PermissionError(13, "denied"), PermissionDenied),
        (ConnectionResetError(104, "reset"), BackendUnavailable),
        (TimeoutError("slow"), BackendUnavailable),
        (OSError(28, "No space left on device"), BackendUnavailable),
        (OSError(36, "File name too long"), InvalidPath),
        (OSError(39, "Directory not empty"), DirectoryNotEmpty),
        (OSError(30, "Read-only file system"), PermissionDenied),
        (Odd("secret=hunter2"), RemoteStoreError),
        (ZeroDivisionError(), RemoteStoreError),
    ],
)
def test_native_errors_become_typed_ones_at_one_point(plain: Plain, native: Exception, typed: type) -> None:
    store = Store(plain, "root")
    store.write("a", b"1")
    store.write("d/f", b"1")
    for call in (
        lambda: store.exists("a"),
        lambda: store.is_folder("a"),
        lambda: store.is_file("a"),
        lambda: store.read_bytes("a"),
        lambda: store.write("a", b"", overwrite=True),
        lambda: store.delete("a", missing_ok=True),
        lambda: store.delete_folder("d", missing_ok=True),
        lambda: store.copy("a", "b"),
        lambda: store.get_file_info("a"),
        lambda: list(store.list_files("d")),
        lambda: list(store.glob("d/*")),
        lambda: store.get_folder_info("d"),
        store.ping,
    ):
        plain.fail = native
        with pytest.raises(RemoteStoreError) as caught:
            call()
        assert type(caught.value) is typed
        assert caught.value.backend == "plain"
        assert caught.value.path in ("a", "d", ".")
        assert caught.value.__cause__ is native
        assert "hunter2" not in str(caught.value)


@pytest.mark.spec("BE-004", "READ-002", "DEL-002", "DELF-003", "WRITE-004")
def test_a_vague_refusal_is_explained_by_a_look_at_the_path(plain: Plain) -> None:
    store = Store(plain)
    store.write("d/f", b"1")
    for call, error in (
        (lambda: store.read_bytes("d"), InvalidPath),
        (lambda: store.delete("d"), InvalidPath),
        (lambda: store.delete_folder("d/f"), InvalidPath),
        (lambda: store.delete_folder("no"), NotFound),
        (lambda: store.write("d/f", b""), AlreadyExists),
        (lambda: store.write("d", b""), InvalidPath),
        (lambda: store.write("d/f/x", b""), InvalidPath),
        (lambda: store.copy("no", "x"), NotFound),
        (lambda: store.copy("d/f", "d"), InvalidPath),
    ):
        plain.fail = Odd("Failure")
        with pytest.raises(error) as caught:
            call()
        assert type(caught.value) is error
        assert isinstance(caught.value.__cause__, Odd)


@pytest.mark.spec("EXISTS-003", "DEL-003")
def test_only_absence_is_a_no(plain: Plain) -> None:
    store = Store(plain)
    for fault in (PermissionError(13, "denied"), ConnectionRefusedError(111, "refused")):
        for ask in (store.exists, store.is_file, store.is_folder, lambda p: store.delete(p, missing_ok=True)):
            plain.fail = fault
            with pytest.raises((PermissionDenied, BackendUnavailable)):
                ask("a")


class FailingHandle:
    """A push handle whose medium fills up."""

    def __init__(self) -> None:
        self.ended = ""

    def write(self, data: object, /) -> int:
        raise OSError(28, "No space left on device")

    def commit(self) -> WriteResult:
        self.ended = "committed"
        raise AssertionError("what was written is not whole")

    def abort(self) -> None:
        self.ended = "aborted"


@pytest.mark.spec("AW-002", "ERR-001")
def test_a_write_error_that_the_block_swallows_still_publishes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    handle = FailingHandle()
    monkeypatch.setattr(MemoryBackend, "open_write", lambda self, path, options: handle)
    writing = Store(MemoryBackend()).open_atomic("a")
    with suppress(BackendUnavailable):
        writing.__enter__().write(b"half")
    with pytest.raises(BackendUnavailable, match="No space left on device, path='a'"):
        writing.__exit__(None, None, None)
    assert handle.ended == "aborted"


class Nothing(Backend):
    """A backend that can do nothing: every gate is closed."""

    @property
    def name(self) -> str:
        return "nothing"

    def stat(self, path: str, want: Want = Want.ANY) -> Entry:
        if path:
            raise NotFound("nothing here")
        return FolderEntry(RemotePath.ROOT, ".")

    def read(self, path: str, start: int = 0, stop: int | None = None) -> BinaryIO:
        raise NotFound("nothing here")


@pytest.mark.spec("CAP-001", "META-001", "BE-008")
@pytest.mark.parametrize(
    ("capability", "call"),
    [
        ("read", lambda s: s.read("a")),
        ("read", lambda s: s.read_bytes("a")),
        ("write", lambda s: s.write("a", b"")),
        ("write", lambda s: s.write_text("a", "")),
        ("atomic_write", lambda s: s.write_atomic("a", b"")),
        ("atomic_write", lambda s: s.open_atomic("a").__enter__()),
        ("delete", lambda s: s.delete("a", missing_ok=True)),
        ("delete", lambda s: s.delete_folder("a")),
        ("list", lambda s: s.list_files("a")),
        ("list", lambda s: s.list_folders("a")),
        ("list", lambda s: s.iter_children("a")),
        ("glob", lambda s: s.glob("a")),
        ("move", lambda s: s.move("a", "a")),
        ("copy", lambda s: s.copy("a", "a")),
        ("metadata", lambda s: s.head("a")),
        ("metadata", lambda s: s.get_file_info("a")),
        ("metadata", lambda s: s.get_folder_info("a")),
    ],
)
def test_a_call_without_its_capability_is_refused_first(capability: str, call: object) -> None:
    with pytest.raises(CapabilityNotSupported) as caught:
        call(Store(Nothing()))  # type: ignore[operator]
    assert caught.value.capability == capability
    assert caught.value.path == "a"
    assert caught.value.backend == "nothing"


class NoMetadata(MemoryBackend):
    CAPABILITIES = MemoryBackend.CAPABILITIES.without(Capability.USER_METADATA)


@pytest.mark.spec("META-001", "CAP-001")
def test_metadata_without_its_capability_is_refused_and_empty_metadata_is_not() -> None:
    store = Store(NoMetadata())
    with pytest.raises(CapabilityNotSupported) as caught:
        store.write("a", b"", metadata={"k": "v"})
    assert caught.value.capability == "user_metadata"
    assert not store.exists("a")
    store.write("a", b"", metadata={})


class Narrow(MemoryBackend):
    def check_path(self, path: str) -> None:
        if len(path) > 8:
            raise InvalidPath("too long for this medium", path=path)


@pytest.mark.spec("PATH-007")
def test_a_name_that_the_medium_cannot_hold_is_refused_before_any_verb() -> None:
    store = Store(Narrow(), "root")
    assert store.write("abc", b"").size == 0
    with pytest.raises(InvalidPath, match="too long for this medium, path='abcd'"):
        store.exists("abcd")


class OnlyBytes:
    """A stream as thin as a backend may give it: `read` and `close`."""

    def __init__(self, content: bytes) -> None:
        self.inner = io.BytesIO(content)
        self.closed_times = 0

    def read(self, size: int = -1) -> bytes:
        return self.inner.read(size)

    def close(self) -> None:
        self.closed_times += 1


@pytest.mark.spec("SIO-001", "SIO-003")
def test_a_thin_native_stream_is_enough(plain: Plain, monkeypatch: pytest.MonkeyPatch) -> None:
    thin = OnlyBytes(b"one\ntwo")
    monkeypatch.setattr(Plain, "read", lambda self, path, start=0, stop=None: thin)
    with Store(plain).read("a") as stream:
        assert stream.readline() == b"one\n"
        assert stream.read() == b"two"
    stream.close()
    assert thin.closed_times == 1


@pytest.mark.spec("ERR-003")
def test_a_debug_record_carries_operation_path_and_backend(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="remote_store"):
        store.write("a", b"content")
    record = caplog.records[0]
    assert (record.op, record.path, record.backend) == ("write", "a", "memory")  # type: ignore[attr-defined]
    assert "content" not in caplog.text


@pytest.mark.spec("MEM-001")
def test_the_repr_of_memory_shows_counts(store: Store) -> None:
    store.write("a/b", b"")
    assert repr(store.unwrap(MemoryBackend)) == "MemoryBackend(files=1, folders=1)"
