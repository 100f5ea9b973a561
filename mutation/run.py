"""Mutate the pure core and see whether its tests notice.

    python mutation/run.py [--check]

Runs mutmut over `TARGETS` in a scratch folder, with the tests of those files only. A mutant that survives has to be
listed in accepted.toml, by its diff and with a reason; one that is listed and does not survive is stale. Either fails.
Writes REPORT.md; with `--check` only looks whether the report is about the code as it is.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "mutation"
TARGETS = {
    "src/remote_store/path.py": "tests/core/test_path.py",
    "src/remote_store/_core/plan.py": "tests/core/test_plan.py",
}
MOST_SECONDS = 600
SURVIVED = frozenset({"survived", "no tests"})
KILLED = frozenset({"killed", "timeout"})

_SETTINGS = """\
[tool.mutmut]
source_paths = ["src"]
only_mutate = {targets}
pytest_add_cli_args_test_selection = {tests}
use_git_change_detection = false

[tool.pytest.ini_options]
addopts = ["--strict-markers", "-p", "no:cacheprovider"]
markers = ["spec(*ids): the clauses that this test checks"]
"""
_RESULT = re.compile(r"^\s+(\S+__mutmut_\d+): (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A change to one function; numbers and line positions stay out, they move with every edit."""

    where: str
    change: str

    def __str__(self) -> str:
        return f"{self.where}\n" + "\n".join(f"    {line}" for line in self.change.splitlines())


class ToolError(Exception):
    """mutmut did not do its work; the text says what it said."""


def run(scratch: Path) -> tuple[dict[str, str], list[Mutant]]:
    """What became of each mutant, by mutmut's name, and the ones that survived."""
    shutil.copytree(ROOT / "src", scratch / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for test in TARGETS.values():
        (scratch / test).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / test, scratch / test)
    settings = _SETTINGS.format(targets=_toml_list(TARGETS), tests=_toml_list(TARGETS.values()))
    (scratch / "pyproject.toml").write_text(settings, encoding="utf-8")
    said = _mutmut(scratch, "run", "--max-children", str(os.cpu_count() or 1))
    results = dict(_RESULT.findall(_mutmut(scratch, "results", "--all", "true")))
    if not results or set(results.values()) - KILLED - SURVIVED:
        raise ToolError(f"mutmut gave no clear answer: {Counter(results.values())}\n{said[-2000:]}")
    survivors = [name for name, outcome in results.items() if outcome in SURVIVED]
    return results, [_mutant(name, _mutmut(scratch, "show", name)) for name in survivors]


def _toml_list(items: object) -> str:
    return str(list(items))  # type: ignore[call-overload]  # Python's and TOML's spelling are one for plain text


def _mutmut(scratch: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "mutmut", *arguments]
    try:
        done = subprocess.run(
            command,
            cwd=scratch,
            capture_output=True,
            text=True,
            timeout=MOST_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired as exc:
        raise ToolError(f"mutmut {arguments[0]} took more than {MOST_SECONDS} s") from exc
    if done.returncode:
        raise ToolError(f"mutmut {arguments[0]} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def _mutant(name: str, diff: str) -> Mutant:
    module, _, function = name.rpartition("__mutmut_")[0].rpartition(".")
    function = function.removeprefix("xǁ").removeprefix("x_").replace("ǁ", ".")
    lines = [line for line in diff.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    return Mutant(f"{module}.{function}", "\n".join(f"{line[0]} {line[1:].strip()}" for line in lines))


def accepted(path: Path) -> dict[Mutant, str]:
    """The survivors that we live with, and why."""
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get("mutant", [])
    return {Mutant(entry["where"], entry["change"].strip()): entry["reason"] for entry in entries}


def digest() -> str:
    """What the report is about: the mutated files and their tests, as they are."""
    content = b"".join((ROOT / path).read_bytes() for pair in TARGETS.items() for path in pair)
    return hashlib.sha256(content).hexdigest()[:16]


def report(results: dict[str, str], survivors: list[Mutant], reasons: dict[Mutant, str]) -> Iterator[str]:
    yield "# Mutation"
    yield ""
    yield f"Written by `make mutate` with mutmut {version('mutmut')}; about `{digest()}`."
    yield ""
    yield "| file | mutants | killed | timed out | survived |"
    yield "|---|---|---|---|---|"
    for target in TARGETS:
        module = target.removeprefix("src/").removesuffix(".py").replace("/", ".")
        of = Counter(outcome for name, outcome in results.items() if name.rpartition(".")[0] == module)
        yield f"| {target} | {of.total()} | {of['killed']} | {of['timeout']} | {sum(of[name] for name in SURVIVED)} |"
    for mutant in survivors:
        yield ""
        yield f"**{mutant.where}** survives: {reasons.get(mutant, 'no reason is listed')}"
        yield ""
        yield "```diff"
        yield mutant.change
        yield "```"


def main() -> int:
    parser = argparse.ArgumentParser(description="Mutate the pure core and see whether its tests notice.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if REPORT.md is about other code")
    options = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory() as scratch:
            results, survivors = run(Path(scratch))
    except ToolError as exc:
        print(f"mutation: {exc}", file=sys.stderr)
        return 1
    reasons = accepted(HERE / "accepted.toml")
    faults = [f"survives and is not listed: {mutant}" for mutant in survivors if mutant not in reasons]
    faults += [f"is listed and does not survive: {mutant}" for mutant in reasons if mutant not in survivors]
    target = HERE / "REPORT.md"
    if not options.check:
        target.write_text("\n".join(report(results, survivors, reasons)) + "\n", encoding="utf-8")
    elif not target.exists() or digest() not in target.read_text(encoding="utf-8"):
        faults.append("mutation/REPORT.md is about other code: run make mutate and commit it")
    for fault in faults:
        print(f"mutation: {fault}", file=sys.stderr)
    print(
        "mutation: " + ", ".join(f"{count} {outcome}" for outcome, count in sorted(Counter(results.values()).items()))
    )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
