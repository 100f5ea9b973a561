"""Which clause of the specification a divergence breaks: the one place that knows. (CONF-006)"""

from __future__ import annotations

from collections.abc import Mapping

from remote_store.conformance.step import Step

__all__ = ["clause_of"]

# For each method: the clause when it works as asked, when its (source) path is refused, and when nothing is to be done.
_READING: Mapping[str, tuple[str, str]] = {
    "exists": ("EXISTS-001", "EXISTS-001"),
    "is_file": ("EXISTS-001", "EXISTS-001"),
    "is_folder": ("EXISTS-001", "EXISTS-001"),
    "read": ("READ-001", "READ-002"),
    "read_bytes": ("READ-001", "READ-002"),
    "read_text": ("READ-001", "READ-002"),
    "read_seekable": ("READ-001", "READ-002"),
    "get_file_info": ("INFO-001", "INFO-003"),
    "head": ("INFO-001", "INFO-003"),
    "get_folder_info": ("INFO-002", "INFO-003"),
    "list_files": ("LIST-001", "LIST-004"),
    "list_folders": ("LIST-002", "LIST-004"),
    "iter_children": ("LIST-003", "LIST-004"),
    "glob": ("GLOB-001", "GLOB-001"),
}
_ON_FILES = frozenset(
    "read read_bytes read_text read_seekable get_file_info head delete delete_folder move copy "
    "write write_text write_atomic open_atomic".split()
)


def clause_of(step: Step, source: str, target: str, relation: str, tree: str | None = None) -> str:
    """The clause that speaks of `step` where `source` and `target` are the kinds at its paths (`Model.kind`).

    `tree` says what is wrong with the tree afterwards; None: it is the outcome that is wrong.
    """
    if "X" in (source, target):
        return "PATH-005"
    if source == "R" and step.call in ("exists", "is_file", "is_folder"):
        return "PATH-003"
    if "R" in (source, target) and step.call in _ON_FILES:
        return "PATH-004"
    if step.call in _READING:
        return _of_reading(step, source)
    if step.call.startswith("delete"):
        return _of_deletion(step, source)
    if step.call in ("move", "copy"):
        return _of_transfer(step, source, target, relation, tree)
    return _of_write(step, source, tree)


def _of_reading(step: Step, source: str) -> str:
    works, refused = _READING[step.call]
    if step.call.startswith("list") and step.pattern is not None:
        return "LIST-005"
    wanted = "DRB" if step.call in ("get_folder_info", "list_files", "list_folders", "iter_children") else "FB"
    return works if source[:1] in wanted else refused


def _of_deletion(step: Step, source: str) -> str:
    if step.call == "delete_folder":
        if source not in "DB":
            return "DELF-003"
        return "DELF-001" if step.recursive else "DELF-002"
    if source in "FB":
        return "DEL-001"
    return "DEL-003" if step.missing_ok and source in "-U" else "DEL-002"


def _of_transfer(step: Step, source: str, target: str, relation: str, tree: str | None) -> str:
    family = step.call.upper()
    if source not in "FB":
        return f"{family}-003"
    if relation == "same":
        return f"{family}-002"
    if target in "DU" or (target in "FB" and not step.overwrite):
        return f"{family}-004"
    return "META-004" if tree == "metadata differs" else f"{family}-001"


def _of_write(step: Step, source: str, tree: str | None) -> str:
    if source in "FB" and not step.overwrite:
        return "WRITE-003"
    if source in "DU":
        return "WRITE-004"
    if tree == "metadata differs":
        return "META-003" if source in "FB" else "META-002"
    if step.call in ("write_atomic", "open_atomic"):
        return "AW-001"
    return "WRITE-001" if tree is None or tree == "content differs" else "WRITE-002"
