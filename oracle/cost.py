"""Measure what the oracle costs: `python oracle/cost.py` writes `oracle/COST.md`.

The median over many calls, for one folder of 1 000 files and for 100 folders of 10.  A state machine pays this once for
each step beside what the backend costs, and once more for each question that it asks about the state.
"""

from __future__ import annotations

import platform
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import remote_store_oracle as oracle

PROFILE = oracle.Profile(
    frozenset("read write delete list glob move copy atomic_write metadata user_metadata".split()), "kept", "refused"
)
SECONDS = 0.4
HEAD = """# What the oracle costs

Written by `python oracle/cost.py`: CPython {python}, the median of single calls in microseconds of processor time.
`apply` gives the outcome and the next state, `judge` says whether an observed outcome is right. Both trees hold 1 000
files: `wide` in one folder, `deep` in 100 folders of 10.

| operation | apply, wide | judge, wide | apply, deep | judge, deep |
|---|---:|---:|---:|---:|
"""
TAIL = """
What this does not say: a lockstep run spends most of its time elsewhere. Drawing an operation, running it on the
backend and comparing the whole visible tree cost more than the oracle on a tree of a few files, which is what state
machines grow. Listings, globs and folder totals cost some microseconds for each entry, and the sum of the sizes is
quadratic in the number of files. The machine was not idle, so read the figures as an order of magnitude.
"""


def wide(number: int) -> oracle.Path:
    return ("folder", f"file{number}")


def deep(number: int) -> oracle.Path:
    return (f"folder{number // 10}", f"file{number}")


def operations(path: Callable[[int], oracle.Path]) -> dict[str, oracle.Op]:
    old, new = path(500), (*path(500)[:-1], "new")
    folder = old[:-1]
    return {
        "exists": oracle.Exists(old),
        "read": oracle.Read(old),
        "read, missing": oracle.Read(new),
        "get_file_info": oracle.GetFileInfo(old),
        "write": oracle.Write(new, b"content"),
        "write, overwrite": oracle.Write(old, b"content", overwrite=True),
        "delete": oracle.Delete(old),
        "move": oracle.Move(old, new),
        "copy": oracle.Copy(old, new),
        "delete_folder, recursive": oracle.DeleteFolder(folder, recursive=True),
        "iter_children of its folder": oracle.IterChildren(folder),
        "list_files of its folder": oracle.ListFiles(folder),
        "list_files of all": oracle.ListFiles((), None),
        "glob **/file5*": oracle.Glob("**/file5*"),
        "get_folder_info of its folder": oracle.GetFolderInfo(folder),
    }


def median(call: Callable[[], object]) -> float:
    """The median time of one call, in microseconds."""
    times: list[float] = []
    end = time.process_time() + SECONDS
    while time.process_time() < end or len(times) < 5:
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    return statistics.median(times) * 1e6


def column(path: Callable[[int], oracle.Path]) -> list[tuple[str, float, float]]:
    state = oracle.build(PROFILE, {path(number): oracle.FileData(b"x" * number) for number in range(1000)})
    rows = []
    for name, op in operations(path).items():
        outcome = oracle.apply(PROFILE, state, op)[1]
        assert oracle.judge(PROFILE, state, op, outcome)
        applying = median(partial(oracle.apply, PROFILE, state, op))
        judging = median(partial(oracle.judge, PROFILE, state, op, outcome))
        rows.append((name, applying, judging))
    return rows


def main() -> int:
    text = HEAD.format(python=platform.python_version())
    for (name, *first), (_, *second) in zip(column(wide), column(deep), strict=True):
        text += f"| {name} | " + " | ".join(f"{cost:.3g}" if cost < 1000 else f"{cost:.0f}" for cost in first + second)
        text += " |\n"
    target = Path(__file__).with_name("COST.md")
    target.write_text(text + TAIL, encoding="utf-8")
    print(target.read_text(encoding="utf-8"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
