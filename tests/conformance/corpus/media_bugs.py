"""Drivers over a real file system and a real database with one bug each."""

from __future__ import annotations

import glob
import os
import shutil
import tempfile
import time
from typing import Any

import sqlalchemy as sa

from remote_store.backend import Source, WriteOptions
from remote_store.backends import LocalBackend, SQLBlobBackend
from remote_store.errors import NotFound
from remote_store.models import WriteResult


class _Local(LocalBackend):
    """A local backend in a folder of its own."""

    def __init__(self) -> None:
        super().__init__(tempfile.mkdtemp(prefix="remote-store-bug-"))

    def empty(self) -> None:
        for entry in os.scandir(self.root):
            shutil.rmtree(entry.path) if entry.is_dir(follow_symlinks=False) else os.unlink(entry.path)

    def close(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)


class LocalGlobs(_Local):
    """A folder's name is taken for a glob pattern."""

    def remove_folder(self, path: str, recursive: bool) -> None:
        super().remove_folder(path, recursive)
        for found in glob.glob(os.path.join(self.root, path)):
            shutil.rmtree(found)


class LocalWritesInPlace(_Local):
    """An overwrite truncates the file and fills it again, under the eyes of whoever reads it."""

    def write(self, path: str, source: Source, options: WriteOptions) -> WriteResult:
        target = os.path.join(self.root, path)
        if options.overwrite and os.path.isfile(target):
            content = source if isinstance(source, bytes) else source.read(1 << 26)
            with open(target, "r+b") as file:
                file.truncate()
                file.write(content)
            return WriteResult(self.stat(path).path, len(content), "native", last_modified=self.stat(path).modified_at)  # type: ignore[union-attr]
        return super().write(path, source, options)


class LocalChecksThenCreates(_Local):
    """overwrite=False looks first and creates later: two creators both win."""

    def write(self, path: str, source: Source, options: WriteOptions) -> WriteResult:
        if not options.overwrite and not os.path.exists(os.path.join(self.root, path)):
            time.sleep(0.002)
            options = options._replace(overwrite=True, atomic=True)
        return super().write(path, source, options)


class LocalMovesOver(_Local):
    """A move without overwrite looks first and renames later: two moves to one place both win."""

    def move(self, src: str, dst: str, overwrite: bool) -> None:
        if not overwrite and not os.path.exists(os.path.join(self.root, dst)):
            time.sleep(0.002)
            overwrite = True
        super().move(src, dst, overwrite)


class LocalReadsWhole(_Local):
    """LAZY_READ is declared, but read() holds the whole file."""

    def read(self, path: str, start: int = 0, stop: int | None = None) -> Any:
        import io

        with super().read(path, start, stop) as stream:
            return io.BytesIO(stream.read())


class LocalPrunes(_Local):
    """A move takes the folder along that it emptied, though folders are said to be kept."""

    def move(self, src: str, dst: str, overwrite: bool) -> None:
        super().move(src, dst, overwrite)
        above = os.path.dirname(os.path.join(self.root, src))
        if above != self.root.rstrip("/") and not os.listdir(above):
            os.rmdir(above)


class _Sql(SQLBlobBackend):
    """A database in memory."""

    def __init__(self) -> None:
        super().__init__("sqlite://")

    def empty(self) -> None:
        table = self._ready().table
        with self._transaction() as conn:
            conn.execute(sa.delete(table))


class SqlLike(_Sql):
    """Deleting the folder `a_b` also deletes `axb`: `_` is a wildcard of LIKE."""

    def remove_folder(self, path: str, recursive: bool) -> None:
        super().remove_folder(path, recursive)
        table = self._ready().table
        with self._transaction() as conn:
            conn.execute(sa.delete(table).where(sa.cast(table.c.key, sa.String).like(f"{path}/%")))


class SqlFolds(_Sql):
    """The database compares keys without regard to case."""

    def delete(self, path: str) -> None:
        table = self._ready().table
        with self._transaction() as conn:
            key = sa.func.lower(sa.cast(table.c.key, sa.String))
            if not conn.execute(sa.delete(table).where(key == path.lower())).rowcount:
                raise NotFound("no such file")


class SqlWritesOverFolder(_Sql):
    """A file is stored where a folder is."""

    def _check_clash(self, *args: Any, **named: Any) -> None:
        pass


class SqlStoresThenRaises(_Sql):
    """The row is committed, and then the check fails."""

    def write(self, path: str, source: Source, options: WriteOptions) -> WriteResult:
        check = self._check_clash
        self._check_clash = lambda *args, **named: None  # type: ignore[method-assign]
        try:
            result = super().write(path, source, options)
        finally:
            self._check_clash = check  # type: ignore[method-assign]
        table = self._ready().table
        with self._transaction() as conn:
            self._check_clash(conn, table, path)
        return result
