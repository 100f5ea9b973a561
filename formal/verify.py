"""Check everything that is claimed of the model: `python formal/verify.py`.

Format, proofs (bounded by resource units, never by wall time, so that a loaded machine gives the same answer), audit,
forbidden words, and that the vendored oracle is what the contract compiles to.  Leaves the tree as it was, unless
``--report`` asks for ``formal/REPORT.md``.
"""

from __future__ import annotations

import argparse
import csv
import filecmp
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

FORMAL = Path(__file__).resolve().parent
ROOT = FORMAL.parent
sys.path.insert(0, str(ROOT / "oracle"))

from build import COMPILED, ToolError, compile_contract, find_dafny  # noqa: E402

Z3_VERSION = "4.12.1"
RESOURCE_LIMIT = 5_000_000
FORBIDDEN = {
    r"\bassume\b": "assume",
    r"\{:axiom\b": "{:axiom}",
    r"\{:verify\s+false\b": "{:verify false}",
    r"\bdecreases\s+\*": "decreases *",
    r"^(?!\s*type\b).*\{:extern\b": "{:extern} on anything but a type",
}


class Failed(Exception):
    """A step found something; the text says what."""


@dataclass
class Proof:
    """One obligation: what was proved in how many resource units."""

    name: str
    units: int


@dataclass
class Context:
    dafny: str
    solver: str
    symbol: str | None = None
    proofs: list[Proof] = field(default_factory=list)

    def run(self, command: str, *arguments: str) -> str:
        """Run Dafny on all files of the model and return what it printed; Failed if it is not content."""
        files = [path.relative_to(FORMAL).as_posix() for path in sources()]
        run = subprocess.run(
            [self.dafny, command, *files, *arguments], cwd=FORMAL, capture_output=True, text=True, check=False
        )
        if run.returncode:
            raise Failed((run.stdout + run.stderr).strip())
        return run.stdout


def sources() -> list[Path]:
    return sorted([*FORMAL.glob("contract/*.dfy"), *FORMAL.glob("theorems/*.dfy")])


# --- Tools


def find_solver() -> str:
    """A z3 of the pinned version: from PATH, or from `.venv-verify`, which is made when needed."""
    on_path = shutil.which("z3")
    if on_path and _z3_version(on_path) == Z3_VERSION:
        return on_path
    venv = ROOT / ".venv-verify"
    solver = venv / "bin" / "z3"
    if not solver.exists():
        print(f"making {venv.name} with z3 {Z3_VERSION}", flush=True)
        steps = [[sys.executable, "-m", "venv", str(venv)]]
        steps.append(
            [str(venv / "bin" / "python"), "-m", "pip", "install", "-q", "-r", str(FORMAL / "requirements.txt")]
        )
        for step in steps:
            run = subprocess.run(step, capture_output=True, text=True, check=False)
            if run.returncode:
                raise ToolError(f"z3 {Z3_VERSION} is needed and could not be installed:\n{run.stdout}{run.stderr}")
    if (found := _z3_version(str(solver))) != Z3_VERSION:
        raise ToolError(f"{solver} is version {found}, needed is {Z3_VERSION}: remove {venv.name} and try again")
    return str(solver)


