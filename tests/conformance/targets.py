"""Targets for the tests of the runner, named as a third party names its own: `package.module:factory`."""

from __future__ import annotations

from datetime import date
from typing import Any

from remote_store import BackendUnavailable, MemoryBackend
from remote_store.capabilities import Capability
from remote_store.conformance import Deviation, Harness
from tests.conformance.corpus.driver_bugs import AlwaysRecursive

GOOD = MemoryBackend

KNOWN = [
    Deviation("delete_folder D", "ok", "the service has no such flag", "https://example.org/1", date(2999, 1, 1)),
    Deviation("delete_folder D, missing_ok", "ok", "the same", "https://example.org/1", date(2999, 1, 1)),
]
pinned = Harness(AlwaysRecursive, deviations=KNOWN)
OLD = date(2020, 1, 1)
stale = Harness(MemoryBackend, deviations=KNOWN)


class Unreachable(MemoryBackend):
    """A medium that is not there."""

    def ping(self) -> None:
        raise BackendUnavailable("no route to host", backend=self.name)


class Vanishing(MemoryBackend):
    """A medium that goes away after some calls."""

    left = 400

    def ping(self) -> None:
        self._spend()

    def read_bytes(self, path: str) -> bytes:
        self._spend()
        return super().read_bytes(path)

    def _spend(self) -> None:
        Vanishing.left -= 1
        if Vanishing.left < 0:
            raise BackendUnavailable("the connection is gone", backend=self.name)


class ReadOnly(MemoryBackend):
    """Reads and lists what is there, which is nothing."""

    @property
    def capabilities(self) -> Any:
        wanted = (Capability.READ, Capability.LIST, Capability.METADATA)
        return self.CAPABILITIES.without(*(cap for cap in self.CAPABILITIES if cap not in wanted))


def broken_factory() -> MemoryBackend:
    """A factory that cannot make its backend."""
    raise ConnectionRefusedError("nobody listens")
