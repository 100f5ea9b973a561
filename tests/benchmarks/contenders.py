"""What is compared: each contender does the same things to files below one folder, or to objects in memory.

`raw` is the least that does the job: the system calls themselves for a folder, a `dict` for memory. Nobody calls fsync.
"""

from __future__ import annotations

import fnmatch
import glob
import os
import tempfile
from pathlib import Path
from typing import Any

import fsspec
import obstore

from remote_store import MemoryBackend, Store
from remote_store.backends.local import LocalBackend


class Raw:
    """The least that does the job; `run.py` tells it in words."""

    def __init__(self, root: str) -> None:
        self.root = root

    def create(self, key: str, data: bytes) -> None:
        fd = os.open(f"{self.root}/{key}", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        os.write(fd, data)
        os.close(fd)

    def overwrite(self, key: str, data: bytes) -> None:
        path = f"{self.root}/{key}"
        fd = os.open(f"{path}.tmp", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        os.write(fd, data)
        os.close(fd)
        os.rename(f"{path}.tmp", path)

    def truncate(self, key: str, data: bytes) -> None:
        fd = os.open(f"{self.root}/{key}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        os.write(fd, data)
        os.close(fd)

    def atomic(self, key: str, data: bytes) -> None:
        path = f"{self.root}/{key}"
        fd, temporary = tempfile.mkstemp(dir=os.path.dirname(path))
        os.write(fd, data)
        os.close(fd)
        os.rename(temporary, path)

    def get(self, key: str) -> bytes:
        fd = os.open(f"{self.root}/{key}", os.O_RDONLY)
        data = os.read(fd, os.fstat(fd).st_size)
        os.close(fd)
        return data

    def exists(self, key: str) -> bool:
        try:
            os.stat(f"{self.root}/{key}")
        except FileNotFoundError:
            return False
        return True

    def list_flat(self, folder: str) -> int:
        with os.scandir(f"{self.root}/{folder}") as entries:
            return sum(entry.stat().st_size for entry in entries)

    def list_all(self, folder: str) -> int:
        total, todo = 0, [f"{self.root}/{folder}"]
        while todo:
            with os.scandir(todo.pop()) as entries:
                for entry in entries:
                    if entry.is_dir():
                        todo.append(entry.path)
                    else:
                        total += entry.stat().st_size
        return total

    def glob(self, folder: str, pattern: str) -> int:
        return len(glob.glob(pattern, root_dir=f"{self.root}/{folder}"))


class RemoteStore:
    def __init__(self, root: str) -> None:
        self.store = Store(LocalBackend(root))

    def create(self, key: str, data: bytes) -> None:
        self.store.write(key, data)

    def overwrite(self, key: str, data: bytes) -> None:
        self.store.write(key, data, overwrite=True)

    def atomic(self, key: str, data: bytes) -> None:
        self.store.write_atomic(key, data, overwrite=True)

    def get(self, key: str) -> bytes:
        return self.store.read_bytes(key)

    def exists(self, key: str) -> bool:
        return self.store.exists(key)

    def list_flat(self, folder: str) -> int:
        return sum(info.size for info in self.store.list_files(folder))

    def list_all(self, folder: str) -> int:
        return sum(info.size for info in self.store.list_files(folder, recursive=True))

    def glob(self, folder: str, pattern: str) -> int:
        return sum(1 for _ in self.store.glob(f"{folder}/{pattern}"))


class Pathlib:
    def __init__(self, root: str) -> None:
        self.root = Path(root)

    def create(self, key: str, data: bytes) -> None:
        with (self.root / key).open("xb") as file:
            file.write(data)

    def overwrite(self, key: str, data: bytes) -> None:
        (self.root / key).write_bytes(data)

    def atomic(self, key: str, data: bytes) -> None:
        path = self.root / key
        temporary = path.with_name(f".{path.name}.tmp")
        temporary.write_bytes(data)
        temporary.replace(path)

    def get(self, key: str) -> bytes:
        return (self.root / key).read_bytes()

    def exists(self, key: str) -> bool:
        return (self.root / key).exists()

    def list_flat(self, folder: str) -> int:
        return sum(path.stat().st_size for path in (self.root / folder).iterdir())

    def list_all(self, folder: str) -> int:
        return sum(path.stat().st_size for path in (self.root / folder).rglob("*.txt"))

    def glob(self, folder: str, pattern: str) -> int:
        return sum(1 for _ in (self.root / folder).glob(pattern))


class Fsspec:
    def __init__(self, root: str) -> None:
        self.root = root
        self.files: Any = fsspec.filesystem("file", use_listings_cache=False)

    def overwrite(self, key: str, data: bytes) -> None:
        self.files.pipe_file(f"{self.root}/{key}", data)

    create = overwrite

    def atomic(self, key: str, data: bytes) -> None:
        with self.files.open(f"{self.root}/{key}", "wb", autocommit=False) as file:
            file.write(data)
        file.commit()

    def get(self, key: str) -> bytes:
        content: bytes = self.files.cat_file(f"{self.root}/{key}")
        return content

    def exists(self, key: str) -> bool:
        return bool(self.files.exists(f"{self.root}/{key}"))

    def list_flat(self, folder: str) -> int:
        return sum(info["size"] for info in self.files.ls(f"{self.root}/{folder}", detail=True))

    def list_all(self, folder: str) -> int:
        return sum(info["size"] for info in self.files.find(f"{self.root}/{folder}", detail=True).values())

    def glob(self, folder: str, pattern: str) -> int:
        return len(self.files.glob(f"{self.root}/{folder}/{pattern}"))


class Obstore:
    def __init__(self, root: str | None) -> None:
        self.store: Any = obstore.store.LocalStore(root) if root else obstore.store.MemoryStore()

    def create(self, key: str, data: bytes) -> None:
        self.store.put(key, data, mode="create")

    def overwrite(self, key: str, data: bytes) -> None:
        self.store.put(key, data)

    atomic = overwrite
    put = overwrite

    def get(self, key: str) -> bytes:
        return bytes(self.store.get(key).bytes())

    def exists(self, key: str) -> bool:
        try:
            self.store.head(key)
        except FileNotFoundError:
            return False
        return True

    def list_flat(self, folder: str) -> int:
        return sum(info["size"] for info in self.store.list_with_delimiter(folder)["objects"])

    def list_all(self, folder: str) -> int:
        return sum(info["size"] for page in self.store.list(folder) for info in page)

    def glob(self, folder: str, pattern: str) -> int:
        """It has none: list and match."""
        whole = f"{folder}/{pattern}"
        return sum(fnmatch.fnmatchcase(info["path"], whole) for page in self.store.list(folder) for info in page)


class RawMemory(dict[str, bytes]):
    put = dict.__setitem__
    exists = dict.__contains__
    get = dict.__getitem__  # type: ignore[assignment]


class RemoteStoreMemory:
    def __init__(self) -> None:
        self.store = Store(MemoryBackend())
        self.get, self.exists = self.store.read_bytes, self.store.exists

    def put(self, key: str, data: bytes) -> None:
        self.store.write(key, data, overwrite=True)


class FsspecMemory:
    def __init__(self) -> None:
        files = fsspec.filesystem("memory")
        self.put, self.get, self.exists = files.pipe_file, files.cat_file, files.exists


def on_folder(root: str) -> dict[str, Any]:
    """The contenders over one folder; raw first."""
    kinds: dict[str, Any] = {
        "raw": Raw,
        "remote-store": RemoteStore,
        "pathlib": Pathlib,
        "fsspec": Fsspec,
        "obstore": Obstore,
    }
    return {name: kind(root) for name, kind in kinds.items()}


def in_memory() -> dict[str, Any]:
    """The contenders without a medium; raw first."""
    return {
        "raw": RawMemory(),
        "remote-store": RemoteStoreMemory(),
        "fsspec": FsspecMemory(),
        "obstore": Obstore(None),
    }
