"""`formal/verify.py` finds what it is there to find, each time in a copy with one thing changed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = [ROOT / ".toolchain" / "bin", ROOT / ".venv-verify" / "bin", Path(sys.prefix) / "bin"]
SEARCH = os.pathsep.join([os.environ.get("PATH", ""), *(str(folder) for folder in TOOLS if folder.is_dir())])

needs_dafny = pytest.mark.skipif(
    shutil.which("dafny", path=SEARCH) is None or shutil.which("z3", path=SEARCH) is None,
    reason="Dafny and z3 are neither on PATH nor in .toolchain and .venv-verify: run python formal/verify.py once",
)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the model, its scripts and its oracle, and nothing else."""
    ignore = shutil.ignore_patterns("__pycache__")
    for folder in ("formal", "oracle"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignore)
    return tmp_path


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{path.name} no longer has exactly one {old!r}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def verify(root: Path, *arguments: str, search: str = SEARCH) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(root / "formal" / "verify.py"), *arguments]
    environment = {**os.environ, "PATH": search}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


@pytest.mark.spec("FORMAL-005")
@pytest.mark.parametrize("script", ["formal/verify.py", "oracle/build.py"])
def test_without_dafny_it_says_how_to_get_it_and_fails(copy: Path, script: str) -> None:
    run = subprocess.run(
        [sys.executable, str(copy / script)], capture_output=True, text=True, check=False, env={"PATH": str(copy)}
    )
    assert run.returncode != 0
    assert "dotnet tool install --global dafny --version 4.11.0" in run.stderr
    assert "Traceback" not in run.stderr


@needs_dafny
@pytest.mark.spec("FORMAL-005")
def test_the_proof_of_one_table_column_fails_when_an_operator_of_the_model_is_changed(copy: Path) -> None:
    column = ("--only", "verify", "--symbol", "RoomExact")
    whole = verify(copy, *column)
    assert whole.returncode == 0, whole.stdout + whole.stderr
    assert "obligations" in whole.stdout

    semantics = copy / "formal" / "contract" / "Semantics.dfy"
    change(semantics, "FolderHere(node) || ThroughFile(t, arg.path)", "FolderHere(node) && ThroughFile(t, arg.path)")
    broken = verify(copy, *column)
    assert broken.returncode == 1
    assert "FAIL verify" in broken.stdout
    assert "RoomColumn" in broken.stdout


@needs_dafny
@pytest.mark.spec("FORMAL-005")
def test_a_failing_proof_names_the_clause(copy: Path) -> None:
    change(copy / "formal" / "contract" / "Semantics.dfy", "Truth(!NothingHere(", "Truth(FileHere(")
    run = verify(copy, "--only", "verify", "--symbol", "ExistsAnswers")
    assert run.returncode == 1
    assert "EXISTS-001" in run.stdout


@needs_dafny
@pytest.mark.spec("FORMAL-005")
def test_a_changed_character_in_the_vendored_oracle_is_found(copy: Path) -> None:
    whole = verify(copy, "--only", "oracle")
    assert whole.returncode == 0, whole.stdout + whole.stderr

    change(
        copy / "oracle" / "remote_store_oracle" / "_compiled" / "Profiles.py",
        "# Module: Profiles",
        "# Module; Profiles",
    )
    run = verify(copy, "--only", "oracle")
    assert run.returncode == 1
    assert "Profiles.py" in run.stdout


@needs_dafny
@pytest.mark.spec("FORMAL-005")
def test_a_changed_model_no_longer_matches_the_vendored_oracle(copy: Path) -> None:
    change(copy / "formal" / "contract" / "Operations.dfy", "Some(Copying)", "Some(Moving)")
    run = verify(copy, "--only", "oracle")
    assert run.returncode == 1
    assert "Operations.py" in run.stdout


@needs_dafny
@pytest.mark.spec("FORMAL-005")
@pytest.mark.parametrize(
    "words", ["lemma {:axiom} Trust()", "lemma {:verify false} Skip() {}", "lemma Cheat() { assume false; }"]
)
def test_a_proof_that_is_only_claimed_is_found(copy: Path, words: str) -> None:
    change(copy / "formal" / "theorems" / "Laws.dfy", "module Laws {", "module Laws {\n  " + words)
    run = verify(copy, "--only", "words")
    assert run.returncode == 1
    assert "theorems/Laws.dfy" in run.stdout
