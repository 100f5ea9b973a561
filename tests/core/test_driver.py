"""What the core derives for a backend, how it maps its errors, what it refuses for it."""

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
from tests.core.conftest import names


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
