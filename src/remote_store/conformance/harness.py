"""What is put to the test: how to get an empty backend, and what is known about it. (CONF-001)"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib import import_module
from typing import Any

from remote_store_oracle import Profile

from remote_store.backend import Backend
from remote_store.store import Store

__all__ = ["BUILT_IN", "Deviation", "Harness", "Supply", "harness_of", "resolve"]


@dataclass(frozen=True, slots=True)
class Deviation:
    """A difference that is known and accepted for now: it passes only while the backend differs in exactly this way.

    `signature` and `observed` are the two halves of a divergence's signature in the report.
    """

    signature: str
    observed: str
    reason: str
    url: str
    expires: date

    def expired(self, today: date) -> bool:
        """Whether it no longer excuses anything."""
        return today > self.expires


@dataclass(frozen=True, slots=True)
class Harness:
    """How to test one backend.

    Without `reset`, `make()` gives an empty backend each time. With it, `make()` is called once and `reset(backend)`
    empties the storage, without the verbs under test. `close()` is called at the end. `store` puts a store on a
    backend: a store that caches or observes is tested by it. `profile` overrules what the backend declares. `script` is
    the code that makes `backend` in a witness.
    """

    make: Callable[[], Backend]
    store: Callable[[Backend], Store] = Store
    reset: Callable[[Backend], None] | None = None
    close: Callable[[], None] | None = None
    profile: Profile | None = None
    deviations: Sequence[Deviation] = ()
    name: str = ""
    script: str = ""


class Supply:
    """Empty backends, one after another, of one harness."""

    def __init__(self, harness: Harness) -> None:
        self.harness = harness
        self._current: Backend | None = None

    def fresh(self) -> Backend:
        """An empty backend; the one before is not to be used any more."""
        if self.harness.reset is None:
            self.discard()
        if self._current is None:
            self._current = self.harness.make()
        if self.harness.reset is not None:
            self.harness.reset(self._current)
        return self._current

    def discard(self) -> None:
        """Close the backend, so that the next one is a new object."""
        if self._current is not None:
            self._current.close()
            self._current = None

    def close(self) -> None:
        """Give everything back."""
        self.discard()
        if self.harness.close is not None:
            self.harness.close()


def resolve(target: str) -> Harness:
    """The harness that a target's name means: a built-in one, or `package.module:attribute`.

    Raises:
        ValueError: there is no such target.
    """
    if target in BUILT_IN:
        return BUILT_IN[target]()
    module_name, _, attribute = target.partition(":")
    if not attribute:
        raise ValueError(f"no target {target!r}: it is one of {', '.join(BUILT_IN)}, or package.module:factory")
    if "" not in sys.path:
        sys.path.insert(0, "")  # as `python -m` does: a factory beside the working directory is found
    try:
        found: Any = import_module(module_name)
        for name in attribute.split("."):
            found = getattr(found, name)
    except (ImportError, AttributeError) as error:
        raise ValueError(f"target {target!r} cannot be loaded: {error}") from error
    return harness_of(found, target)


def harness_of(found: Any, target: str = "") -> Harness:
    """A harness as it is, or one around a factory."""
    if isinstance(found, Harness):
        harness, call = found, "make()"
    elif callable(found):
        harness, call = Harness(found), ""
    else:
        raise ValueError(f"target {target!r} is neither a factory nor a Harness")
    if not target:  # in hand, not by name: it is called by its own, if it is a thing that has one
        target = f"{getattr(found, '__module__', '')}:{getattr(found, '__qualname__', 'backend')}"
    module_name, _, attribute = target.partition(":")
    name, _, rest = attribute.partition(".")
    tail = f".{rest}" if rest else ""
    script = f"from {module_name} import {name}\n\nbackend = {name}{tail}" + (f".{call}" if call else "()")
    return replace(harness, name=harness.name or target, script=harness.script or script)


# -- built-in targets ------------------------------------------------------------------------------------------------


def _memory() -> Harness:
    from remote_store.backends.memory import MemoryBackend

    script = "from remote_store.backends import MemoryBackend\n\nbackend = MemoryBackend()"
    return Harness(MemoryBackend, name="memory", script=script)


def _local() -> Harness:
    from remote_store.backends.local import LocalBackend

    base = tempfile.mkdtemp(prefix="remote-store-")
    root = os.path.join(base, "root")

    def empty(backend: Backend) -> None:
        for entry in os.scandir(root):
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path)
            else:
                os.unlink(entry.path)

    script = "import tempfile\n\nfrom remote_store.backends import LocalBackend\n\n"
    script += "backend = LocalBackend(tempfile.mkdtemp())"
    return Harness(lambda: LocalBackend(root), Store, empty, lambda: shutil.rmtree(base), name="local", script=script)


def _sql_blob() -> Harness:
    from sqlalchemy import create_engine, event, inspect, text

    from remote_store.backends.sql_blob import SQLBlobBackend

    base = tempfile.mkdtemp(prefix="remote-store-")
    engine = create_engine(f"sqlite:///{base}/blobs.db")
    # Nothing here outlives the process, so nothing need reach the disk.
    event.listen(engine, "connect", lambda connection, record: connection.execute("PRAGMA synchronous=OFF").close())

    def empty(backend: Backend) -> None:
        with engine.begin() as connection:
            if inspect(connection).has_table("remote_store_objects"):
                connection.execute(text("DELETE FROM remote_store_objects"))

    def close() -> None:
        engine.dispose()
        shutil.rmtree(base)

    script = "from remote_store.backends import SQLBlobBackend\n\nbackend = SQLBlobBackend('sqlite://')"
    return Harness(lambda: SQLBlobBackend(engine=engine), Store, empty, close, name="sql-blob", script=script)


BUILT_IN: dict[str, Callable[[], Harness]] = {"memory": _memory, "local": _local, "sql-blob": _sql_blob}
