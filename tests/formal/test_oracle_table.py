"""The contract's table of operations, row by row, against the oracle; the expectations are written by hand.

`*` in a cell: with implied folders NotFound is right too. `+`: with clash allowed it succeeds instead.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
import remote_store_oracle as oracle
from remote_store_oracle import (
    Children,
    Copy,
    Delete,
    DeleteFolder,
    Err,
    Exists,
    FileData,
    GetFileInfo,
    GetFolderInfo,
    Glob,
    Head,
    Info,
    IsFile,
    IsFolder,
    IterChildren,
    ListFiles,
    ListFolders,
    Move,
    Ok,
    Op,
    Path,
    Profile,
    Read,
    Totals,
    Write,
)

from tests.formal.scenes import BOTH, ERRORS, EVERYTHING, FILES, PROFILES, name, right, scene

WHERE: dict[str, Path | None] = {
    "file": ("f",),
    "folder": ("d",),
    "nothing": ("n",),
    "below a file": ("f", "x"),
    "root": (),
    "no path": None,
}
KINDS = list(WHERE)

Row = tuple[str, Callable[[Path | None], Op], list[str]]
# The cells of a row are in the order of WHERE.
ROWS: list[Row] = [
    ("exists", Exists, ["ok", "ok", "ok", "ok", "ok", "InvalidPath"]),
    ("is_file", IsFile, ["ok", "ok", "ok", "ok", "ok", "InvalidPath"]),
    ("is_folder", IsFolder, ["ok", "ok", "ok", "ok", "ok", "InvalidPath"]),
    ("read", Read, ["ok", "InvalidPath*", "NotFound", "NotFound", "InvalidPath", "InvalidPath"]),
    ("get_file_info", GetFileInfo, ["ok", "InvalidPath*", "NotFound", "NotFound", "InvalidPath", "InvalidPath"]),
    ("head", Head, ["ok", "InvalidPath*", "NotFound", "NotFound", "InvalidPath", "InvalidPath"]),
    (
        "write",
        lambda path: Write(path, b"new"),
        ["AlreadyExists", "InvalidPath+", "ok", "InvalidPath+", "InvalidPath", "InvalidPath"],
    ),
    (
        "write overwrite",
        lambda path: Write(path, b"new", overwrite=True),
        ["ok", "InvalidPath+", "ok", "InvalidPath+", "InvalidPath", "InvalidPath"],
    ),
    (
        "write_atomic",
        lambda path: Write(path, b"new", atomic=True),
        ["AlreadyExists", "InvalidPath+", "ok", "InvalidPath+", "InvalidPath", "InvalidPath"],
    ),
    ("delete", Delete, ["ok", "InvalidPath*", "NotFound", "NotFound", "InvalidPath", "InvalidPath"]),
    (
        "delete_folder",
        DeleteFolder,
        ["InvalidPath", "DirectoryNotEmpty", "NotFound", "NotFound", "InvalidPath", "InvalidPath"],
    ),
    (
        "delete_folder recursive",
        lambda path: DeleteFolder(path, recursive=True),
        ["InvalidPath", "ok", "NotFound", "NotFound", "InvalidPath", "InvalidPath"],
    ),
    (
        "delete_folder missing_ok",
        lambda path: DeleteFolder(path, missing_ok=True),
        ["InvalidPath", "DirectoryNotEmpty", "ok", "ok", "InvalidPath", "InvalidPath"],
    ),
    ("list_files", ListFiles, ["ok", "ok", "ok", "ok", "ok", "InvalidPath"]),
    ("list_folders", ListFolders, ["ok", "ok", "ok", "ok", "ok", "InvalidPath"]),
    ("iter_children", IterChildren, ["ok", "ok", "ok", "ok", "ok", "InvalidPath"]),
    ("get_folder_info", GetFolderInfo, ["InvalidPath", "ok", "NotFound", "NotFound", "ok", "InvalidPath"]),
    (
        "copy from",
        lambda path: Copy(path, ("new",)),
        ["ok", "InvalidPath*", "NotFound", "NotFound", "InvalidPath", "InvalidPath"],
    ),
    (
        "move from",
        lambda path: Move(path, ("new",)),
        ["ok", "InvalidPath*", "NotFound", "NotFound", "InvalidPath", "InvalidPath"],
    ),
    (
        "copy to",
        lambda path: Copy(("d", "x.txt"), path),
        ["AlreadyExists", "InvalidPath+", "ok", "InvalidPath+", "InvalidPath", "InvalidPath"],
    ),
    (
        "move to",
        lambda path: Move(("d", "x.txt"), path),
        ["AlreadyExists", "InvalidPath+", "ok", "InvalidPath+", "InvalidPath", "InvalidPath"],
    ),
    (
        "copy to overwrite",
        lambda path: Copy(("d", "x.txt"), path, overwrite=True),
        ["ok", "InvalidPath+", "ok", "InvalidPath+", "InvalidPath", "InvalidPath"],
    ),
    (
        "move to overwrite",
        lambda path: Move(("d", "x.txt"), path, overwrite=True),
        ["ok", "InvalidPath+", "ok", "InvalidPath+", "InvalidPath", "InvalidPath"],
    ),
]
CELLS = [(row, make, kind, cell) for row, make, cells in ROWS for kind, cell in zip(KINDS, cells, strict=True)]


@pytest.mark.spec(
    "ERR-001", "ERR-002", "READ-002", "WRITE-003", "WRITE-004", "DEL-002", "DELF-002", "DELF-003", "INFO-003"
)
@pytest.mark.spec("COPY-003", "COPY-004", "MOVE-003", "MOVE-004", "PATH-004", "PATH-005", "FORMAL-001", "FORMAL-003")
@pytest.mark.parametrize("profile", PROFILES, ids=name)
@pytest.mark.parametrize(("row", "make", "kind", "cell"), CELLS, ids=[f"{row}, {kind}" for row, _, kind, _ in CELLS])
def test_each_cell_of_the_table_is_exactly_what_the_oracle_allows(
    profile: Profile, row: str, make: Callable[[Path | None], Op], kind: str, cell: str
) -> None:
    state, op = scene(profile), make(WHERE[kind])
    error = cell.rstrip("*+")
    succeeds = error == "ok" or (cell.endswith("+") and profile.clash == "allowed")
    expected = set() if succeeds else {error}
    if cell.endswith("*") and profile.folders == "implied":
        expected.add("NotFound")

    assert right(profile, state, op) == {Err(kind) for kind in expected}
    after, outcome = oracle.apply(profile, state, op)
    if succeeds:
        assert isinstance(outcome, Ok)
    else:
        assert outcome == Err(error)
        assert after == state


@pytest.mark.spec("DEL-003")
@pytest.mark.parametrize("profile", PROFILES, ids=name)
@pytest.mark.parametrize("path", [("n",), ("f", "x")])
def test_deleting_nothing_with_missing_ok_does_nothing(profile: Profile, path: Path) -> None:
    state, op = scene(profile), Delete(path, missing_ok=True)
    assert right(profile, state, op) == set()
    assert oracle.apply(profile, state, op) == (state, Ok(None))


@pytest.mark.spec("DEL-003")
@pytest.mark.parametrize("profile", PROFILES, ids=name)
def test_deleting_a_folder_with_missing_ok_may_do_nothing_only_where_folders_are_implied(profile: Profile) -> None:
    state, op = scene(profile), Delete(("d",), missing_ok=True)
    assert right(profile, state, op) == {Err("InvalidPath")}
    assert oracle.apply(profile, state, op) == (state, Err("InvalidPath"))
    assert oracle.judge(profile, state, op, Ok(None)) is (profile.folders == "implied")


@pytest.mark.spec("DELF-001")
@pytest.mark.parametrize("profile", [profile for profile in PROFILES if profile.folders == "kept"], ids=name)
def test_an_empty_folder_that_is_kept_goes_without_recursive(profile: Profile) -> None:
    after, outcome = oracle.apply(profile, scene(profile), DeleteFolder(("e",)))
    assert outcome == Ok(None)
    assert ("e",) not in oracle.folders(after)


@pytest.mark.spec("ERR-002")
@pytest.mark.parametrize("profile", PROFILES, ids=name)
def test_of_several_violated_preconditions_any_one_is_right(profile: Profile) -> None:
    state = scene(profile)
    assert right(profile, state, Move(("n",), ("f",))) == {Err("NotFound"), Err("AlreadyExists")}
    assert right(profile, state, Copy((), None)) == {Err("InvalidPath")}
    assert right(profile, state, Copy(("n",), ())) == {Err("NotFound"), Err("InvalidPath")}
    weak = Profile(EVERYTHING - {"move"}, profile.folders, profile.clash)
    assert right(weak, state, Move(None, ("f",))) == {
        Err("CapabilityNotSupported"),
        Err("InvalidPath"),
        Err("AlreadyExists"),
    }


GATES: list[tuple[str, Op]] = [
    ("read", Read(("f",))),
    ("write", Write(("n",), b"")),
    ("atomic_write", Write(("n",), b"", atomic=True)),
    ("user_metadata", Write(("n",), b"", (("k", "v"),))),
    ("delete", Delete(("f",))),
    ("delete", DeleteFolder(("d",), recursive=True)),
    ("list", ListFiles(())),
    ("list", ListFolders(())),
    ("list", IterChildren(())),
    ("glob", Glob("**")),
    ("metadata", GetFileInfo(("f",))),
    ("metadata", Head(("f",))),
    ("metadata", GetFolderInfo(("d",))),
    ("move", Move(("f",), ("n",))),
    ("move", Move(("f",), ("f",))),
    ("copy", Copy(("f",), ("n",))),
    ("copy", Copy(("f",), ("f",))),
]


@pytest.mark.spec("CAP-001", "META-001")
@pytest.mark.parametrize("profile", PROFILES, ids=name)
@pytest.mark.parametrize(("capability", "op"), GATES, ids=[f"{gate} {type(op).__name__}" for gate, op in GATES])
def test_an_operation_needs_its_capability_and_no_other(profile: Profile, capability: str, op: Op) -> None:
    state = scene(profile)
    weak = Profile(EVERYTHING - {capability}, profile.folders, profile.clash)
    assert right(weak, state, op) == {Err("CapabilityNotSupported")}
    assert oracle.apply(weak, state, op) == (state, Err("CapabilityNotSupported"))
    needed = {capability, "write"} if capability == "user_metadata" else {capability}
    bare = Profile(frozenset(needed), profile.folders, profile.clash)
    assert right(bare, state, op) == set()
    assert isinstance(oracle.apply(bare, state, op)[1], Ok)


@pytest.mark.spec("META-001")
def test_empty_metadata_needs_no_capability() -> None:
    bare = Profile(frozenset({"write"}), "kept", "refused")
    assert oracle.apply(bare, oracle.EMPTY, Write(("n",), b"", ()))[1] == Ok(Info(0, ()))


@pytest.mark.parametrize("op", [Exists(("f",)), IsFile(("f",)), IsFolder(("f",))])
def test_asking_what_is_there_needs_no_capability(op: Op) -> None:
    bare = Profile(frozenset(), "kept", "refused")
    assert right(bare, scene(bare), op) == set()


VALUES: list[tuple[Op, object]] = [
    (Exists(("f",)), True),
    (Exists(("d",)), True),
    (Exists(("n",)), False),
    (Exists(("f", "x")), False),
    (Exists(()), True),
    (IsFile(("f",)), True),
    (IsFile(("d",)), False),
    (IsFile(()), False),
    (IsFolder(("f",)), False),
    (IsFolder(("d",)), True),
    (IsFolder(()), True),
    (Read(("f",)), b"abc"),
    (GetFileInfo(("f",)), Info(3, (("k", "v"),))),
    (Head(("d", "s", "t", "z")), Info(5, ())),
    (Write(("n", "m"), b"four", (("a", "b"),)), Info(4, (("a", "b"),))),
    (Delete(("f",)), None),
    (DeleteFolder(("d",), recursive=True), None),
    (Move(("f",), ("n",)), None),
    (Copy(("f",), ("n",)), None),
    (Move(("f",), ("f",)), None),
    (Copy(("f",), ("f",), overwrite=True), None),
    (ListFiles(("d",)), {("d", "x.txt"): 2}),
    (ListFiles(("d",), 1), {("d", "x.txt"): 2, ("d", "s", "y.txt"): 1}),
    (ListFiles(("d",), 2), {("d", "x.txt"): 2, ("d", "s", "y.txt"): 1, ("d", "s", "t", "z"): 5}),
    (ListFiles(("d",), None), {("d", "x.txt"): 2, ("d", "s", "y.txt"): 1, ("d", "s", "t", "z"): 5}),
    (ListFiles(("d",), None, "*.txt"), {("d", "x.txt"): 2, ("d", "s", "y.txt"): 1}),
    (ListFiles(("d",), None, "[xz]*"), {("d", "x.txt"): 2, ("d", "s", "t", "z"): 5}),
    (ListFiles(("f",), None), {}),
    (ListFiles(("n",), None), {}),
    (ListFiles(("f", "x"), None), {}),
    (ListFolders(("d",)), frozenset({("d", "s")})),
    (ListFolders(("d",), 1), frozenset({("d", "s"), ("d", "s", "t")})),
    (ListFolders(("d",), None, "t"), frozenset({("d", "s", "t")})),
    (ListFolders(("n",), None), frozenset()),
    (IterChildren(("d",)), Children({("d", "x.txt"): 2}, frozenset({("d", "s")}))),
    (IterChildren(("f",)), Children({}, frozenset())),
    (Glob("d/*"), {("d", "x.txt"): 2}),
    (Glob("f"), {("f",): 3}),
    (Glob("d/s/?.txt"), {("d", "s", "y.txt"): 1}),
    (Glob("d/**"), {("d", "x.txt"): 2, ("d", "s", "y.txt"): 1, ("d", "s", "t", "z"): 5}),
    (Glob("**/*.txt"), {("d", "x.txt"): 2, ("d", "s", "y.txt"): 1}),
    (Glob("d/**/z"), {("d", "s", "t", "z"): 5}),
    (Glob("d/[!s]*"), {("d", "x.txt"): 2}),
    (Glob("d"), {}),
    (Glob("f/**"), {}),
    (GetFolderInfo(("d",)), Totals(3, 8)),
    (GetFolderInfo(("d",), 0), Totals(1, 2)),
    (GetFolderInfo(("d",), 1), Totals(2, 3)),
]


@pytest.mark.spec("EXISTS-001", "READ-001", "INFO-001", "INFO-002", "LIST-001", "LIST-002", "LIST-003", "LIST-004")
@pytest.mark.spec("LIST-005", "GLOB-001", "PATH-003", "COPY-002", "MOVE-002")
@pytest.mark.parametrize("profile", PROFILES, ids=name)
@pytest.mark.parametrize(("op", "value"), VALUES, ids=[str(op) for op, _ in VALUES])
def test_a_success_tells_exactly_this(profile: Profile, op: Op, value: object) -> None:
    state = scene(profile)
    outcome = oracle.apply(profile, state, op)[1]
    assert outcome == Ok(value)  # type: ignore[arg-type]
    assert oracle.allowed(profile, state, op).success == outcome
    for other in ([b"no"], 7, "no", -1.5):
        assert not oracle.judge(profile, state, op, Ok(other))  # type: ignore[arg-type]


@pytest.mark.spec("EXISTS-001", "DELF-001", "INFO-002")
@pytest.mark.parametrize("profile", [profile for profile in PROFILES if profile.clash == "allowed"], ids=name)
def test_where_a_path_is_both_each_operation_sees_its_own_side(profile: Profile) -> None:
    state = scene(profile)
    for op, value in [
        (IsFile(("b",)), True),
        (IsFolder(("b",)), True),
        (Read(("b",)), b"file"),
        (ListFiles(("b",), None), {("b", "k"): 5}),
        (GetFolderInfo(("b",)), Totals(1, 5)),
        (IterChildren(()), Children({("f",): 3, ("b",): 4}, frozenset({("b",), ("d",)} | _empty(profile)))),
    ]:
        assert oracle.apply(profile, state, op)[1] == Ok(value)  # type: ignore[arg-type]
    after = oracle.apply(profile, state, DeleteFolder(("b",), recursive=True))[0]
    assert oracle.files(after) == {**FILES, ("b",): BOTH["b",]}
    after = oracle.apply(profile, state, Delete(("b",)))[0]
    assert oracle.files(after) == {**FILES, ("b", "k"): BOTH["b", "k"]}
    assert ("b",) in oracle.folders(after)


def _empty(profile: Profile) -> set[Path]:
    return {("e",)} if profile.folders == "kept" else set()


@pytest.mark.spec("WRITE-001", "WRITE-002", "META-003", "DEL-001", "DELF-001", "COPY-001", "MOVE-001", "META-004")
@pytest.mark.parametrize("profile", PROFILES, ids=name)
def test_a_change_is_exactly_the_one_that_was_asked_for(profile: Profile) -> None:
    state = scene(profile)
    before, f = oracle.files(state), FILES["f",]

    def after(op: Op) -> dict[Path, FileData]:
        changed, outcome = oracle.apply(profile, state, op)
        assert isinstance(outcome, Ok)
        assert oracle.files(state) == before
        return oracle.files(changed)

    assert after(Write(("n", "m"), b"x")) == {**before, ("n", "m"): FileData(b"x")}
    assert after(Write(("f",), b"x", overwrite=True)) == {**before, ("f",): FileData(b"x")}
    assert after(Delete(("f",))) == {path: file for path, file in before.items() if path != ("f",)}
    assert after(DeleteFolder(("d", "s"), recursive=True)) == {
        path: file for path, file in before.items() if path[:2] != ("d", "s")
    }
    assert after(Copy(("f",), ("n",))) == {**before, ("n",): f}
    moved = {**before, ("d", "x.txt"): f}
    del moved["f",]
    assert after(Move(("f",), ("d", "x.txt"), overwrite=True)) == moved
    assert after(Move(("f",), ("f",))) == before


@pytest.mark.spec("DEL-001", "MOVE-001", "DELF-001", "WRITE-002")
@pytest.mark.parametrize("profile", PROFILES, ids=name)
def test_an_emptied_folder_stays_only_where_folders_are_kept(profile: Profile) -> None:
    start = oracle.build(profile, {("a", "b", "c"): FileData(b"")})
    assert oracle.folders(start) == {("a",), ("a", "b")}
    kept = profile.folders == "kept"
    for op in (Delete(("a", "b", "c")), Move(("a", "b", "c"), ("z",))):
        after = oracle.apply(profile, start, op)[0]
        assert oracle.folders(after) == (oracle.folders(start) if kept else frozenset())
    after = oracle.apply(profile, start, DeleteFolder(("a", "b"), recursive=True))[0]
    assert oracle.folders(after) == ({("a",)} if kept else frozenset())


def test_the_five_errors_are_all_that_the_contract_knows() -> None:
    profile = PROFILES[0]
    assert all(
        oracle.allowed(profile, scene(profile), make(path)).errors <= set(ERRORS)
        for _, make, _ in ROWS
        for path in WHERE.values()
    )
