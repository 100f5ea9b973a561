"""The only door to the compiled contract: plain Python values on this side, Dafny's on the other.

Everything here is trusted, not proved, so it only converts.  Conversion is lazy: a state stays a Dafny tree until
somebody asks for its files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from importlib import import_module
from typing import Any, Final

from remote_store_oracle import values as v

# The generated modules are untyped, hence Any.
_runtime: Any = import_module("remote_store_oracle._compiled._dafny")
_opaque: Any = import_module("remote_store_oracle._compiled.Opaque")
_paths: Any = import_module("remote_store_oracle._compiled.Paths")
_tree: Any = import_module("remote_store_oracle._compiled.Tree")
_profiles: Any = import_module("remote_store_oracle._compiled.Profiles")
_operations: Any = import_module("remote_store_oracle._compiled.Operations")
_outcomes: Any = import_module("remote_store_oracle._compiled.Outcomes")
_invariant: Any = import_module("remote_store_oracle._compiled.Invariant").default__
_semantics: Any = import_module("remote_store_oracle._compiled.Semantics").default__

MODEL_HASH: Final[str] = import_module("remote_store_oracle._compiled").MODEL_HASH
"""The sha256 of the compiled contract, for reports."""


# --- The runtime, made faster


def _map_with(self: dict[Any, Any], key: object, value: object) -> object:
    """``Map.set`` without rehashing every key: the runtime's own makes a wide folder several times dearer."""
    changed = dict.copy(self)
    changed[key] = value
    return _runtime.Map(changed)


def _map_without(self: dict[Any, Any], keys: Iterable[object]) -> object:
    """``Map - Set``, likewise."""
    changed = dict.copy(self)
    for key in keys:
        changed.pop(key, None)
    return _runtime.Map(changed)


_runtime.Map.set = _map_with
_runtime.Map.__sub__ = _map_without
# The generated classes are tuples whose __hash__ only calls the tuple's own; without the detour listings take half.
_paths.Path_Here.__hash__ = tuple.__hash__
_paths.Path_In.__hash__ = tuple.__hash__

# --- Arguments

_CAPABILITIES: Final[dict[str, Any]] = {
    "read": _profiles.Capability_Reading(),
    "write": _profiles.Capability_Writing(),
    "delete": _profiles.Capability_Deleting(),
    "list": _profiles.Capability_Listing(),
    "glob": _profiles.Capability_Globbing(),
    "move": _profiles.Capability_Moving(),
    "copy": _profiles.Capability_Copying(),
    "atomic_write": _profiles.Capability_AtomicWriting(),
    "metadata": _profiles.Capability_Metadata(),
    "user_metadata": _profiles.Capability_UserMetadata(),
}

_HERE: Final[Any] = _paths.Path_Here()
_NONE: Final[Any] = _opaque.Opt_None()


@lru_cache(maxsize=256)
def _profile(profile: v.Profile) -> Any:
    capabilities = _runtime.Set(_CAPABILITIES[name] for name in profile.capabilities if name in _CAPABILITIES)
    return _profiles.Profile_Profile(capabilities, profile.folders == "implied", profile.clash == "allowed")


@lru_cache(maxsize=16384)
def _path(path: v.Path) -> Any:
    cons = _HERE
    for name in reversed(path):
        cons = _paths.Path_In(name, cons)
    return cons


@lru_cache(maxsize=16384)
def _arg(path: v.Path | None) -> Any:
    return _paths.Arg_Bad() if path is None else _paths.Arg_Good(_path(path))


def _depth(depth: int | None) -> Any:
    return _paths.Depth_Unlimited() if depth is None else _paths.Depth_Levels(depth)


def _fits(pattern: str) -> Callable[[str], bool]:
    return lambda name: fnmatchcase(name, pattern)


def _pattern(pattern: str | None) -> Any:
    return _NONE if pattern is None else _opaque.Opt_Some(_fits(pattern))


@lru_cache(maxsize=1024)
def _glob(pattern: str) -> Any:
    glob = _paths.Glob_End()
    for segment in reversed(pattern.split("/")):
        if segment == "**":
            glob = _paths.Glob_Any(glob)
        elif "**" in segment:
            raise ValueError(f"'**' must be a whole segment: {pattern!r}")
        elif segment:
            glob = _paths.Glob_One(_fits(segment), glob)
    return glob


