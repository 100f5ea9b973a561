"""Paths: one normal form, refused before any I/O. (PATH-001 ff.)"""

from __future__ import annotations

import os
import pickle
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remote_store.errors import InvalidPath, InvalidPathType
from remote_store.path import RemotePath, normalize


@pytest.mark.spec("PATH-001")
@pytest.mark.parametrize(
    ("raw", "key"),
    [
        ("a", "a"),
        ("a/b.txt", "a/b.txt"),
        ("/a", "a"),
        ("//a", "a"),
        ("a/", "a"),
        ("a//", "a"),
        ("a//b", "a/b"),
        ("a/./b", "a/b"),
        ("./a", "a"),
        ("a/.", "a"),
        ("/./a/./", "a"),
        ("a\\b", "a/b"),
        ("\\a\\\\b\\", "a/b"),
        (".\\a", "a"),
        ("", ""),
        (".", ""),
        ("/", ""),
        ("./", ""),
        ("//", ""),
        (".hidden", ".hidden"),
        ("a/.hidden", "a/.hidden"),
        ("a/...", "a/..."),
        ("..a/b..", "..a/b.."),
        ("é/ü", "é/ü"),
        ("é//ü/", "é/ü"),
    ],
)
def test_every_spelling_of_a_path_has_one_normal_form(raw: str, key: str) -> None:
    assert normalize(raw) == key
    assert type(normalize(raw)) is str


@pytest.mark.spec("PATH-006")
@pytest.mark.parametrize("name", [" a", "a ", "#", "?", "%41", "*", "[0]", "'", '"', "😀", "a:b", "~", "a\nb", "a\tb"])
def test_special_characters_are_plain_in_a_key(name: str) -> None:
    assert normalize(name) == name
    assert normalize(f"x/{name}") == f"x/{name}"


@pytest.mark.spec("PATH-006")
def test_composed_and_decomposed_letters_are_different_keys() -> None:
    assert normalize("\u00e9") != normalize("e\u0301")


@pytest.mark.spec("PATH-002")
@pytest.mark.parametrize(
    "raw", ["..", "../a", "a/..", "a/../b", "/..", "..\\a", "a\\..\\b", "a/..//", "é/../b", "./.."]
)
def test_a_parent_segment_is_refused_and_named(raw: str) -> None:
    with pytest.raises(InvalidPath, match=r"^a path has no '\.\.' segment, path=") as caught:
        normalize(raw)
    assert caught.value.path == raw
    assert not isinstance(caught.value, TypeError)


@pytest.mark.spec("PATH-002")
@pytest.mark.parametrize("raw", ["\0", "a\0b", "a/b\0", "é\0"])
def test_nul_is_refused_and_named(raw: str) -> None:
    with pytest.raises(InvalidPath, match=r"^a path holds no NUL, path=") as caught:
        normalize(raw)
    assert caught.value.path == raw


@pytest.mark.spec("PATH-002")
def test_a_lone_surrogate_is_not_text() -> None:
    with pytest.raises(InvalidPath, match=r"^a path is Unicode text; this has a lone surrogate, path=") as caught:
        normalize("a/\ud800")
    assert caught.value.path == "'a/\\ud800'"
    str(caught.value).encode()


@pytest.mark.spec("PATH-002")
@pytest.mark.parametrize("raw", [b"a", 1, None, ["a"], PurePosixPath])
def test_what_is_no_text_is_both_an_invalid_path_and_a_type_error(raw: object) -> None:
    with pytest.raises(InvalidPathType, match=r"^a path is text or a path object, not ") as caught:
        normalize(raw)  # type: ignore[arg-type]
    assert isinstance(caught.value, InvalidPath)
    assert isinstance(caught.value, TypeError)
    assert type(raw).__name__ in str(caught.value)
    assert caught.value.path == repr(raw)


@pytest.mark.spec("PATH-002")
def test_a_path_object_that_gives_bytes_is_no_text() -> None:
    class Bytes(os.PathLike[bytes]):
        def __fspath__(self) -> bytes:
            return b"a"

    with pytest.raises(InvalidPathType, match="not Bytes"):
        normalize(Bytes())  # type: ignore[arg-type]


@pytest.mark.spec("PATH-001")
def test_path_objects_and_str_subclasses_are_taken_as_their_text() -> None:
    class Text(str):
        __slots__ = ()

    assert normalize(PurePosixPath("a/b")) == "a/b"
    key = normalize(RemotePath("a/b"))
    assert (key, type(key)) == ("a/b", str)
    key = normalize(Text("a/b"))
    assert (key, type(key)) == ("a/b", str)
    assert normalize(RemotePath.ROOT) == ""


