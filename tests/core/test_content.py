"""Reading and writing through a `Store`: streams, text, metadata, atomic writes."""

from __future__ import annotations

import io

import pytest

from remote_store import (
    AlreadyExists,
    InvalidPath,
    NotFound,
    Store,
)
from tests.core.conftest import names


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