def _file(content: bytes, metadata: v.Metadata) -> Any:
    return _tree.FileData_FileData(content, len(content), _opaque.Opt_Some(metadata) if metadata else _NONE)


_TO_DAFNY: Final[dict[type, Callable[[Any], Any]]] = {
    v.Exists: lambda op: _operations.Op_Exists(_arg(op.path)),
    v.IsFile: lambda op: _operations.Op_IsFile(_arg(op.path)),
    v.IsFolder: lambda op: _operations.Op_IsFolder(_arg(op.path)),
    v.Read: lambda op: _operations.Op_Read(_arg(op.path)),
    v.Write: lambda op: _operations.Op_Write(_arg(op.path), _file(op.content, op.metadata), op.overwrite, op.atomic),
    v.Delete: lambda op: _operations.Op_Delete(_arg(op.path), op.missing_ok),
    v.DeleteFolder: lambda op: _operations.Op_DeleteFolder(_arg(op.path), op.recursive, op.missing_ok),
    v.ListFiles: lambda op: _operations.Op_ListFiles(_arg(op.path), _depth(op.depth), _pattern(op.pattern)),
    v.ListFolders: lambda op: _operations.Op_ListFolders(_arg(op.path), _depth(op.depth), _pattern(op.pattern)),
    v.IterChildren: lambda op: _operations.Op_IterChildren(_arg(op.path)),
    v.Glob: lambda op: _operations.Op_GlobFiles(_glob(op.pattern)),
    v.GetFileInfo: lambda op: _operations.Op_GetFileInfo(_arg(op.path)),
    v.Head: lambda op: _operations.Op_Head(_arg(op.path)),
    v.GetFolderInfo: lambda op: _operations.Op_GetFolderInfo(_arg(op.path), _depth(op.depth)),
    v.Move: lambda op: _operations.Op_Move(_arg(op.src), _arg(op.dst), op.overwrite),
    v.Copy: lambda op: _operations.Op_Copy(_arg(op.src), _arg(op.dst), op.overwrite),
}


def _op(op: v.Op) -> Any:
    return _TO_DAFNY[type(op)](op)


# --- Answers


def _tuple(path: Any) -> v.Path:
    names = []
    while path.is_In:
        names.append(path.name)
        path = path.rest
    return tuple(names)


def _folder(op: v.Op) -> v.Path:
    """The folder to which the paths of the answer are relative."""
    return () if isinstance(op, v.Glob) else getattr(op, "path", None) or ()


def _metadata(meta: Any) -> v.Metadata:
    return meta.value if meta.is_Some else ()


def _sizes(files: Any, folder: v.Path) -> dict[v.Path, int]:
    return {folder + _tuple(path): size for path, size in dict.items(files)}


def _names(folders: Any, folder: v.Path) -> frozenset[v.Path]:
    return frozenset(folder + _tuple(path) for path in dict.keys(folders))


_FROM_DAFNY: Final[dict[type, Callable[[Any, v.Op], v.Value]]] = {
    _outcomes.Value_Done: lambda value, op: None,
    _outcomes.Value_Truth: lambda value, op: bool(value.truth),
    _outcomes.Value_Content: lambda value, op: bytes(value.content),
    _outcomes.Value_Info: lambda value, op: v.Info(value.size, _metadata(value.meta)),
    _outcomes.Value_Files: lambda value, op: _sizes(value.files, _folder(op)),
    _outcomes.Value_Folders: lambda value, op: _names(value.folders, _folder(op)),
    _outcomes.Value_Children: lambda value, op: v.Children(
        _sizes(value.files, _folder(op)), _names(value.folders, _folder(op))
    ),
    _outcomes.Value_Totals: lambda value, op: v.Totals(value.fileCount, value.totalSize),
}


def _value(value: Any, op: v.Op) -> v.Value:
    return _FROM_DAFNY[type(value)](value, op)


