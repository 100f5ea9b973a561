"""Every kind of wrong answer is noticed, is given its clause, and has a script that shows it. (CONF-006)"""

from __future__ import annotations

import io
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from remote_store import FolderEntry, FolderInfo, MemoryBackend, NotFound, RemotePath, Store, WriteResult
from remote_store.conformance import Step
from remote_store.conformance.assess import divergence_of
from remote_store.conformance.explore import Case
from remote_store.conformance.lockstep import Lockstep, replay
from remote_store.conformance.model import profile_of
from remote_store.conformance.shrink import shrink
from remote_store.conformance.witness import script_of
from remote_store.models import FileInfo


class Liar(Store):
    """Answers every question wrongly; writes are right."""

    __slots__ = ()

    def exists(self, path: Any) -> bool:
        return not super().exists(path)

    def read(self, path: Any) -> Any:
        return io.BytesIO(super().read_bytes(path) + b"!")

    def read_text(self, path: Any, **named: Any) -> str:
        return super().read_text(path, **named) + "!"

    def read_seekable(self, path: Any) -> Any:
        return io.BytesIO(b"")

    def list_folders(self, path: Any, **named: Any) -> Iterator[FolderEntry]:
        return iter([] if not named.get("max_depth") else super().list_folders(path, **named))

    def iter_children(self, path: Any) -> Iterator[FileInfo | FolderEntry]:
        return iter([*super().iter_children(path), FolderEntry(RemotePath("no"), "no")])

    def get_folder_info(self, path: Any, **named: Any) -> FolderInfo:
        info = super().get_folder_info(path, **named)
        return FolderInfo(info.path, info.file_count + (path != ""), info.total_size)

    def head(self, path: Any) -> WriteResult:
        return WriteResult(RemotePath(path), 99)

    def list_files(self, path: Any, **named: Any) -> Iterator[FileInfo]:
        return iter([] if path else super().list_files(path, **named))


START = (Step("write", "d/a", content=b"abc"), Step("write_text", "d/b", content=b"x", metadata=(("k", "v"),)))


@pytest.mark.spec("CONF-006")
@pytest.mark.parametrize(
    ("step", "clause"),
    [
        (Step("exists", "d/a"), "EXISTS-001"),
        (Step("exists", ""), "PATH-003"),
        (Step("read", "d/a"), "READ-001"),
        (Step("read_text", "d/a"), "READ-001"),
        (Step("read_seekable", "d/a"), "READ-001"),
        (Step("list_folders", ""), "LIST-002"),
        (Step("iter_children", ""), "LIST-003"),
        (Step("iter_children", "d/a"), "LIST-004"),
        (Step("get_folder_info", "d"), "INFO-002"),
        (Step("head", "d/a"), "INFO-001"),
        (Step("list_files", "d"), "LIST-001"),
        (Step("list_files", "d", pattern="a"), "LIST-005"),
    ],
    ids=str,
)
def test_a_wrong_answer_names_its_clause_and_its_script_shows_it(step: Step, clause: str, tmp_path: Path) -> None:
    def begin() -> Lockstep:
        backend = MemoryBackend()
        return Lockstep(backend, profile_of(backend), store=Liar)

    findings = replay(begin(), (*START, step))[-1]
    finding = next(it for it in findings if it.clause == clause and it.answer is not None)
    finding, steps = shrink(begin, finding, (*START, step))
    made = f"from remote_store import MemoryBackend\nfrom {__name__} import Liar\n\nbackend = MemoryBackend()\n"
    divergence = divergence_of(Case(finding, steps, 1), "plain")
    assert f"spec {clause}" in divergence.sentence
    assert exit_code(script_of(divergence, f"{made}Store = Liar"), tmp_path) == 1
    assert exit_code(script_of(divergence, made), tmp_path) == 0


def exit_code(script: str, folder: Path) -> int:
    """The exit code of a script, run in this process."""
    (folder / "witness.py").write_text(script, encoding="utf-8")
    with pytest.raises(SystemExit) as end:
        runpy.run_path(str(folder / "witness.py"), run_name="__main__")
    return int(end.value.code or 0)


class Sloppy(Store):
    """Right answers in the wrong shape."""

    __slots__ = ()

    def read(self, path: Any) -> Any:
        return _Unseekable(super().read_bytes(path))

    def read_seekable(self, path: Any) -> Any:
        return _Stuck(super().read_bytes(path))

    def write(self, path: Any, content: Any, **named: Any) -> Any:
        super().write(path, content, **named)

    def head(self, path: Any) -> WriteResult:
        return WriteResult(RemotePath("elsewhere"), super().head(path).size)

    def get_file_info(self, path: Any) -> FileInfo:
        info = super().get_file_info(path)
        return FileInfo(RemotePath("elsewhere"), "elsewhere", info.size, info.modified_at, metadata=info.metadata)

    def get_folder_info(self, path: Any, **named: Any) -> FolderInfo:
        info = super().get_folder_info(path, **named)
        return FolderInfo(RemotePath("elsewhere"), info.file_count, info.total_size)

    def list_folders(self, path: Any, **named: Any) -> Iterator[FolderEntry]:
        for entry in super().list_folders(path, **named):
            yield from (FolderEntry(entry.path, "wrong"), entry)

    def delete(self, path: Any, **named: Any) -> None:
        try:
            super().delete(path, **named)
        except NotFound:
            raise NotFound("gone", path="elsewhere", backend="memory") from None


class _Unseekable(io.BytesIO):
    def seekable(self) -> bool:
        return False

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(size) or (b"?" if size == -1 else b"")

    def close(self) -> None:
        pass


class _Stuck(io.BytesIO):
    def seek(self, offset: int, whence: int = 0, /) -> int:
        return 0

    def seekable(self) -> bool:
        return False


@pytest.mark.spec("CONF-003")
@pytest.mark.parametrize(
    ("step", "clauses"),
    [
        (Step("read", "d/a"), {"SIO-001", "SIO-003"}),
        (Step("read_seekable", "d/a"), {"SIO-002"}),
        (Step("write", "new", content=b""), {"MOD-005"}),
        (Step("head", "d/a"), {"MOD-005"}),
        (Step("get_file_info", "d/a"), {"INFO-001"}),
        (Step("get_folder_info", "d"), {"MOD-004"}),
        (Step("list_folders", ""), {"MOD-003", "LIST-002"}),
        (Step("delete", "no"), {"ERR-003"}),
    ],
    ids=str,
)
def test_a_record_or_stream_of_the_wrong_shape_is_remarked_on(step: Step, clauses: set[str], tmp_path: Path) -> None:
    backend = MemoryBackend()
    lockstep = Lockstep(backend, profile_of(backend), store=Sloppy)
    for first in START:
        lockstep.model.follow(lockstep.model.operation(first))
        Store(backend).write(first.path, first.content or b"", metadata=dict(first.metadata or ()))
    findings = lockstep.take(step, compare=False)
    assert clauses <= {finding.clause for finding in findings}
    made = (
        f"from remote_store import MemoryBackend\nfrom {__name__} import Sloppy as Store\n\nbackend = MemoryBackend()"
    )
    finding = next(it for it in findings if it.beside)
    divergence = divergence_of(Case(finding, (*START, step), 1), "plain")
    assert exit_code(script_of(divergence, made), tmp_path) == 1
