"""Compare this library with raw calls and its peers: `make bench`, or `make bench ARGS=--write` to keep the report.

It reports and asserts nothing: times of a shared machine fail no test.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.contenders import in_memory, on_folder

HERE = Path(__file__).parent
DATA = b"x" * 1024
BLOCK = 50
FILES = 1000
Times = dict[str, list[float]]


def measured(block: Callable[[], Any], per: int) -> float:
    """Microseconds for each of the `per` things that the block does."""
    gc.collect()
    gc.disable()
    try:
        start = perf_counter()
        block()
        return (perf_counter() - start) / per * 1e6
    finally:
        gc.enable()


def in_turns(names: Iterable[str], rounds: int, run: Callable[[str, int], float]) -> Times:
    """`run` each name once in each round, in rotating order; the first round only warms up."""
    order = list(names)
    times: Times = {name: [] for name in order}
    for turn in range(rounds + 1):
        for name in order[turn % len(order) :] + order[: turn % len(order)]:
            taken = run(name, turn)
            if turn:
                times[name].append(taken)
    return times


def each(call: Callable[..., Any], keys: list[str], *args: Any) -> Callable[[], None]:
    def block() -> None:
        for key in keys:
            call(key, *args)

    return block


def local_workloads(root: str, rounds: int) -> dict[str, Times]:
    contenders = on_folder(root)
    results: dict[str, Times] = {}

    def keys(name: str, turn: int, folder: str) -> list[str]:
        return [f"{folder}/{name}-{turn}-{number}" for number in range(BLOCK)]

    def writing(method: str, folder: str, fresh: bool) -> Callable[[str, int], float]:
        def run(name: str, turn: int) -> float:
            block = keys(name, turn if fresh else 0, folder)
            put = getattr(contenders[name], method, None) or contenders[name].overwrite
            taken = measured(each(put, block, DATA), BLOCK)
            if fresh:
                for key in block:
                    os.unlink(f"{root}/{key}")
            return taken

        return run

    def looking(method: str, found: list[str]) -> Callable[[str, int], float]:
        return lambda name, _: measured(each(getattr(contenders[name], method), found), BLOCK)

    def once(method: str, per: int, *args: str) -> Callable[[str, int], float]:
        return lambda name, _: measured(lambda: getattr(contenders[name], method)(*args), per)

    for folder in ("put", "over", "atomic", "a/b/c", "flat", *(f"tree/{number}" for number in range(10))):
        os.makedirs(f"{root}/{folder}")
    for number in range(FILES):
        for folder in ("flat", f"tree/{number % 10}"):
            Path(f"{root}/{folder}/{number:04}.txt").write_bytes(b"x")
    below, deep, top = keys("file", 0, "put"), keys("file", 0, "a/b/c"), [f"file-{n}" for n in range(BLOCK)]
    for key in (*below, *deep, *top):
        Path(f"{root}/{key}").write_bytes(DATA)
    hits = contenders["raw"].glob("tree", "*/*7.txt")
    plan = {
        "put 1 KiB, new key": writing("create", "put", fresh=True),
        "put 1 KiB, replace": writing("overwrite", "over", fresh=False),
        "put 1 KiB, raw truncates": writing("truncate", "over", fresh=False),
        "atomic put 1 KiB, replace": writing("atomic", "atomic", fresh=False),
        "get 1 KiB": looking("get", below),
        "exists, in the root": looking("exists", top),
        "exists, 1 folder down": looking("exists", below),
        "exists, 3 folders down": looking("exists", deep),
        "exists, missing": looking("exists", [f"put/no-{number}" for number in range(BLOCK)]),
        "list 1 000 flat, per file": once("list_flat", FILES, "flat"),
        "list 1 000 recursive, per file": once("list_all", FILES, "tree"),
        f"glob {hits} of 1 000, per hit": once("glob", hits, "tree", "*/*7.txt"),
    }
    for workload, run in plan.items():
        print(f"  {workload}", file=sys.stderr, flush=True)
        results[workload] = in_turns(contenders, rounds, run)
    return results


def memory_workloads(rounds: int) -> dict[str, Times]:
    contenders = in_memory()
    keys = [f"folder/{number}" for number in range(BLOCK)] * 20  # these calls are short: more of them to a block
    results: dict[str, Times] = {}
    for method, args in (("put", (DATA,)), ("get", ()), ("exists", ())):
        results[f"{method} 1 KiB" if method != "exists" else method] = in_turns(
            contenders,
            rounds,
            lambda name, _, method=method, args=args: measured(  # type: ignore[misc]
                each(getattr(contenders[name], method), keys, *args), len(keys)
            ),
        )
    return results


IMPORTS = {
    "raw": "import pathlib, tempfile, dataclasses, enum, typing",
    "remote-store": "import remote_store",
    "fsspec": "import fsspec",
    "obstore": "import obstore",
}
IMPORT = """
import sys, time
before = set(sys.modules)
start = time.perf_counter()
{}
print(time.perf_counter() - start)
tops = {{name.partition(".")[0] for name in set(sys.modules) - before}}
print(*sorted(tops - sys.stdlib_module_names - {{"remote_store"}}))
"""


def import_times(rounds: int) -> tuple[Times, dict[str, str]]:
    """Microseconds to import in a fresh interpreter, and which modules that are not Python's own came along."""
    foreign: dict[str, str] = {}
    # As installed: with its bytecode beside it, which the first run of each writes.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}

    def run(name: str, _: int) -> float:
        command = [sys.executable, "-c", IMPORT.format(IMPORTS[name])]
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
        seconds, foreign[name] = done.stdout.split("\n")[:2]
        return float(seconds) * 1e6

    for name in IMPORTS:
        run(name, 0)
    return in_turns(IMPORTS, rounds, run), foreign


