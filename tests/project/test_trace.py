"""`make trace` joins what the tree says, and notices what does not fit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sdd import trace

SPEC = """\
# 001 Things

## A-001: it holds [proved]
**Invariant:** always.

## A-002: it is checked [tested]

## A-003: nothing can run it [by design]
"""
PROOF = 'lemma Holds(t: Node)\n  ensures {:error "A-001: it holds"} P(t)\n{ }\n'
TESTS = """\
import pytest

@pytest.mark.spec("A-001", "A-002")
def test_one(): ...
"""

Tree = Callable[..., Path]


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """A small repository; each part can be given instead of the sound one."""

    def make(spec: str = SPEC, proof: str = PROOF, tests: str = TESTS, laws: str = "") -> Path:
        for name, text in {
            "sdd/specs/001-things.md": spec,
            "formal/theorems/Things.dfy": proof,
            "tests/core/test_things.py": tests,
            "src/remote_store/conformance/laws.py": laws,
        }.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path

    return make


def test_a_sound_tree_has_no_faults_and_says_where_everything_is(tree: Tree) -> None:
    found = trace.gather(tree(laws='"""B-009 is only mentioned."""\nCLAUSE = "A-002"\n'))
    assert found.faults == []
    assert found.proofs == {"A-001": ["theorems/Things.dfy: Holds"]}
    assert found.tests["A-002"] == [("tests/core/test_things.py", "test_one")]
    assert found.laws == {"A-002"}
    table = trace.render(found)
    assert "3 clauses: 1 proved, 1 tested, 1 by design." in table
    assert "| A-001: it holds | proved | theorems/Things.dfy: Holds | tests/core/test_things.py: test_one |  |" in table
    assert "| A-002: it is checked | tested |  | tests/core/test_things.py: test_one | yes |" in table


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"spec": SPEC + "\n## A-002: again [tested]\n"}, "A-002 stands in the specs 2 times"),
        ({"spec": SPEC + "\n## A-004: unheard of [guessed]\n"}, "not a clause with an ID and one of the tags"),
        ({"spec": SPEC + "\n## A-004: forgotten [tested]\n"}, "no test is marked with A-004"),
        ({"proof": "// nothing\n"}, "no Dafny line proves A-001"),
        ({"proof": '// {:error "A-001: it was"}\n'}, "no Dafny line proves A-001"),
        ({"proof": PROOF + 'lemma L() ensures {:error "A-009: ?"} Q()\n'}, "Things.dfy: L proves A-009, which is no"),
        ({"tests": TESTS.replace('"A-002"', '"A-008"')}, "::test_one tests A-008, which is no clause"),
        ({"tests": TESTS.replace('"A-002"', "ID")}, "have to be literal text"),
        ({"laws": 'CLAUSE = "A-007"\n'}, "the conformance laws name A-007"),
    ],
)
def test_what_does_not_fit_is_a_fault(tree: Tree, changed: dict[str, str], fault: str) -> None:
    faults = trace.gather(tree(**changed)).faults
    assert any(fault in found for found in faults), faults


@pytest.mark.parametrize(
    "tests",
    [
        'import pytest\npytestmark = pytest.mark.spec("A-001", "A-002")\n',
        'import pytest\n@pytest.mark.spec("A-001")\n@pytest.mark.spec("A-002")\nclass TestAll: ...\n',
        "import pytest\nCASES = [pytest.param(1, marks=pytest.mark.spec('A-001', 'A-002'))]\n",
    ],
    ids=["module", "class", "parameters"],
)
def test_marks_are_found_wherever_pytest_takes_them(tree: Tree, tests: str) -> None:
    assert set(trace.gather(tree(tests=tests)).tests) == {"A-001", "A-002"}


def test_check_writes_nothing_and_fails_on_an_old_table(tree: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    root = tree()
    target = root / "sdd" / "TRACE.md"
    assert trace.main(["--root", str(root), "--check"]) == 1
    assert not target.exists()
    assert trace.main(["--root", str(root)]) == 0
    assert trace.main(["--root", str(root), "--check"]) == 0
    target.write_text(target.read_text(encoding="utf-8") + "by hand\n", encoding="utf-8")
    assert trace.main(["--root", str(root), "--check"]) == 1
    assert "not current" in capsys.readouterr().err
