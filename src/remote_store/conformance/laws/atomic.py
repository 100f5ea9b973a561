"""All or nothing, also while others look."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Barrier, Event, Thread
from typing import Any

from remote_store.capabilities import Capability
from remote_store.conformance.laws.registry import claim, law
from remote_store.conformance.laws.sources import contents
from remote_store.errors import AlreadyExists, NotFound, RemoteStoreError
from remote_store.store import Store

READ, WRITE, LIST, ATOMIC = Capability.READ, Capability.WRITE, Capability.LIST, Capability.ATOMIC_WRITE
_CROWD = 4


class LeaveError(Exception):
    """Leaves a block early."""


@law("atomic.abandoned", "AW-002", READ, WRITE, LIST, ATOMIC)
def leaving_the_block_by_an_error_is_no_write(store: Store) -> int:
    """Leaving open_atomic by an exception is no write, and nothing of it shows in listings."""
    store.write("old", b"old")
    hits = 0
    for path, overwrite in (("new", False), ("old", True)):
        for pieces in ((), (b"some",), (b"x" * 100_000, b"y" * 3_000_000)):
            try:
                with store.open_atomic(path, overwrite=overwrite) as stream:
                    for piece in pieces:
                        stream.write(piece)
                    claim(contents(store) == {"old": b"old"}, f"open_atomic({path!r}) shows before the block ends")
                    raise LeaveError
            except LeaveError:
                hits += 1
            claim(contents(store) == {"old": b"old"}, f"leaving open_atomic({path!r}) by an error wrote")
    return hits


@law("atomic.reader", "SIO-006", READ, WRITE, ATOMIC)
def a_reader_sees_old_or_new(store: Store) -> int:
    """A reader that is open during an atomic overwrite gets the old content or the new, whole, or an error."""
    old, new = b"o" * 300_000, b"n" * 400_000
    for write in (lambda: store.write_atomic("f", new, overwrite=True), lambda: _push(store, "f", new)):
        store.write("f", old, overwrite=True)
        with store.read("f") as stream:
            head = stream.read(1000)
            write()
            try:
                whole = head + stream.read()
            except RemoteStoreError:
                whole = old
        claim(whole in (old, new), f"a mix of old and new was read: {len(whole)} bytes")
        claim(store.read_bytes("f") == new, "after an atomic overwrite the new content is not there")
    return 2


def _push(store: Store, path: str, content: bytes) -> None:
    with store.open_atomic(path, overwrite=True) as stream:
        stream.write(content)


@law("atomic.concurrent", "AW-003", READ, WRITE, ATOMIC)
def concurrent_readers_see_whole_contents(store: Store) -> int:
    """While one thread overwrites atomically, others read only whole contents, and never nothing."""
    versions = [bytes([letter]) * (40_000 + letter) for letter in b"abcdefgh"]
    store.write("f", versions[0])
    done, strange = Event(), []

    def look() -> None:
        while not done.is_set():
            try:
                content = store.read_bytes("f")
            except NotFound:
                content = b"nothing"
            if content not in versions:
                strange.append(f"{len(content)} bytes beginning with {content[:7]!r}")

    readers = _start([look, look])
    try:
        for content in versions * 3:
            store.write_atomic("f", content, overwrite=True)
    finally:
        done.set()
        _join(readers)
    claim(not strange, f"a reader saw {strange[:1]}")
    return len(versions) * 3


@law("create.exclusive", "WRITE-009", READ, WRITE)
def of_many_creators_one_wins(store: Store) -> int:
    """Of concurrent creators without overwrite exactly one wins; the others get AlreadyExists."""
    hits = 0
    writes: list[Callable[..., Any]] = [store.write] + ([store.write_atomic] if store.supports(ATOMIC) else [])
    for attempt in range(6):
        write, path = writes[attempt % len(writes)], f"new{attempt}"
        winner = _race(lambda me, write=write, path=path: write(path, b"%d" % me))  # type: ignore[misc]
        claim(store.read_bytes(path) == b"%d" % winner, "the file is not the winner's")
        hits += 1
    return hits


@law("move.exclusive", "MOVE-007", READ, WRITE, Capability.MOVE, Capability.ATOMIC_MOVE)
def of_many_moves_to_one_place_one_wins(store: Store) -> int:
    """Of concurrent moves to one place without overwrite exactly one wins; the others' sources stay."""
    hits = 0
    for attempt in range(6):
        sources = [f"{attempt}/from{me}" for me in range(_CROWD)]
        for me, source in enumerate(sources):
            store.write(source, b"%d" % me)
        winner = _race(lambda me, to=f"{attempt}/to", sources=sources: store.move(sources[me], to))  # type: ignore[misc]
        claim(store.read_bytes(f"{attempt}/to") == b"%d" % winner, "the file is not the winner's")
        kept = [source for source in sources if store.exists(source)]
        claim(kept == [source for source in sources if source != sources[winner]], f"of the sources there is {kept}")
        hits += 1
    return hits


@law("move.atomic", "MOVE-006", READ, WRITE, Capability.MOVE, Capability.ATOMIC_MOVE)
def no_reader_sees_a_half_done_move(store: Store) -> int:
    """Where ATOMIC_MOVE is declared, a moved file is always at the old place or the new one."""
    store.write("a", b"content")
    done, strange = Event(), []

    def look() -> None:
        while not done.is_set():
            before, after = store.exists("a"), store.exists("b")
            # Only one direction of moving: gone from `a` means already at `b`.
            if not before and not after and not store.exists("b"):
                strange.append("the file is at neither place")

    readers = _start([look])
    try:
        store.move("a", "b")
    finally:
        done.set()
        _join(readers)
    claim(not strange, "".join(strange[:1]))
    claim(not store.exists("a") and store.read_bytes("b") == b"content", "the moved file is not whole")
    return 1


def _race(attempt: Callable[[int], object]) -> int:
    """Who of a crowd of threads that attempt the same at once has won; all others must get AlreadyExists."""
    barrier, results = Barrier(_CROWD), [""] * _CROWD

    def take_part(me: int) -> None:
        barrier.wait(10)
        try:
            attempt(me)
            results[me] = "won"
        except AlreadyExists:
            results[me] = "lost"
        except Exception as error:  # noqa: BLE001 - shown in the claim
            results[me] = repr(error)

    _join(_start([partial(take_part, me) for me in range(_CROWD)]))
    claim(sorted(results) == ["lost"] * (_CROWD - 1) + ["won"], f"of {_CROWD} at once: {sorted(results)}")
    return results.index("won")


def _start(tasks: list[Callable[[], None]]) -> list[Thread]:
    threads = [Thread(target=task, daemon=True) for task in tasks]
    for thread in threads:
        thread.start()
    return threads


def _join(threads: list[Thread]) -> None:
    for thread in threads:
        thread.join(30)
        claim(not thread.is_alive(), "a call does not return within 30 seconds")
