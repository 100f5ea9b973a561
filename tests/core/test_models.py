"""Records and errors: what they compare by, what they show, that they travel."""

from __future__ import annotations

import dataclasses
import os
import pickle

import pytest

import remote_store
from remote_store import errors
from remote_store.capabilities import Capability, CapabilitySet
from remote_store.errors import CapabilityNotSupported, NotFound, RemoteStoreError
from remote_store.models import (
    ContentDigest,
    FileInfo,
    FolderEntry,
    FolderInfo,
    PathEntry,
    ResolutionPlan,
    WriteResult,
)
from remote_store.path import RemotePath

A, B = RemotePath("x/a"), RemotePath("x/b")


@pytest.mark.spec("MOD-001")
@pytest.mark.parametrize("entry", [FileInfo(A, "a", 1), FolderEntry(A, "a"), FolderInfo(A, 1, 2)])
def test_an_entry_is_its_path(entry: FileInfo | FolderEntry | FolderInfo) -> None:
    assert str(entry) == "x/a"
    assert type(str(entry)) is str
    assert os.fspath(entry) == "x/a"
    assert entry.name == "a"
    assert isinstance(entry, PathEntry)
    assert hash(entry) == hash("x/a")
    assert repr(entry).startswith(f"{type(entry).__name__}(path=RemotePath('x/a')")
    again = pickle.loads(pickle.dumps(entry))
    assert (again, type(again)) == (entry, type(entry))
    with pytest.raises(dataclasses.FrozenInstanceError):
        entry.path = B  # type: ignore[misc]


@pytest.mark.spec("MOD-001", "MOD-002", "MOD-003")
def test_entries_compare_by_kind_and_path() -> None:
    assert FileInfo(A, "a", 1) == FileInfo(A, "a", 2)
    assert FileInfo(A, "a", 1) != FileInfo(B, "b", 1)
    assert FileInfo(A, "a", 1) != FolderEntry(A, "a")
    assert FileInfo(A, "a", 1) != "x/a"


@pytest.mark.spec("MOD-002")
def test_what_the_medium_does_not_tell_is_none() -> None:
    info = FileInfo(A, "a", 1)
    assert info.modified_at is None
    assert info.etag is None
    assert info.metadata is None
    assert info.extra == {}


@pytest.mark.spec("MOD-004")
def test_the_name_of_a_summed_up_folder_is_its_last_one() -> None:
    assert FolderInfo(RemotePath.ROOT, 0, 0).name == "."


@pytest.mark.spec("MOD-005")
def test_write_results_compare_by_their_fields() -> None:
    assert WriteResult(A, 1) == WriteResult(A, 1)
    assert WriteResult(A, 1) != WriteResult(A, 2)
    assert WriteResult(A, 1).source == "basic"
    assert pickle.loads(pickle.dumps(WriteResult(A, 1))) == WriteResult(A, 1)


@pytest.mark.spec("MOD-006")
def test_a_digest_is_lower_case_hexadecimal() -> None:
    digest = ContentDigest("SHA256", "AB01")
    assert (digest.algorithm, digest.value, str(digest)) == ("sha256", "ab01", "sha256:ab01")


@pytest.mark.spec("MOD-006")
@pytest.mark.parametrize(
    ("algorithm", "value"), [("md5", ""), ("md5", "abc"), ("md5", "xy"), ("", "ab"), ("md5", "٠٠")]
)
def test_a_digest_that_is_none_is_refused(algorithm: str, value: str) -> None:
    with pytest.raises(ValueError, match="a digest is an algorithm and hexadecimal digits"):
        ContentDigest(algorithm, value)


@pytest.mark.spec("MOD-007")
def test_a_resolution_plan_is_read_only() -> None:
    plan = ResolutionPlan("k", "b", "key", "native", {"a": 1})
    with pytest.raises(TypeError):
        plan.details["a"] = 2  # type: ignore[index]


ERRORS = [getattr(errors, name) for name in errors.__all__]


