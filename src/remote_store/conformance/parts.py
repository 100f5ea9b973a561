"""The parts of a run, each independent of the others, so that they can share out the processors. (CONF-001)"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from remote_store_oracle import Profile

from remote_store.conformance.explore import Case, Exploration, explore
from remote_store.conformance.harness import Harness, Supply
from remote_store.conformance.laws import REGISTRY, Law
from remote_store.conformance.lockstep import JAIL, Infrastructure, Lockstep
from remote_store.conformance.model import profile_of
from remote_store.conformance.shrink import shrink
from remote_store.conformance.tour import walk
from remote_store.errors import BackendUnavailable, PermissionDenied
from remote_store.store import Store

__all__ = ["PARTS", "TIERS", "Facts", "LawResult", "PartResult", "Settings", "run_law", "run_part"]

PARTS = ("plain", "child", "tour", "laws")
TIERS = {"smoke": 40, "full": 200, "soak": 4000}
"""Traces in each of the two explorations."""
SHRUNK = 16
"""Classes of divergences that are shrunk; the others are shown as they were found."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How much to do, and from where chance starts."""

    tier: str = "full"
    seed: int = 0
    examples: int | None = None

    @property
    def traces(self) -> int:
        """Traces in each exploration."""
        return self.examples if self.examples is not None else TIERS[self.tier]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the backend says of itself."""

    backend: str
    capabilities: tuple[str, ...]
    folders: str
    clash: str


@dataclass(slots=True)
class LawResult:
    """How a law went: `hits` looks, and what was wrong."""

    id: str
    outcome: str
    hits: int = 0
    broken: str = ""
    jailed: bool = False


@dataclass(slots=True)
class PartResult:
    """What one part showed. `error` is set if the medium failed."""

    part: str
    seconds: float = 0.0
    facts: Facts | None = None
    exploration: Exploration = field(default_factory=Exploration)
    laws: list[LawResult] = field(default_factory=list)
    error: str = ""


Progress = Callable[[str], None]


def run_part(harness: Harness, part: str, settings: Settings, progress: Progress) -> PartResult:
    """Run one part on a harness of its own."""
    result, start = PartResult(part), time.perf_counter()
    supply = Supply(harness)
    try:
        _run(result, supply, settings, progress)
    except (Infrastructure, BackendUnavailable, PermissionDenied) as error:
        result.error = f"{type(error).__name__}: {error}"
    except OSError as error:
        result.error = f"the medium failed: {error!r}"
    finally:
        result.seconds = time.perf_counter() - start
        _close(supply, result)
    return result


def _close(supply: Supply, result: PartResult) -> None:
    try:
        supply.close()
    except Exception as error:  # noqa: BLE001 - a backend that cannot be closed is reported, not raised
        result.error = result.error or f"closing failed: {error!r}"


def _run(result: PartResult, supply: Supply, settings: Settings, progress: Progress) -> None:
    backend = supply.fresh()
    backend.ping()
    profile = supply.harness.profile or profile_of(backend)
    declared = tuple(sorted(cap.name for cap in backend.capabilities))
    result.facts = Facts(backend.name, declared, profile.folders, profile.clash)
    if result.part == "laws":
        result.laws = _laws(supply, settings, progress)
        return
    jailed = result.part == "child"

    def begin() -> Lockstep:
        return Lockstep(supply.fresh(), profile, jailed, supply.harness.store)

    if result.part == "tour":
        result.exploration = _tour(begin, profile, settings, progress)
    elif not jailed or "write" in profile.capabilities:
        # Another seed for the child, so that the second run is not the first one again.
        seed = settings.seed * 2 + jailed
        result.exploration = explore(begin, settings.traces, seed, lambda n: progress(f"trace {n}/{settings.traces}"))
    _shrink(result.exploration, begin, progress)


def _tour(begin: Callable[[], Lockstep], profile: Profile, settings: Settings, progress: Progress) -> Exploration:
    if "write" not in profile.capabilities:
        return Exploration()
    return walk(begin, profile, settings.tier == "smoke", lambda n: progress(f"step {n}") if n % 50 == 0 else None)


def _shrink(seen: Exploration, begin: Callable[[], Lockstep], progress: Progress) -> None:
    """Make the first cases short. The shortest traces first: they are the likeliest to be the cause of the others."""
    cases = sorted(seen.cases.items(), key=lambda item: len(item[1].steps))
    for number, (signature, case) in enumerate(cases[:SHRUNK]):
        progress(f"shrinking {number + 1}/{min(len(cases), SHRUNK)}")
        finding, steps = shrink(begin, case.finding, case.steps)
        seen.cases[signature] = Case(finding, steps, case.example, case.count)


# -- laws ------------------------------------------------------------------------------------------------------------


def _laws(supply: Supply, settings: Settings, progress: Progress) -> list[LawResult]:
    results = []
    order = list(TIERS)
    for law in REGISTRY.values():
        if order.index(law.tier) <= order.index(settings.tier):
            progress(law.id)
            results.append(run_law(supply, law))
    return results


def run_law(supply: Supply, law: Law) -> LawResult:
    """Run a law plain and in a child. What fails once and not again is flaky."""
    missing = law.needs - supply.fresh().capabilities
    if missing:
        return LawResult(law.id, "not-applicable", broken=f"no {', '.join(sorted(cap.name for cap in missing))}")
    result = LawResult(law.id, "conformant")
    for jailed in (False, True):
        once = _try(supply, law, jailed)
        result.hits += once.hits
        if once.broken:
            again = _try(supply, law, jailed)
            return replace(once, outcome="divergent" if again.broken else "flaky", hits=result.hits)
    if not result.hits:
        result.outcome = "vacuous"
    return result


def _try(supply: Supply, law: Law, jailed: bool) -> LawResult:
    backend = supply.fresh()
    store = supply.harness.store(backend)
    try:
        hits = law.run(store.child(JAIL) if jailed else store)
        return LawResult(law.id, "conformant", hits)
    except AssertionError as error:
        return LawResult(law.id, "divergent", broken=str(error), jailed=jailed)
    except (BackendUnavailable, PermissionDenied) as error:
        if not _alive(store):
            raise
        return LawResult(law.id, "divergent", broken=f"raised {error!r}", jailed=jailed)
    except Exception as error:  # noqa: BLE001 - whatever a store lets out is the finding
        return LawResult(law.id, "divergent", broken=f"raised {error!r}", jailed=jailed)
    finally:
        supply.discard()


def _alive(store: Store) -> bool:
    try:
        store.ping()
    except (BackendUnavailable, PermissionDenied):
        return False
    return True
