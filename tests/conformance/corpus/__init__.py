"""The seeded bugs: backends and stores that are wrong in one way each, and what must be said of them. (CONF-010)"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from remote_store import MemoryBackend, Store
from remote_store.conformance import Harness
from remote_store.conformance.explore import Exploration, explore
from remote_store.conformance.harness import Supply
from remote_store.conformance.laws import REGISTRY
from remote_store.conformance.lockstep import Lockstep
from remote_store.conformance.model import profile_of
from remote_store.conformance.parts import run_law
from remote_store.conformance.shrink import shrink
from remote_store.conformance.tour import walk
from tests.conformance.corpus import driver_bugs, media_bugs, store_bugs

__all__ = ["BUGS", "Bug", "Kill", "kill"]

EXAMPLES = 200


@dataclass(frozen=True, slots=True)
class Bug:
    """One planted bug. `clauses`: what a report must name, any one of them. `law`: only a law can see it."""

    cls: type
    clauses: tuple[str, ...]
    law: str = ""

    @property
    def name(self) -> str:
        return self.cls.__name__

    @property
    def story(self) -> str:
        return (self.cls.__doc__ or "").strip()

    @property
    def harness(self) -> Harness:
        """How the harness gets at it: a store with a bug stands on a memory backend without one."""
        if issubclass(self.cls, Store):
            below = store_bugs.CannotDelete if self.cls is store_bugs.BypassesGate else MemoryBackend
            return Harness(below, store=self.cls, name=self.name)
        return Harness(self.cls, reset=getattr(self.cls, "empty", None), name=self.name)


def _bugs() -> Iterator[Bug]:
    d, s, m = driver_bugs, store_bugs, media_bugs
    yield Bug(d.DeletesPrefix, ("DELF-001", "PATH-006"))
    yield Bug(d.IgnoresOverwrite, ("WRITE-001", "AW-001"))
    yield Bug(d.OverwritesAlways, ("WRITE-003",))
    yield Bug(d.PublishesHalf, ("WRITE-007",), "source.raises")
    yield Bug(d.CommitsOnException, ("AW-002",), "atomic.abandoned")
    yield Bug(d.CopyAliases, ("WRITE-002", "AW-001"))
    yield Bug(d.StopsAtPage, ("LIST-006",), "list.long")
    yield Bug(d.ListsTwice, ("LIST-001", "LIST-003"))
    yield Bug(d.LosesEmptyFolder, ("DEL-001", "WRITE-001", "MOVE-001"))
    yield Bug(d.LeavesTemporary, ("AW-001",))
    yield Bug(d.DropsMetadata, ("META-004",))
    yield Bug(d.KeepsMetadata, ("META-003",))
    yield Bug(d.TruncatesRead, ("READ-001",))
    yield Bug(d.StripsNames, ("WRITE-001", "WRITE-002", "AW-001", "PATH-006"))
    yield Bug(d.FoldsNormalForms, ("WRITE-001", "WRITE-002", "AW-001"))
    yield Bug(d.AllowsClash, ("WRITE-004", "COPY-004", "MOVE-004"))
    yield Bug(d.DeletesMissingSilently, ("DEL-002",))
    yield Bug(d.AlwaysRecursive, ("DELF-002",))
    yield Bug(d.WrongErrorClass, ("DEL-002", "DEL-003"))
    yield Bug(d.MovesBeforeChecking, ("ERR-001",))
    yield Bug(d.MoveForgetsSource, ("MOVE-001",))
    yield Bug(d.PrefixIsFolder, ("EXISTS-001", "READ-002", "LIST-004"))
    yield Bug(d.CountsCharacters, ("INFO-001", "LIST-001"))
    yield Bug(d.NaiveTimes, ("MOD-002",))
    yield Bug(d.DecodesNames, ("WRITE-001", "WRITE-002", "AW-001"))
    yield Bug(d.EmptyMetadata, ("META-002",))
    yield Bug(d.ReadsOnce, ("WRITE-001", "AW-001"))
    yield Bug(s.SelfMoveDeletes, ("MOVE-002",))
    yield Bug(s.AliasMoveDeletes, ("MOVE-002",))
    yield Bug(s.DepthOffByOne, ("LIST-001",))
    yield Bug(s.CountOff, ("INFO-002",))
    yield Bug(s.StaleCache, ("WRITE-001", "AW-001", "READ-001"))
    yield Bug(s.SwallowsErrors, ("PATH-005",))
    yield Bug(s.EscapesSandbox, ("PATH-005",))
    yield Bug(s.IgnoresCase, ("LIST-005",))
    yield Bug(s.GlobsLiterals, ("PATH-006",), "names.twins")
    yield Bug(s.PathlessErrors, ("ERR-003",))
    yield Bug(s.LeaksNative, ("ERR-003",))
    yield Bug(s.BypassesGate, ("CAP-001",))
    yield Bug(s.EscapingChild, ("STORE-002",))
    yield Bug(m.LocalGlobs, ("DELF-001", "PATH-006"))
    yield Bug(m.LocalWritesInPlace, ("SIO-006",), "atomic.reader")
    yield Bug(m.LocalChecksThenCreates, ("WRITE-009",), "create.exclusive")
    yield Bug(m.LocalMovesOver, ("MOVE-007",), "move.exclusive")
    yield Bug(m.LocalReadsWhole, ("SIO-005",), "read.memory")
    yield Bug(m.LocalPrunes, ("MOVE-001",))
    yield Bug(m.SqlLike, ("DELF-001", "PATH-006"))
    yield Bug(m.SqlFolds, ("PATH-006",), "names.twins")
    yield Bug(m.SqlWritesOverFolder, ("WRITE-004", "COPY-004", "MOVE-004"))
    yield Bug(m.SqlStoresThenRaises, ("ERR-001",))


BUGS = tuple(_bugs())


@dataclass(frozen=True, slots=True)
class Kill:
    """How a bug was found: by which part, after how many examples, with how long a witness, breaking which clause."""

    bug: Bug
    by: str
    clause: str
    examples: int
    steps: int
    sentence: str
    tour: bool
    """Whether the tour alone finds it too."""


def kill(bug: Bug, seed: int = 0, tour: bool = True) -> Kill | None:
    """Find the bug as a run does: exploring plain, then in a child, then by the laws; None if it survives."""
    supply = Supply(bug.harness)
    try:
        return _kill(bug, supply, seed, tour)
    finally:
        supply.close()


def _kill(bug: Bug, supply: Supply, seed: int, tour: bool) -> Kill | None:
    if bug.law:
        return _by_law(bug, supply)
    profile = profile_of(supply.fresh())
    for jailed in (False, True):

        def begin(jailed: bool = jailed) -> Lockstep:
            return Lockstep(supply.fresh(), profile, jailed, bug.harness.store)

        seen = explore(begin, EXAMPLES, seed * 2 + jailed, lambda n: None, lambda seen: _named(bug, seen) is not None)
        signature = _named(bug, seen)
        if signature is not None:
            case = seen.cases[signature]
            finding, steps = shrink(begin, case.finding, case.steps)
            toured = tour and _named(bug, walk(begin, profile, False, lambda n: None)) is not None
            where = "child" if jailed else "plain"
            said = f"{finding.step} {finding.observed}"
            return Kill(bug, where, finding.clause, case.example, len(steps), said, toured)
    return _by_law(bug, supply)


def _by_law(bug: Bug, supply: Supply) -> Kill | None:
    """What the laws say: the one that is named, or any that names a clause of the bug's."""
    for law in REGISTRY.values():
        if law.id == bug.law or (not bug.law and law.clause in bug.clauses):
            result = run_law(supply, law)
            if result.outcome == "divergent":
                return Kill(bug, f"law {law.id}", law.clause, 0, 0, result.broken, False)
    return None


def _named(bug: Bug, seen: Exploration) -> str | None:
    """The first finding that names one of the clauses that it should."""
    found = (signature for signature, case in seen.cases.items() if case.finding.clause in bug.clauses)
    return next(found, None)
