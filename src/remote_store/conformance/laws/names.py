"""What paths and names mean."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

from remote_store.capabilities import Capability
from remote_store.conformance.laws.registry import claim, law
from remote_store.conformance.laws.sources import contents
from remote_store.conformance.names import ALIASES, INVALID, NASTY, TWINS
from remote_store.errors import InvalidPath, RemoteStoreError
from remote_store.store import Store

READ, WRITE, LIST = Capability.READ, Capability.WRITE, Capability.LIST


@law("names.plain", "PATH-006", READ, WRITE, LIST)
def every_name_round_trips_or_is_refused(store: Store) -> int:
    """Every nasty name is stored, listed and read back as it is, or refused with InvalidPath with nothing done."""
    names = [*dict.fromkeys((*NASTY, *(twin for twins in TWINS.values() for twin in twins)))]
    held: dict[str, bytes] = {}
    for number, name in enumerate(names):
        for key in (name, f"folder/{name}", f"in {name}/x"):
            content = f"{number} {key}".encode()
            try:
                store.write(key, content)
                held[key] = content
            except InvalidPath:
                claim(not store_has(store, key), f"{key!r} was refused, but is there")
    claim(len(held) > len(names), f"only {len(held)} of {3 * len(names)} names could be stored")
    seen = contents(store)
    wrong = sorted(key for key in held.keys() | seen.keys() if held.get(key) != seen.get(key))
    claim(not wrong, f"{len(wrong)} names do not come back as they were stored, such as {wrong[:3]}")
    folders = {str(folder) for folder in store.list_folders("")}
    wanted = {key.partition("/")[0] for key in held if "/" in key}
    claim(folders == wanted, f"folders differ by {sorted(folders ^ wanted)[:3]}")
    return len(held)


def store_has(store: Store, key: str) -> bool:
    """Whether a file is there, and not refused either."""
    try:
        return store.is_file(key)
    except InvalidPath:
        return False


@law("names.twins", "PATH-006", READ, WRITE, LIST, Capability.DELETE)
def names_that_look_alike_are_two(store: Store) -> int:
    """Deleting a file or a folder leaves the one beside it alone, whose name looks like it."""
    hits = 0
    for name, twins in TWINS.items():
        for twin in twins:
            if not (_put(store, f"{name}/x") and _put(store, f"{twin}/x")):
                continue
            store.delete_folder(name, recursive=True)
            claim(contents(store) == {f"{twin}/x": b"x"}, f"deleting folder {name!r} left {sorted(contents(store))}")
            store.write(f"{twin}/{name}", b"y")
            store.write(f"{twin}/{twin}", b"z")
            store.delete(f"{twin}/{name}")
            left = {f"{twin}/x": b"x", f"{twin}/{twin}": b"z"}
            claim(contents(store) == left, f"deleting {twin!r}/{name!r} left {sorted(contents(store))}")
            store.delete_folder(twin, recursive=True)
            hits += 1
    return hits


def _put(store: Store, key: str) -> bool:
    """Whether the medium can hold the name."""
    try:
        store.write(key, b"x")
    except InvalidPath:
        return False
    return True


@law("names.aliases", "PATH-001", READ, WRITE, LIST)
def aliases_are_one_path(store: Store) -> int:
    """All spellings of one path are the same file for every method."""
    store.write("d/a", b"one")
    hits = 0
    for alias in (*(form.format("d/a") for form in ALIASES), "d//a", "d/./a", "d\\a"):
        claim(store.is_file(alias) and store.exists(alias), f"{alias!r} is not the file 'd/a'")
        claim(store.read_bytes(alias) == b"one", f"{alias!r} reads otherwise than 'd/a'")
        store.write(alias, b"one", overwrite=True)
        for verb, need in (("move", Capability.MOVE), ("copy", Capability.COPY)):
            if store.supports(need):
                getattr(store, verb)("d/a", alias)
        claim(contents(store) == {"d/a": b"one"}, f"{alias!r} is another file than 'd/a': {sorted(contents(store))}")
        hits += 1
    for alias in (form.format("d") for form in ALIASES):
        claim([str(file) for file in store.list_files(alias)] == ["d/a"], f"{alias!r} lists otherwise than 'd'")
        hits += 1
    return hits


@law("names.invalid", "PATH-002", READ, WRITE, LIST)
def invalid_paths_are_refused_everywhere(store: Store) -> int:
    """Text that names no path is InvalidPath for every method, and changes nothing."""
    store.write("a", b"a")
    calls: list[tuple[str, Callable[[str], Any]]] = [
        ("exists", store.exists),
        ("is_file", store.is_file),
        ("is_folder", store.is_folder),
        ("read", store.read),
        ("read_bytes", store.read_bytes),
        ("read_text", store.read_text),
        ("write", lambda path: store.write(path, b"", overwrite=True)),
        ("list_files", lambda path: list(store.list_files(path, recursive=True))),
        ("list_folders", lambda path: list(store.list_folders(path))),
        ("iter_children", lambda path: list(store.iter_children(path))),
        ("child", store.child),
        ("resolve", store.resolve),
        ("native_path", store.native_path),
    ]
    gated = {"delete": "DELETE", "delete_folder": "DELETE", "get_file_info": "METADATA", "get_folder_info": "METADATA"}
    calls += [(name, getattr(store, name)) for name, gate in gated.items() if store.supports(Capability[gate])]
    if store.supports(Capability.MOVE):
        calls += [("move from", lambda path: store.move(path, "b")), ("move to", lambda path: store.move("a", path))]
    if store.supports(Capability.COPY):
        calls += [("copy from", lambda path: store.copy(path, "b")), ("copy to", lambda path: store.copy("a", path))]
    for path in INVALID:
        for name, call in calls:
            _refused(name, call, path)
    claim(contents(store) == {"a": b"a"}, f"invalid paths changed the store: {sorted(contents(store))}")
    return len(INVALID) * len(calls)


def _refused(name: str, call: Callable[[str], Any], path: str) -> None:
    try:
        call(path)
    except InvalidPath as error:
        claim(error.path is not None and error.backend, f"{name}({path!r}) raises without path or backend: {error!r}")
    except Exception as error:
        raise AssertionError(f"{name}({path!r}) raised {error!r}, not InvalidPath") from error
    else:
        raise AssertionError(f"{name}({path!r}) is not refused")


@law("names.native", "STORE-008")
def native_paths_lead_back(store: Store) -> int:
    """to_key(native_path(key)) is the key, for every name that the medium can hold."""
    hits = 0
    for name in NASTY:
        for key in (name, f"a/{name}"):
            try:
                native = store.native_path(key)
            except InvalidPath:
                continue
            claim(store.to_key(native) == key, f"{key!r} comes back as {store.to_key(native)!r} from {native!r}")
            claim(store.resolve(key).key == key, f"resolve({key!r}) tells another key")
            hits += 1
    claim(hits, "no name at all has a native path")
    return hits


@law("list.long", "LIST-006", READ, WRITE, LIST, tier="full")
def a_long_listing_is_whole(store: Store) -> int:
    """Past any page a listing is whole, without doubles, and what is listed is readable."""
    count = 1100
    for number in range(count):
        store.write(f"many/{number:04}", b"%d" % number)
    for recursive in (False, True):
        listed = [str(file) for file in store.list_files("many", recursive=recursive)]
        said = f"list_files(recursive={recursive})"
        claim(len(set(listed)) == len(listed), f"{said} names a file twice")
        claim(len(listed) == count, f"{said} names {len(listed)} files of {count}")
    children = sum(1 for _ in store.iter_children("many"))
    claim(children == count, f"iter_children names {children} entries of {count}")
    for key in listed[::50]:
        claim(store.read_bytes(key) == b"%d" % int(key[-4:]), f"{key!r} is listed, but reads as something else")
    if store.supports(Capability.METADATA):
        total = store.get_folder_info("many").file_count
        claim(total == count, f"get_folder_info counts {total} files of {count}")
    return count


@law("list.pattern", "LIST-005", READ, WRITE, LIST)
def a_pattern_is_matched_as_fnmatch_does(store: Store) -> int:
    """A pattern chooses the names that fnmatch.fnmatchcase chooses: case counts, `[` and `.` are nothing special."""
    names = ("a", "A", "ab", "f.txt", "F.TXT", ".hidden", "a b", "0", "[0]", "*", "x]")
    patterns = ("*", "a", "A", "a*", "?", "[a-z]", "[!a]*", "[A-Z]*", "*.txt", "[[]0]", "[0]", "[*]", "", ".*", "*]")
    held = [name for name in names if _put(store, f"files/{name}") and _put(store, f"folders/{name}/x")]
    for pattern in patterns:
        wanted = sorted(name for name in held if fnmatchcase(name, pattern))
        files = sorted(file.name for file in store.list_files("files", pattern=pattern))
        claim(files == wanted, f"list_files(pattern={pattern!r}) gives {files}, not {wanted}")
        folders = sorted(folder.name for folder in store.list_folders("folders", pattern=pattern))
        claim(folders == wanted, f"list_folders(pattern={pattern!r}) gives {folders}, not {wanted}")
    return len(patterns)


@law("child.sandbox", "STORE-002", READ, WRITE, LIST)
def a_child_stays_inside(store: Store) -> int:
    """A child store sees and changes what is below its root, and nothing beside it, however alike the names."""
    beside = {"a": b"1", "a_b/x": b"2", "axb/x": b"3", "ab/x": b"4"}
    for key, content in beside.items():
        store.write(key, content)
    child = store.child("a_b/in")
    child.write("a", b"inner")
    claim(contents(child) == {"a": b"inner"}, f"a child sees {sorted(contents(child))}")
    claim(child.child("x").native_path("y") == store.native_path("a_b/in/x/y"), "a grandchild is rooted elsewhere")
    for outside in ("../x", "../../a", "/../a"):
        _refused("child.read_bytes", child.read_bytes, outside)
    if store.supports(Capability.DELETE):
        child.delete("a")
        store.child("a_b").delete_folder("in", missing_ok=True)
        claim(contents(store) == beside, f"beside a child there is {sorted(contents(store))}")
        store.delete_folder("a_b", recursive=True)
        del beside["a_b/x"]
        claim(contents(store) == beside, f"after deleting 'a_b' there is {sorted(contents(store))}")
    return 6


@law("child.root", "STORE-002")
def a_child_has_a_root_of_its_own(store: Store) -> int:
    """child() of the root or of what leads out is InvalidPath, and a fresh child is an empty folder."""
    for sub in ("", ".", "/", "..", "a/../.."):
        _refused("child", store.child, sub)
    child = store.child("not/there")
    try:
        empty = child.is_folder("") and child.exists("") and not child.is_file("")
    except RemoteStoreError as error:
        raise AssertionError(f"the root of a child that is not there yet: {error!r}") from error
    claim(empty, "the root of a fresh child is no folder")
    return 6
