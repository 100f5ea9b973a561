"""What to do next, drawn against what is there now. (CONF-004)

Paths are drawn by their *relation* to live ones: the same, another spelling, above, below, a name that looks alike. Of
uniformly random paths nearly none would meet.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from glob import escape
from typing import Protocol, TypeVar

from remote_store_oracle import Path

from remote_store.conformance.model import Model
from remote_store.conformance.names import ALIASES, CONTENTS, INVALID, NASTY, PLAIN, TWINS
from remote_store.conformance.step import Step

__all__ = ["Chooser", "draw_palette", "draw_step"]

T = TypeVar("T")

CROWD = 7
"""More files than this, and deleting becomes likelier than writing."""


class Chooser(Protocol):
    """A source of choices: `below(n)` gives 0 to n - 1; `palette` are the names of this trace."""

    palette: tuple[str, ...]

    def below(self, n: int) -> int: ...


def _pick(chooser: Chooser, options: Sequence[T]) -> T:
    return options[chooser.below(len(options))]


def _often(**weights: int) -> tuple[str, ...]:
    return tuple(name for name, weight in weights.items() for _ in range(weight))


_WRITING = _often(write=6, write_text=1, write_atomic=4, open_atomic=3)
_GROWING = (*_WRITING, *_often(copy=6, move=6))
_SHRINKING = _often(delete=5, delete_folder=8, move=3)
_LOOKING = _often(
    exists=2, is_file=1, is_folder=1, read=2, read_bytes=2, read_text=1, read_seekable=1,
    list_files=4, list_folders=2, iter_children=2, glob=3, get_file_info=2, head=1, get_folder_info=2,
)  # fmt: skip


def draw_palette(chooser: Chooser) -> tuple[str, ...]:
    """The few names of one trace: a name with two that look like it, two plain ones, a nasty one.

    With all names in every trace, those that could be taken for one another would hardly ever meet.
    """
    name, twins = _pick(chooser, tuple(TWINS.items()))
    first, second = _pick(chooser, twins), _pick(chooser, twins)
    return (name, name, first, first, second, _pick(chooser, PLAIN), _pick(chooser, PLAIN), _pick(chooser, NASTY))


def draw_step(chooser: Chooser, model: Model) -> Step:
    """The next step for a store in the model's state."""
    if not model.files and chooser.below(4):
        pool = _WRITING
    elif chooser.below(2):
        pool = _LOOKING
    else:
        pool = _SHRINKING if chooser.below(4) < (3 if len(model.files) > CROWD else 1) else _GROWING
    call = _pick(chooser, pool)
    return _DRAWS[call](chooser, model, call)


# -- paths -----------------------------------------------------------------------------------------------------------


def _text(chooser: Chooser, path: Path) -> str:
    """How a caller may spell a path: mostly as it is."""
    text = "/".join(path)
    if chooser.below(6):
        return text
    if len(path) > 1 and chooser.below(3) == 0:
        return ("//", "/./", "\\")[chooser.below(3)].join(path)
    return _pick(chooser, ALIASES).format(text) if text else _pick(chooser, ("", ".", "/", "./"))


def _name(chooser: Chooser) -> str:
    return _pick(chooser, chooser.palette)


@lru_cache(maxsize=4096)
def _sorted(paths: frozenset[Path]) -> tuple[Path, ...]:
    return tuple(sorted(paths))


def _live(chooser: Chooser, model: Model, kinds: str) -> Path:
    """A live file (`F`) or folder (`D`), or a new name if there is none."""
    paths = _sorted(frozenset(model.files) if kinds == "F" else model.folders)
    return _pick(chooser, paths) if paths else (_name(chooser),)


def _fresh(chooser: Chooser, model: Model) -> Path:
    """Probably nothing yet: a name in the root, in a live folder, or in a new one."""
    where = chooser.below(4)
    folder: Path = () if where == 0 else _live(chooser, model, "D") if where == 1 else (_name(chooser),)
    return (*folder[:3], _name(chooser))


def _below(chooser: Chooser, model: Model) -> Path:
    return (*_live(chooser, model, "F")[:3], _name(chooser))


def _above(chooser: Chooser, model: Model) -> Path:
    path = _live(chooser, model, "F")
    return path[: chooser.below(len(path))] or path[:1]


def _twin(chooser: Chooser, model: Model) -> Path:
    """A live path with one name replaced by another of this trace, most of which look alike."""
    path = _live(chooser, model, "FFD"[chooser.below(3)])
    at = chooser.below(len(path))
    return (*path[:at], _name(chooser), *path[at + 1 :])


def _cut(chooser: Chooser, model: Model) -> Path:
    """A live path as text, a little shorter or longer."""
    *above, name = _live(chooser, model, "FD"[chooser.below(2)])
    return (*above, _pick(chooser, (name[:-1] or "b", name[:1], f"{name}b")))


_PATHS: dict[str, Callable[[Chooser, Model], Path]] = {
    "file": lambda chooser, model: _live(chooser, model, "F"),
    "folder": lambda chooser, model: _live(chooser, model, "D"),
    "fresh": _fresh,
    "below": _below,
    "above": _above,
    "twin": _twin,
    "cut": _cut,
    "root": lambda chooser, model: (),
}
_FOR = {
    "file": _often(file=12, folder=2, fresh=2, below=2, above=1, twin=2, cut=1, root=1, invalid=2),
    "room": _often(file=5, folder=2, fresh=7, below=2, above=1, twin=7, cut=1, root=1, invalid=2),
    "folder": _often(file=2, folder=12, fresh=1, below=1, above=3, twin=2, cut=1, root=1, invalid=2),
    "tree": _often(file=1, folder=6, fresh=1, below=1, above=3, twin=1, cut=1, root=8, invalid=2),
    "any": _often(file=4, folder=3, fresh=2, below=2, above=1, twin=3, cut=4, root=1, invalid=2),
}


