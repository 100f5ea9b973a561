"""Many writers at once: threads that share a backend, processes that share a file."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import StaticPool

from remote_store.backends._sql import Turns
from remote_store.backends.sql_blob import SQLBlobBackend
from remote_store.errors import AlreadyExists, InvalidPath, NotFound
from remote_store.store import Store

WRITERS = 6


@pytest.fixture(params=["memory", "file", "borrowed static pool"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "borrowed static pool":
        engine = sa.create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
        yield Store(SQLBlobBackend(engine=engine))
        engine.dispose()
        return
    url = "sqlite://" if request.param == "memory" else f"sqlite:///{tmp_path}/objects.db?timeout=60"
    backend = SQLBlobBackend(url)
    yield Store(backend)
    backend.close()


def at_once(*tasks: Callable[[], object]) -> list[object]:
    """What each task gives or raises, all started together."""
    barrier = threading.Barrier(len(tasks))

    def run(task: Callable[[], object]) -> object:
        barrier.wait()
        try:
            return task()
        except Exception as exc:  # noqa: BLE001
            return exc

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


@pytest.mark.spec("SQLB-011", "WRITE-003")
def test_of_many_creators_exactly_one_wins(store: Store) -> None:
    for attempt in range(15):
        path = f"d/f{attempt}"
        tasks = [lambda n=n, path=path: store.write(path, str(n).encode()) and n for n in range(WRITERS)]
        outcomes = at_once(*tasks)
        winners = [outcome for outcome in outcomes if isinstance(outcome, int)]
        losers = [outcome for outcome in outcomes if isinstance(outcome, AlreadyExists)]
        assert (len(winners), len(losers)) == (1, WRITERS - 1), outcomes
        assert store.read_bytes(path) == str(winners[0]).encode()


@pytest.mark.spec("SQLB-007", "WRITE-004")
def test_a_path_never_becomes_file_and_folder_under_concurrency(store: Store) -> None:
    store.write("src", b"s")
    for attempt in range(15):
        name = f"n{attempt}"
        outcomes = at_once(
            lambda name=name: store.write(name, b""),
            lambda name=name: store.write(f"{name}/b", b""),
            lambda name=name: store.copy("src", f"{name}/b/c"),
            lambda name=name: store.write(f"{name}/x", b"", overwrite=True),
        )
        assert not [o for o in outcomes if isinstance(o, Exception) and not isinstance(o, InvalidPath)], outcomes
        files = {str(info) for info in store.list_files("", recursive=True)}
        assert not {file for file in files if any(other.startswith(f"{file}/") for other in files)}
        assert any(file == name or file.startswith(f"{name}/") for file in files)


@pytest.mark.spec("SQLB-011", "ERR-001")
def test_a_refused_write_in_one_thread_undoes_nothing_in_another(store: Store) -> None:
    store.write("taken/f", b"")

    def refused() -> None:
        for _ in range(40):
            with pytest.raises(InvalidPath):
                store.write("taken", b"")

    def accepted(thread: int) -> None:
        for n in range(40):
            store.write(f"t{thread}/{n}", b"x")

    outcomes = at_once(refused, refused, lambda: accepted(1), lambda: accepted(2))
    assert outcomes == [None] * 4
    assert store.get_folder_info("").file_count == 81


@pytest.mark.spec("SQLB-011", "MOVE-001")
def test_a_reader_never_sees_a_moving_file_twice_or_gone(store: Store) -> None:
    store.write("a", b"content")
    done = threading.Event()

    def mover() -> None:
        try:
            for _ in range(40):
                store.move("a", "b")
                store.move("b", "a")
        finally:
            done.set()

    def reader() -> int:
        looks = 0
        while not done.is_set() or not looks:
            assert len(list(store.list_files(""))) == 1
            looks += 1
        return looks

    moved, looks = at_once(mover, reader)
    assert moved is None
    assert isinstance(looks, int), looks


@pytest.mark.spec("SQLB-011", "AW-003")
def test_a_reader_sees_old_or_new_content_whole(store: Store) -> None:
    contents = [bytes([n]) * 50_000 for n in range(10)]
    store.write("f", contents[0])
    done = threading.Event()

    def writer() -> None:
        try:
            for content in contents * 3:
                store.write("f", content, overwrite=True)
        finally:
            done.set()

    def reader() -> int:
        looks = 0
        while not done.is_set() or not looks:
            assert store.read_bytes("f") in contents
            looks += 1
        return looks

    written, looks = at_once(writer, reader)
    assert written is None
    assert isinstance(looks, int), looks


@pytest.mark.spec("SQLB-011", "DEL-001")
def test_of_many_deleters_exactly_one_finds_the_file(store: Store) -> None:
    for attempt in range(10):
        store.write(f"f{attempt}", b"")
        outcomes = at_once(*[lambda path=f"f{attempt}": store.delete(path)] * WRITERS)
        assert outcomes.count(None) == 1
        assert len([outcome for outcome in outcomes if isinstance(outcome, NotFound)]) == WRITERS - 1


@pytest.mark.spec("SQLB-011")
def test_turns_come_in_order_and_survive_an_interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    turns, order = Turns(), []
    turns.__enter__()

    def wait(n: int) -> None:
        with turns:
            order.append(n)

    threads = [threading.Thread(target=wait, args=(n,)) for n in range(5)]
    for n, thread in enumerate(threads):
        thread.start()
        while len(turns._waiting) <= n:
            time.sleep(0.001)

    class Interrupted:
        taken = False

        def acquire(self) -> None:
            if self.taken:
                raise KeyboardInterrupt
            self.taken = True

    with monkeypatch.context() as patched:
        patched.setattr("remote_store.backends._sql.Lock", Interrupted)
        with pytest.raises(KeyboardInterrupt):
            turns.__enter__()
    assert len(turns._waiting) == 5
    turns.__exit__()
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4]
    with turns:
        assert not turns._waiting


_RACER = """
import sys, time
from pathlib import Path
from remote_store import Store
from remote_store.backends.sql_blob import SQLBlobBackend
from remote_store.errors import AlreadyExists, InvalidPath