@pytest.mark.spec("ERR-003", "ERR-006")
@pytest.mark.parametrize("cls", ERRORS)
def test_an_error_tells_message_path_and_backend_and_survives_pickling(cls: type[RemoteStoreError]) -> None:
    error = cls("what happened", path="a/b", backend="memory")
    error.__cause__ = ValueError("native")
    assert str(error) == "what happened, path='a/b', backend='memory'"
    assert repr(error).startswith(f"{cls.__name__}(")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is cls
    assert (str(again), again.path, again.backend) == (str(error), "a/b", "memory")
    assert isinstance(again.__cause__, ValueError)
    assert str(cls()) == cls.__name__


@pytest.mark.spec("ERR-004")
@pytest.mark.parametrize(
    ("cls", "builtin", "number"),
    [
        (errors.NotFound, FileNotFoundError, 2),
        (errors.AlreadyExists, FileExistsError, 17),
        (errors.PermissionDenied, PermissionError, 13),
        (errors.DirectoryNotEmpty, OSError, 39),
        (errors.BackendUnavailable, OSError, None),
        (errors.InvalidPath, ValueError, ...),
        (errors.CapabilityNotSupported, NotImplementedError, ...),
    ],
)
def test_an_error_is_the_builtin_that_means_the_same(
    cls: type[RemoteStoreError], builtin: type[Exception], number: object
) -> None:
    error = cls("m", path="p")
    assert isinstance(error, builtin)
    if isinstance(error, OSError):
        assert (error.errno, error.strerror, error.filename) == (number, "m", "p")


@pytest.mark.spec("CAP-001", "ERR-006")
def test_a_refused_capability_is_named() -> None:
    capabilities = CapabilitySet({Capability.READ})
    capabilities.require(Capability.READ)
    with pytest.raises(CapabilityNotSupported, match=r"does not support GLOB, path='x', backend='b'") as caught:
        capabilities.require(Capability.GLOB, backend="b", path="x")
    assert caught.value.capability == "glob"
    assert pickle.loads(pickle.dumps(caught.value)).capability == "glob"


@pytest.mark.spec("CAP-002")
def test_a_capability_set_is_an_immutable_set() -> None:
    both = CapabilitySet({Capability.READ, Capability.WRITE})
    assert both.supports(Capability.READ)
    assert not both.supports(Capability.GLOB)
    assert both.without(Capability.WRITE) == {Capability.READ}
    assert isinstance(both.without(Capability.WRITE), CapabilitySet)
    assert repr(both) == "CapabilitySet({READ, WRITE})"
    assert pickle.loads(pickle.dumps(both)) == both


@pytest.mark.spec("ERR-003")
def test_every_public_name_is_there() -> None:
    for name in remote_store.__all__:
        assert getattr(remote_store, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = remote_store.Nothing
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = remote_store.backends.Nothing
    assert NotFound in ERRORS


@pytest.mark.spec("MOD-002", "MOD-005")
def test_a_deferred_record_is_worked_out_once_and_then_like_any_other() -> None:
    worked: list[int] = []

    def work_out(size: int) -> FileInfo:
        worked.append(size)
        return FileInfo(A, "a", size, etag="e")

    record = FileInfo.deferred(work_out, 7)
    assert worked == []
    assert (record.size, record.etag, record.metadata, record.path) == (7, "e", None, A)
    assert repr(record) == repr(FileInfo(A, "a", 7, etag="e"))
    assert worked == [7]
    assert pickle.loads(pickle.dumps(FileInfo.deferred(work_out, 8))).size == 8
    assert FileInfo.deferred(work_out, 9) == FileInfo(A, "a", 1)
    assert dataclasses.replace(FileInfo.deferred(work_out, 9), size=1).etag == "e"
    with pytest.raises(AttributeError, match="'FileInfo' object has no attribute 'nothing'"):
        _ = record.nothing
    assert WriteResult.deferred(WriteResult, A, 3) == WriteResult(A, 3)


@pytest.mark.spec("MOD-002")
def test_a_listed_record_knows_its_path_name_and_size_already() -> None:
    record = FileInfo.listed("x/a", "a", 5, lambda: FileInfo(A, "a", 5, etag="late"))
    assert (record.path, record.name, record.size) == (A, "a", 5)
    assert isinstance(record.path, RemotePath)
    assert record.etag == "late"
