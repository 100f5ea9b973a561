"""Symbolic links: those that leave the root lead nowhere, those that stay inside work. (LOCAL-001)"""

from __future__ import annotations

import ctypes
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from remote_store.backend import WriteOptions
from remote_store.backends import _local_remove
from remote_store.backends import local as module
from remote_store.backends.local import LocalBackend
from remote_store.capabilities import Capability
from remote_store.errors import DirectoryNotEmpty, InvalidPath, NotFound, RemoteStoreError
from remote_store.store import Store

pytestmark = pytest.mark.spec("LOCAL-001")


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder beside the root that nothing may read, list or change."""
    folder = tmp_path / "outside"
    (folder / "sub").mkdir(parents=True)
    (folder / "secret").write_bytes(b"secret")
    return folder


def seen(folder: Path) -> dict[str, bytes | None]:
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


ESCAPES: dict[str, Callable[[Path, Path], str]] = {
    "absolute file link": lambda root, outside: link(root / "l", outside / "secret", "l"),
    "relative file link": lambda root, outside: link(root / "l", Path("../outside/secret"), "l"),
    "absolute folder link": lambda root, outside: link(root / "l", outside, "l"),
    "relative folder link": lambda root, outside: link(root / "d/l", Path("../../outside"), "d/l"),
    "below a folder link": lambda root, outside: link(root / "l", outside, "l/secret"),
    "missing below a folder link": lambda root, outside: link(root / "l", outside, "l/new"),
    "a link in the middle": lambda root, outside: link(root / "d/l", outside, "d/l/sub/new"),
    "a link to a link": lambda root, outside: link(root / "k", outside, "") or link(root / "l", Path("k/secret"), "l"),
    "up and back in": lambda root, outside: link(root / "l", Path("../root/f"), "l"),
    "absolute, in and out again": lambda root, outside: link(root / "l", root / "../outside/secret", "l"),
    "a root's name continued": lambda root, outside: link(root / "l", Path(f"{root}side"), "l"),
    "a link that leads nowhere outside": lambda root, outside: link(root / "l", outside / "no", "l"),
    "the file system's root": lambda root, outside: link(root / "l", Path("/"), "l"),
}


def link(at: Path, target: Path, key: str) -> str:
    at.parent.mkdir(exist_ok=True)
    at.symlink_to(target)
    return key


@pytest.mark.parametrize("escape", ESCAPES)
def test_a_link_that_leaves_the_root_is_refused_by_every_operation(
    store: Store, local: LocalBackend, root: Path, outside: Path, escape: str
) -> None:
    (root / "f").write_bytes(b"1")
    key = ESCAPES[escape](root, outside)
    before, inside = seen(outside), sorted(os.listdir(root))
    for call in (
        lambda: store.exists(key),
        lambda: store.is_file(key),
        lambda: store.is_folder(key),
        lambda: store.read(key),
        lambda: store.read_bytes(key),
        lambda: store.get_file_info(key),
        lambda: store.head(key),
        lambda: store.get_folder_info(key),
        lambda: store.write(key, b"x"),
        lambda: store.write(key, b"x", overwrite=True),
        lambda: store.write(f"{key}/new", b"x"),
        lambda: store.write(f"{key}/new/deep", b"x"),
        lambda: store.write_atomic(key, b"x"),
        lambda: store.write_atomic(key, b"x", overwrite=True),
        lambda: local.open_write(key, WriteOptions(overwrite=True)),
        lambda: store.delete(key, missing_ok=True),
        lambda: store.delete_folder(key, missing_ok=True),
        lambda: store.delete_folder(key, recursive=True),
        lambda: store.copy(key, "g"),
        lambda: store.move(key, "g"),
        lambda: store.copy("f", key, overwrite=True),
        lambda: store.copy("f", key),
        lambda: store.move("f", key, overwrite=True),
        lambda: store.move("f", key),
        lambda: list(store.list_files(key)),
        lambda: list(store.list_folders(key)),
    ):
        with pytest.raises((InvalidPath, OSError)) as caught:
            call()
        assert isinstance(caught.value, InvalidPath) or isinstance(local.map_error(caught.value), InvalidPath)
    assert seen(outside) == before
    assert sorted(os.listdir(root)) == inside
    listed = {str(entry) for page in local.scan("", True) for entry in page}
    assert listed == {"f"} | ({"d"} & set(inside))
    assert [str(info) for info in store.glob("**/*")] == ["f"]


@pytest.mark.parametrize("absolute", [False, True])
def test_links_that_stay_inside_are_read_through_and_listed(store: Store, root: Path, absolute: bool) -> None:
    store.write("d/e/f", b"1")
    (root / "links").mkdir()
    up = f"{root}/" if absolute else "../"
    (root / "links" / "file").symlink_to(f"{up}d/e/f")
    (root / "links" / "folder").symlink_to(f"{up}d/./e/")
    (root / "links" / "again").symlink_to(f"{up}links/file")
    assert (
        store.read_bytes("links/file") == store.read_bytes("links/folder/f") == store.read_bytes("links/again") == b"1"
    )
    assert store.get_file_info("links/file").size == 1
    assert store.get_file_info("links/file").path == "links/file"
    assert store.is_folder("links/folder")
    assert {str(info) for info in store.list_files("links", recursive=True)} == {
        "links/file",
        "links/again",
        "links/folder/f",
    }
    store.write("links/folder/g", b"2")
    store.write("links/folder/new/g", b"3")
    assert (store.read_bytes("d/e/g"), store.read_bytes("d/e/new/g")) == (b"2", b"3")
    store.delete("links/folder/g")
    assert not store.exists("d/e/g")


def test_a_link_to_the_root_itself_is_a_folder(store: Store, root: Path) -> None:
    store.write("f", b"1")
    (root / "here").symlink_to(".")
    (root / "absolute").symlink_to(root)
    assert store.read_bytes("here/absolute/here/f") == b"1"
    assert {str(info) for info in store.list_files("here")} == {"here/f"}


def test_a_recursive_listing_does_not_go_round_in_circles(store: Store, root: Path) -> None:
    store.write("a/b/f", b"1")
    (root / "a" / "b" / "top").symlink_to("../..")
    (root / "a" / "b" / "self").symlink_to(".")
    assert [str(info) for info in store.list_files("", recursive=True)] == ["a/b/f"]
    assert {str(entry) for entry in store.list_folders("a/b")} == {"a/b/top", "a/b/self"}


def test_replacing_deleting_and_moving_a_link_leave_its_target_alone(store: Store, root: Path) -> None:
    store.write("d/f", b"1")
    for name in ("replaced", "deleted", "moved"):
        (root / "d" / name).symlink_to("f")
    store.write("d/replaced", b"2", overwrite=True)
    store.delete("d/deleted")
    store.move("d/moved", "elsewhere/moved")
    assert (store.read_bytes("d/f"), store.read_bytes("d/replaced")) == (b"1", b"2")
    assert store.read_bytes("elsewhere/moved") == b"1"
    assert {str(info) for info in store.list_files("d")} == {"d/f", "d/replaced"}


def test_removing_a_link_to_a_folder_leaves_the_folder_alone(store: Store, root: Path) -> None:
    store.write("d/f", b"1")
    (root / "empty").mkdir()
    for name, target in (("l", "d"), ("k", "empty")):
        (root / name).symlink_to(target)
    with pytest.raises(DirectoryNotEmpty):
        store.delete_folder("l")
    store.delete_folder("l", recursive=True)
    store.delete_folder("k")
    assert store.read_bytes("d/f") == b"1"
    assert sorted(os.listdir(root)) == ["d", "empty"]


def test_removing_a_folder_does_not_follow_links_out_of_it(store: Store, root: Path, outside: Path) -> None:
    before = seen(outside)
    store.write("a/b/f", b"1")
    store.write("kept/f", b"2")
    (root / "a" / "out").symlink_to(outside)
    (root / "a" / "b" / "in").symlink_to("../../kept")
    store.delete_folder("a", recursive=True)
    assert (seen(outside), os.listdir(root)) == (before, ["kept"])
    assert store.read_bytes("kept/f") == b"2"


def test_a_folder_that_becomes_a_link_while_it_is_removed_is_not_followed(
    store: Store, root: Path, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write("a/b/f", b"1")
    before, descend = seen(outside), _local_remove._descend

    def swapped(place: module.Place, names: list[str]) -> module.Place:
        if len(names) == 2:
            (doomed,) = root.iterdir()
            os.rename(doomed / "b", doomed / "c")
            os.symlink(outside, doomed / "b")
            monkeypatch.undo()
        return descend(place, names)

    monkeypatch.setattr(_local_remove, "_descend", swapped)
    with suppress(RemoteStoreError):
        store.delete_folder("a", recursive=True)
    assert seen(outside) == before


def test_links_that_lead_nowhere_are_not_there_and_keep_their_name(store: Store, root: Path) -> None:
    (root / "l").symlink_to("no")
    store.write("f", b"1")
    assert not store.exists("l")
    assert [str(info) for info in store.list_files("")] == ["f"]
    for call in (
        lambda: store.write("l", b""),
        lambda: store.write("l", b"", overwrite=True),
        lambda: store.write("l/x", b""),
        lambda: store.write("l/x/y", b""),
        lambda: store.move("f", "l", overwrite=True),
    ):
        with pytest.raises(InvalidPath, match="leads nowhere"):
            call()
    for key in ("l", "l/x"):
        with pytest.raises(NotFound):
            store.read_bytes(key)
    assert sorted(os.listdir(root)) == ["f", "l"]


def test_links_in_a_circle_are_invalid_and_not_listed(store: Store, root: Path) -> None:
    (root / "a").symlink_to("b")
    (root / "b").symlink_to("a")
    for call in (store.exists, store.read_bytes, store.delete, lambda key: store.write(f"{key}/x", b"")):
        with pytest.raises(InvalidPath):
            call("a")
    assert list(store.iter_children("")) == []


@contextmanager
def swapping(first: Path, second: Path) -> Iterator[None]:
    """Somebody who exchanges two names, each time in one step, as fast as he can."""
    exchange = ctypes.CDLL(None).renameat2
    names, stop = (bytes(first), bytes(second)), threading.Event()

    def swap() -> None:
        while not stop.is_set():
            exchange(-100, names[0], -100, names[1], 2)  # AT_FDCWD, RENAME_EXCHANGE

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@pytest.mark.skipif(module.renameat2() is None, reason="only Linux exchanges two names in one step")
def test_a_folder_that_is_swapped_for_a_link_meanwhile_gains_nothing(store: Store, root: Path, outside: Path) -> None:
    store.write("d/secret", b"public")
    (root / "link").symlink_to(outside)
    before = seen(outside)
    read = refused = number = 0
    deadline = time.monotonic() + 60
    with swapping(root / "d", root / "link"):
        while (min(read, refused) < 50 or number < 300) and time.monotonic() < deadline:
            number += 1
            for change in (
                lambda: store.write("d/new", b"mine"),
                lambda: store.write_atomic("d/secret", b"public", overwrite=True),
                lambda: store.move("d/secret", "d/moved"),
                lambda: store.move("d/moved", "d/secret"),
                lambda: store.delete("d/new"),
                lambda: store.delete_folder("d/sub", recursive=True),
            ):
                with suppress(RemoteStoreError):
                    change()
            with suppress(RemoteStoreError):
                assert "d/sub" not in set(map(str, store.list_folders("d")))
            try:
                assert store.read_bytes("d/secret") == b"public"
                read += 1
            except InvalidPath:
                refused += 1
            except NotFound:
                pass
    assert seen(outside) == before
    assert min(read, refused) >= 50, "the race was not run"


def test_moving_a_link_is_one_step_for_no_reader_but_keeps_what_it_showed(store: Store, root: Path) -> None:
    store.write("f", b"1")
    (root / "l").symlink_to("f")
    store.write("g", b"2")
    store.move("l", "g", overwrite=True)
    assert (store.read_bytes("g"), store.exists("l"), store.read_bytes("f")) == (b"1", False, b"1")
    assert store.supports(Capability.MOVE)
