"""The oracle beside one store: what a step means, what it may show, and what stands where before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from remote_store_oracle import (
    EMPTY,
    Allowed,
    Copy,
    Delete,
    DeleteFolder,
    Exists,
    FileData,
    GetFileInfo,
    GetFolderInfo,
    Glob,
    Head,
    IsFile,
    IsFolder,
    IterChildren,
    ListFiles,
    ListFolders,
    Move,
    Op,
    Outcome,
    Path,
    Profile,
    Read,
    State,
    Write,
    allowed,
    apply,
    build,
    files,
    folders,
    judge,
)

from remote_store import errors
from remote_store.backend import Backend
from remote_store.conformance.step import WRITES, Step
from remote_store.conformance.tree import Tree
from remote_store.path import normalize

__all__ = ["Model", "meaning", "profile_of"]

_BY_PATH: Mapping[str, type[Exists | IsFile | IsFolder | Read | IterChildren | GetFileInfo | Head]] = {
    "exists": Exists,
    "is_file": IsFile,
    "is_folder": IsFolder,
    "read": Read,
    "read_bytes": Read,
    "read_text": Read,
    "read_seekable": Read,
    "iter_children": IterChildren,
    "get_file_info": GetFileInfo,
    "head": Head,
}


def profile_of(backend: Backend) -> Profile:
    """The legitimate differences that the backend declares."""
    return Profile(frozenset(cap.value for cap in backend.capabilities), backend.folders, backend.clash)


def meaning(step: Step, path_of: Callable[[str], Path | None]) -> Op:
    """What the contract calls a step, where `path_of` tells what path a text means."""
    if step.call == "glob":
        return Glob(step.path)
    path, depth = path_of(step.path), step.max_depth
    if step.call in _BY_PATH:
        return _BY_PATH[step.call](path)
    if step.call in WRITES:
        atomic = step.call in ("write_atomic", "open_atomic")
        return Write(path, step.content or b"", step.metadata or (), step.overwrite, atomic)
    match step.call:
        case "move":
            return Move(path, path_of(step.dst or ""), step.overwrite)
        case "copy":
            return Copy(path, path_of(step.dst or ""), step.overwrite)
        case "delete":
            return Delete(path, step.missing_ok)
        case "delete_folder":
            return DeleteFolder(path, step.recursive, step.missing_ok)
        case "list_files":
            return ListFiles(path, None if step.recursive and depth is None else depth or 0, step.pattern)
        case "list_folders":
            return ListFolders(path, depth or 0, step.pattern)
        case "get_folder_info":
            return GetFolderInfo(path, depth)
    raise ValueError(f"no operation of the contract: {step.call!r}")


class Model:
    """The state that a store should be in. `prefix` is where the store is rooted in its backend."""

    def __init__(self, backend: Backend, profile: Profile, prefix: str = "") -> None:
        self.backend = backend
        self.profile = profile
        self.prefix = prefix
        self.become(EMPTY)

    def become(self, state: State) -> None:
        """Take `state` for what the store should be in."""
        self.state = state
        self.files: Mapping[Path, FileData] = files(state)
        self.folders = folders(state)

    @property
    def tree(self) -> Tree:
        """What should be visible."""
        return Tree(self.files, self.folders)

    def path(self, raw: str) -> Path | None:
        """The path that a caller's text means; None if it means none, or none that this medium can name."""
        try:
            key = normalize(raw)
            self.backend.check_path("/".join(part for part in (self.prefix, key) if part))
        except errors.InvalidPath:
            return None
        return tuple(key.split("/")) if key else ()

    def operation(self, step: Step) -> Op:
        """What the contract calls the step."""
        return meaning(step, self.path)

    def judge(self, op: Op, observed: Outcome) -> bool:
        """Whether a store may answer so."""
        return judge(self.profile, self.state, op, observed)

    def allowed(self, op: Op) -> Allowed:
        """Everything that a store may answer."""
        return allowed(self.profile, self.state, op)

    def follow(self, op: Op) -> Outcome:
        """Do what the contract says; the canonical outcome."""
        state, outcome = apply(self.profile, self.state, op)
        if state is not self.state:
            self.become(state)
        return outcome

    def adopt(self, tree: Tree) -> bool:
        """Go on from what was seen; False if no store of this profile can hold it."""
        try:
            self.become(build(self.profile, tree.files, tree.folders))
        except ValueError:
            return False
        return True

    # -- what is where ------------------------------------------------------------------------------------------------

    def kind(self, path: Path | None) -> str:
        """`X` no valid path, `R` the root, `F` file, `D` folder, `B` both, `U` through a file, `-` nothing."""
        if path is None:
            return "X"
        if not path:
            return "R"
        if path in self.files:
            return "B" if path in self.folders else "F"
        if path in self.folders:
            return "D"
        return "U" if any(path[:depth] in self.files for depth in range(1, len(path))) else "-"

    def relation(self, src: Path | None, dst: Path | None) -> str:
        """How two paths lie to each other."""
        if src is None or dst is None:
            return "none"
        if src == dst:
            return "same"
        if src == dst[: len(src)]:
            return "below"
        if dst == src[: len(dst)]:
            return "above"
        near = src[:-1] == dst[:-1] and (src[-1].startswith(dst[-1]) or dst[-1].startswith(src[-1]))
        return "prefix" if near else "apart"
