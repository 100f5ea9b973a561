"""The harness finds every planted bug and names the clause that it breaks. (CONF-010)"""

from __future__ import annotations

import pytest

from tests.conformance.corpus import BUGS, Bug, kill
from tests.conformance.score import PAGE


@pytest.mark.spec("CONF-010")
@pytest.mark.spec("CONF-006")
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_is_found_and_its_clause_named(bug: Bug) -> None:
    found = kill(bug, tour=False)
    assert found is not None, f"survived: {bug.story}"
    assert found.clause in bug.clauses
    assert found.steps <= 4, found.sentence


def test_the_score_on_paper_is_of_these_bugs() -> None:
    page = PAGE.read_text(encoding="utf-8")
    rows = [line.split(" | ")[0].lstrip("| ") for line in page.splitlines() if line.startswith("| ")][1:]
    assert rows == [bug.name for bug in BUGS]
    assert "survived" not in page
