"""What the core promises a backend, and what the embedded backends' verbs give back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from remote_store import Backend, FileInfo, FolderEntry, LocalBackend, MemoryBackend, NotFound, Store
from remote_store.backend import Entry, Page, Source, Want, WriteOptions
from remote_store.backends.sql_blob import SQLBlobBackend
from remote_store.models import WriteResult
from remote_store.path import normalize


class Suspicious(MemoryBackend):
    """Checks what every verb is given."""

    def _file(self, path: str) -> Any:
        self.trusted(path)
        return super()._file(path)

    def trusted(self, path: str, root: bool = False) -> None:
        assert isinstance(path, str)
        assert path == normalize(path)
        assert root or path

    def stat(self, path: str, want: Want = Want.ANY) -> Entry:
        self.trusted(path, root=True)
        return super().stat(path, want)

    def read(self, path: str, start: int = 0, stop: int | None = None) -> BinaryIO:
        self.trusted(path)
        return super().read(path, start, stop)

    def scan(self, prefix: str, recursive: bool) -> Iterator[Page]:
        self.trusted(prefix, root=True)
        assert type(recursive) is bool
        return super().scan(prefix, recursive)

    def write(self, path: str, source: Source, options: WriteOptions) -> WriteResult:
        self.trusted(path)
        assert type(options.overwrite) is bool
        assert isinstance(source, bytes) or callable(source.read)
        assert options.metadata is None or (isinstance(options.metadata, Mapping) and options.metadata)
        return super().write(path, source, options)

    def delete(self, path: str) -> None:
        self.trusted(path)
        super().delete(path)

    def remove_folder(self, path: str, recursive: bool) -> None:
        self.trusted(path)
        assert type(recursive) is bool
        super().remove_folder(path, recursive)

    def copy(self, src: str, dst: str, overwrite: bool) -> None:
        self.trusted(src)
        self.trusted(dst)
        assert src != dst
        super().copy(src, dst, overwrite)

    def move(self, src: str, dst: str, overwrite: bool) -> None:
        self.trusted(src)
        self.trusted(dst)
        assert src != dst
        super().move(src, dst, overwrite)


@pytest.mark.spec("BE-001")
@pytest.mark.parametrize("root", ["", "in/side"])
def test_a_verb_gets_what_it_may_rely_on(root: str) -> None:
    store = Store(Suspicious(), root)
    written = store.write("/a//b.txt", bytearray(b"x"), overwrite=1, metadata={})  # type: ignore[arg-type]
    store.write(written.path, memoryview(b"y"), overwrite=True, metadata={"k": "v"})  # type: ignore[arg-type]
    with store.open_atomic("./a/c", metadata={"k": "v"}) as stream:
        stream.write(b"z")
    for info in [*store.list_files("./", recursive=True), *store.list_files("a/", max_depth=2)]:
        store.read(info).close()
        store.copy(info, "./" + str(info))
        store.move(info, f"{info}/", overwrite=True)
    store.copy("a/./c", "d//e")
    store.move("d/e", "/f", overwrite=True)
    assert [store.exists(path) for path in ("", "d/", "f/")] == [True, True, True]
    store.delete("f/")
    store.delete_folder("a/", recursive=1)  # type: ignore[arg-type]
    assert list(store.list_files("", recursive=True)) == []


@pytest.fixture(params=["memory", "local", "sql-blob"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    made: dict[str, Any] = {
        "memory": MemoryBackend,
        "local": lambda: LocalBackend(tmp_path),
        "sql-blob": lambda: SQLBlobBackend("sqlite://"),
    }
    it: Backend = made[request.param]()
    yield it
    it.close()


def scanned(backend: Backend, prefix: str, recursive: bool) -> tuple[list[str], list[str]]:
    """The files and the folders of a scan."""
    entries = [entry for page in backend.scan(prefix, recursive) for entry in page]
    files = sorted(str(entry) for entry in entries if isinstance(entry, FileInfo))
    folders = sorted(str(entry) for entry in entries if isinstance(entry, FolderEntry))
    assert len(files) + len(folders) == len(entries)
    return files, folders


@pytest.mark.spec("BE-006")
def test_scan_yields_each_path_once(backend: Backend) -> None:
    keys = ["a", "b/c", "b/d/e", "b/d/f", "bb/g", *(f"many/{number}" for number in range(1100))]
    for key in keys:
        backend.write(key, b"x", WriteOptions())
    assert scanned(backend, "", recursive=False) == (["a"], ["b", "bb", "many"])
    assert scanned(backend, "b", recursive=False) == (["b/c"], ["b/d"])
    files, folders = scanned(backend, "", recursive=True)
    assert files == sorted(keys)
    assert backend.folders == "implied" or folders == ["b", "b/d", "bb", "many"]


@pytest.mark.spec("BE-006")
@pytest.mark.parametrize("prefix", ["nothing", "file", "file/x"])
@pytest.mark.parametrize("recursive", [False, True])
def test_scan_of_what_is_no_folder_is_nothing(backend: Backend, prefix: str, recursive: bool) -> None:
    backend.write("file", b"x", WriteOptions())
    try:
        assert scanned(backend, prefix, recursive) == ([], [])
    except Exception as error:  # noqa: BLE001  # native errors may fly (BE-003)
        mapped = error if isinstance(error, NotFound) else backend.map_error(error)
        assert isinstance(mapped, NotFound)


@pytest.mark.spec("GLOB-003", "PATH-006")
@pytest.mark.parametrize("backend", ["local", "sql-blob"], indirect=True)
def test_a_name_with_magic_characters_is_matched_by_escaping(backend: Backend) -> None:
    store = Store(backend)
    for name in ("a*", "ab", "a?", "a[0]", "a0", "A*"):
        store.write(f"d/{name}", b"")
    found = {
        pattern: {str(info) for info in store.glob(f"d/{pattern}")} for pattern in ("a[*]", "a[?]", "a[[]0]", "a[0]")
    }
    assert found == {"a[*]": {"d/a*"}, "a[?]": {"d/a?"}, "a[[]0]": {"d/a[0]"}, "a[0]": {"d/a0"}}
