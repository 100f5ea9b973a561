"""Many traces, each drawn by Hypothesis against the live state of a store in lockstep. (CONF-004)

A divergence does not end the exploration: it is recorded by its signature, the model takes what was observed for the
truth, and the trace goes on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b

from remote_store.conformance.draws import draw_palette, draw_step
from remote_store.conformance.lockstep import Finding, Infrastructure, Lockstep
from remote_store.conformance.step import Step

__all__ = ["Case", "Exploration", "explore"]

SHORTEST, LONGEST = 12, 48
"""Steps in a trace."""


@dataclass(slots=True)
class Case:
    """The first trace that showed a finding, and how often it was seen in all."""

    finding: Finding
    steps: tuple[Step, ...]
    example: int
    count: int = 1


@dataclass(slots=True)
class Exploration:
    """What a number of traces showed."""

    examples: int = 0
    steps: int = 0
    cells: set[str] = field(default_factory=set)
    successes: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    cases: dict[str, Case] = field(default_factory=dict)

    def record(self, findings: list[Finding], steps: list[Step]) -> None:
        """Keep the first trace for each signature."""
        for finding in findings:
            case = self.cases.get(finding.signature)
            if case is None:
                self.cases[finding.signature] = Case(finding, tuple(steps), self.examples)
            else:
                case.count += 1

    def finish(self, lockstep: Lockstep) -> None:
        """Count what one trace covered."""
        self.steps += lockstep.steps
        self.cells |= lockstep.cells
        self.successes.update(lockstep.successes)


class _Enough(BaseException):
    """Ends an exploration early. Not an `Exception`, which Hypothesis would take for a failure of the test."""


class _Draw:
    """One number of Hypothesis's as a `Chooser`: the choices of one step.

    Hypothesis favours small numbers, because it shrinks by them. Traces are shrunk here by their steps instead, so
    each number is spread out by a fixed hash: every option is as likely as it was meant to be. What a trace draws is
    settled before it starts, so that a store which behaves by chance does not disturb the drawing.
    """

    __slots__ = ("_choices", "_number", "_place", "_room", "palette")

    def __init__(self, number: int, place: int, palette: tuple[str, ...]) -> None:
        self.palette = palette
        self._number, self._place = number, place << 16
        self._choices, self._room = 0, 0

    def below(self, n: int) -> int:
        """A number below `n`."""
        if self._room < n << 16:
            self._place += 1
            seed = self._number.to_bytes(8, "big") + self._place.to_bytes(8, "big")
            self._choices, self._room = int.from_bytes(blake2b(seed, digest_size=16).digest(), "big"), 1 << 128
        self._choices, choice = divmod(self._choices, n)
        self._room //= n
        return choice


def explore(
    begin: Callable[[], Lockstep],
    examples: int,
    seed: int,
    progress: Callable[[int], None],
    enough: Callable[[Exploration], bool] | None = None,
) -> Exploration:
    """Run `examples` traces; the same seed gives the same traces. `enough` may end it early."""
    from hypothesis import HealthCheck, Phase, given, settings, strategies
    from hypothesis import seed as seeded

    seen = Exploration()
    gone: list[Infrastructure] = []

    def trace(numbers: list[int]) -> None:
        seen.examples += 1
        progress(seen.examples)
        palette = draw_palette(_Draw(numbers[0], 0, ()))
        lockstep, steps = begin(), list[Step]()
        try:
            for place, number in enumerate(numbers, 1):
                if lockstep.lost:
                    break
                steps.append(draw_step(_Draw(number, place, palette), lockstep.model))
                seen.calls[steps[-1].call] += 1
                seen.record(lockstep.take(steps[-1]), steps)
            if not lockstep.lost:
                seen.record(lockstep.settle(steps[-1]), steps)
        except Infrastructure as error:
            gone.append(error)
        finally:
            seen.finish(lockstep)
        if gone or seen.examples >= examples or (enough is not None and enough(seen)):
            raise _Enough

    numbers = strategies.lists(strategies.integers(0, (1 << 64) - 1), min_size=SHORTEST, max_size=LONGEST)
    configured = settings(
        max_examples=examples,
        derandomize=False,  # a profile that somebody loaded, such as that of CI, must not take the seed away
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    with suppress(_Enough):
        seeded(seed)(configured(given(numbers)(trace)))()
    if gone:
        raise gone[0]
    return seen
