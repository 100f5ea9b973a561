"""How reading behaves: seeking, closing, memory."""

from __future__ import annotations

import tracemalloc
from io import RawIOBase
from typing import Any

from remote_store.capabilities import Capability
from remote_store.conformance.laws.registry import claim, law
from remote_store.store import Store

READ, WRITE = Capability.READ, Capability.WRITE
BIG = 48 << 20


@law("read.seekable", "SIO-001", READ, WRITE, Capability.SEEKABLE_READ)
def a_stream_seeks_where_declared(store: Store) -> int:
    """Where SEEKABLE_READ is declared, read() seeks, and reads what stands there."""
    content = bytes(range(256)) * 900
    store.write("big", content)
    with store.read("big") as stream:
        claim(stream.seekable(), "seekable() is false, though SEEKABLE_READ is declared")
        for at in (0, 1, len(content) - 1, 100_000, 65_536, len(content)):
            claim(stream.seek(at) == at, f"seek({at}) does not give {at}")
            claim(stream.read(70_000) == content[at : at + 70_000], f"after seek({at}) other bytes are read")
        claim(stream.seek(-5, 2) == len(content) - 5 and stream.read() == content[-5:], "seek from the end goes wrong")
    return 7


@law("read.spooled", "SIO-002", READ, WRITE)
def read_seekable_always_seeks(store: Store) -> int:
    """read_seekable() seeks on every backend."""
    content = bytes(range(256)) * 900
    store.write("big", content)
    with store.read_seekable("big") as stream:
        for at in (100_000, 0, len(content), 65_535):
            stream.seek(at)
            claim(stream.read(9) == content[at : at + 9], f"after seek({at}) other bytes are read")
    return 4


@law("read.closed", "SIO-003", READ, WRITE)
def a_stream_ends_and_closes(store: Store) -> int:
    """A stream at its end gives b"", closing twice is safe, and a closed one refuses to read."""
    store.write("a", b"abc")
    stream = store.read("a")
    claim(stream.readable() and not stream.closed, "a new stream is not readable")
    claim(stream.read(2) == b"ab" and stream.read(2) == b"c" and stream.read(2) == b"", "pieces do not add up")
    stream.close()
    stream.close()
    claim(stream.closed, "a closed stream does not say so")
    try:
        stream.read(1)
    except ValueError:
        return 3
    raise AssertionError("a closed stream still reads")


class _Zeros(RawIOBase):
    """A large source that is nowhere in memory."""

    def __init__(self, size: int) -> None:
        self._left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = min(len(buffer), self._left)
        buffer[:count] = bytes(count)
        self._left -= count
        return count


@law("read.memory", "SIO-005", READ, WRITE, Capability.LAZY_READ, tier="full")
def a_stream_never_holds_the_whole_file(store: Store) -> int:
    """Reading and writing a stream takes memory that does not grow with the file."""
    tracemalloc.start()
    try:
        store.write("big", _Zeros(BIG))  # type: ignore[arg-type]
        written = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        size = 0
        with store.read("big") as stream:
            while piece := stream.read(1 << 16):
                size += len(piece)
        read = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        store.delete("big", missing_ok=True)
    claim(size == BIG, f"{size} bytes were read of {BIG}")
    claim(written < BIG // 3, f"writing {BIG >> 20} MiB held {written >> 20} MiB at once")
    claim(read < BIG // 3, f"reading {BIG >> 20} MiB held {read >> 20} MiB at once")
    return 2
