"""Arguments, errors, records, closing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import PurePosixPath
from typing import Any

from remote_store import errors
from remote_store.backend import Backend
from remote_store.capabilities import Capability
from remote_store.conformance.laws.registry import claim, law, raised_by
from remote_store.conformance.laws.sources import contents
from remote_store.store import Store

READ, WRITE, LIST, METADATA = Capability.READ, Capability.WRITE, Capability.LIST, Capability.METADATA


@law("arguments.types", "ERR-007", READ, WRITE, LIST)
def wrong_types_are_type_errors(store: Store) -> int:
    """A path, depth or metadata of a wrong type is TypeError, a negative depth or an impossible glob ValueError."""
    store.write("a", b"a")
    hits = 0
    wrong: list[tuple[type[Exception], Callable[..., Any], tuple[Any, ...], dict[str, Any]]] = [
        *((TypeError, store.read_bytes, (path,), {}) for path in (None, 5, b"a", ["a"], object())),
        *((TypeError, store.exists, (path,), {}) for path in (None, b"a")),
        (TypeError, store.write, (None, b""), {}),
        (TypeError, store.write_text, ("b", b"bytes"), {}),
        (TypeError, store.write, ("b", b""), {"metadata": "text"}),
        (TypeError, store.write, ("b", b""), {"metadata": {"k": 1}}),
        (TypeError, store.list_files, ("",), {"max_depth": "1"}),
        (ValueError, store.list_files, ("",), {"max_depth": -1}),
        (ValueError, store.list_folders, ("",), {"max_depth": -1}),
    ]
    if store.supports(Capability.GLOB):
        wrong += [(ValueError, store.glob, (pattern,), {}) for pattern in ("**x", "a**/b", "")]
        wrong += [(TypeError, store.glob, (None,), {})]
    if store.supports(METADATA):
        wrong += [(ValueError, store.get_folder_info, ("",), {"max_depth": -1})]
    for kind, call, args, named in wrong:
        raised = raised_by(call, *args, **named)
        claim(isinstance(raised, kind), f"{call.__name__}{args} {named} raised {raised!r}, not {kind.__name__}")
        hits += 1
    claim(contents(store) == {"a": b"a"}, f"wrong arguments changed the store: {sorted(contents(store))}")
    return hits


@law("arguments.paths", "MOD-001", READ, WRITE, LIST)
def path_objects_are_paths(store: Store) -> int:
    """A path object, and what a listing yields, is a path wherever text is."""
    store.write(PurePosixPath("d/a"), b"a")
    claim(store.read_bytes(PurePosixPath("d/a")) == b"a", "a path object is another path than its text")
    for file in store.list_files("d"):
        claim(store.read_bytes(file) == b"a" and store.is_file(file), "a listed file is no path to itself")
    for folder in store.list_folders(""):
        claim([str(file) for file in store.list_files(folder)] == ["d/a"], "a listed folder is no path to itself")
    return 3


@law("errors.typed", "ERR-003", READ, WRITE, LIST)
def errors_tell_path_and_backend(store: Store) -> int:
    """Every error is typed, tells the caller's own path and the backend, and is the builtin of that meaning too."""
    store.write("d/a", b"a")
    name = store.resolve("a").backend
    cases: list[tuple[Any, str, Callable[[], Any]]] = [
        (FileNotFoundError, "no/thing", lambda: store.read("no/thing")),
        (FileNotFoundError, "no/thing", lambda: store.read_bytes("no/thing")),
        (FileExistsError, "d/a", lambda: store.write("d/a", b"")),
        ((errors.InvalidPath, *_blind(store)), "d", lambda: store.read("d")),
    ]
    if store.unwrap(Backend).clash == "refused":  # type: ignore[type-abstract]
        cases.append((errors.InvalidPath, "d", lambda: store.write("d", b"", overwrite=True)))
    if store.supports(Capability.COPY):
        cases.append((FileNotFoundError, "no/thing", lambda: store.copy("no/thing", "x")))
    if store.supports(Capability.MOVE):
        cases.append((FileNotFoundError, "no/thing", lambda: store.move("no/thing", "x")))
    if store.supports(Capability.DELETE):
        cases.append((FileNotFoundError, "no/thing", lambda: store.delete("no/thing")))
        cases.append((OSError, "d", lambda: store.delete_folder("d")))
    hits = 0
    for kind, path, call in cases:
        error = raised_by(call)
        claim(isinstance(error, kind), f"{path!r}: {error!r} is no {kind}")
        if not isinstance(error, errors.RemoteStoreError):
            raise AssertionError(f"{path!r}: {error!r} is not typed")
        claim(error.path == path, f"{error!r} tells the path {error.path!r}, not {path!r}")
        claim(error.backend == name and path in str(error), f"{error!r} does not tell path and backend")
        hits += 1
    return hits


