"""Run the parts of all targets, in as many processes as there are processors, and report. (CONF-001)"""

from __future__ import annotations

import multiprocessing
import os
import platform
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from remote_store_oracle import MODEL_HASH

from remote_store.backend import Backend
from remote_store.conformance.assess import assess
from remote_store.conformance.harness import Harness, harness_of, resolve
from remote_store.conformance.parts import PARTS, PartResult, Settings, run_part
from remote_store.conformance.progress import Progress
from remote_store.conformance.report import Report
from remote_store.conformance.witness import save

__all__ = ["WITNESSES", "check", "run_targets"]

WITNESSES = Path(".conformance")
"""Where witnesses are written unless told otherwise."""
SAVED = 12
"""Witnesses of a backend, at most."""


def check(
    factory: Harness | Callable[[], Backend],
    *,
    tier: str = "full",
    seed: int = 0,
    examples: int | None = None,
    witness: str | os.PathLike[str] | None = None,
) -> Report:
    """Run everything against one backend, in this process. `witness`: the folder for scripts; None writes none.

    >>> from remote_store import MemoryBackend
    >>> from remote_store.conformance import check
    >>> check(MemoryBackend, tier="smoke").verdict
    'conformant'
    """
    _need_hypothesis()
    settings, start = Settings(tier, seed, examples), time.perf_counter()
    harness = harness_of(factory)
    parts = [run_part(harness, part, settings, lambda what: None) for part in PARTS]
    folder = Path(witness) if witness is not None else None
    return _report([(harness, parts)], settings, 1, start, folder)


def run_targets(
    targets: Sequence[str], settings: Settings, progress: Progress, jobs: int | None = None, witness: Path = WITNESSES
) -> Report:
    """Run everything against each of the targets.

    Raises:
        ValueError: a target's name means nothing.
    """
    _need_hypothesis()
    start = time.perf_counter()
    harnesses = [resolve(target) for target in targets]
    count = jobs or min(_processors(), len(targets) * len(PARTS))
    work = [(target, part) for part in ("child", "plain", "tour", "laws") for target in _slowest_first(targets)]
    results = _here(work, settings, progress) if count == 1 else _spread(work, settings, progress, count)
    progress.end()
    done = [
        (harness, [results[target, part] for part in PARTS]) for target, harness in zip(targets, harnesses, strict=True)
    ]
    for harness in harnesses:
        if harness.close is not None:
            harness.close()
    return _report(done, settings, count, start, witness)


def _slowest_first(targets: Sequence[str]) -> list[str]:
    """What is not in memory first, so that no long part is left to the end."""
    return sorted(dict.fromkeys(targets), key=lambda target: {"memory": 2, "local": 1}.get(target, 0))


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _need_hypothesis() -> None:
    try:
        import hypothesis  # noqa: F401
    except ImportError as error:
        raise ImportError("the harness draws with Hypothesis: pip install 'remote-store[conformance]'") from error


Work = Iterable[tuple[str, str]]
Results = dict[tuple[str, str], PartResult]


def _here(work: Work, settings: Settings, progress: Progress) -> Results:
    results = {}
    for target, part in work:
        say = partial(progress.say, f"{target} {part}")
        results[target, part] = run_part(resolve(target), part, settings, say)
        say("")
    return results


def _spread(work: Work, settings: Settings, progress: Progress, jobs: int) -> Results:
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager:
        queue: Any = manager.Queue()
        with ProcessPoolExecutor(jobs, context, _be_told, (queue, list(sys.path))) as pool:
            futures = {key: pool.submit(_remote, *key, settings) for key in work}
            _follow(futures.values(), queue, progress)
            return {key: future.result() for key, future in futures.items()}


def _follow(futures: Iterable[Future[PartResult]], queue: Any, progress: Progress) -> None:
    pending = list(futures)
    while any(not future.done() for future in pending):
        try:
            progress.say(*queue.get(timeout=0.2))
        except Exception as error:
            if type(error).__name__ != "Empty":
                raise


_tell: Any = None


def _be_told(queue: Any, path: list[str]) -> None:
    """In a worker: where to say what is done, and where to import from."""
    global _tell
    _tell, sys.path[:] = queue, path


def _remote(target: str, part: str, settings: Settings) -> PartResult:
    last = 0.0

    def say(what: str) -> None:
        nonlocal last
        if time.monotonic() - last > 0.1 or not what:
            last = time.monotonic()
            _tell.put((f"{target} {part}", what))

    try:
        return run_part(resolve(target), part, settings, say)
    finally:
        say("")


def _report(
    done: Sequence[tuple[Harness, Sequence[PartResult]]],
    settings: Settings,
    jobs: int,
    start: float,
    witness: Path | None,
) -> Report:
    import hypothesis

    from remote_store import __version__

    reports = [assess(harness, parts, settings.tier, date.today()) for harness, parts in done]
    if witness is not None:
        for (harness, _), report in zip(done, reports, strict=True):
            for number, divergence in enumerate(report.divergences[:SAVED], 1):
                save(divergence, report.target, number, harness.script, witness)
    header = {
        "library": __version__,
        "model": MODEL_HASH,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "hypothesis": hypothesis.__version__,
        "tier": settings.tier,
        "seed": settings.seed,
        "examples": settings.traces,
        "jobs": jobs,
        "seconds": round(time.perf_counter() - start, 3),
    }
    return Report(header, reports)
