"""Plant every bug of the corpus, see that the harness finds it, and write the score to KILLS.md.

Run `python -m tests.conformance.score` from the top of the repository; `--check` writes nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from tests.conformance.corpus import BUGS, EXAMPLES, Bug, Kill, kill

PAGE = Path(__file__).with_name("KILLS.md")
_HEAD = """# Seeded bugs

Written by `python -m tests.conformance.score`. Each row is a backend or a store with one planted bug, of a kind that
happened in a real storage library. *Found by*: exploring plain, exploring in a child store, or a law. *Examples*:
traces drawn until it was found, of at most {examples} in each exploration. *Steps*: calls in the shrunk witness.
*Tour*: whether the deterministic tour alone finds it too.

| bug | what is wrong | found by | clause | examples | steps | tour |
|---|---|---|---|---|---|---|
"""


def main(arguments: Sequence[str] = ()) -> int:
    """Score all bugs; 1 if one survives."""
    kills = [(bug, kill(bug)) for bug in BUGS]
    page = _page(kills)
    if "--check" not in arguments:
        PAGE.write_text(page, encoding="utf-8")
    print(page)
    return int(any(found is None for _, found in kills))


def _page(kills: Sequence[tuple[Bug, Kill | None]]) -> str:
    dead = [found for _, found in kills if found is not None]
    drawn = [found.examples for found in dead if found.examples]
    rows = "".join(_row(bug, found) for bug, found in kills)
    score = f"\n{len(dead)} of {len(kills)} killed; median examples to kill {median(drawn):g}, most {max(drawn)}; "
    score += f"median witness {median(found.steps for found in dead if found.steps):g} steps; "
    score += f"the tour alone kills {sum(found.tour for found in dead)}.\n"
    return _HEAD.format(examples=EXAMPLES) + rows + score


def _row(bug: Bug, found: Kill | None) -> str:
    story = bug.story.replace("|", "\\|")
    if found is None:
        return f"| {bug.name} | {story} | **survived** | | | | |\n"
    counts = (str(found.examples or ""), str(found.steps or ""), "yes" if found.tour else "")
    return f"| {bug.name} | {story} | {found.by} | {found.clause} | {' | '.join(counts)} |\n"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