folder, me = Path(sys.argv[1]), int(sys.argv[2])
(folder / f"ready{me}").touch()
while not (folder / "go").exists():
    time.sleep(0.001)
backend = SQLBlobBackend(f"sqlite:///{folder}/objects.db?timeout=60")
store = Store(backend)
for n in range(20):
    try:
        store.write(f"exclusive/{n}", str(me).encode())
        print("won", n)
    except AlreadyExists:
        print("lost", n)
    try:
        store.write(f"clash{n}" + "/x" * (me % 2), str(me).encode(), overwrite=True)
    except InvalidPath:
        pass
backend.close()
"""


@pytest.mark.spec("SQLB-007", "SQLB-011", "WRITE-003", "WRITE-004")
def test_processes_race_as_threads_do(tmp_path: Path) -> None:
    racers = [
        subprocess.Popen([sys.executable, "-c", _RACER, str(tmp_path), str(n)], stdout=subprocess.PIPE, text=True)
        for n in range(4)
    ]
    try:
        while not all((tmp_path / f"ready{n}").exists() for n in range(len(racers))):
            assert not [racer for racer in racers if racer.poll() is not None]
            time.sleep(0.01)
        (tmp_path / "go").touch()  # none has the table yet: they race for that too
        outputs = [racer.communicate(timeout=120)[0] for racer in racers]
    finally:
        for racer in racers:
            racer.kill()
            racer.wait()
    assert [racer.returncode for racer in racers] == [0] * len(racers)
    backend = SQLBlobBackend(f"sqlite:///{tmp_path}/objects.db")
    store = Store(backend)
    for n in range(20):
        winners = [me for me, output in enumerate(outputs) if f"won {n}\n" in output]
        assert len(winners) == 1
        assert store.read_bytes(f"exclusive/{n}") == str(winners[0]).encode()
        assert store.is_file(f"clash{n}") != store.is_file(f"clash{n}/x")
    assert store.get_folder_info("").file_count == 40
    backend.close()


_FORKER = """
import os, sys
from remote_store import Store
from remote_store.backends.sql_blob import SQLBlobBackend
from sqlalchemy import Engine

backend = SQLBlobBackend(sys.argv[1])
store = Store(backend)
store.write("parent", b"")

def connection():
    with backend.unwrap(Engine).connect() as conn:
        return id(conn.connection.dbapi_connection)

held = connection()
child = os.fork()
if not child:
    store.write("child", b"")
    os._exit(0 if connection() != held else 3)
_, status = os.waitpid(child, 0)
assert connection() == held
print(os.waitstatus_to_exitcode(status), sorted(map(str, store.list_files(""))))
backend.close()
"""


@pytest.mark.spec("SQLB-014")
def test_a_forked_child_opens_connections_of_its_own(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/objects.db"
    done = subprocess.run([sys.executable, "-c", _FORKER, url], capture_output=True, text=True, check=False)
    assert done.stdout == "0 ['child', 'parent']\n", done.stderr