def _path(chooser: Chooser, model: Model, purpose: str) -> str:
    relation = _pick(chooser, _FOR[purpose])
    if relation == "invalid":
        return _pick(chooser, INVALID)
    return _text(chooser, _PATHS[relation](chooser, model))


# -- steps -----------------------------------------------------------------------------------------------------------


def _write(chooser: Chooser, model: Model, call: str) -> Step:
    source = "bytes"
    if call in ("write", "write_atomic"):
        source = _pick(chooser, ("bytes", "bytes", "stream", "trickle", "bytearray", "memoryview"))
    can = "user_metadata" in model.profile.capabilities
    metadata: tuple[tuple[str, str], ...] | None = None
    if chooser.below(3 if can else 12) == 0:
        metadata = _pick(chooser, ((), (("k", "v"),), (("K-2", "caf\u00e9 %41"), ("k", "")), (("owner", "a b"),)))
    content = _pick(chooser, CONTENTS)
    overwrite = chooser.below(2) == 1
    path = _path(chooser, model, "room")
    return Step(call, path, content=content, source=source, metadata=metadata, overwrite=overwrite)


def _transfer(chooser: Chooser, model: Model, call: str) -> Step:
    src = _path(chooser, model, "file")
    dst = _text(chooser, _around(chooser, model, src)) if chooser.below(4) == 0 else _path(chooser, model, "room")
    return Step(call, src, dst=dst, overwrite=chooser.below(2) == 1)


def _around(chooser: Chooser, model: Model, raw: str) -> Path:
    """A path close to the one that `raw` means: itself, its folder, or below it."""
    path = model.path(raw) or ("a",)
    return _pick(chooser, (path, path[:-1], (*path, "a"), (*path[:-1], path[-1] + "b")))


def _delete(chooser: Chooser, model: Model, call: str) -> Step:
    return Step(call, _path(chooser, model, "file"), missing_ok=chooser.below(3) == 0)


def _delete_folder(chooser: Chooser, model: Model, call: str) -> Step:
    path = _path(chooser, model, "folder")
    return Step(call, path, recursive=chooser.below(3) > 0, missing_ok=chooser.below(3) == 0)


def _reading(chooser: Chooser, model: Model, call: str) -> Step:
    return Step(call, _path(chooser, model, "file"))


def _asking(chooser: Chooser, model: Model, call: str) -> Step:
    return Step(call, _path(chooser, model, "any"))


def _depth(chooser: Chooser) -> int | None:
    return _pick(chooser, (None, 0, 1, 1, 2))


def _pattern(chooser: Chooser, model: Model) -> str:
    """A pattern for one name, made from a live one."""
    name = _live(chooser, model, "FD"[chooser.below(2)])[-1]
    spans = ("*", f"{name[0]}*", f"*{name[-1]}", "?" * min(len(name), 9), "[!a]*", "[a-c]*", "[A-Z]*", "*.txt")
    return _pick(chooser, spans if chooser.below(2) else (name, escape(name), name.swapcase(), name[:-1]))


def _listing(chooser: Chooser, model: Model, call: str) -> Step:
    path = _path(chooser, model, "tree")
    pattern = _pattern(chooser, model) if chooser.below(3) == 0 else None
    recursive = call == "list_files" and chooser.below(2) == 1
    return Step(call, path, recursive=recursive, max_depth=_depth(chooser), pattern=pattern)


def _children(chooser: Chooser, model: Model, call: str) -> Step:
    return Step(call, _path(chooser, model, "tree"))


def _folder_info(chooser: Chooser, model: Model, call: str) -> Step:
    return Step(call, _path(chooser, model, "tree"), max_depth=_depth(chooser))


def _glob(chooser: Chooser, model: Model, call: str) -> Step:
    """A pattern for whole keys, made from a live one segment by segment."""
    path = _live(chooser, model, "F")
    shape = chooser.below(5)
    if shape == 0:
        return Step(call, _pick(chooser, ("*", "**", "*/*", "**/*", "*/**", "**/*.txt", "*/*/*", "[!a]*")))
    segments: list[str] = [escape(name) if name.strip("*") else "[*]" for name in path]
    at = chooser.below(len(segments))
    if shape < 3:
        segments[at] = _pick(chooser, ("*", "**", "?*", escape(path[at][:1]) + "*"))
    elif shape == 3:
        segments.insert(at, "**")
    return Step(call, "/".join(segments))


_DRAWS: dict[str, Callable[[Chooser, Model, str], Step]] = {
    **dict.fromkeys(("write", "write_text", "write_atomic", "open_atomic"), _write),
    **dict.fromkeys(("move", "copy"), _transfer),
    **dict.fromkeys(("read", "read_bytes", "read_text", "read_seekable", "get_file_info", "head"), _reading),
    **dict.fromkeys(("exists", "is_file", "is_folder"), _asking),
    **dict.fromkeys(("list_files", "list_folders"), _listing),
    "delete": _delete,
    "delete_folder": _delete_folder,
    "iter_children": _children,
    "get_folder_info": _folder_info,
    "glob": _glob,
}
