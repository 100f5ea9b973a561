"""One call on a store as a plain record: what traces are made of. (CONF-002)"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

__all__ = ["ARGUMENTS", "MUTATING", "Metadata", "Step", "short", "steps_from_json", "steps_to_json"]

Metadata = tuple[tuple[str, str], ...]

# Which options each method of a store takes, beside its path.
ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "exists": (),
    "is_file": (),
    "is_folder": (),
    "read": (),
    "read_bytes": (),
    "read_text": (),
    "read_seekable": (),
    "write": ("overwrite", "metadata"),
    "write_text": ("overwrite", "metadata"),
    "write_atomic": ("overwrite", "metadata"),
    "open_atomic": ("overwrite", "metadata"),
    "delete": ("missing_ok",),
    "delete_folder": ("recursive", "missing_ok"),
    "list_files": ("recursive", "pattern", "max_depth"),
    "list_folders": ("pattern", "max_depth"),
    "iter_children": (),
    "glob": (),
    "get_file_info": (),
    "head": (),
    "get_folder_info": ("max_depth",),
    "move": ("overwrite",),
    "copy": ("overwrite",),
}

WRITES = frozenset({"write", "write_text", "write_atomic", "open_atomic"})
MUTATING = WRITES | {"delete", "delete_folder", "move", "copy"}


@dataclass(frozen=True, slots=True)
class Step:
    """A method of a store, its path as a user would type it, and the options that are not left out.

    `source` says in what form a write passes its content: `bytes`, `bytearray`, `memoryview`, `stream`, or `trickle`,
    a stream whose reads come short. A glob's pattern is its `path`.
    """

    call: str
    path: str = ""
    dst: str | None = None
    content: bytes | None = None
    source: str = "bytes"
    metadata: Metadata | None = None
    overwrite: bool = False
    missing_ok: bool = False
    recursive: bool = False
    max_depth: int | None = None
    pattern: str | None = None

    @property
    def mutates(self) -> bool:
        """Whether a success may change the store."""
        return self.call in MUTATING

    def options(self) -> dict[str, Any]:
        """The keyword arguments that differ from the method's defaults."""
        named = {name: getattr(self, name) for name in ARGUMENTS[self.call]}
        if named.get("metadata") is not None:
            named["metadata"] = dict(named["metadata"])
        return {name: value for name, value in named.items() if value is not None and value is not False}

    def __str__(self) -> str:
        parts = [repr(self.path)]
        if self.dst is not None:
            parts.append(repr(self.dst))
        if self.content is not None:
            parts.append(short(self.content) if self.source == "bytes" else f"{self.source} of {short(self.content)}")
        parts += [f"{name}={value!r}" for name, value in self.options().items()]
        return f"{self.call}({', '.join(parts)})"

    def to_json(self) -> dict[str, Any]:
        """The record; only what differs from the defaults."""
        record: dict[str, Any] = {"call": self.call, "path": self.path}
        for field in fields(self)[2:]:
            value = getattr(self, field.name)
            if value == field.default:
                continue
            if field.name == "content":
                record.update(_content_to_json(value))
            else:
                record[field.name] = dict(value) if field.name == "metadata" else value
        return record

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Step:
        """The step of a record.

        Raises:
            ValueError: not a record of a step.
        """
        named = dict(record)
        if "content_hex" in named:
            named["content"] = bytes.fromhex(named.pop("content_hex"))
        elif named.get("content") is not None:
            named["content"] = str(named["content"]).encode()
        if named.get("metadata") is not None:
            named["metadata"] = tuple(sorted(named["metadata"].items()))
        if named.get("call") not in ARGUMENTS:
            raise ValueError(f"a step's call is a method of a store, not {named.get('call')!r}")
        unknown = set(named) - {field.name for field in fields(cls)}
        if unknown:
            raise ValueError(f"a step has no {sorted(unknown)}")
        return cls(**named)


def short(content: bytes) -> str:
    """A content as text, cut where it is long."""
    return repr(content) if len(content) <= 40 else f"{content[:12]!r}... ({len(content)} bytes)"


def _content_to_json(content: bytes) -> dict[str, str]:
    """Text where it is text, so that a trace can be read."""
    try:
        return {"content": content.decode()}
    except UnicodeDecodeError:
        return {"content_hex": content.hex()}


def steps_to_json(steps: Iterable[Step]) -> list[dict[str, Any]]:
    """The records of a trace."""
    return [step.to_json() for step in steps]


def steps_from_json(records: Iterable[Mapping[str, Any]]) -> tuple[Step, ...]:
    """The trace of its records."""
    return tuple(Step.from_json(record) for record in records)
