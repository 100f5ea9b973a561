"""Glob patterns over keys: `*`, `?` and `[...]` within a name, `**` for any number of folders. Pure. (GLOB-001)"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from fnmatch import translate
from functools import lru_cache

from remote_store.errors import InvalidPath

__all__ = ["Glob", "name_matcher"]

_MAGIC = re.compile(r"[*?\[]")


@lru_cache(maxsize=256)
def name_matcher(pattern: str) -> Callable[[str], object]:
    """A predicate on one name: `fnmatch.fnmatchcase` with the pattern compiled once."""
    return re.compile(translate(pattern)).match


class Glob:
    """A pattern as an automaton over the names of a key: its states are positions in `segments`.

    A trailing `**` matches every file below. A literal name that holds magic characters is matched by `[*]`, `[[]`.

    Raises:
        ValueError: it is empty, or `**` is not a whole segment.
        InvalidPath: it has a `..` segment or NUL.
    """

    __slots__ = ("_final", "_matchers", "literal", "recursive", "segments")

    def __init__(self, pattern: str) -> None:
        if not isinstance(pattern, str):
            raise TypeError(f"a pattern is text, not {type(pattern).__name__}")
        segments = [segment for segment in pattern.replace("\\", "/").split("/") if segment not in ("", ".")]
        if ".." in segments or "\0" in pattern:
            raise InvalidPath("a pattern has no '..' segment and no NUL", path=pattern)
        if not segments or any("**" in segment and segment != "**" for segment in segments):
            raise ValueError(f"impossible pattern {pattern!r}: '**' stands alone between slashes")
        if segments[-1] == "**":
            segments.append("*")
        self.segments = tuple(segments)
        self._matchers = [None if segment == "**" else name_matcher(segment) for segment in segments]
        self._final = len(segments)
        self.recursive = "**" in segments
        self.literal = self._literal()
        """The folder above the first magic segment: nothing outside it can match."""

    def _literal(self) -> str:
        count = 0
        while count < len(self.segments) - 1 and not _MAGIC.search(self.segments[count]):
            count += 1
        return "/".join(self.segments[:count])

    def start(self) -> frozenset[int]:
        """The positions before any name was read."""
        return self._skip({0})

    def step(self, positions: Iterable[int], name: str) -> frozenset[int]:
        """The positions after `name`; none: nothing below can match."""
        after = set()
        for position in positions:
            if position < self._final:
                matches = self._matchers[position]
                if matches is None:
                    after.add(position)
                elif matches(name):
                    after.add(position + 1)
        return self._skip(after)

    def accepts(self, positions: frozenset[int]) -> bool:
        """Whether a file at these positions matches."""
        return self._final in positions

    def matches(self, key: str) -> bool:
        """Whether the whole of `key` matches."""
        positions = self.start()
        for name in key.split("/"):
            positions = self.step(positions, name)
            if not positions:
                return False
        return self.accepts(positions)

    def _skip(self, positions: set[int]) -> frozenset[int]:
        """`positions` and those that `**` reaches by matching nothing."""
        for position in sorted(positions):
            while position < self._final and self._matchers[position] is None:
                position += 1
                positions.add(position)
        return frozenset(positions)
