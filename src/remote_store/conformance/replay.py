"""Replay a trace on backends, side by side. (CONF-002)"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from remote_store.conformance.harness import Supply, resolve
from remote_store.conformance.laws import REGISTRY
from remote_store.conformance.lockstep import JAIL, Lockstep
from remote_store.conformance.model import profile_of
from remote_store.conformance.report import SCHEMA
from remote_store.conformance.step import steps_from_json

__all__ = ["replay_file"]


def replay_file(trace: Path, targets: Sequence[str], say: Callable[[str], None]) -> int:
    """Replay a trace's file on each target; 1 if any of them diverges.

    Raises:
        ValueError: the file is no trace of this schema, or a target's name means nothing.
    """
    record = json.loads(trace.read_text(encoding="utf-8"))
    if not isinstance(record, dict) or record.get("schema") != SCHEMA:
        raise ValueError(f"{trace} is not a trace of schema {SCHEMA}")
    return max(_replay(record, target, say) for target in targets)


def _replay(record: dict[str, Any], target: str, say: Callable[[str], None]) -> int:
    supply = Supply(resolve(target))
    say(f"{target}:")
    try:
        return _steps(record, supply, say) if "steps" in record else _law(record, supply, say)
    finally:
        supply.close()


def _steps(record: dict[str, Any], supply: Supply, say: Callable[[str], None]) -> int:
    backend = supply.fresh()
    profile = supply.harness.profile or profile_of(backend)
    lockstep = Lockstep(backend, profile, bool(record.get("child")), supply.harness.store)
    divergent = 0
    for number, step in enumerate(steps_from_json(record["steps"]), 1):
        findings = lockstep.take(step, compare=True)
        say(f"  {number}. {step}: {'as the contract says' if not findings else ''}".rstrip())
        for it in findings:
            divergent = 1
            wanted = f"; allowed: {it.allowed}" if it.allowed else ""
            say(f"     {it.observed}{wanted}; spec {it.clause}")
        if lockstep.lost:
            break
    return divergent


def _law(record: dict[str, Any], supply: Supply, say: Callable[[str], None]) -> int:
    law = REGISTRY.get(str(record.get("law")))
    if law is None:
        raise ValueError(f"there is no law {record.get('law')!r}")
    store = supply.harness.store(supply.fresh())
    try:
        law.run(store.child(JAIL) if record.get("child") else store)
    except Exception as error:  # noqa: BLE001 - shown
        say(f"  {law.id}: {type(error).__name__}: {error}; spec {law.clause}")
        return 1
    say(f"  {law.id}: as the contract says")
    return 0
