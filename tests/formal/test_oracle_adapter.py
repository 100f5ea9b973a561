"""The adapter: what goes in comes out, states are values, and importing it leaves no trace."""

from __future__ import annotations

import subprocess
import sys

import pytest
import remote_store_oracle as oracle
from hypothesis import given
from hypothesis import strategies as st
from remote_store_oracle import (
    Delete,
    Err,
    FileData,
    Glob,
    Head,
    Info,
    ListFiles,
    Move,
    Ok,
    Path,
    Profile,
    Read,
    State,
    Write,
)

from tests.formal.scenes import EVERYTHING, PROFILES, name, scene

NAMES = st.sampled_from(
    ["a", "b", "a b ", "*", "[0]", "?", "#", "%41", "é", "e\u0301", "🦊", "'", '"', ".hidden", "x" * 255]
)
PATHS = st.lists(NAMES, min_size=1, max_size=3).map(tuple)
CONTENTS = st.binary(max_size=8)
METADATA = st.dictionaries(st.sampled_from("kl"), st.text(max_size=3), max_size=2).map(
    lambda d: tuple(sorted(d.items()))
)


@pytest.mark.spec("READ-001", "META-002", "WRITE-001", "INFO-001", "PATH-006")
@given(path=PATHS, content=CONTENTS, metadata=METADATA, profile=st.sampled_from(PROFILES))
def test_what_is_written_comes_back(
    path: Path, content: bytes, metadata: tuple[tuple[str, str], ...], profile: Profile
) -> None:
    state, outcome = oracle.apply(profile, oracle.EMPTY, Write(path, content, metadata))
    assert outcome == Ok(Info(len(content), metadata))
    assert oracle.apply(profile, state, Read(path)) == (state, Ok(content))
    assert oracle.apply(profile, state, Head(path)) == (state, Ok(Info(len(content), metadata)))
    assert oracle.files(state) == {path: FileData(content, metadata)}
    assert oracle.folders(state) == {path[:length] for length in range(1, len(path))}
    assert oracle.apply(profile, state, ListFiles((), None))[1] == Ok({path: len(content)})


@given(
    files=st.dictionaries(PATHS, st.builds(FileData, CONTENTS, METADATA), max_size=6),
    folders=st.frozensets(PATHS, max_size=3),
    profile=st.sampled_from(PROFILES),
)
def test_a_built_state_holds_what_it_was_built_from(
    files: dict[Path, FileData], folders: frozenset[Path], profile: Profile
) -> None:
    above = {path[:length] for path in files for length in range(1, len(path))}
    if profile.folders == "kept":
        above |= {path[:length] for path in folders for length in range(1, len(path) + 1)}
    if profile.clash == "refused" and above & files.keys():
        with pytest.raises(ValueError, match="one path"):
            oracle.build(profile, files, folders)
        return
    state = oracle.build(profile, files, folders)
    assert oracle.files(state) == files
    assert oracle.folders(state) == above
    assert oracle.build(profile, dict(reversed(files.items())), folders) == state


@pytest.mark.parametrize("profile", PROFILES, ids=name)
def test_a_file_at_the_root_cannot_be_built(profile: Profile) -> None:
    with pytest.raises(ValueError, match="root"):
        oracle.build(profile, {(): FileData(b"")}, [])


@pytest.mark.parametrize("profile", PROFILES, ids=name)
def test_states_are_values(profile: Profile) -> None:
    one, other = scene(profile), scene(profile)
    assert one == other
    assert hash(one) == hash(other)
    assert one != oracle.EMPTY
    assert one != "a state"
    assert "('f',)" in repr(one)
    changed = oracle.apply(profile, one, Delete(("f",)))[0]
    assert one == other
    assert changed != one


def test_a_failed_or_idle_operation_gives_the_same_object_back() -> None:
    profile = PROFILES[0]
    state = scene(profile)
    for op in (Read(("f",)), Delete(("n",)), Move(("f",), ("f",))):
        assert oracle.apply(profile, state, op)[0] is state


def test_unknown_capabilities_gate_nothing() -> None:
    profile = Profile(EVERYTHING | {"seekable_read", "teleport"}, "kept", "refused")
    assert oracle.apply(profile, scene(profile), Read(("f",)))[1] == Ok(b"abc")


def test_an_error_that_the_contract_does_not_know_is_never_right() -> None:
    profile = PROFILES[0]
    assert not oracle.judge(profile, scene(profile), Read(("n",)), Err("Timeout"))


def test_a_number_is_no_truth() -> None:
    profile = PROFILES[0]
    assert oracle.judge(profile, scene(profile), oracle.Exists(("f",)), Ok(True))
    assert not oracle.judge(profile, scene(profile), oracle.Exists(("f",)), Ok(1))  # type: ignore[arg-type]


@pytest.mark.parametrize("pattern", ["**x", "a/x**", "a/***/b"])
def test_two_stars_inside_a_segment_are_a_value_error(pattern: str) -> None:
    profile = PROFILES[0]
    with pytest.raises(ValueError, match=r"\*\*"):
        oracle.apply(profile, scene(profile), Glob(pattern))


def test_wide_folders_stay_intact_under_many_edits() -> None:
    profile = PROFILES[0]
    state: State = oracle.EMPTY
    for number in range(200):
        state = oracle.apply(profile, state, Write((f"f{number}",), b"%d" % number))[0]
    for number in range(0, 200, 2):
        state = oracle.apply(profile, state, Delete((f"f{number}",)))[0]
    assert oracle.files(state) == {(f"f{number}",): FileData(b"%d" % number) for number in range(1, 200, 2)}


LEAK_CHECK = """
import sys
sys.path.insert(0, {path!r})
import dataclasses, fractions, fnmatch, functools, importlib, typing, collections.abc, contextlib
before = set(sys.modules)
import remote_store_oracle
new = {{name.split(".")[0] for name in set(sys.modules) - before}}
foreign = new - set(sys.stdlib_module_names) - {{"remote_store_oracle"}}
print(sorted(foreign))
"""


@pytest.mark.spec("FORMAL-006")
def test_importing_the_oracle_leaks_no_module_and_needs_no_package() -> None:
    folder = oracle.__path__[0].rsplit("remote_store_oracle", 1)[0]
    code = LEAK_CHECK.format(path=folder)
    run = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
