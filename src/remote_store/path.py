"""Store keys: relative POSIX paths of Unicode text, normalised by one function. Pure; a mutation target."""

from __future__ import annotations

import os
from typing import ClassVar

from remote_store.errors import InvalidPath, InvalidPathType

__all__ = ["PathLike", "RemotePath", "normalize"]

PathLike = str | os.PathLike[str]


def normalize(raw: PathLike) -> str:
    """The key that `raw` means; `""` is the root. (PATH-001, PATH-002)

    Backslashes count as slashes, repeated and outer slashes and `.` segments go.

    Raises:
        InvalidPath: a `..` segment, NUL, or a lone surrogate; also a `TypeError` if it is not text at all.

    >>> normalize("/a//b/./c.txt/")
    'a/b/c.txt'
    """
    if raw.__class__ is not str:
        raw = _text(raw)
    assert isinstance(raw, str)
    # Nearly every key is plain: a name that neither starts nor ends with what could be rewritten or refused.
    if raw.isascii() and "\\" not in raw and "\0" not in raw and "//" not in raw and "/." not in raw:
        if raw and raw[0] not in "./" and raw[-1] != "/":
            return raw
    return _normalize(raw)


def _text(raw: object) -> str:
    """`raw` as text, whatever kind of path object it is."""
    try:
        text = os.fspath(raw)  # type: ignore[call-overload]
    except TypeError:
        text = None
    if not isinstance(text, str):
        raise InvalidPathType(f"a path is text or a path object, not {type(raw).__name__}", path=repr(raw))
    return str.__str__(text)


def _normalize(raw: str) -> str:
    if "\0" in raw:
        raise InvalidPath("a path holds no NUL", path=raw)
    try:
        raw.encode()
    except UnicodeEncodeError as exc:
        raise InvalidPath("a path is Unicode text; this has a lone surrogate", path=ascii(raw)) from exc
    segments = [segment for segment in raw.replace("\\", "/").split("/") if segment not in ("", ".")]
    if ".." in segments:
        raise InvalidPath("a path has no '..' segment", path=raw)
    return "/".join(segments)


class RemotePath(str):
    """A normalised key; a `str`, immutable and hashable. The root is `RemotePath.ROOT`, written `.`.

    >>> RemotePath("logs") / "2026" / "a.csv"
    RemotePath('logs/2026/a.csv')
    """

    __slots__ = ()
    ROOT: ClassVar[RemotePath]

    def __new__(cls, raw: PathLike) -> RemotePath:
        if raw == "":
            raise InvalidPath("a path is not empty; the root is '.'", path="")
        return str.__new__(cls, normalize(raw) or ".")

    @classmethod
    def from_backend_path(cls, path: str) -> RemotePath:
        """The path of a key that a backend lists; the empty key is the root."""
        return cls(path or ".")

    @classmethod
    def trusted(cls, key: str) -> RemotePath:
        """`key` without a second look: only for what `normalize` or a listing gave."""
        return str.__new__(cls, key or ".")

    @property
    def key(self) -> str:
        """The text that operations use: `""` at the root."""
        return "" if self == "." else str.__str__(self)

    @property
    def parts(self) -> tuple[str, ...]:
        """The names from the top; none at the root."""
        return tuple(self.split("/")) if self != "." else ()

    @property
    def name(self) -> str:
        """The last name; `.` at the root."""
        return self[self.rfind("/") + 1 :]

    @property
    def suffix(self) -> str:
        """The last name's ending with its dot; empty for `.env` and for names that end in a dot."""
        name = self.name
        dot = name.rfind(".")
        return name[dot:] if 0 < dot < len(name) - 1 else ""

    @property
    def parent(self) -> RemotePath | None:
        """The path above; None for a single name and for the root."""
        above = self.rpartition("/")[0]
        return RemotePath.trusted(above) if above else None

    def as_posix(self) -> str:
        """The path as plain text."""
        return str.__str__(self)

    def __truediv__(self, other: PathLike) -> RemotePath:
        return RemotePath(f"{self}/{os.fspath(other)}")

    def __repr__(self) -> str:
        return f"RemotePath({str.__str__(self)!r})"


RemotePath.ROOT = RemotePath.trusted("")
