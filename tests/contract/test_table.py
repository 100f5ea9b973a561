"""The operation table of the contract, spelled out and held against every embedded backend, without the oracle.

Columns: a file, a folder, nothing, and a path that goes through a file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from remote_store import (
    AlreadyExists,
    Backend,
    Capability,
    CapabilityNotSupported,
    DirectoryNotEmpty,
    InvalidPath,
    LocalBackend,
    MemoryBackend,
    NotFound,
    RemoteStoreError,
    Store,
)
from remote_store.backends.sql_blob import SQLBlobBackend

FILE, FOLDER, NOTHING, THROUGH = "f", "d", "n", "f/x"
BESIDE = "d/inside"
"""The file that makes `d` a folder."""


def backend_of(name: str, folder: Path) -> Backend:
    if name == "memory":
        return MemoryBackend()
    if name == "local":
        return LocalBackend(folder)
    return SQLBlobBackend("sqlite://")


@pytest.fixture(params=["memory", "local", "sql-blob"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A file `f` and a folder `d` with one file in it."""
    with Store(backend_of(request.param, tmp_path / "one")) as made:
        made.write(FILE, b"old")
        made.write(BESIDE, b"kept")
        yield made


def tree(store: Store) -> dict[str, bytes | None]:
    """Every file with its content, every folder with None."""
    files = {str(info): store.read_bytes(info) for info in store.list_files("", recursive=True)}
    return files | {str(folder): None for folder in store.list_folders("", max_depth=9)}


START = {FILE: b"old", BESIDE: b"kept", FOLDER: None}

Operation = Callable[[Store, Any], object]


def atomically(store: Store, path: str, **options: bool) -> None:
    with store.open_atomic(path, **options) as stream:
        stream.write(b"new")


READS: dict[str, Operation] = {
    "read": lambda s, p: s.read(p).close(),
    "read_bytes": lambda s, p: s.read_bytes(p),
    "read_text": lambda s, p: s.read_text(p),
    "read_seekable": lambda s, p: s.read_seekable(p).close(),
    "get_file_info": lambda s, p: s.get_file_info(p),
    "head": lambda s, p: s.head(p),
    "copy": lambda s, p: s.copy(p, "target"),
    "move": lambda s, p: s.move(p, "target"),
    "delete": lambda s, p: s.delete(p),
}
PLACES: dict[str, Operation] = {
    "write": lambda s, p: s.write(p, b"new"),
    "write_text": lambda s, p: s.write_text(p, "new"),
    "write_atomic": lambda s, p: s.write_atomic(p, b"new"),
    "open_atomic": atomically,
    "copy": lambda s, p: s.copy(BESIDE, p),
    "move": lambda s, p: s.move(BESIDE, p),
}
REPLACES: dict[str, Operation] = {
    "write": lambda s, p: s.write(p, b"new", overwrite=True),
    "write_text": lambda s, p: s.write_text(p, "new", overwrite=True),
    "write_atomic": lambda s, p: s.write_atomic(p, b"new", overwrite=True),
    "open_atomic": lambda s, p: atomically(s, p, overwrite=True),
    "copy": lambda s, p: s.copy(BESIDE, p, overwrite=True),
    "move": lambda s, p: s.move(BESIDE, p, overwrite=True),
}
FOLDERS: dict[str, Operation] = {
    "get_folder_info": lambda s, p: s.get_folder_info(p),
    "delete_folder": lambda s, p: s.delete_folder(p, recursive=True),
}
LISTINGS: dict[str, Operation] = {
    "list_files": lambda s, p: list(s.list_files(p)),
    "list_folders": lambda s, p: list(s.list_folders(p)),
    "iter_children": lambda s, p: list(s.iter_children(p)),
}
QUESTIONS: dict[str, Operation] = {
    "exists": lambda s, p: s.exists(p),
    "is_file": lambda s, p: s.is_file(p),
    "is_folder": lambda s, p: s.is_folder(p),
}


