"""Globs: an automaton over names, the same answer as matching segment by segment."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remote_store._core.patterns import Glob, name_matcher
from remote_store.errors import InvalidPath


@pytest.mark.spec("GLOB-001")
@pytest.mark.parametrize(
    ("pattern", "hits", "misses"),
    [
        ("*", ["a", ".a", "a b"], ["a/b"]),
        ("a/*", ["a/b"], ["a", "a/b/c", "b/b"]),
        ("*.txt", ["a.txt", ".txt"], ["a.TXT", "a/b.txt"]),
        ("?", ["a", "é"], ["ab", "a/b"]),
        ("[ab]c", ["ac", "bc"], ["cc", "abc"]),
        ("[!a]", ["b"], ["a"]),
        ("a[/]b", [], ["a/b"]),
        ("[*]", ["*"], ["a"]),
        ("[[]0]", ["[0]"], ["0"]),
        ("a?b", [], ["a/b"]),
        ("**", ["a", "a/b", "a/b/c"], []),
        ("a/**", ["a/b", "a/b/c"], ["a", "b/a"]),
        ("**/c", ["c", "a/c", "a/b/c"], ["c/d"]),
        ("a/**/c", ["a/c", "a/b/c", "a/b/b/c"], ["a/b", "c", "b/c"]),
        ("**/b/**", ["b/c", "a/b/c"], ["b", "a/b"]),
        ("/a//./b/", ["a/b"], ["a"]),
        ("a\\b", ["a/b"], ["a\\b"]),
    ],
)
def test_a_pattern_matches_whole_keys(pattern: str, hits: list[str], misses: list[str]) -> None:
    glob = Glob(pattern)
    assert [key for key in hits + misses if glob.matches(key)] == hits


@pytest.mark.spec("GLOB-002")
@pytest.mark.parametrize("pattern", ["", ".", "/", "**x", "a/x**", "a**b/c", "***"])
def test_an_impossible_pattern_is_a_value_error(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"'\*\*' stands alone between slashes"):
        Glob(pattern)


@pytest.mark.spec("GLOB-002")
@pytest.mark.parametrize("pattern", ["..", "a/../*", "*\0"])
def test_a_pattern_that_leaves_the_store_is_an_invalid_path(pattern: str) -> None:
    with pytest.raises(InvalidPath) as caught:
        Glob(pattern)
    assert caught.value.path == pattern


@pytest.mark.spec("ERR-007")
def test_a_pattern_that_is_no_text_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="a pattern is text, not bytes"):
        Glob(b"*")  # type: ignore[arg-type]


@pytest.mark.spec("GLOB-001")
@pytest.mark.parametrize(
    ("pattern", "literal", "recursive"),
    [("*", "", False), ("a/b", "a", False), ("a/b/*/c", "a/b", False), ("a/[b]/c", "a", False), ("a/**", "a", True)],
)
def test_the_literal_folder_bounds_what_is_scanned(pattern: str, literal: str, recursive: bool) -> None:
    glob = Glob(pattern)
    assert (glob.literal, glob.recursive) == (literal, recursive)


def _reference(segments: tuple[str, ...], names: tuple[str, ...]) -> bool:
    @cache
    def match(i: int, j: int) -> bool:
        if i == len(segments):
            return j == len(names)
        if segments[i] == "**":
            last = i == len(segments) - 1
            return (not last and match(i + 1, j)) or (
                j < len(names) and ((last and j + 1 == len(names)) or match(i, j + 1))
            )
        return j < len(names) and fnmatchcase(names[j], segments[i]) and match(i + 1, j + 1)

    return match(0, 0)


_SEGMENT = st.sampled_from(["**", "*", "a", "b", "a*", "?", "[ab]", "*b"])
_NAME = st.sampled_from(["a", "b", "ab", "c"])


@pytest.mark.spec("GLOB-001")
@given(st.lists(_SEGMENT, min_size=1, max_size=5), st.lists(_NAME, min_size=1, max_size=5))
def test_the_automaton_agrees_with_a_plain_recursive_matcher(segments: list[str], names: list[str]) -> None:
    assert Glob("/".join(segments)).matches("/".join(names)) == _reference(tuple(segments), tuple(names))


@pytest.mark.spec("LIST-005")
@given(st.text("ab*?[]!-", max_size=6), st.text("ab*?[]!-", max_size=4))
def test_a_name_pattern_is_fnmatchcase(pattern: str, name: str) -> None:
    assert bool(name_matcher(pattern)(name)) == fnmatchcase(name, pattern)