@pytest.mark.spec("PATH-001")
@given(st.text(st.sampled_from("ab./\\ é"), max_size=12))
def test_normalizing_twice_is_normalizing_once_and_never_escapes(raw: str) -> None:
    try:
        key = normalize(raw)
    except InvalidPath:
        assert ".." in raw.replace("\\", "/").split("/")
        return
    assert normalize(key) == key
    segments = key.split("/")
    assert key == "" or all(segment not in ("", ".", "..") for segment in segments)
    assert [segment for segment in raw.replace("\\", "/").split("/") if segment not in ("", ".")] == (
        segments if key else []
    )


# -- RemotePath --------------------------------------------------------------------------------------------------------


@pytest.mark.spec("PATH-008")
def test_a_remote_path_is_a_str_and_a_path_object() -> None:
    path = RemotePath("/a//b.txt")
    assert path == "a/b.txt"
    assert isinstance(path, str)
    assert hash(path) == hash("a/b.txt")
    assert os.fspath(path) == "a/b.txt"
    assert path.as_posix() == "a/b.txt"
    assert type(path.as_posix()) is str
    assert repr(path) == "RemotePath('a/b.txt')"
    assert {path: 1}["a/b.txt"] == 1


@pytest.mark.spec("PATH-008")
def test_the_empty_text_is_no_remote_path_and_the_root_is_a_dot() -> None:
    with pytest.raises(InvalidPath, match=r"^a path is not empty; the root is '\.', path=''$") as caught:
        RemotePath("")
    assert caught.value.path == ""
    for spelling in (".", "/", "./", "//"):
        assert RemotePath(spelling) == RemotePath.ROOT
    assert str(RemotePath.ROOT) == "."
    assert RemotePath.ROOT.parts == ()
    assert RemotePath.ROOT.name == "."
    assert RemotePath.ROOT.parent is None
    assert RemotePath.ROOT.key == ""


@pytest.mark.spec("PATH-008")
def test_a_remote_path_refuses_what_a_key_refuses() -> None:
    for raw in ("..", "a/../b", "a\0"):
        with pytest.raises(InvalidPath):
            RemotePath(raw)
    with pytest.raises(InvalidPathType):
        RemotePath(3)  # type: ignore[arg-type]


@pytest.mark.spec("PATH-008")
def test_the_parts_of_a_remote_path() -> None:
    path = RemotePath("a/b/c.tar.gz")
    assert path.parts == ("a", "b", "c.tar.gz")
    assert path.name == "c.tar.gz"
    assert path.suffix == ".gz"
    assert path.parent == "a/b"
    assert isinstance(path.parent, RemotePath)
    assert path.key == "a/b/c.tar.gz"
    assert type(path.key) is str
    assert RemotePath("a").parent is None
    assert RemotePath("a").name == "a"


@pytest.mark.spec("PATH-008")
@pytest.mark.parametrize(
    ("name", "suffix"),
    [(".env", ""), ("a", ""), ("a.", ""), ("a.b", ".b"), ("x.y/a", ""), (".a.b", ".b"), ("a..b", ".b")],
)
def test_the_suffix_is_the_last_names_ending(name: str, suffix: str) -> None:
    assert RemotePath(name).suffix == suffix


@pytest.mark.spec("PATH-008")
def test_a_slash_joins_and_normalizes() -> None:
    assert RemotePath("a") / "b" / "c" == "a/b/c"
    assert isinstance(RemotePath("a") / "b", RemotePath)
    assert RemotePath("a") / PurePosixPath("b") == "a/b"
    assert RemotePath.ROOT / "b" == "b"
    with pytest.raises(InvalidPath):
        RemotePath("a") / ".."


@pytest.mark.spec("PATH-008")
def test_paths_of_a_backend_and_trusted_ones() -> None:
    assert RemotePath.from_backend_path("a/b") == "a/b"
    assert isinstance(RemotePath.from_backend_path("a"), RemotePath)
    assert RemotePath.from_backend_path("") is not None
    assert RemotePath.from_backend_path("") == RemotePath.ROOT
    assert RemotePath.trusted("") == "."
    assert RemotePath.trusted("a//b") == "a//b"
    assert isinstance(RemotePath.trusted("a"), RemotePath)


@pytest.mark.spec("PATH-008")
def test_a_remote_path_survives_pickling() -> None:
    path = pickle.loads(pickle.dumps(RemotePath("a/b")))
    assert (path, type(path)) == ("a/b", RemotePath)
    assert pickle.loads(pickle.dumps(RemotePath.ROOT)) == RemotePath.ROOT
