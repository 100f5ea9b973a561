"""The mutation gate: a survivor needs a reason, a reason needs a survivor."""

from __future__ import annotations

from pathlib import Path

import pytest

from mutation import run as gate

DIFF = """\
# pkg.mod.xǁThingǁdo__mutmut_3: survived
--- src/pkg/mod.py
+++ src/pkg/mod.py
@@ -1,2 +1,2 @@
 def do(self):
-    return 1
+    return 2
"""
MUTANT = gate.Mutant("pkg.mod.Thing.do", "- return 1\n+ return 2")
LISTED = (
    '[[mutant]]\nwhere = "pkg.mod.Thing.do"\nchange = """\n- return 1\n+ return 2\n"""\nreason = "It is the same."\n'
)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a report about the code as it is, and nothing accepted."""
    monkeypatch.setattr(gate, "HERE", tmp_path)
    monkeypatch.setattr(gate, "version", lambda package: "0")  # mutmut itself is there for `make mutate` only
    (tmp_path / "accepted.toml").write_text("", encoding="utf-8")
    (tmp_path / "REPORT.md").write_text(gate.digest(), encoding="utf-8")
    return tmp_path


def judged(monkeypatch: pytest.MonkeyPatch, survivors: list[gate.Mutant], *arguments: str) -> int:
    results = {"remote_store.path.x_f__mutmut_1": "killed", "remote_store.path.x_f__mutmut_2": "survived"}
    monkeypatch.setattr(gate, "run", lambda scratch: (results, survivors))
    monkeypatch.setattr("sys.argv", ["run.py", *arguments])
    return gate.main()


def test_a_mutant_is_known_by_its_function_and_its_change() -> None:
    assert gate._mutant("pkg.mod.xǁThingǁdo__mutmut_3", DIFF) == MUTANT
    assert gate._mutant("pkg.mod.x_do__mutmut_12", DIFF).where == "pkg.mod.do"


def test_a_survivor_without_a_reason_fails(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert judged(monkeypatch, [MUTANT], "--check") == 1
    (here / "accepted.toml").write_text(LISTED, encoding="utf-8")
    assert judged(monkeypatch, [MUTANT], "--check") == 0


def test_a_reason_without_a_survivor_fails(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "accepted.toml").write_text(LISTED, encoding="utf-8")
    assert judged(monkeypatch, [], "--check") == 1


def test_a_report_about_other_code_fails_until_it_is_written_anew(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "REPORT.md").write_text("about `0123456789abcdef`", encoding="utf-8")
    assert judged(monkeypatch, [], "--check") == 1
    assert judged(monkeypatch, []) == 0
    assert "| src/remote_store/path.py | 2 | 1 | 0 | 1 |" in (here / "REPORT.md").read_text(encoding="utf-8")
    assert judged(monkeypatch, [], "--check") == 0


def test_every_accepted_mutant_has_a_reason() -> None:
    assert all(reason.strip() for reason in gate.accepted(gate.ROOT / "mutation" / "accepted.toml").values())
