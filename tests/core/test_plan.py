"""The pure decisions: each row of the contract's table, and each argument's own validity."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from remote_store._core.plan import (
    METADATA_LIMIT,
    Kind,
    depth_limit,
    folder_error,
    reading_error,
    user_metadata,
    writing_error,
)
from remote_store.errors import AlreadyExists, InvalidPath, NotFound, RemoteStoreError

FILE, FOLDER, MISSING, THROUGH = Kind.FILE, Kind.FOLDER, Kind.MISSING, Kind.THROUGH


def shown(error: RemoteStoreError | None) -> tuple[type, str] | None:
    return error and (type(error), str(error))


@pytest.mark.spec("READ-002", "DEL-002", "COPY-003", "MOVE-003", "INFO-003")
@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (FILE, None),
        (FOLDER, (InvalidPath, "a folder is at the path, a file is needed")),
        (MISSING, (NotFound, "no such file")),
        (THROUGH, (NotFound, "no such file")),
    ],
)
def test_only_a_file_can_be_read(kind: Kind, expected: tuple[type, str] | None) -> None:
    assert shown(reading_error(kind)) == expected


@pytest.mark.spec("WRITE-003", "WRITE-004", "COPY-004", "MOVE-004")
@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize(
    ("kind", "clash", "expected"),
    [
        (MISSING, False, None),
        (MISSING, True, None),
        (FOLDER, False, (InvalidPath, "a folder is at the path, a file cannot take its place")),
        (FOLDER, True, None),
        (THROUGH, False, (InvalidPath, "the path goes through a file")),
        (THROUGH, True, None),
    ],
)
def test_a_file_needs_a_free_place_unless_clash_is_allowed(
    kind: Kind, clash: bool, overwrite: bool, expected: tuple[type, str] | None
) -> None:
    assert shown(writing_error(kind, overwrite=overwrite, clash=clash)) == expected


@pytest.mark.spec("WRITE-003", "COPY-004", "MOVE-004")
@pytest.mark.parametrize("clash", [False, True])
def test_a_file_is_replaced_only_if_asked(clash: bool) -> None:
    assert writing_error(FILE, overwrite=True, clash=clash) is None
    refused = writing_error(FILE, overwrite=False, clash=clash)
    assert shown(refused) == (AlreadyExists, "a file is at the path and overwrite is false")


@pytest.mark.spec("DELF-003", "INFO-003")
@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (FOLDER, None),
        (FILE, (InvalidPath, "a file is at the path, a folder is needed")),
        (MISSING, (NotFound, "no such folder")),
        (THROUGH, (NotFound, "no such folder")),
    ],
)
def test_only_a_folder_can_be_summed_up_or_removed(kind: Kind, expected: tuple[type, str] | None) -> None:
    assert shown(folder_error(kind)) == expected


@pytest.mark.spec("LIST-001")
def test_a_depth_counts_levels_below_and_implies_recursion() -> None:
    assert depth_limit(None) == 0
    assert depth_limit(None, recursive=True) is None
    for recursive in (False, True):
        assert depth_limit(0, recursive=recursive) == 0
        assert depth_limit(3, recursive=recursive) == 3


@pytest.mark.spec("ERR-007")
def test_a_negative_depth_is_a_value_error() -> None:
    with pytest.raises(ValueError, match=r"^max_depth is 0 or more, not -1$"):
        depth_limit(-1)


@pytest.mark.spec("ERR-007")
@pytest.mark.parametrize("depth", ["1", 1.0, True, False])
def test_a_depth_that_is_no_integer_is_a_type_error(depth: object) -> None:
    with pytest.raises(TypeError, match=rf"^max_depth is an integer or None, not {type(depth).__name__}$"):
        depth_limit(depth)  # type: ignore[arg-type]


@pytest.mark.spec("META-005")
def test_metadata_is_copied_and_empty_is_none() -> None:
    given = {"a": "1", "Key-2": "é"}
    kept = user_metadata(given)
    assert kept == given
    assert kept is not given
    assert user_metadata(MappingProxyType(given)) == given
    assert user_metadata({}) is None
    assert user_metadata(None) is None


@pytest.mark.spec("META-005", "ERR-007")
@pytest.mark.parametrize("metadata", ["a", [("a", "b")], 1, (), 0, ""])
def test_metadata_that_is_no_mapping_is_a_type_error(metadata: object) -> None:
    with pytest.raises(TypeError, match=rf"^metadata is a mapping, not {type(metadata).__name__}$"):
        user_metadata(metadata)  # type: ignore[arg-type]


@pytest.mark.spec("META-005")
@pytest.mark.parametrize("metadata", [{"a": 1}, {1: "a"}, {"a": None}, {b"a": "b"}, {"ok": "ok", "a": b"b"}])
def test_metadata_is_text_to_text(metadata: dict[str, str]) -> None:
    with pytest.raises(TypeError, match=r"^metadata is text to text, not \w+ to \w+$"):
        user_metadata(metadata)


@pytest.mark.spec("META-005")
def test_the_type_error_of_metadata_names_both_types() -> None:
    with pytest.raises(TypeError, match="not bytes to int"):
        user_metadata({b"a": 1})  # type: ignore[dict-item]


@pytest.mark.spec("META-005")
@pytest.mark.parametrize("key", ["", "é", "_a", "_"])
def test_a_metadata_key_is_plain_ascii(key: str) -> None:
    with pytest.raises(
        ValueError, match=r"^a metadata key is non-empty ASCII without a leading underscore, not "
    ) as caught:
        user_metadata({key: "v"})
    assert str(caught.value).endswith(repr(key))
    assert user_metadata({"a_": "v"}) == {"a_": "v"}


@pytest.mark.spec("META-005")
def test_metadata_is_bounded_in_bytes() -> None:
    assert METADATA_LIMIT == 2048
    assert user_metadata({"k": "v" * 2047}) == {"k": "v" * 2047}
    assert user_metadata({"k": "v" * 1000, "l": "v" * 1046}) is not None
    with pytest.raises(ValueError, match=r"^metadata takes 2049 bytes; at most 2048 are kept$"):
        user_metadata({"k": "v" * 2048})
    with pytest.raises(ValueError, match="takes 2052 bytes"):
        user_metadata({"kk": "é" * 1025})
