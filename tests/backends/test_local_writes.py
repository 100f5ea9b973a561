"""Writes on a folder are all or nothing: full media, refusals, races, crashes. (LOCAL-003, LOCAL-004, LOCAL-006)"""

from __future__ import annotations

import errno
import fcntl
import io
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from stat import S_ISDIR
from textwrap import dedent
from typing import Any, BinaryIO

import pytest

from remote_store.backend import WriteOptions
from remote_store.backends import _local_write
from remote_store.backends import local as module
from remote_store.backends.local import LocalBackend
from remote_store.errors import AlreadyExists, BackendUnavailable, InvalidPath, NotFound, PermissionDenied
from remote_store.store import Store

Write = Callable[..., Any]
WRITES: dict[str, Callable[[Store, str, bytes, bool], Any]] = {
    "bytes": lambda store, key, data, overwrite: store.write(key, data, overwrite=overwrite),
    "stream": lambda store, key, data, overwrite: store.write(key, io.BytesIO(data), overwrite=overwrite),
    "atomic": lambda store, key, data, overwrite: store.write_atomic(key, data, overwrite=overwrite),
    "atomic stream": lambda store, key, data, overwrite: store.write_atomic(key, io.BytesIO(data), overwrite=overwrite),
    "pushed": lambda store, key, data, overwrite: push(store, key, data, overwrite),
    "copy": lambda store, key, data, overwrite: transferred(store.copy, store, key, data, overwrite),
    "move": lambda store, key, data, overwrite: transferred(store.move, store, key, data, overwrite),
}


def push(store: Store, key: str, data: bytes, overwrite: bool) -> None:
    with store.open_atomic(key, overwrite=overwrite) as stream:
        stream.write(data)


def transferred(transfer: Write, store: Store, key: str, data: bytes, overwrite: bool) -> None:
    source = f"source-{threading.get_ident()}"
    store.write(source, data, overwrite=True)
    try:
        transfer(source, key, overwrite=overwrite)
    finally:
        store.delete(source, missing_ok=True)


@pytest.fixture(params=WRITES)
def write(request: pytest.FixtureRequest) -> Write:
    return WRITES[request.param]


def seen(folder: Path) -> dict[str, bytes | None]:
    """Everything on disk, temporary files too."""
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


def script(reach: str, text: str) -> list[str]:
    """A process that has `store`, a Store over the folder in argv[1]."""
    portable = "local.openat2 = local.renameat2 = lambda: None" if reach == "portable" else ""
    head = f"""
        import os, sys, time
        from remote_store.backends import local
        from remote_store.errors import *
        from remote_store.store import Store
        {portable}
        store = Store(local.LocalBackend(sys.argv[1]))
    """
    return [sys.executable, "-c", dedent(head) + dedent(text)]


def run(reach: str, text: str, *args: object, **options: Any) -> str:
    command = [*script(reach, text), *map(str, args)]
    return subprocess.run(command, check=True, timeout=120, capture_output=True, text=True, **options).stdout


# -- what a write does -----------------------------------------------------------------------------------------------


@pytest.mark.spec("WRITE-001", "WRITE-002", "WRITE-003", "AW-001", "COPY-001", "MOVE-001")
def test_every_way_to_write_creates_with_parents_and_replaces_only_if_told(
    store: Store, root: Path, write: Write
) -> None:
    write(store, "a/b/f", b"1", False)
    assert seen(root) == {"a": None, "a/b": None, "a/b/f": b"1"}
    with pytest.raises(AlreadyExists):
        write(store, "a/b/f", b"2", False)
    assert seen(root) == {"a": None, "a/b": None, "a/b/f": b"1"}
    write(store, "a/b/f", b"3", True)
    write(store, "a/c", b"4", True)
    write(store, "top", b"5", True)
    assert seen(root) == {"a": None, "a/b": None, "a/b/f": b"3", "a/c": b"4", "top": b"5"}