def _blind(store: Store) -> tuple[type[Exception], ...]:
    """What else a store may say of a folder that it need not see."""
    implied = store.unwrap(Backend).folders == "implied"  # type: ignore[type-abstract]
    return (errors.NotFound,) if implied else ()


@law("info.times", "MOD-002", WRITE, METADATA)
def times_are_utc_and_now(store: Store) -> int:
    """A modification time is aware UTC and, right after a write, is about now."""
    store.write("a", b"a")
    at = store.get_file_info("a").modified_at
    if at is None:
        return 1
    claim(at.utcoffset() == timedelta(0), f"{at!r} is not aware UTC")
    claim(abs(datetime.now(timezone.utc) - at) < timedelta(hours=1), f"{at!r} is not about now")
    return 1


@law("info.result", "MOD-005", WRITE, METADATA, Capability.WRITE_RESULT_NATIVE)
def a_native_result_is_what_a_look_tells(store: Store) -> int:
    """Where WRITE_RESULT_NATIVE is declared, what a write returns is what a look afterwards tells."""
    hits = 0
    writers = [store.write] + ([store.write_atomic] if store.supports(Capability.ATOMIC_WRITE) else [])
    for number, write in enumerate(writers):
        result = write(f"f{number}", b"abc")
        info = store.get_file_info(f"f{number}")
        claim(result.source == "native", f"{write.__name__} gives a result of source {result.source!r}")
        claim(result.size == 3 == info.size, f"sizes differ: {result.size}, {info.size}")
        claim(result.last_modified is not None, f"{write.__name__} tells no time")
        if result.etag is not None:
            claim(result.etag == info.etag, f"etags differ: {result.etag!r}, {info.etag!r}")
        if result.digest is not None:
            claim(result.digest == info.digest, f"digests differ: {result.digest}, {info.digest}")
        hits += 1
    return hits


@law("metadata.empty", "META-001", WRITE, METADATA)
def empty_metadata_is_none(store: Store) -> int:
    """Empty metadata is the same as none, needs no capability, and comes back as None."""
    for key, metadata in (("none", None), ("empty", {})):
        store.write(key, b"", metadata=metadata)
        found = store.get_file_info(key).metadata
        claim(found is None, f"metadata={metadata!r} comes back as {found!r}")
    return 2


@law("metadata.kept", "META-002", WRITE, METADATA, Capability.USER_METADATA)
def metadata_comes_back_equal(store: Store) -> int:
    """User metadata comes back equal from get_file_info and head, and an overwrite replaces all of it."""
    given = {"k": "v", "UPPER-Case_1": "caf\u00e9 %41 \u65e5", "empty": "", "space": " a ", "json": '{"a": 1}'}
    store.write("a", b"a", metadata=given)
    claim(store.get_file_info("a").metadata == given, f"came back as {store.get_file_info('a').metadata!r}")
    claim(store.head("a").metadata == given, f"head gives {store.head('a').metadata!r}")
    given["k"] = "changed by the caller afterwards"
    claim(store.head("a").metadata["k"] == "v", "the caller's own mapping is what is kept")  # type: ignore[index]
    store.write("a", b"a", overwrite=True, metadata={"other": "x"})
    claim(store.head("a").metadata == {"other": "x"}, f"after an overwrite it is {store.head('a').metadata!r}")
    store.write("a", b"a", overwrite=True)
    claim(store.head("a").metadata is None, f"after an overwrite without any it is {store.head('a').metadata!r}")
    return 5


@law("store.ping", "STORE-005")
def a_living_backend_answers(store: Store) -> int:
    """ping() of a medium that works returns nothing."""
    claim(store.ping() is None, "ping() returns something")  # type: ignore[func-returns-value]
    return 1


@law("store.close", "STORE-004")
def closing_twice_is_harmless(store: Store) -> int:
    """close() can be called again, and a child never closes its parent's backend."""
    child = store.child("below")
    child.close()
    claim(store.is_folder(""), "closing a child closed its parent")
    store.close()
    store.close()
    return 3
