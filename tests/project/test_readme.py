"""Every block of README.md is executed, or is a command that exists."""

from __future__ import annotations

import importlib
import re
import shlex
import sys
from pathlib import Path

import pytest

from tests.project.repository import ROOT, project

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = BLOCK.findall(README)
PYTHON = [code for language, code in BLOCKS if language == "python"]
COMMANDS = [
    line[2:] for language, code in BLOCKS if language == "console" for line in code.splitlines() if line[:2] == "$ "
]


def test_every_block_is_of_a_kind_that_is_tested() -> None:
    assert {language for language, _ in BLOCKS} <= {"python", "console"}
    assert PYTHON
    assert COMMANDS


@pytest.mark.parametrize("code", PYTHON, ids=[f"block {number}" for number in range(len(PYTHON))])
def test_python_blocks_run(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "README.md", "exec"), {"__name__": "readme"})


def test_the_quickstart_shows_the_refusal_and_then_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    exec(compile(PYTHON[0], "README.md", "exec"), {"__name__": "readme"})
    refusal, listed = capsys.readouterr().out.splitlines()
    assert "path='reports/2026/may.txt', backend='local'" in refusal
    assert listed == "reports/2026/may.txt 11 42 visitors"


def test_the_example_backend_is_conformant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from remote_store.cli import main

    (command,) = (command for command in COMMANDS if command.startswith("remote-store conformance run"))
    *arguments, target = shlex.split(command)[1:]
    module = target.partition(":")[0]
    (tmp_path / f"{module}.py").write_text(next(code for code in PYTHON if "(Backend)" in code), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    try:
        assert main([*arguments, target, "--tier", "smoke"]) == 0
    finally:
        sys.modules.pop(module, None)


def test_the_matrix_has_the_rows_that_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    from remote_store.cli import main

    (shown,) = (code for language, code in BLOCKS if language == "console" and code.startswith("$ make conformance"))
    assert main(["conformance", "run", "memory", "--tier", "smoke"]) == 0
    real = capsys.readouterr().out.splitlines()
    rows = [line.split()[:2] for line in shown.splitlines() if "✓" in line]
    assert rows
    assert [row for row in rows if row not in [line.split()[:2] for line in real]] == []
    assert "memory    conformant" in shown.splitlines()
    assert "memory  conformant" in real


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_exist(command: str) -> None:
    program, *arguments = shlex.split(command)
    if program == "make":
        assert re.search(rf"^{arguments[0]}:.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    else:
        assert program in project()["scripts"]


@pytest.mark.parametrize("extra", sorted(set(re.findall(r"remote-store\[([a-z0-9-]+)\]", README))))
def test_extras_exist(extra: str) -> None:
    assert extra in project()["optional-dependencies"]


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_links_within_the_repository_lead_somewhere(target: str) -> None:
    assert (ROOT / target).exists()