def _z3_version(solver: str) -> str:
    text = subprocess.run([solver, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"\d+\.\d+\.\d+", text)
    return found[0] if found else "unknown"


# --- Steps: each returns what it found to be so, or raises Failed


def check_format(context: Context) -> str:
    context.run("format", "--check")
    return f"{len(sources())} files"


def check_proofs(context: Context) -> str:
    with tempfile.TemporaryDirectory() as scratch:
        log = Path(scratch, "proofs.csv")
        arguments = ["--resource-limit", str(RESOURCE_LIMIT), "--cores", "2", "--solver-path", context.solver]
        arguments += ["--log-format", f"csv;LogFileName={log}"]
        if context.symbol:
            arguments += ["--filter-symbol", context.symbol]
        summary = context.run("verify", *arguments)
        with log.open(newline="", encoding="utf-8") as rows:
            context.proofs = [
                Proof(row["TestResult.DisplayName"], int(row["TestResult.ResourceCount"]))
                for row in csv.DictReader(rows)
            ]
    counted = re.search(r"finished with (\d+) verified, 0 errors$", summary.strip(), re.MULTILINE)
    if not counted or not int(counted[1]):
        raise Failed(f"nothing was verified:\n{summary.strip()}")
    units = sum(proof.units for proof in context.proofs)
    largest = max(proof.units for proof in context.proofs)
    return f"{counted[1]} obligations, {units / 1e6:.1f}M resource units, the largest {largest / 1e6:.1f}M"


def check_audit(context: Context) -> str:
    report = context.run("audit")
    if "Dafny auditor completed with 0 findings" not in report:
        raise Failed(report.strip())
    return "0 findings"


def check_words(context: Context) -> str:
    found = []
    for path in sources():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            code = line.split("//")[0]
            where = f"{path.relative_to(ROOT)}:{number}"
            found += [f"{where}: {name}" for word, name in FORBIDDEN.items() if re.search(word, code)]
    if found:
        raise Failed("\n".join(found))
    return "no assume, axiom, verify false, unbounded recursion or extern code"


def check_oracle(context: Context) -> str:
    with tempfile.TemporaryDirectory() as scratch:
        fresh = Path(scratch, "compiled")
        compile_contract(context.dafny, fresh)
        names = sorted(path.name for path in fresh.iterdir())
        vendored = sorted(path.name for path in COMPILED.iterdir() if path.is_file()) if COMPILED.is_dir() else []
        if names != vendored:
            raise Failed(f"the vendored oracle has other files: {sorted(set(names) ^ set(vendored))}")
        _, different, unreadable = filecmp.cmpfiles(fresh, COMPILED, names, shallow=False)
        if different or unreadable:
            raise Failed(f"not what the contract compiles to: {[*different, *unreadable]}; run python oracle/build.py")
    return f"{len(names)} files equal byte for byte"


STEPS: dict[str, Callable[[Context], str]] = {
    "format": check_format,
    "words": check_words,
    "oracle": check_oracle,
    "audit": check_audit,
    "verify": check_proofs,
}

# --- The report


def write_report(proofs: list[Proof]) -> None:
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in sources()}
    contract = sum(count for path, count in lines.items() if path.parent.name == "contract")
    text = [
        "# Figures of the proofs",
        "",
        "Written by `python formal/verify.py --report`; Dafny 4.11.0, z3 4.12.1.",
        f"The limit is {RESOURCE_LIMIT / 1e6:.0f}M resource units for each obligation.",
        "",
        f"{len(proofs)} obligations, {sum(proof.units for proof in proofs) / 1e6:.1f}M resource units;",
        f"{contract} lines of definitions, {sum(lines.values()) - contract} lines of theorems and proofs.",
        "",
        "| file | lines | obligations | resource units | the largest |",
        "|---|---:|---:|---:|---|",
    ]
    for path, count in lines.items():
        own = [proof for proof in proofs if proof.name.split(".")[0] == path.stem]
        units = sum(proof.units for proof in own)
        top = max(own, key=lambda proof: proof.units, default=None)
        largest = f"`{top.name.split()[0]}` {top.units / 1e6:.2f}M" if top else ""
        name = path.relative_to(FORMAL).as_posix()
        text.append(f"| `{name}` | {count} | {len(own)} | {units / 1e6:.2f}M | {largest} |")
    (FORMAL / "REPORT.md").write_text("\n".join(text) + "\n", encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", choices=STEPS, help="this step alone")
    parser.add_argument("--symbol", help="verify only what has this in its name")
    parser.add_argument("--report", action="store_true", help="write formal/REPORT.md")
    options = parser.parse_args(arguments)
    try:
        context = Context(find_dafny(), find_solver(), options.symbol)
    except ToolError as problem:
        print(problem, file=sys.stderr)
        return 2
    failures = 0
    for name, step in STEPS.items():
        if options.only not in (None, name):
            continue
        start = time.monotonic()
        try:
            verdict, told = "ok  ", step(context)
        except (Failed, ToolError) as problem:
            verdict, told = "FAIL", str(problem)
            failures += 1
        print(f"{verdict} {name:<7} {time.monotonic() - start:5.1f} s  {told}", flush=True)
    if options.report and context.proofs and not failures:
        write_report(context.proofs)
    return 1 if failures else 0


if __name__ == "__main__":
    os.environ.setdefault("DOTNET_CLI_TELEMETRY_OPTOUT", "1")
    sys.exit(main())
