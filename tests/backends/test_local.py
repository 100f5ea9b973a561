"""A folder as a store: its root, its names, reading, listing, and the records that come back."""

from __future__ import annotations

import copy
import io
import os
import pickle
import shutil
import socket
import stat
import unicodedata
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest

from remote_store.backend import Entry, Want, WriteOptions
from remote_store.backends import _local_read
from remote_store.backends import local as module
from remote_store.backends.local import LocalBackend
from remote_store.capabilities import Capability
from remote_store.errors import (
    AlreadyExists,
    BackendUnavailable,
    DirectoryNotEmpty,
    InvalidPath,
    NotFound,
)
from remote_store.models import FileInfo, FolderEntry
from remote_store.path import RemotePath
from remote_store.store import Store


def scanned(backend: LocalBackend, prefix: str = "", recursive: bool = True) -> dict[str, type[Entry]]:
    found = [entry for page in backend.scan(prefix, recursive) for entry in page]
    kinds = {str(entry): FolderEntry if isinstance(entry, FolderEntry) else FileInfo for entry in found}
    assert len(kinds) == len(found), "a path came twice"
    return kinds


# -- the root --------------------------------------------------------------------------------------------------------


@pytest.mark.spec("LOCAL-005")
def test_the_root_is_created_with_its_parents(tmp_path: Path) -> None:
    LocalBackend(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()


@pytest.mark.spec("LOCAL-005")
def test_a_required_root_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(BackendUnavailable, match="missing") as caught:
        LocalBackend(tmp_path / "a", create=False)
    assert caught.value.backend == "local"
    assert not (tmp_path / "a").exists()
    LocalBackend(tmp_path, create=False).ping()


@pytest.mark.spec("LOCAL-005")
@pytest.mark.parametrize("create", [True, False])
def test_a_file_is_no_root(tmp_path: Path, create: bool) -> None:
    (tmp_path / "f").write_bytes(b"")
    with pytest.raises(BackendUnavailable):
        LocalBackend(tmp_path / "f", create=create)


@pytest.mark.spec("LOCAL-005")
def test_a_root_is_a_non_empty_text(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="the root is empty"):
        LocalBackend("")
    with pytest.raises(TypeError, match="not bytes"):
        LocalBackend(b"/tmp")  # type: ignore[arg-type]
    monkeypatch.setattr(module.sys, "getfilesystemencoding", lambda: "latin-1")
    with pytest.raises(ValueError, match="latin-1"):
        LocalBackend(tmp_path)


@pytest.mark.spec("LOCAL-004")
def test_an_unknown_fsync_policy_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not 'always'"):
        LocalBackend(tmp_path, fsync="always")  # type: ignore[arg-type]


@pytest.mark.spec("LOCAL-005", "EXISTS-003")
def test_a_root_that_is_missing_later_is_unavailable_and_never_a_no(store: Store, root: Path) -> None:
    store.write("a/f", b"1")
    shutil.rmtree(root)
    for call in (
        lambda: store.exists("a/f"),
        lambda: store.exists("f"),
        lambda: store.is_file("f"),
        lambda: store.is_folder("a"),
        lambda: store.read_bytes("a/f"),
        lambda: store.read("f"),
        lambda: store.get_file_info("a/f"),
        lambda: store.write("f", b""),
        lambda: store.write("a/f", b""),
        lambda: store.write_atomic("a/f", b""),
        lambda: store.delete("a/f", missing_ok=True),
        lambda: store.delete_folder("a", missing_ok=True),
        lambda: store.copy("a/f", "b"),
        lambda: store.move("a/f", "b"),
        lambda: list(store.list_files("a")),
        lambda: list(store.list_files("", recursive=True)),
        lambda: list(store.glob("**/*")),
        store.ping,
    ):
        with pytest.raises(BackendUnavailable, match="is missing"):
            call()
    assert not root.exists(), "no operation makes the root anew"


@pytest.mark.spec("LOCAL-005")
def test_a_root_that_comes_back_serves_again(store: Store, root: Path) -> None:
    root.rmdir()
    root.mkdir()
    store.write("a/f", b"1")
    assert (root / "a" / "f").read_bytes() == b"1"


@pytest.mark.spec("LOCAL-007")
def test_the_profile_is_that_of_a_file_system(local: LocalBackend, reach: str, root: Path) -> None:
    missing = {Capability.USER_METADATA} if reach == "kernel" else {Capability.USER_METADATA, Capability.ATOMIC_MOVE}
    assert local.capabilities == set(Capability) - missing
    assert (local.name, local.folders, local.clash) == ("local", "kept", "refused")
    assert repr(local) == f"LocalBackend(root={str(root)!r})"
    assert local.unwrap(LocalBackend) is local
    local.close()
    local.close()


# -- names -----------------------------------------------------------------------------------------------------------


@pytest.mark.spec("PATH-006", "LOCAL-002")
@pytest.mark.parametrize(
    "name", [" a ", "#", "?", "%41", "[0]", "*", "+", "'\"", "…", "🙂", "a..b", "...", "x" * 255, "é" * 127, "~rs-"]
)
def test_names_are_plain_characters(store: Store, root: Path, name: str) -> None:
    store.write(name, b"1")
    assert os.listdir(root) == [name]
    store.delete(name)
    key = f"{name}/{name}"
    store.write(key, b"2")
    assert store.read_bytes(key) == b"2"
    assert store.get_file_info(key).path == key
    assert [str(info) for info in store.list_files("", recursive=True)] == [key]
    store.delete_folder(name, recursive=True)
    assert os.listdir(root) == []


@pytest.mark.spec("PATH-006")
def test_composed_and_decomposed_letters_are_different_keys(store: Store) -> None:
    composed, decomposed = unicodedata.normalize("NFC", "é"), unicodedata.normalize("NFD", "é")
    store.write(composed, b"1")
    store.write(decomposed, b"2")
    assert (store.read_bytes(composed), store.read_bytes(decomposed)) == (b"1", b"2")
    assert set(map(str, store.list_files(""))) == {composed, decomposed}


@pytest.mark.spec("PATH-007", "LOCAL-002")
@pytest.mark.parametrize(
    "key", ["x" * 256, "é" * 128, f"a/{'x' * 256}/b", ".~rs-1", "a/.~rs-1/b", "/".join(["ab"] * 2000), "🙂" * 64]
)
def test_a_name_that_cannot_be_is_refused_before_any_call(
    store: Store, root: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    for verb in (
        "stat",
        "read",
        "read_bytes",
        "write",
        "delete",
        "scan",
        "copy",
        "move",
        "remove_folder",
        "open_write",
    ):
        monkeypatch.setattr(LocalBackend, verb, lambda *_: pytest.fail("called"))
    for call in (
        lambda: store.exists(key),
        lambda: store.is_folder(key),
        lambda: store.read_bytes(key),
        lambda: store.write(key, b"", overwrite=True),
        lambda: store.delete(key, missing_ok=True),
        lambda: store.delete_folder(key, missing_ok=True),
        lambda: store.move(key, "b"),
        lambda: store.copy("b", key),
        lambda: list(store.list_files(key)),
    ):
        with pytest.raises(InvalidPath):
            call()


@pytest.mark.spec("PATH-007")
def test_the_longest_path_that_is_accepted_can_be_used(store: Store, local: LocalBackend, root: Path) -> None:
    room = os.pathconf(root, "PC_PATH_MAX") - len(str(root)) - 2
    names = ["x" * 200] * (room // 201)
    names[-1] += "y" * (room - len("/".join(names)))
    key = "/".join(names)
    store.write(key, b"1")
    assert store.read_bytes(key) == b"1"
    assert [str(info) for info in store.list_files("", recursive=True)] == [key]
    with pytest.raises(InvalidPath):
        local.check_path(f"{key}z")
    store.delete_folder(names[0], recursive=True)
    assert list(root.iterdir()) == []


@pytest.mark.spec("STORE-008")
def test_native_paths_are_absolute_and_lead_back(local: LocalBackend, root: Path) -> None:
    assert local.native_path("") == str(root)
    assert local.native_path("a/b c") == f"{root}/a/b c"
    for key in ("", "a", "a/b c", "é/…"):
        assert local.to_key(local.native_path(key)) == key
    assert local.to_key(f"{root}//a/./b/../c/") == "a/c"
    for outside in ("/etc", f"{root}x", f"{root}/../x", "a", "", "..", str(root.parent)):
        with pytest.raises(InvalidPath):
            local.to_key(outside)
    assert dict(local.details("a")) == {"root": str(root), "absolute_path": f"{root}/a"}


@pytest.mark.spec("STORE-008")
def test_a_root_behind_a_link_is_known_by_both_names(tmp_path: Path, reach: str) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "alias").symlink_to("real")
    backend = LocalBackend(tmp_path / "alias")
    assert backend.root == str(tmp_path / "alias")
    assert backend.to_key(f"{tmp_path}/real/a") == backend.to_key(f"{tmp_path}/alias/a") == "a"
    backend.write("a", b"1", WriteOptions())
    (tmp_path / "real" / "l").symlink_to(tmp_path / "alias" / "a")
    assert backend.read_bytes("l") == b"1"


@pytest.mark.spec("STORE-008")
def test_the_file_systems_own_root_can_be_the_root(tmp_path: Path, reach: str) -> None:
    backend = LocalBackend("/", create=False)
    (tmp_path / "f").write_bytes(b"1")
    key = str(tmp_path / "f").lstrip("/")
    assert backend.read_bytes(key) == b"1"
    assert backend.native_path(key) == str(tmp_path / "f")
    assert backend.to_key(str(tmp_path / "f")) == key
    assert backend.to_key("/") == ""


# -- reading ---------------------------------------------------------------------------------------------------------


@pytest.mark.spec("READ-001")
@pytest.mark.parametrize("size", [0, 1, 1024, (1 << 16) - 1, 1 << 16, (1 << 16) + 1, (1 << 18) + 1])
def test_what_was_written_is_read(store: Store, size: int) -> None:
    content = os.urandom(size)
    store.write("a/f", content)
    assert store.read_bytes("a/f") == content
    with store.read("a/f") as stream:
        assert stream.read() == content
        assert stream.read() == b""
        assert stream.seek(0) == 0
        assert stream.read(3) == content[:3]


@pytest.mark.spec("READ-001")
def test_a_file_that_grows_while_it_is_read_is_read_to_its_end(
    local: LocalBackend, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "f").write_bytes(b"12345")
    pread = os.pread

    def growing(fd: int, size: int, start: int) -> bytes:
        data = pread(fd, size, start)
        if start == 0:
            with open(root / "f", "ab") as file:
                file.write(b"678")
        return data

    monkeypatch.setattr(module.os, "pread", growing)
    assert local.read_bytes("f") == b"12345678"


@pytest.mark.spec("LOCAL-002")
def test_an_empty_device_is_no_empty_file(store: Store, root: Path) -> None:
    try:
        os.mknod(root / "null", 0o600 | stat.S_IFCHR, os.makedev(1, 3))
        os.close(os.open(root / "null", os.O_RDONLY))
    except OSError as error:
        pytest.skip(f"no device node can be made and opened here: {error}")
    assert not store.exists("null")
    for read in (store.read, store.read_bytes):
        with pytest.raises(NotFound):
            read("null")


@pytest.mark.spec("SIO-001")
@pytest.mark.parametrize(("start", "stop"), [(0, None), (0, 0), (0, 4), (2, 5), (3, None), (9, 100), (50, 60), (5, 2)])
def test_a_range_is_a_seekable_stream_of_its_own(local: LocalBackend, start: int, stop: int | None) -> None:
    content = bytes(range(10))
    local.write("f", content, WriteOptions())
    part = content[start:stop]
    with local.read("f", start, stop) as stream:
        assert stream.seekable()
        assert stream.readable()
    with io.BufferedReader(local.read("f", start, stop)) as buffered:  # type: ignore[type-var]
        assert buffered.read() == part
    with local.read("f", start, stop) as stream:
        for offset in range(len(part)):
            assert stream.seek(offset) == offset
            assert stream.read(1) == part[offset : offset + 1]
            assert stream.tell() == offset + 1
        assert stream.seek(0, io.SEEK_END) == len(part)
        assert stream.read(1) == b""
        stream.seek(0)
        stream.seek(1, io.SEEK_CUR)
        assert stream.tell() == 1


@pytest.mark.spec("SIO-001")
def test_a_range_stream_closes_its_file_once(local: LocalBackend) -> None:
    local.write("f", b"123", WriteOptions())
    before = len(os.listdir("/dev/fd"))
    stream = local.read("f", 1, 2)
    with pytest.raises(ValueError, match="negative"):
        stream.seek(-1)
    stream.close()
    stream.close()
    assert len(os.listdir("/dev/fd")) == before


@pytest.mark.spec("READ-002", "INFO-003")
def test_a_folder_is_no_file(store: Store) -> None:
    store.write("d/f", b"1")
    for call in (store.read, store.read_bytes, store.get_file_info, store.delete):
        with pytest.raises(InvalidPath):
            call("d")
    assert store.read_bytes("d/f") == b"1"


@pytest.mark.spec("READ-002", "EXISTS-001")
def test_nothing_is_below_a_file(store: Store) -> None:
    store.write("f", b"1")
    assert not store.exists("f/x")
    assert not store.exists("f/x/y")
    with pytest.raises(NotFound):
        store.read_bytes("f/x")
    with pytest.raises(InvalidPath):
        store.write("f/x", b"")
    with pytest.raises(InvalidPath):
        store.write("f/x/y", b"")
    with pytest.raises(InvalidPath):
        store.write_atomic("f/x/y", b"")


@pytest.mark.spec("SIO-006")
def test_an_open_reader_keeps_the_old_content_while_the_file_is_replaced(store: Store) -> None:
    old = os.urandom(1 << 20)
    store.write("f", old)
    with store.read("f") as stream:
        head = stream.read(10)
        store.write("f", b"new", overwrite=True)
        assert head + stream.read() == old


@pytest.mark.spec("BE-002")
def test_no_operation_leaves_a_descriptor_open(store: Store, local: LocalBackend, root: Path) -> None:
    def everything() -> None:
        store.write("a/b/f", b"1")
        store.write("a/b/f", io.BytesIO(b"2"), overwrite=True)
        store.write_atomic("a/b/g", b"3")
        with store.read("a/b/f") as stream:
            stream.read(1)
        store.copy("a/b/f", "c/d")
        store.move("c/d", "e/f")
        os.symlink("../a/b/f", root / "e" / "l")
        os.symlink("/", root / "out")
        assert store.read_bytes("e/l") == b"2"
        assert store.exists("a/b")
        next(iter(store.list_files("", recursive=True)))
        for call in (store.read_bytes, store.exists, store.delete, lambda key: store.write(key, b"")):
            for key in ("out", "out/etc", "a/b/f/x"):
                with suppress(InvalidPath, NotFound):
                    call(key)
        with pytest.raises(InvalidPath):
            store.write("a", b"")
        with pytest.raises(AlreadyExists):
            store.write_atomic("a/b/f", b"")
        with pytest.raises(NotFound):
            store.copy("a/no", "x/y")
        local.remove_leftovers(0)
        os.unlink(root / "out")
        store.delete("a/b/f")
        for folder in ("a", "c", "e"):
            store.delete_folder(folder, recursive=True)

    everything()
    before = sorted(os.listdir("/dev/fd"))
    everything()
    assert sorted(os.listdir("/dev/fd")) == before


# -- listing ---------------------------------------------------------------------------------------------------------


@pytest.mark.spec("LIST-001", "LIST-002")
def test_a_scan_gives_files_and_kept_folders(local: LocalBackend, root: Path) -> None:
    for key in ("f", "a/f", "a/b/f", "ab/f"):
        local.write(key, b"1", WriteOptions())
    (root / "a" / "empty").mkdir()
    files = dict.fromkeys(("f", "a/f", "a/b/f", "ab/f"), FileInfo)
    folders = dict.fromkeys(("a", "a/b", "a/empty", "ab"), FolderEntry)
    assert scanned(local) == {**files, **folders}
    assert scanned(local, "", recursive=False) == {"f": FileInfo, "a": FolderEntry, "ab": FolderEntry}
    assert scanned(local, "a") == {"a/f": FileInfo, "a/b": FolderEntry, "a/b/f": FileInfo, "a/empty": FolderEntry}
    assert scanned(local, "a/empty") == {}


@pytest.mark.spec("LIST-004")
def test_what_is_no_folder_lists_as_nothing(store: Store) -> None:
    store.write("f", b"1")
    for key in ("f", "no", "f/x"):
        assert list(store.list_files(key, recursive=True)) == []
        assert list(store.iter_children(key)) == []


@pytest.mark.spec("LIST-006", "BE-006")
def test_pages_are_bounded(local: LocalBackend, root: Path) -> None:
    (root / "d").mkdir()
    for number in range(2500):
        os.mknod(root / "d" / str(number))
    pages = [len(page) for page in local.scan("d", False)]
    assert pages == [1000, 1000, 500]


@pytest.mark.spec("LIST-008")
def test_what_vanishes_during_a_listing_is_passed_over(
    local: LocalBackend, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in ("a/b/f", "f"):
        local.write(key, b"1", WriteOptions())
    monkeypatch.setattr(module, "_PAGE", 2)
    pages = local.scan("", True)
    first = {str(entry) for entry in next(pages)}
    assert first == {"a", "f"}
    shutil.rmtree(root / "a")
    assert list(pages) == []


@pytest.mark.spec("LIST-008")
def test_a_file_that_vanishes_between_its_name_and_its_record_is_passed_over(
    local: LocalBackend, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "f").write_bytes(b"1")
    (root / "l").symlink_to("f")

    def gone(_path: str) -> os.stat_result:
        raise FileNotFoundError(2, "gone")

    monkeypatch.setattr(local, "_stat", gone)
    assert list(scanned(local)) == ["f"]


@pytest.mark.spec("LOCAL-002")
def test_names_that_no_key_can_mean_are_not_listed(store: Store, local: LocalBackend, root: Path) -> None:
    store.write("d/é", b"1")
    for name in (b"\xff", b"a\\b", b".~rs-1-1"):
        (root / "d" / os.fsdecode(name)).write_bytes(b"hidden")
        (root / os.fsdecode(name)).mkdir()
        (root / os.fsdecode(name) / "f").write_bytes(b"hidden")
    assert scanned(local) == {"d": FolderEntry, "d/é": FileInfo}
    with pytest.raises(DirectoryNotEmpty):
        store.delete_folder("d")
    store.delete_folder("d", recursive=True)
    assert not (root / "d").exists()


@pytest.mark.spec("LOCAL-002")
@pytest.mark.parametrize("kind", ["fifo", "socket"])
def test_special_files_are_neither_read_nor_listed_nor_replaced(store: Store, root: Path, kind: str) -> None:
    (root / "d").mkdir()
    path = root / "d" / "s"
    if kind == "fifo":
        os.mkfifo(path)
    else:
        here = os.open(root / "d", os.O_RDONLY)
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(f"/proc/self/fd/{here}/s")  # the path itself may be too long for a socket
        os.close(here)
    (root / "l").symlink_to("d/s")
    store.write("f", b"1")
    for key in ("d/s", "l"):
        assert not store.exists(key)
        for read in (store.read, store.read_bytes, store.get_file_info, store.delete):
            with pytest.raises(NotFound):
                read(key)
        for overwrite in (True, False):
            for write in (store.write, store.write_atomic):
                with pytest.raises(InvalidPath):
                    write(key, b"", overwrite=overwrite)
            for transfer in (store.copy, store.move):
                with pytest.raises(InvalidPath):
                    transfer("f", key, overwrite=overwrite)
                with pytest.raises(NotFound):
                    transfer(key, "g", overwrite=overwrite)
    assert [str(info) for info in store.list_files("", recursive=True)] == ["f"]
    assert not path.is_file()
    assert path.exists()


# -- records ---------------------------------------------------------------------------------------------------------


@pytest.mark.spec("INFO-001", "MOD-002")
def test_every_way_to_a_record_tells_the_same(store: Store, root: Path) -> None:
    result = store.write("a/f", b"123")
    info = store.get_file_info("a/f")
    (listed,) = store.list_files("a")
    for record in (info, listed):
        assert (record.path, record.name, record.size) == ("a/f", "f", 3)
        assert isinstance(record.path, RemotePath)
        assert (record.modified_at, record.etag) == (result.last_modified, result.etag)
        assert (record.digest, record.metadata, record.version_id, dict(record.extra)) == (None, None, None, {})
    assert (result.path, result.size, result.source) == ("a/f", 3, "native")
    assert info.modified_at == datetime.fromtimestamp(os.stat(root / "a" / "f").st_mtime, timezone.utc)
    assert store.head("a/f") == result


@pytest.mark.spec("MOD-002")
def test_a_record_that_works_itself_out_is_a_record_like_any_other(store: Store) -> None:
    store.write("a/f", b"123")
    for get in (lambda: store.get_file_info("a/f"), lambda: next(iter(store.list_files("a")))):
        plain = FileInfo(RemotePath("a/f"), "f", 0)
        assert get() == plain
        assert plain == get()
        assert hash(get()) == hash(plain)
        assert get() != FolderEntry(RemotePath("a/f"), "f")
        assert (str(get()), os.fspath(get())) == ("a/f", "a/f")
        assert repr(get()).startswith("FileInfo(path=RemotePath('a/f'), name='f', size=3, modified_at=datetime")
        assert replace(get(), size=7).size == 7
        for clone in (pickle.loads(pickle.dumps(get())), copy.copy(get()), copy.deepcopy(get())):
            assert type(clone) is FileInfo
            assert (clone.path, clone.size, clone.etag) == ("a/f", 3, get().etag)
        with pytest.raises(AttributeError, match="nonsense"):
            get().nonsense  # type: ignore[attr-defined]  # noqa: B018
        with pytest.raises(AttributeError):
            get().size = 4  # type: ignore[misc]


@pytest.mark.spec("INFO-001")
def test_the_etag_changes_with_the_content(store: Store) -> None:
    first = store.write("f", b"1")
    second = store.write("f", b"2", overwrite=True)
    assert first.etag != second.etag == store.get_file_info("f").etag


@pytest.mark.spec("MOD-002")
def test_a_time_that_python_cannot_tell_is_none(store: Store, local: LocalBackend) -> None:
    store.write("f", b"1")
    values = list(os.stat(local.native_path("f")))
    values[8] = 1 << 60
    assert _local_read.modified(os.stat_result(values)) is None


@pytest.mark.spec("BE-005")
def test_the_wanted_kind_changes_nothing_where_a_path_is_one_thing_only(local: LocalBackend) -> None:
    local.write("d/f", b"1", WriteOptions())
    for want in Want:
        assert isinstance(local.stat("d/f", want), FileInfo)
        assert isinstance(local.stat("d", want), FolderEntry)
        assert local.stat("", want) == FolderEntry(RemotePath.ROOT, ".")


# -- folders ---------------------------------------------------------------------------------------------------------


@pytest.mark.spec("DELF-001", "DELF-002", "DELF-003")
def test_a_folder_goes_with_all_below_and_nothing_else(store: Store, root: Path) -> None:
    for key in ("a/f", "a/b/c/f", "ab/f", "f"):
        store.write(key, b"1")
    (root / "a" / "e").mkdir()
    with pytest.raises(DirectoryNotEmpty):
        store.delete_folder("a")
    with pytest.raises(InvalidPath):
        store.delete_folder("f", recursive=True)
    with pytest.raises(NotFound):
        store.delete_folder("no", recursive=True)
    store.delete_folder("a", recursive=True)
    assert sorted(os.listdir(root)) == ["ab", "f"]
    store.delete("ab/f")
    assert store.is_folder("ab")
    store.delete_folder("ab")
    assert os.listdir(root) == ["f"]


@pytest.mark.spec("DELF-001")
def test_a_deep_folder_goes_too(store: Store, root: Path) -> None:
    store.write("/".join("d" * 300) + "/f", b"1")
    store.delete_folder("d", recursive=True)
    assert os.listdir(root) == []


@pytest.mark.spec("DELF-001")
def test_a_write_that_ends_in_a_folder_that_is_being_removed_goes_with_it(
    store: Store, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write("a/b/f", b"1")
    rmdir = os.rmdir
    late = [True]

    def after_a_late_write(name: str, *, dir_fd: int | None = None) -> None:
        if late.pop() if late else False:
            os.close(os.open(f"{name}/late", os.O_CREAT | os.O_WRONLY, dir_fd=dir_fd))
        rmdir(name, dir_fd=dir_fd)

    monkeypatch.setattr(module.os, "rmdir", after_a_late_write)
    store.delete_folder("a", recursive=True)
    assert os.listdir(root) == []


@pytest.mark.spec("ERR-001", "DELF-001")
def test_a_removal_that_the_system_refuses_is_put_back(
    store: Store, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write("a/f", b"1")

    def refuse(name: str, **_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(module.os, "unlink", refuse)
    with pytest.raises(Exception, match="not permitted"):
        store.delete_folder("a", recursive=True)
    assert store.read_bytes("a/f") == b"1"
    assert os.listdir(root) == ["a"]