@pytest.mark.spec("WRITE-004", "COPY-004", "MOVE-004")
@pytest.mark.parametrize("overwrite", [False, True])
def test_a_folder_is_never_replaced_and_nothing_goes_below_a_file(
    store: Store, root: Path, write: Write, overwrite: bool
) -> None:
    (root / "empty").mkdir()
    store.write("d/f", b"1")
    before = seen(root)
    for key in ("empty", "d", "d/f/x", "d/f/x/y"):
        with pytest.raises(InvalidPath):
            write(store, key, b"2", overwrite)
    assert seen(root) == before


@pytest.mark.spec("COPY-003", "MOVE-003")
def test_only_files_are_copied_and_moved(store: Store, root: Path) -> None:
    store.write("d/f", b"1")
    before = seen(root)
    for transfer in (store.copy, store.move):
        for source, error in (("d", InvalidPath), ("no", NotFound), ("d/f/x", NotFound), ("no/x", NotFound)):
            for target in ("new", "n/e/w", "d/f"):
                with pytest.raises(error):
                    transfer(source, target, overwrite=True)
        for target in ("d/f/x", "d"):
            with pytest.raises(InvalidPath):
                transfer("d/f", target)
    assert seen(root) == before


@pytest.mark.spec("MOVE-001")
def test_moving_between_two_names_of_one_file_leaves_the_target(store: Store, root: Path) -> None:
    store.write("a", b"1")
    os.link(root / "a", root / "b")
    store.move("a", "b", overwrite=True)
    assert seen(root) == {"b": b"1"}