def rows(operations: dict[str, Operation]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("call", list(operations.values()), ids=list(operations))


def refuses(error: type[RemoteStoreError], store: Store, call: Operation, path: object) -> None:
    """`call` raises just this error, naming path and backend, and leaves everything as it was."""
    before = tree(store)
    with pytest.raises(RemoteStoreError) as caught:
        call(store, path)
    assert type(caught.value) is error
    assert caught.value.path
    assert caught.value.backend == store.resolve("f").backend
    assert tree(store) == before


def may_overlook_folders(store: Store) -> bool:
    """Whether folders are implied, so that an operation on a file may answer as if the folder were not there."""
    return store.unwrap(Backend).folders == "implied"  # type: ignore[type-abstract]


@pytest.mark.spec("READ-002", "INFO-003", "DEL-002", "COPY-003", "MOVE-003", "ERR-001", "ERR-003")
@rows(READS)
@pytest.mark.parametrize(("path", "error"), [(FOLDER, InvalidPath), (NOTHING, NotFound), (THROUGH, NotFound)])
def test_what_needs_a_file(store: Store, call: Operation, path: str, error: type[RemoteStoreError]) -> None:
    if path == FOLDER and may_overlook_folders(store):
        with pytest.raises((InvalidPath, NotFound)):
            call(store, path)
        assert tree(store) == START
    else:
        refuses(error, store, call, path)


@pytest.mark.spec("WRITE-003", "WRITE-004", "COPY-004", "MOVE-004", "ERR-001", "EXISTS-002")
@rows(PLACES)
@pytest.mark.parametrize(("path", "error"), [(FILE, AlreadyExists), (FOLDER, InvalidPath), (THROUGH, InvalidPath)])
def test_what_needs_room(store: Store, call: Operation, path: str, error: type[RemoteStoreError]) -> None:
    refuses(error, store, call, path)


@pytest.mark.spec("WRITE-004", "COPY-004", "MOVE-004", "ERR-001", "EXISTS-002")
@rows(REPLACES)
@pytest.mark.parametrize("path", [FOLDER, THROUGH])
def test_overwrite_replaces_files_only(store: Store, call: Operation, path: str) -> None:
    refuses(InvalidPath, store, call, path)


@pytest.mark.spec("INFO-003", "DELF-003", "ERR-001")
@rows(FOLDERS)
@pytest.mark.parametrize(("path", "error"), [(FILE, InvalidPath), (NOTHING, NotFound), (THROUGH, NotFound)])
def test_what_needs_a_folder(store: Store, call: Operation, path: str, error: type[RemoteStoreError]) -> None:
    refuses(error, store, call, path)


@pytest.mark.spec("LIST-004")
@rows(LISTINGS)
@pytest.mark.parametrize("path", [FILE, NOTHING, THROUGH])
def test_what_is_no_folder_lists_as_nothing(store: Store, call: Operation, path: str) -> None:
    assert call(store, path) == []


@pytest.mark.spec("EXISTS-001", "PATH-003")
@pytest.mark.parametrize(
    ("path", "answers"),
    [
        (FILE, (True, True, False)),
        (FOLDER, (True, False, True)),
        (NOTHING, (False, False, False)),
        (THROUGH, (False, False, False)),
        ("", (True, False, True)),
    ],
)
def test_the_questions(store: Store, path: str, answers: tuple[bool, bool, bool]) -> None:
    assert (store.exists(path), store.is_file(path), store.is_folder(path)) == answers


@pytest.mark.spec("DEL-003", "DELF-003", "DELF-002")
def test_missing_ok_asks_for_nothing_where_nothing_is(store: Store) -> None:
    for path in (NOTHING, THROUGH):
        store.delete(path, missing_ok=True)
        store.delete_folder(path, missing_ok=True, recursive=True)
    assert tree(store) == START
    if may_overlook_folders(store):
        with suppress(InvalidPath):
            store.delete(FOLDER, missing_ok=True)
        assert tree(store) == START
    else:
        refuses(InvalidPath, store, lambda s, p: s.delete(p, missing_ok=True), FOLDER)
    refuses(InvalidPath, store, lambda s, p: s.delete_folder(p, missing_ok=True), FILE)
    refuses(DirectoryNotEmpty, store, lambda s, p: s.delete_folder(p), FOLDER)


@pytest.mark.spec("PATH-004", "ERR-001")
@rows({**READS, **PLACES, **REPLACES, "delete_folder": FOLDERS["delete_folder"]})
def test_the_root_is_no_file_and_stays(store: Store, call: Operation) -> None:
    for root in ("", ".", "/", "//./"):
        refuses(InvalidPath, store, call, root)


@pytest.mark.spec("PATH-005", "PATH-002", "ERR-001")
@rows({**READS, **PLACES, **REPLACES, **FOLDERS, **LISTINGS, **QUESTIONS})
def test_what_is_no_path_is_invalid_for_every_operation(store: Store, call: Operation) -> None:
    for path in ("..", "a/../../b", "a\0b", "a\\..\\b", "\ud800"):
        refuses(InvalidPath, store, call, path)


@pytest.mark.spec("ERR-002")
@pytest.mark.parametrize(("src", "dst"), [(NOTHING, FOLDER), (FOLDER, FILE), (THROUGH, FILE), (NOTHING, "..")])
def test_of_two_reasons_one_is_given(store: Store, src: str, dst: str) -> None:
    of_source = {FOLDER: InvalidPath, NOTHING: NotFound, THROUGH: NotFound}[src]
    of_destination = {FILE: AlreadyExists, FOLDER: InvalidPath, "..": InvalidPath}[dst]
    for move in (store.copy, store.move):
        with pytest.raises((of_source, of_destination)):
            move(src, dst)
        assert tree(store) == START


@pytest.mark.spec("WRITE-005", "WRITE-002")
@rows({name: call for name, call in REPLACES.items() if name != "move"})
def test_doing_the_same_again_changes_nothing(store: Store, call: Operation) -> None:
    call(store, "n/e/w")
    once = tree(store)
    assert once.keys() - START.keys() == {"n", "n/e", "n/e/w"}
    call(store, "n/e/w")
    assert tree(store) == once


@pytest.mark.spec("MOVE-005", "MOVE-001", "COPY-001")
@pytest.mark.parametrize("dst", [NOTHING, "n/e/w", FILE])
def test_a_move_is_a_copy_and_then_a_delete(store: Store, dst: str, tmp_path: Path) -> None:
    name = store.resolve("f").backend
    with Store(backend_of(name, tmp_path / "other")) as other:
        other.write(FILE, b"old")
        other.write(BESIDE, b"kept")
        other.copy(BESIDE, dst, overwrite=True)
        other.delete(BESIDE)
        store.move(BESIDE, dst, overwrite=True)
        assert tree(store) == tree(other)
    assert store.read_bytes(dst) == b"kept"


@pytest.mark.spec("CAP-001", "CAP-002", "CAP-003")
def test_an_instance_declares_a_subset_and_keeps_to_it(store: Store) -> None:
    backend = store.unwrap(Backend)  # type: ignore[type-abstract]
    assert backend.capabilities <= type(backend).CAPABILITIES
    for capability in Capability:
        assert store.supports(capability) == (capability in backend.capabilities)
    if not store.supports(Capability.GLOB):
        with pytest.raises(CapabilityNotSupported):
            store.glob("*")
    if not store.supports(Capability.USER_METADATA):
        refuses(CapabilityNotSupported, store, lambda s, p: s.write(p, b"", metadata={"k": "v"}), NOTHING)


@pytest.mark.spec("CAP-004")
def test_the_quality_flags_keep_their_promises(store: Store) -> None:
    with store.read(FILE) as stream:
        assert stream.seekable() == store.supports(Capability.SEEKABLE_READ)
    written = store.write("n", b"new")
    told = store.head("n")
    assert (written.source == "native") == store.supports(Capability.WRITE_RESULT_NATIVE)
    assert (written.size, written.etag, written.last_modified) == (told.size, told.etag, told.last_modified)
