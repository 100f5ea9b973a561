"""One small store in all four profiles, for tests that read the contract's table."""

from __future__ import annotations

from itertools import product

import remote_store_oracle as oracle
from remote_store_oracle import FileData, Op, Outcome, Path, Profile, State

EVERYTHING = frozenset(
    ["read", "write", "delete", "list", "glob", "move", "copy", "atomic_write", "metadata", "user_metadata"]
)
ERRORS = ("NotFound", "AlreadyExists", "InvalidPath", "CapabilityNotSupported", "DirectoryNotEmpty")
PROFILES = [
    Profile(EVERYTHING, folders, clash) for folders, clash in product(("kept", "implied"), ("refused", "allowed"))
]

FILES = {
    ("f",): FileData(b"abc", (("k", "v"),)),
    ("d", "x.txt"): FileData(b"xy"),
    ("d", "s", "y.txt"): FileData(b"1"),
    ("d", "s", "t", "z"): FileData(b"23456"),
}
BOTH = {("b",): FileData(b"file"), ("b", "k"): FileData(b"below")}


def name(profile: Profile) -> str:
    """For test IDs."""
    return f"{profile.folders}-{profile.clash}"


def scene(profile: Profile) -> State:
    """`f` is a file, `d` a folder, `e` an empty one where folders are kept, `b` both where that may be."""
    files = {**FILES, **(BOTH if profile.clash == "allowed" else {})}
    return oracle.build(profile, files, [("e",)])


def right(profile: Profile, state: State, op: Op) -> set[Outcome]:
    """Every outcome that the oracle calls right; each is asked of `judge`, and `allowed` must say the same."""
    whole = oracle.allowed(profile, state, op)
    outcomes: set[Outcome] = {oracle.Err(kind) for kind in ERRORS if oracle.judge(profile, state, op, oracle.Err(kind))}
    assert whole.errors == {outcome.kind for outcome in outcomes if isinstance(outcome, oracle.Err)}
    assert not oracle.judge(profile, state, op, oracle.Err("PermissionDenied"))
    canonical = oracle.apply(profile, state, op)[1]
    assert oracle.judge(profile, state, op, canonical)
    if whole.success is not None:
        assert oracle.judge(profile, state, op, whole.success)
    else:
        assert not oracle.judge(profile, state, op, oracle.Ok(None))
    return outcomes


def below(files: dict[Path, FileData], folder: Path) -> dict[Path, int]:
    """The sizes of the files below a folder, by counting on one's fingers."""
    return {path: len(file.content) for path, file in files.items() if path[: len(folder)] == folder and path != folder}