_ERRORS: Final[dict[str, Any]] = {
    "NotFound": _outcomes.Error_NotFound(),
    "AlreadyExists": _outcomes.Error_AlreadyExists(),
    "InvalidPath": _outcomes.Error_InvalidPath(),
    "CapabilityNotSupported": _outcomes.Error_CapabilityNotSupported(),
    "DirectoryNotEmpty": _outcomes.Error_DirectoryNotEmpty(),
}
_KINDS: Final[dict[type, str]] = {type(error): kind for kind, error in _ERRORS.items()}

# --- The oracle


class State:
    """Everything that a store holds: opaque and immutable. Equal states hold the same files and folders."""

    __slots__ = ("_node",)

    def __init__(self, node: Any) -> None:
        self._node = node

    def __eq__(self, other: object) -> bool:
        return isinstance(other, State) and bool(self._node == other._node)

    def __hash__(self) -> int:
        return hash((frozenset(files(self)), folders(self)))

    def __repr__(self) -> str:
        return f"State(files={sorted(files(self))}, folders={sorted(folders(self))})"


EMPTY: Final = State(_tree.default__.Empty)
"""A store in which nothing has happened yet."""


def apply(profile: v.Profile, state: State, op: v.Op) -> tuple[State, v.Outcome]:
    """The canonical outcome of an operation and the state after it."""
    node, outcome = _semantics.Apply(_profile(profile), state._node, _op(op))
    after = state if node is state._node else State(node)
    return after, v.Ok(_value(outcome.value, op)) if outcome.is_Ok else v.Err(_KINDS[type(outcome.error)])


def judge(profile: v.Profile, state: State, op: v.Op, observed: v.Outcome) -> bool:
    """Whether a backend in this state may answer the operation so.

    This is the contract's ``Judge``, arranged so that a success is compared in Python and no next state is made.
    """
    if isinstance(observed, v.Err):
        error = _ERRORS.get(observed.kind)
        return error is not None and bool(_semantics.May(_profile(profile), state._node, _op(op), error))
    success = _success(_profile(profile), state, op)
    return success is not None and type(success.value) is type(observed.value) and success == observed


def allowed(profile: v.Profile, state: State, op: v.Op) -> v.Allowed:
    """Everything that a backend in this state may show."""
    where, what = _profile(profile), _op(op)
    errors = frozenset(kind for kind, error in _ERRORS.items() if _semantics.May(where, state._node, what, error))
    return v.Allowed(_success(where, state, op), errors)


def _success(profile: Any, state: State, op: v.Op) -> v.Ok | None:
    what = _op(op)
    if _semantics.Check(profile, state._node, what).is_None:
        return v.Ok(_value(_semantics.Answer(profile, state._node, what), op))
    return v.Ok(None) if _semantics.MayIdle(profile, state._node, what) else None


def build(profile: v.Profile, files: Mapping[v.Path, v.FileData], folders: Iterable[v.Path] = ()) -> State:
    """The state with these files and folders, to go on from what was observed.

    Where folders are implied, ``folders`` adds nothing.  ValueError if a store of this profile cannot hold all this.
    """
    kept = profile.folders == "kept"
    node = _tree.default__.Empty
    for path in folders if kept else ():
        node = _tree.default__.PutFolder(node, _path(path))
    for path, file in files.items():
        node = _tree.default__.PutFile(node, _path(path), _file(file.content, file.metadata), kept)
    if not _invariant.Sound(_profile(profile), node):
        raise ValueError("no store of this profile can hold a file and a folder at one path, or a file at the root")
    return State(node)


def files(state: State) -> dict[v.Path, v.FileData]:
    """Every file by its path."""
    return {
        path: v.FileData(node.file.value.content, _metadata(node.file.value.meta))
        for path, node in _walk(state._node, ())
        if node.file.is_Some
    }


def folders(state: State) -> frozenset[v.Path]:
    """Every folder but the root."""
    return frozenset(path for path, node in _walk(state._node, ()) if path and (node.kept or len(node.kids)))


def _walk(node: Any, path: v.Path) -> Iterator[tuple[v.Path, Any]]:
    yield path, node
    for name, kid in dict.items(node.kids):
        yield from _walk(kid, (*path, name))
