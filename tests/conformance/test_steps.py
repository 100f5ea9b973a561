"""What the exploration draws, and that the small universe of the tour closes."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from remote_store_oracle import Profile

from remote_store import MemoryBackend
from remote_store.conformance.draws import draw_palette, draw_step
from remote_store.conformance.lockstep import Lockstep
from remote_store.conformance.model import profile_of
from remote_store.conformance.names import NASTY
from remote_store.conformance.tour import space_of
from remote_store.path import normalize


class Dice:
    """Choices from a seeded generator instead of Hypothesis."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self.palette: tuple[str, ...] = ()
        self.palette = draw_palette(self)

    def below(self, n: int) -> int:
        return self._random.randrange(n)


@pytest.mark.spec("CONF-004")
def test_paths_are_drawn_by_relation_to_live_ones() -> None:
    relations: set[str] = set()
    kinds: list[str] = []
    aliases = 0
    names: set[str] = set()
    for seed in range(60):
        dice = Dice(seed)
        backend = MemoryBackend()
        lockstep = Lockstep(backend, profile_of(backend))
        model = lockstep.model
        for _ in range(40):
            step = draw_step(dice, model)
            if step.call != "glob":
                path = model.path(step.path)
                kinds.append(model.kind(path))
                names.update(path or ())
                aliases += path is not None and normalize(step.path) != step.path
                if step.dst is not None:
                    relations.add(model.relation(path, model.path(step.dst)))
            assert lockstep.take(step, compare=False) == []
    assert relations == {"none", "same", "below", "above", "prefix", "apart"}
    assert set(kinds) == {"X", "R", "F", "D", "U", "-"}
    assert kinds.count("F") > len(kinds) / 5, "most draws should meet what is there"
    assert aliases > 50
    assert len(names & set(NASTY)) > 20


MEMORY = profile_of(MemoryBackend())
ROOT = (frozenset(), frozenset())


@pytest.mark.spec("CONF-005")
@pytest.mark.parametrize(
    ("profile", "states"),
    [
        # Each of `a`, `a/b`, `a/c`, `ab` is missing or has one of two contents; a file `a` excludes what is below it.
        (replace(MEMORY, folders="implied"), 3 * 3 * 3 + 2 * 3),
        (MEMORY, 3 * 3 * 3 + 2 * 3 + 3),  # and the folder `a` may be empty
        (replace(MEMORY, folders="implied", clash="allowed"), 3 * 3 * 3 * 3),
        (replace(MEMORY, clash="allowed"), 3 * 3 * 3 * 3 + 3 * 3),
    ],
)
def test_the_state_space_of_a_small_universe_closes(profile: Profile, states: int) -> None:
    space = space_of(profile)
    assert len(space.edges) == states
    assert set(space.way) == set(space.edges)
    assert all(target in space.edges for edges in space.edges.values() for target, _ in edges)
    assert all(len(edges) == len(space.steps) for edges in space.edges.values())
    assert space.way[ROOT] == ()
