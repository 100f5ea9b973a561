"""Join clauses, proofs and tests into sdd/TRACE.md.

    python sdd/trace.py [--check]

Clauses are headings of sdd/specs, proofs are `{:error "ID: ..."}` in formal, tests carry `@pytest.mark.spec("ID")`, and
the conformance laws name the clause that a divergence breaks. Fails on an unknown or duplicate ID, on a clause that
nothing tests, on a `[proved]` one that nothing proves; with `--check` also if TRACE.md is not what it would write.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TAGS = ("proved", "tested", "by design")
NAMES_SHOWN = 4

_ID = r"[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*-\d{3}"
_ANY_ID = re.compile(rf"\b{_ID}\b")
_HEADING = re.compile(rf"## ({_ID}): (.+?)(?: \[([a-z ]+)\])?")
_PROOF = re.compile(rf'\{{:error\s+"({_ID})\b')
_DECLARATION = re.compile(r"\b(?:lemma|function|predicate|method)\s+(?:\{[^}]*\}\s*)*(\w+)")
_COMMENT = re.compile(r"//.*")


@dataclass(frozen=True, slots=True)
class Clause:
    """One heading of a spec."""

    id: str
    title: str
    tag: str
    topic: str


@dataclass(slots=True)
class Trace:
    """What is joined; the last three by clause ID. `faults` are sentences."""

    clauses: list[Clause] = field(default_factory=list)
    proofs: dict[str, list[str]] = field(default_factory=dict)
    tests: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    laws: frozenset[str] = frozenset()
    faults: list[str] = field(default_factory=list)


def gather(root: Path) -> Trace:
    """Everything that the tree at `root` says, and what is wrong with it."""
    trace = Trace()
    for path in sorted((root / "sdd" / "specs").glob("*.md")):
        trace.clauses += _clauses(path, trace.faults)
    for path in sorted((root / "formal").rglob("*.dfy")):
        for clause, name in _proofs(path.read_text(encoding="utf-8")):
            _add(trace.proofs, clause, f"{path.relative_to(root / 'formal').as_posix()}: {name}")
    for path in sorted((root / "tests").rglob("test_*.py")):
        place = path.relative_to(root).as_posix()
        for clause, name in _marks(path.read_text(encoding="utf-8"), place, trace.faults):
            _add(trace.tests, clause, (place, name))
    conformance = sorted((root / "src" / "remote_store" / "conformance").rglob("*.py"))
    trace.laws = frozenset(clause for path in conformance for clause in _constants(path.read_text(encoding="utf-8")))
    trace.faults += _faults(trace)
    return trace


def _add(places: dict[str, list], clause: str, place: object) -> None:  # type: ignore[type-arg]
    known = places.setdefault(clause, [])
    if place not in known:
        known.append(place)


def _clauses(path: Path, faults: list[str]) -> Iterator[Clause]:
    topic = path.stem
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            topic = line[2:]
        elif line.startswith("## "):
            found = _HEADING.fullmatch(line)
            if found is None or found[3] not in TAGS:
                faults.append(f"{path.name}: not a clause with an ID and one of the tags {', '.join(TAGS)}: {line}")
            else:
                yield Clause(found[1], found[2], found[3], topic)


def _proofs(text: str) -> Iterator[tuple[str, str]]:
    name = "?"
    for line in text.splitlines():
        code = _COMMENT.sub("", line) if ":error" not in line else line
        if declared := _DECLARATION.search(code.partition("{:error")[0]):
            name = declared[1]
        if not line.lstrip().startswith("//"):
            for clause in _PROOF.findall(line):
                yield clause, name


def _marks(text: str, place: str, faults: list[str]) -> Iterator[tuple[str, str]]:
    """The clause IDs of each test function or class; markers elsewhere in a module count for the module."""
    tree = ast.parse(text)
    seen: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            for decorator in node.decorator_list:
                for call in _spec_calls(decorator):
                    seen.add(call)
                    yield from ((clause, node.name) for clause in _arguments(call, place, faults))
    for call in _spec_calls(tree):
        if call not in seen:
            yield from ((clause, "(module)") for clause in _arguments(call, place, faults))


def _spec_calls(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "spec":
            owner = node.func.value
            if isinstance(owner, ast.Attribute) and owner.attr == "mark":
                yield node


def _arguments(call: ast.Call, place: str, faults: list[str]) -> Iterator[str]:
    for argument in call.args:
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            yield argument.value
        else:
            faults.append(f"{place}: line {call.lineno}: the IDs of a spec marker have to be literal text")


def _constants(text: str) -> Iterator[str]:
    """Clause IDs in the code of a module; what its docstrings mention does not count."""
    nodes = list(ast.walk(ast.parse(text)))
    docstrings = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield from _ANY_ID.findall(node.value)


def _faults(trace: Trace) -> Iterator[str]:
    known = Counter(clause.id for clause in trace.clauses)
    yield from (f"{clause} stands in the specs {times} times" for clause, times in known.items() if times > 1)
    yield from (
        f"{places[0]} proves {clause}, which is no clause"
        for clause, places in trace.proofs.items()
        if clause not in known
    )
    for clause, tests in trace.tests.items():
        if clause not in known:
            yield f"{'::'.join(tests[0])} tests {clause}, which is no clause"
    families = {clause.rpartition("-")[0] for clause in known}
    for clause in sorted(trace.laws - known.keys()):
        if clause.rpartition("-")[0] in families:
            yield f"the conformance laws name {clause}, which is no clause"
    for clause in trace.clauses:
        if clause.tag != "by design" and clause.id not in trace.tests:
            yield f"no test is marked with {clause.id}: {clause.title}"
        if clause.tag == "proved" and clause.id not in trace.proofs:
            yield f"no Dafny line proves {clause.id}: {clause.title}"


def render(trace: Trace) -> str:
    """TRACE.md."""
    count = Counter(clause.tag for clause in trace.clauses)
    lines = [
        "# Trace",
        "",
        "Written by `make trace`. *proof*: the Dafny declaration in `formal/` whose failing proof prints the clause.",
        "*tests*: what carries the clause's mark. *lockstep*: the conformance run judges every backend by it.",
        "",
        f"{len(trace.clauses)} clauses: " + ", ".join(f"{count[tag]} {tag}" for tag in TAGS) + ".",
    ]
    topic = ""
    for clause in trace.clauses:
        if clause.topic != topic:
            topic = clause.topic
            lines += ["", f"## {topic}", "", "| clause | tag | proof | tests | lockstep |", "|---|---|---|---|---|"]
        proofs = "<br>".join(trace.proofs.get(clause.id, []))
        lockstep = "yes" if clause.id in trace.laws else ""
        tests = "<br>".join(_by_file(trace.tests.get(clause.id, [])))
        lines.append(f"| {clause.id}: {clause.title} | {clause.tag} | {proofs} | {tests} | {lockstep} |")
    return "\n".join(lines) + "\n"


def _by_file(tests: list[tuple[str, str]]) -> Iterator[str]:
    files: dict[str, list[str]] = {}
    for place, name in tests:
        files.setdefault(place, []).append(name)
    for place, names in files.items():
        more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
        yield f"{place}: {', '.join(names[:NAMES_SHOWN])}{more}"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Join clauses, proofs and tests into sdd/TRACE.md.")
    parser.add_argument("--check", action="store_true", help="compare with sdd/TRACE.md, write nothing")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    trace = gather(options.root)
    target = options.root / "sdd" / "TRACE.md"
    text = render(trace)
    if options.check and (not target.exists() or target.read_text(encoding="utf-8") != text):
        trace.faults.append("sdd/TRACE.md is not current: run make trace and commit it")
    elif not options.check:
        target.write_text(text, encoding="utf-8")
    for fault in trace.faults:
        print(f"trace: {fault}", file=sys.stderr)
    counts = f"{len(trace.clauses)} clauses, {len(trace.proofs)} proved, {len(trace.tests)} tested"
    print(f"trace: {counts}, {len(trace.faults)} faults")
    return 1 if trace.faults else 0


if __name__ == "__main__":
    sys.exit(main())
