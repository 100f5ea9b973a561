"""A tour through every state of a small universe, as the model has it, replayed on a backend. (CONF-005)

With four paths and two contents the state space closes after a few dozen states, with no bound on the length of a
trace. The tour takes every mutating step in every shape of the tree, so what it finds does not depend on luck.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from remote_store_oracle import EMPTY, Err, Path, Profile, State, apply, files, folders

from remote_store.conformance.explore import Exploration
from remote_store.conformance.lockstep import Lockstep
from remote_store.conformance.model import meaning
from remote_store.conformance.step import Step

__all__ = ["Space", "space_of", "walk"]

PATHS = ("a", "a/b", "a/c", "ab")
CONTENTS = (b"", b"x")

Key = tuple[frozenset[tuple[Path, bytes]], frozenset[Path]]


@dataclass(slots=True)
class Space:
    """Every state that can be reached: what each step leads to, and how each state was reached first."""

    steps: tuple[Step, ...]
    edges: dict[Key, list[tuple[Key, str]]] = field(default_factory=dict)
    way: dict[Key, tuple[Step, ...]] = field(default_factory=dict)


def _key(state: State) -> Key:
    return frozenset((path, file.content) for path, file in files(state).items()), folders(state)


def _shape(key: Key) -> tuple[frozenset[Path], frozenset[Path]]:
    """A state without its contents."""
    return frozenset(path for path, _ in key[0]), key[1]


def _path_of(raw: str) -> Path:
    return tuple(part for part in raw.split("/") if part not in ("", "."))


def _steps(profile: Profile) -> Iterator[Step]:
    flags = (False, True)
    calls = ["write"] + (["write_atomic"] if "atomic_write" in profile.capabilities else [])
    for path in PATHS:
        for overwrite in flags:
            yield from (Step(call, path, content=it, overwrite=overwrite) for call in calls for it in CONTENTS)
            for call in ("move", "copy"):
                yield from (Step(call, path, dst=dst, overwrite=overwrite) for dst in (*PATHS, f"./{path}"))
        for missing_ok in flags:
            yield Step("delete", path, missing_ok=missing_ok)
            yield from (Step("delete_folder", path, recursive=it, missing_ok=missing_ok) for it in flags)


@lru_cache(maxsize=8)
def space_of(profile: Profile) -> Space:
    """The closed state space of the small universe, breadth first."""
    space = Space(tuple(_steps(profile)))
    operations = [meaning(step, _path_of) for step in space.steps]
    start = _key(EMPTY)
    space.way[start] = ()
    queue = deque([(start, EMPTY)])
    while queue:
        key, state = queue.popleft()
        edges = space.edges[key] = []
        for step, operation in zip(space.steps, operations, strict=True):
            after, outcome = apply(profile, state, operation)
            target = key if after is state else _key(after)
            edges.append((target, outcome.kind if isinstance(outcome, Err) else "ok"))
            if target not in space.way:
                space.way[target] = (*space.way[key], step)
                queue.append((target, after))
    return space


class _Cover:
    """What is still to be seen: steps by number, in each state. Coarse: by what is at the step's paths."""

    def __init__(self, space: Space, coarse: bool) -> None:
        self._space = space
        self._coarse = coarse
        self._done: set[object] = set()
        self._open = {key: set(range(len(space.steps))) for key in space.edges}
        self._blocked: set[tuple[Key, int]] = set()

    def _item(self, key: Key, number: int) -> object:
        step, outcome = self._space.steps[number], self._space.edges[key][number][1]
        if not self._coarse:
            return _shape(key), step, outcome
        kinds = [_kind(key, raw) for raw in (step.path, step.dst) if raw is not None]
        same = step.dst is not None and _path_of(step.dst) == _path_of(step.path)
        return step.call, *kinds, same, step.overwrite, step.missing_ok, step.recursive, outcome

    def next(self, key: Key) -> int | None:
        """A step from here that shows something new."""
        pending = self._open[key]
        while pending:
            number = min(pending)
            if self._item(key, number) not in self._done:
                return number
            pending.discard(number)
        return None

    def mark(self, key: Key, number: int, arrived: bool) -> None:
        """This was seen; a step that does not lead where it should is no way to go."""
        self._done.add(self._item(key, number))
        self._open[key].discard(number)
        if not arrived:
            self._blocked.add((key, number))

    def road(self, key: Key) -> list[int] | None:
        """The shortest way from here to a state with something new."""
        came: dict[Key, tuple[Key, int]] = {}
        queue = deque([key])
        while queue:
            here = queue.popleft()
            if self.next(here) is not None:
                road: list[int] = []
                while here != key:
                    here, number = came[here]
                    road.append(number)
                return road[::-1]
            for number, (target, _) in enumerate(self._space.edges[here]):
                if target != key and target not in came and (here, number) not in self._blocked:
                    came[target] = (here, number)
                    queue.append(target)
        return None


def _kind(key: Key, raw: str) -> str:
    path = _path_of(raw)
    files, folders = _shape(key)
    through = any(path[:depth] in files for depth in range(1, len(path)))
    return ("F" if path in files else "") + ("D" if path in folders else "") + ("U" if through else "")


def walk(begin: Callable[[], Lockstep], profile: Profile, coarse: bool, progress: Callable[[int], None]) -> Exploration:
    """Replay the tour; the whole tree is compared after every step."""
    space, seen = space_of(profile), Exploration()
    cover = _Cover(space, coarse)
    lockstep, home = begin(), _key(EMPTY)
    here = home
    while True:
        road: Iterable[int] | None = cover.road(here)
        if road is None and here == home:
            break
        if road is None or lockstep.lost:
            seen.finish(lockstep)
            lockstep, here = begin(), home
            continue
        for number in [*road, None]:
            number = cover.next(here) if number is None else number
            if number is None:
                break
            step, (target, _) = space.steps[number], space.edges[here][number]
            seen.examples += 1
            seen.calls[step.call] += 1
            progress(seen.examples)
            seen.record(lockstep.take(step, compare=True), [*space.way[here], step])
            there = _key(lockstep.model.state)
            cover.mark(here, number, there == target and not lockstep.lost)
            if there != target or lockstep.lost:
                lockstep.lost = lockstep.lost or there not in space.edges
                here = home if lockstep.lost else there
                break
            here = there
    seen.finish(lockstep)
    return seen