@pytest.mark.spec("MOVE-001", "MOVE-004")
def test_a_move_to_another_mount_copies(
    store: Store, local: LocalBackend, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish = _local_write.Writer.publish

    def as_if_mounted(self: Any, source: Any, name: str, target: Any, overwrite: bool) -> None:
        if _local_write.TEMPORARY not in name:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        publish(self, source, name, target, overwrite)

    monkeypatch.setattr(_local_write.Writer, "publish", as_if_mounted)
    store.write("a", b"1")
    store.move("a", "m/b")
    assert seen(root) == {"m": None, "m/b": b"1"}
    store.write("c", b"2")
    with pytest.raises(AlreadyExists):
        store.move("c", "m/b")
    store.move("c", "m/b", overwrite=True)
    assert seen(root) == {"m": None, "m/b": b"2"}
    for key in ("m/b", "n/b"):
        store.write("c", b"3", overwrite=True)
        monkeypatch.setattr(os, "access", lambda *_, **__: False)
        with pytest.raises(PermissionDenied):
            store.move("c", key, overwrite=True)
        assert seen(root) == {"c": b"3", "m": None, "m/b": b"2"}, "what cannot be removed is not copied"


@pytest.mark.spec("LOCAL-006")
def test_a_file_system_without_an_exclusive_rename_links_instead(store: Store, local: LocalBackend, root: Path) -> None:
    def unsupported(*_: object) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")

    local._writer.rename = unsupported
    store.write_atomic("a/f", b"1")
    writer = local.open_write("g", WriteOptions())
    writer.write(b"2")
    store.write("g", b"3")
    with pytest.raises(FileExistsError):
        writer.commit()
    store.delete("g")
    store.move("a/f", "b/g")
    assert seen(root) == {"a": None, "b": None, "b/g": b"1"}


@pytest.mark.spec("LOCAL-006", "ERR-001")
def test_a_move_whose_source_cannot_be_removed_is_undone(
    store: Store, local: LocalBackend, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.unlink

    def refuse_the_source(name: str, **place: Any) -> None:
        if name.endswith("f"):
            raise PermissionError(errno.EACCES, "Permission denied")
        real(name, **place)

    local._writer.rename = None
    store.write("a/f", b"1")
    monkeypatch.setattr(os, "unlink", refuse_the_source)
    with pytest.raises(PermissionDenied):
        store.move("a/f", "n/e/w")
    monkeypatch.undo()
    assert seen(root) == {"a": None, "a/f": b"1"}


@pytest.mark.spec("COPY-001")
def test_a_copy_is_whole_where_the_kernel_cannot_copy(
    store: Store, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = os.urandom(1 << 20)
    store.write("f", content)
    calls: list[int] = []

    def half(src: int, dst: int, count: int) -> int:
        calls.append(count)
        if len(calls) > 1:
            raise OSError(errno.EOPNOTSUPP, "Operation not supported")
        return os.write(dst, os.read(src, 1000))

    monkeypatch.setattr(module.os, "copy_file_range", half)
    store.copy("f", "g")
    assert len(calls) == 2
    monkeypatch.delattr(module.os, "copy_file_range")
    store.copy("f", "h")
    assert store.read_bytes("g") == store.read_bytes("h") == content


@pytest.mark.spec("WRITE-001")
def test_short_writes_are_continued(store: Store, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    content, real = os.urandom(1000), os.write
    monkeypatch.setattr(_local_write.os, "write", lambda fd, data: real(fd, memoryview(data)[:7]))
    monkeypatch.delattr(module.os, "copy_file_range")
    write(store, "f", content, True)
    monkeypatch.undo()
    assert store.read_bytes("f") == content


# -- failures --------------------------------------------------------------------------------------------------------


class Broken(Exception):
    pass


class BreaksAfter(io.RawIOBase):
    """A source that gives some bytes and then raises."""

    def __init__(self, pieces: int, error: BaseException) -> None:
        self.pieces = pieces
        self.error = error

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        self.pieces -= 1
        if self.pieces < 0:
            raise self.error
        return b"x" * 1000


@pytest.mark.spec("WRITE-007", "ERR-001")
@pytest.mark.parametrize("error", [Broken("source"), OSError(errno.ENOENT, "source"), KeyboardInterrupt()])
@pytest.mark.parametrize("pieces", [0, 3])
def test_a_source_that_raises_publishes_nothing_and_its_error_is_its_own(
    store: Store, root: Path, error: BaseException, pieces: int
) -> None:
    store.write("a/f", b"old")
    before = seen(root)
    for write in (store.write, store.write_atomic):
        for key, overwrite in (("a/f", True), ("a/g", False), ("n/e/w", False), ("n/e/w", True)):
            source: Any = BreaksAfter(pieces, error)
            with pytest.raises(type(error)) as caught:
                write(key, source, overwrite=overwrite)
            assert caught.value is error
            assert seen(root) == before


@pytest.mark.spec("AW-002", "ERR-001")
def test_a_block_that_raises_publishes_nothing(store: Store, root: Path) -> None:
    store.write("a/f", b"old")
    before = seen(root)
    for key in ("a/f", "n/e/w"):
        with pytest.raises(Broken), store.open_atomic(key, overwrite=True) as stream:
            stream.write(b"new")
            raise Broken
        assert seen(root) == before


CALLS = {"move": ("publish",), "bytes": ("write", "fsync", "close")}  # the rest make all of them
FAILURES = [(way, call) for way in WRITES for call in CALLS.get(way, ("write", "fsync", "fstat", "close", "publish"))]


@pytest.mark.spec("LOCAL-003", "ERR-001")
@pytest.mark.parametrize(("way", "call"), FAILURES)
@pytest.mark.parametrize("key", ["a/f", "a/g", "n/e/w"])
def test_whatever_call_fails_everything_stays_as_it_was(
    reach: str, root: Path, monkeypatch: pytest.MonkeyPatch, way: str, call: str, key: str
) -> None:
    store = Store(LocalBackend(root, fsync="file"))
    store.write("a/f", b"old")
    store.write("source", b"new")
    before, descriptors = seen(root), sorted(os.listdir("/dev/fd"))
    real = getattr(os, call, None)

    def fails(*args: Any) -> Any:
        """The call, but it fails for files that are open for writing."""
        if real is not None:
            if fcntl.fcntl(args[0], fcntl.F_GETFL) & os.O_ACCMODE != os.O_WRONLY:
                return real(*args)
            if call == "close":
                real(*args)
        raise OSError(errno.EIO, "Input/output error")

    if call == "publish":
        monkeypatch.setattr(_local_write.Writer, "publish", fails)
    else:
        monkeypatch.setattr(os, call, fails)
        monkeypatch.delattr(os, "copy_file_range", raising=False)
    with pytest.raises(BackendUnavailable):
        if way in ("copy", "move"):
            getattr(store, way)("source", key, overwrite=True)
        else:
            WRITES[way](store, key, b"new", True)
    monkeypatch.undo()
    assert seen(root) == before
    assert sorted(os.listdir("/dev/fd")) == descriptors


@pytest.mark.spec("LOCAL-003", "ERR-001")
def test_a_file_that_somebody_replaced_meanwhile_is_not_removed_by_a_failing_create(
    store: Store, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def replaced_then_full(_fd: int, _data: bytes) -> int:
        (root / "theirs").write_text("theirs")
        os.rename(root / "theirs", root / "f")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(_local_write.os, "write", replaced_then_full)
    with pytest.raises(BackendUnavailable):
        store.write("f", b"mine")
    monkeypatch.undo()
    assert seen(root) == {"f": b"theirs"}


FILL = """
    import io
    big = b"x" * 200_000
    ways = {
        "bytes": lambda key: store.write(key, big, overwrite=True),
        "stream": lambda key: store.write(key, io.BytesIO(big), overwrite=True),
        "atomic": lambda key: store.write_atomic(key, big, overwrite=True),
        "copy": lambda key: store.copy("big", key, overwrite=True),
    }
    for name, write in ways.items():
        for key in ("a/f", "a/g", "n/e/w"):
            try:
                write(key)
            except BackendUnavailable as error:
                assert error.path in (key, "big") and error.backend == "local", error
            else:
                raise SystemExit(f"{name} to {key} did not fail")
    store.write("small", b"1")
"""


@pytest.mark.spec("LOCAL-003", "ERR-001")
def test_a_limit_on_file_size_damages_nothing(reach: str, root: Path) -> None:
    store = Store(LocalBackend(root))
    store.write("a/f", b"old")
    store.write("big", b"x" * 200_000)
    before = seen(root)
    run(reach, FILL, root, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)))
    assert seen(root) == {**before, "small": b"1"}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system that holds 512 KiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(folder)]
    with suppress(FileNotFoundError):
        if os.geteuid() == 0 and subprocess.run(mount, capture_output=True, check=False).returncode == 0:
            yield folder
            subprocess.run(["umount", str(folder)], check=True)
            return
    pytest.skip("only root can mount a small file system")


@pytest.mark.spec("LOCAL-003", "ERR-001")
def test_a_full_disk_damages_nothing(reach: str, small_disk: Path) -> None:
    store = Store(LocalBackend(small_disk))
    store.write("a/f", b"old")
    store.write("big", b"x" * 200_000)
    store.write("rest", b"x" * 200_000)
    before = seen(small_disk)
    run(reach, FILL, small_disk)
    assert seen(small_disk) == {**before, "small": b"1"}


@pytest.mark.spec("ERR-001", "LOCAL-003")
def test_without_permission_nothing_changes_and_nothing_is_a_no(reach: str) -> None:
    """In a process that is not root: permissions do not bind root."""
    text = """
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
        import io
        calls = {
            "write": lambda: store.write("shut/new", b""),
            "write below": lambda: store.write("shut/n/e/w", b""),
            "overwrite": lambda: store.write("shut/f", b"new", overwrite=True),
            "stream": lambda: store.write("shut/new", io.BytesIO(b"")),
            "atomic": lambda: store.write_atomic("shut/f", b"new", overwrite=True),
            "delete": lambda: store.delete("shut/f", missing_ok=True),
            "delete_folder": lambda: store.delete_folder("shut/d", missing_ok=True),
            "delete_folder with all below": lambda: store.delete_folder("shut/d", recursive=True),
            "copy to": lambda: store.copy("f", "shut/new"),
            "move to": lambda: store.move("f", "shut/f", overwrite=True),
            "move from": lambda: store.move("shut/f", "new"),
            "read": lambda: store.read_bytes("secret"),
            "stream of": lambda: store.read("secret"),
            "copy": lambda: store.copy("secret", "new"),
            "exists": lambda: store.exists("dark/f"),
            "is_file": lambda: store.is_file("dark/f"),
            "list": lambda: list(store.list_files("dark")),
            "list all": lambda: list(store.list_files("", recursive=True)),
        }
        for name, call in calls.items():
            try:
                call()
            except PermissionDenied as error:
                assert error.backend == "local" and error.path, error
            else:
                raise SystemExit(f"{name} was permitted")
        assert store.read_bytes("shut/f") == b"old"
    """
    with tempfile.TemporaryDirectory() as folder:  # pytest's own folders are closed to others
        root = Path(folder) / "root"
        store = Store(LocalBackend(root))
        for key in ("f", "shut/f", "shut/d/f", "secret", "dark/f"):
            store.write(key, b"old")
        before = seen(root)
        Path(folder).chmod(0o755)
        for path, mode in ((root, 0o777), (root / "shut", 0o555), (root / "secret", 0), (root / "dark", 0)):
            path.chmod(mode)
        try:
            run(reach, text, root)
        finally:
            for path in (root / "shut", root / "dark", root / "secret"):
                path.chmod(0o700)
        assert seen(root) == before


@pytest.mark.spec("LOCAL-005")
def test_a_root_that_may_not_be_made_is_permission_denied(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(module.os, "makedirs", refuse)
    with pytest.raises(PermissionDenied) as caught:
        LocalBackend(tmp_path / "new")
    assert caught.value.backend == "local"


# -- races -----------------------------------------------------------------------------------------------------------


@pytest.mark.spec("LOCAL-006")
def test_of_concurrent_creators_in_threads_exactly_one_wins(store: Store, root: Path, write: Write) -> None:
    count = 6
    for turn in range(10):
        key, start, won = f"t{turn}/f", threading.Barrier(count), list[bytes]()

        def create(number: int, key: str = key, start: threading.Barrier = start, won: list[bytes] = won) -> None:
            mine = b"%d" % number * 1000
            start.wait()
            with suppress(AlreadyExists):
                write(store, key, mine, False)
                won.append(mine)

        threads = [threading.Thread(target=create, args=(number,)) for number in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert won == [store.read_bytes(key)]
    assert not [path for path in seen(root) if _local_write.TEMPORARY in path]


@pytest.mark.spec("LOCAL-006", "WRITE-009", "MOVE-007")
@pytest.mark.parametrize("call", ["store.write(key, mine)", "store.write_atomic(key, mine)", "moved(key)"])
def test_of_concurrent_creators_in_processes_exactly_one_wins(reach: str, root: Path, call: str) -> None:
    text = f"""
        mine = sys.argv[2].encode()
        def moved(key):
            store.write(f"mine/{{key}}-{{sys.argv[2]}}", mine)
            store.move(f"mine/{{key}}-{{sys.argv[2]}}", key)
        print("ready", flush=True)
        sys.stdin.readline()
        for key in map(str, range(100)):
            try:
                {call}
                print(key)
            except AlreadyExists:
                pass
    """
    processes = [
        subprocess.Popen(
            [*script(reach, text), str(root), str(number)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for number in range(3)
    ]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    wins = [process.communicate("\n", timeout=120)[0].split() for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert sorted(int(key) for keys in wins for key in keys) == list(range(100))
    for number, keys in enumerate(wins):
        assert all((root / key).read_text() == str(number) for key in keys)


@pytest.mark.spec("AW-002", "SIO-006")
def test_a_reader_sees_old_or_new_whole_content_while_it_is_replaced(store: Store) -> None:
    size, stop = 100_000, threading.Event()
    store.write("f", b"0" * size)

    def replace() -> None:
        turn = 0
        while not stop.is_set():
            turn += 1
            content = b"%d" % (turn % 10) * size
            (store.write, store.write_atomic)[turn % 2]("f", content, overwrite=True)

    thread = threading.Thread(target=replace)
    thread.start()
    try:
        kinds = set()
        for _ in range(300):
            content = store.read_bytes("f")
            assert len(content) == size
            assert len(set(content)) == 1
            kinds.add(content[0])
    finally:
        stop.set()
        thread.join()
    assert len(kinds) > 1, "nothing was replaced meanwhile"


@pytest.mark.spec("WRITE-002", "LOCAL-006")
def test_a_writer_whose_parents_are_removed_meanwhile_makes_them_again(
    store: Store, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, left = module.Place.open, [3]

    def removed_first(self: module.Place, name: str, access: module.Access) -> int:
        if left[0]:
            left[0] -= 1
            (root / "a" / "b").rmdir()
        return real(self, name, access)

    monkeypatch.setattr(module.Place, "open", removed_first)
    store.write_atomic("a/b/f", b"1")
    assert store.read_bytes("a/b/f") == b"1"
    store.delete_folder("a", recursive=True)
    left[0] = 1_000_000
    with pytest.raises(BackendUnavailable, match="keep disappearing"):
        store.write_atomic("a/b/f", b"1")
    assert os.listdir(root) == []


# -- crashes ---------------------------------------------------------------------------------------------------------


@pytest.mark.spec("LOCAL-003", "AW-002")
@pytest.mark.parametrize("call", ["write", "write_atomic", "open_atomic"])
def test_a_killed_writer_leaves_the_old_content_and_nothing_listed(
    reach: str, root: Path, local: LocalBackend, call: str
) -> None:
    text = f"""
        class Endless:
            left = 3
            def read(self, size):
                self.left -= 1
                if self.left < 0:
                    os.write(1, b"half way" + bytes([10]))
                    time.sleep(60)
                return b"x" * 100_000
        for key in ("a/new", "a/f"):
            if os.fork() == 0:
                if "{call}" == "open_atomic":
                    with store.open_atomic(key, overwrite=True) as stream:
                        source = Endless()
                        while True:
                            stream.write(source.read(0))
                store.{call}(key, Endless(), overwrite=True)
        time.sleep(60)
    """
    store = Store(local)
    store.write("a/f", b"old")
    command = [*script(reach, text), str(root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stdout
        heard = [process.stdout.readline() for _ in range(2)]
        os.killpg(process.pid, signal.SIGKILL)
    assert heard == ["half way\n"] * 2
    assert store.read_bytes("a/f") == b"old"
    assert [str(entry) for entry in store.iter_children("a")] == ["a/f"]
    assert {str(info) for info in store.list_files("", recursive=True)} == {"a/f"}
    assert not store.exists("a/new")
    left = {f"a/{name}" for name in os.listdir(root / "a")} - {"a/f"}
    assert len(left) == 2
    assert local.remove_leftovers() == [], "they are too young"
    assert set(local.remove_leftovers(older_than=0)) == left
    assert seen(root) == {"a": None, "a/f": b"old"}


@pytest.mark.spec("LOCAL-003")
def test_a_killed_removal_leaves_nothing_listed(reach: str, root: Path, local: LocalBackend) -> None:
    text = """
        local.remove_below = lambda *_: os.kill(os.getpid(), 9)
        store.delete_folder("a", recursive=True)
    """
    store = Store(local)
    store.write("a/b/f", b"1")
    process = subprocess.run([*script(reach, text), str(root)], check=False, timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert list(store.iter_children("")) == []
    (left,) = os.listdir(root)
    assert local.remove_leftovers(older_than=0) == [left]
    assert os.listdir(root) == []


@pytest.mark.spec("LOCAL-003")
def test_leftovers_are_removed_by_age_and_nothing_else_is(
    store: Store, local: LocalBackend, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write("a/b/f", b"1")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / ".~rs-1").write_bytes(b"not mine")
    (root / "a" / "out").symlink_to(tmp_path / "outside")
    (root / "a" / "rs-1").write_bytes(b"no leftover")
    (root / "a" / "b" / ".~rs-1-2").write_bytes(b"leftover")
    before = seen(root)
    assert local.remove_leftovers() == []
    assert local.remove_leftovers(3600) == []
    assert seen(root) == before
    real = time.time
    monkeypatch.setattr(module.time, "time", lambda: real() + 3601)
    assert local.remove_leftovers() == ["a/b/.~rs-1-2"]
    assert local.remove_leftovers() == []
    assert (tmp_path / "outside" / ".~rs-1").exists()
    assert {str(info) for info in store.list_files("", recursive=True)} == {"a/b/f", "a/rs-1"}


@pytest.mark.spec("LOCAL-003")
def test_a_leftover_that_somebody_else_removes_first_is_not_told(
    local: LocalBackend, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / ".~rs-1").write_bytes(b"")
    monkeypatch.setattr(module.Place, "lstat", lambda self: (_ for _ in ()).throw(FileNotFoundError(errno.ENOENT, "")))
    assert local.remove_leftovers(0) == []


@pytest.mark.spec("LOCAL-003")
def test_a_temporary_name_that_is_taken_is_passed_over(
    store: Store, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = iter([".~rs-taken", ".~rs-free"])
    (root / ".~rs-taken").write_bytes(b"theirs")
    monkeypatch.setattr(_local_write, "temporary_name", lambda: next(names))
    store.write_atomic("f", b"1")
    assert seen(root) == {".~rs-taken": b"theirs", "f": b"1"}


# -- fsync -----------------------------------------------------------------------------------------------------------


@pytest.mark.spec("LOCAL-004")
@pytest.mark.parametrize(
    ("policy", "files", "folders"), [("none", False, False), ("file", True, False), ("full", True, True)]
)
def test_each_policy_syncs_what_it_says(
    reach: str, root: Path, monkeypatch: pytest.MonkeyPatch, policy: Any, files: bool, folders: bool
) -> None:
    synced: list[tuple[bool, int]] = []
    real = os.fsync

    def note(fd: int) -> None:
        found = os.fstat(fd)
        synced.append((S_ISDIR(found.st_mode), found.st_ino))
        real(fd)

    monkeypatch.setattr(os, "fsync", note)
    store = Store(LocalBackend(root, fsync=policy))

    def check(call: Callable[[], Any], *changed: str, file: str | None = None) -> None:
        """After `call`, the folders whose names `changed` were synced, and the file's content, as the policy says."""
        synced.clear()
        call()
        assert {ino for is_folder, ino in synced if is_folder} == (
            {os.stat(root / name).st_ino for name in changed} if folders else set()
        )
        assert {ino for is_folder, ino in synced if not is_folder} == (
            {os.stat(root / file).st_ino} if file and files else set()
        )

    check(lambda: store.write("a/b/f", b"1"), "", "a", "a/b", file="a/b/f")
    check(lambda: store.write("a/b/f", b"2", overwrite=True), "a/b", file="a/b/f")
    check(lambda: store.write_atomic("c/f", b"3"), "", "c", file="c/f")
    check(lambda: store.write("g", io.BytesIO(b"4")), "", file="g")
    check(lambda: store.copy("g", "d/g"), "", "d", file="d/g")
    check(lambda: store.move("d/g", "e/g"), "", "d", "e")
    check(lambda: store.move("g", "h"), "")
    check(lambda: store.delete("e/g"), "e")
    check(lambda: store.delete_folder("e"), "")
    check(lambda: store.delete_folder("a", recursive=True), "")


@pytest.mark.spec("WRITE-006")
def test_binary_sources_are_read_from_where_they_stand(store: Store) -> None:
    source: BinaryIO = io.BytesIO(b"0123456789")
    source.read(4)
    assert store.write("f", source).size == 6
    assert store.read_bytes("f") == b"456789"
