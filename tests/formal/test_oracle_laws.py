"""The proved laws again, as tests of the compiled oracle: the translation and the adapter are not proved."""

from __future__ import annotations

import pytest
import remote_store_oracle as oracle
from hypothesis import given
from hypothesis import strategies as st
from remote_store_oracle import (
    Copy,
    Delete,
    DeleteFolder,
    Err,
    Exists,
    IsFile,
    IsFolder,
    ListFiles,
    Move,
    Ok,
    Op,
    Path,
    Profile,
    Read,
    State,
    Write,
)

from tests.formal.scenes import ERRORS, PROFILES

PATHS = st.lists(st.sampled_from("ab"), max_size=3).map(tuple)
BOOLS = st.booleans()
CONTENTS = st.sampled_from([b"", b"1", b"22"])
METADATA = st.sampled_from([(), (("k", "v"),)])
WRITES = st.builds(Write, PATHS, CONTENTS, METADATA, BOOLS, BOOLS)
OPS: st.SearchStrategy[Op] = st.one_of(
    WRITES,
    st.builds(Delete, PATHS, BOOLS),
    st.builds(DeleteFolder, PATHS, BOOLS, BOOLS),
    st.builds(Move, PATHS, PATHS, BOOLS),
    st.builds(Copy, PATHS, PATHS, BOOLS),
    st.builds(Read, PATHS),
    st.builds(ListFiles, PATHS, st.none() | st.integers(0, 2)),
)


@st.composite
def states(draw: st.DrawFn) -> tuple[Profile, State]:
    """A profile, and a state that some operations have led to."""
    profile, state = draw(st.sampled_from(PROFILES)), oracle.EMPTY
    for op in draw(st.lists(WRITES, max_size=4)) + draw(st.lists(OPS, max_size=4)):
        state = oracle.apply(profile, state, op)[0]
    return profile, state


@pytest.mark.spec("FORMAL-001", "FORMAL-002", "FORMAL-003", "ERR-001")
@given(where=states(), op=OPS)
def test_the_canonical_outcome_is_right_and_no_other_success_is(where: tuple[Profile, State], op: Op) -> None:
    profile, state = where
    after, outcome = oracle.apply(profile, state, op)
    assert oracle.judge(profile, state, op, outcome)
    if isinstance(outcome, Err):
        assert after == state
    else:
        assert not any(oracle.judge(profile, state, op, Err(kind)) for kind in ERRORS)
    successes = [value for value in (None, True, b"", {}, b"22") if oracle.judge(profile, state, op, Ok(value))]
    assert len(successes) <= 1


@pytest.mark.spec("FORMAL-004", "PATH-003", "EXISTS-002")
@given(where=states())
def test_every_state_that_is_reached_is_one_that_a_store_can_be_in(where: tuple[Profile, State]) -> None:
    profile, state = where
    files, folders = oracle.files(state), oracle.folders(state)
    assert oracle.build(profile, files, folders) == state
    assert all(path[:length] in folders for path in files | dict.fromkeys(folders) for length in range(1, len(path)))
    if profile.clash == "refused":
        assert not files.keys() & folders
    if profile.folders == "implied":
        assert all(any(path[: len(folder)] == folder != path for path in files) for folder in folders)
    assert oracle.apply(profile, state, IsFolder(()))[1] == Ok(True)


@pytest.mark.spec("EXISTS-001", "EXISTS-002")
@given(where=states(), path=PATHS)
def test_something_exists_where_a_file_or_a_folder_is(where: tuple[Profile, State], path: Path) -> None:
    profile, state = where

    def ask(op: Op) -> object:
        outcome = oracle.apply(profile, state, op)[1]
        assert isinstance(outcome, Ok)
        return outcome.value

    assert ask(IsFile(path)) == (path in oracle.files(state))
    assert ask(IsFolder(path)) == (path == () or path in oracle.folders(state))
    assert ask(Exists(path)) == (ask(IsFile(path)) or ask(IsFolder(path)))


@pytest.mark.spec("WRITE-005", "META-003", "READ-001")
@given(where=states(), path=PATHS, content=CONTENTS)
def test_writing_the_same_again_changes_nothing(where: tuple[Profile, State], path: Path, content: bytes) -> None:
    profile, state = where
    write = Write(path, content, overwrite=True)
    once, outcome = oracle.apply(profile, state, write)
    if isinstance(outcome, Ok):
        assert oracle.apply(profile, once, write) == (once, outcome)
        assert oracle.files(once)[path] == oracle.FileData(content, ())


@pytest.mark.spec("AW-001")
@given(where=states(), path=PATHS, overwrite=BOOLS)
def test_an_atomic_write_means_what_a_write_means(where: tuple[Profile, State], path: Path, overwrite: bool) -> None:
    profile, state = where
    plain, atomic = (Write(path, b"x", overwrite=overwrite, atomic=atomic) for atomic in (False, True))
    assert oracle.apply(profile, state, plain) == oracle.apply(profile, state, atomic)
    assert oracle.allowed(profile, state, plain) == oracle.allowed(profile, state, atomic)


@pytest.mark.spec("MOVE-005")
@given(where=states(), src=PATHS, dst=PATHS, overwrite=BOOLS)
def test_a_move_is_a_copy_and_then_a_delete(
    where: tuple[Profile, State], src: Path, dst: Path, overwrite: bool
) -> None:
    profile, state = where
    moved, outcome = oracle.apply(profile, state, Move(src, dst, overwrite))
    copied, same = oracle.apply(profile, state, Copy(src, dst, overwrite))
    assert outcome == same
    if isinstance(outcome, Ok) and src != dst:
        assert oracle.apply(profile, copied, Delete(src)) == (moved, Ok(None))
    elif isinstance(outcome, Ok):
        assert moved == copied == state


@pytest.mark.spec("DEL-001")
@given(where=states(), path=PATHS)
def test_deleting_what_was_just_written_restores_every_file(where: tuple[Profile, State], path: Path) -> None:
    profile, state = where
    written, outcome = oracle.apply(profile, state, Write(path, b"x"))
    if isinstance(outcome, Ok):
        after = oracle.apply(profile, written, Delete(path))[0]
        assert oracle.files(after) == oracle.files(state)
        if profile.folders == "implied":
            assert after == state