def ratio(times: Times, name: str) -> float:
    return median(one / raw for one, raw in zip(times[name], times["raw"], strict=True))


def table(title: str, results: dict[str, Times], unit: str = "us", scale: float = 1.0) -> list[str]:
    names = list(next(iter(results.values())))
    rows = [[title, f"raw, {unit}", f"remote-store, {unit}", *names[1:]]]
    for workload, times in results.items():
        figures = [f"{median(times[name]) * scale:.2f}" for name in names[:2]]
        rows.append([workload, *figures, *(f"{ratio(times, name):.2f}" for name in names[1:])])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rows.insert(1, ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])])
    lines = []
    for first, *others in rows:
        cells = [first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))]
        lines.append(f"| {' | '.join(cells)} |")
    return [*lines, ""]


def file_system(folder: str) -> str:
    """The type of the file system that holds the folder."""
    try:
        mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text().splitlines()]
    except OSError:
        return "unknown"
    return max((m for m in mounts if os.path.commonpath([m[0], folder]) == m[0]), key=lambda m: len(m[0]))[1]


def machine(folder: str) -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "kernel": f"{platform.system()} {'.'.join(platform.release().split('.')[:2])}",
        "file system": file_system(folder),
        **{name: version(name) for name in ("remote-store", "fsspec", "obstore")},
    }


EXPLANATION = f"""
The columns after the two times are ratios to raw: below 1 is faster. All contenders run in turns within each round, in
another order each time, so that what disturbs the machine disturbs all. A time is the median over the rounds; a ratio
is the median of the rounds' ratios.

What raw is. **put, new key**: open with O_EXCL, write, close. **put, replace**: open, write, close of a temporary file,
rename; the row below has open with O_TRUNC, write, close, which damages the old content on a failure and shows readers
half a file. remote-store, and obstore, do the same in both rows: a new file and a rename; pathlib and fsspec truncate.
**atomic put**: mkstemp, write, close, rename. **get**: open, fstat, read, close. **exists**: stat. **list**: scandir,
and a stat for each file; everybody sums the sizes up. **glob**: `glob.glob`. **memory**: a dict.
**import**: `{IMPORTS["raw"]}`.

obstore has neither exists nor glob: head, and list with a match. fsspec does not create exclusively: its put of a new
key is its put. Nobody calls fsync. Small files are in the page cache. `--folder` chooses the file system: on one in
memory (`/dev/shm`) raw calls take least and all ratios are at their highest.
"""


def report(found: dict[str, Any]) -> str:
    about = "; ".join(f"{key} {value}" for key, value in found["machine"].items())
    lines = ["# Benchmarks", "", "Written by `make bench ARGS=--write`.", "", f"{about}.", EXPLANATION]
    lines += table("local", found["local"])
    lines += table("memory", found["memory"])
    lines += table("import", {"fresh interpreter": found["import"]}, "ms", 1e-3)
    foreign = found["foreign"]["remote-store"] or "none"
    lines += [f"Modules that are not Python's own after `import remote_store`: {foreign}."]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare memory and local with raw calls and peers.")
    parser.add_argument("--rounds", type=int, default=41, help="how often each contender runs each workload")
    parser.add_argument("--folder", help="where to make the temporary folder (default: the system's)")
    parser.add_argument("--write", action="store_true", help="keep REPORT.md and report.json beside this file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as root:
        about = {**machine(root), "rounds": options.rounds}
        found: dict[str, Any] = {"machine": about, "local": local_workloads(root, options.rounds)}
    found["memory"] = memory_workloads(options.rounds)
    found["import"], found["foreign"] = import_times(options.rounds)
    text = report(found)
    print(text)
    if options.write:
        (HERE / "REPORT.md").write_text(text)
        (HERE / "report.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
