"""The rows of the matrix that the lockstep fills: a row for each operation or topic of the contract. (CONF-001)"""

from __future__ import annotations

from dataclasses import dataclass

from remote_store.capabilities import Capability

__all__ = ["ROWS", "Row", "row_of"]


@dataclass(frozen=True, slots=True)
class Row:
    """An operation as the contract knows it, and the methods of a store that mean it."""

    id: str
    clause: str
    needs: Capability | None
    calls: tuple[str, ...]
    title: str


ROWS = (
    Row("exists", "EXISTS-001", None, ("exists", "is_file", "is_folder"), "What is there, and of which kind."),
    Row("read", "READ-001", Capability.READ, ("read", "read_bytes", "read_text"), "What was written is read."),
    Row("read_seekable", "SIO-002", Capability.READ, ("read_seekable",), "The same, seekable."),
    Row("write", "WRITE-001", Capability.WRITE, ("write", "write_text"), "What is written is there, nothing else."),
    Row("write_atomic", "AW-001", Capability.ATOMIC_WRITE, ("write_atomic",), "The same, whole or not at all."),
    Row("open_atomic", "AW-001", Capability.ATOMIC_WRITE, ("open_atomic",), "The same, through a stream."),
    Row("delete", "DEL-001", Capability.DELETE, ("delete",), "One file goes, nothing else."),
    Row("delete_folder", "DELF-001", Capability.DELETE, ("delete_folder",), "A folder goes with what is below."),
    Row("list_files", "LIST-001", Capability.LIST, ("list_files",), "Exactly the files within the depth."),
    Row("list_folders", "LIST-002", Capability.LIST, ("list_folders",), "Exactly the folders."),
    Row("iter_children", "LIST-003", Capability.LIST, ("iter_children",), "Both, one level deep."),
    Row("glob", "GLOB-001", Capability.GLOB, ("glob",), "Exactly the files whose path matches."),
    Row("get_file_info", "INFO-001", Capability.METADATA, ("get_file_info", "head"), "Size and metadata of a file."),
    Row("get_folder_info", "INFO-002", Capability.METADATA, ("get_folder_info",), "Count and bytes below a folder."),
    Row("copy", "COPY-001", Capability.COPY, ("copy",), "Content and metadata, twice."),
    Row("move", "MOVE-001", Capability.MOVE, ("move",), "Content and metadata, elsewhere."),
)
_BY_CALL = {call: row for row in ROWS for call in row.calls}


def row_of(call: str) -> Row:
    """The row that speaks of a method."""
    return _BY_CALL[call]
