"""What a run showed, as data: laws, divergences, coverage, verdicts, exit code. (CONF-008)"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from remote_store.conformance.step import Step, steps_to_json
from remote_store.conformance.tree import Tree

__all__ = ["EXIT_CODES", "SCHEMA", "Divergence", "LawOutcome", "Report", "TargetReport", "worst"]

SCHEMA = 1
"""Version of the JSON report and of the JSON trace; it changes when a field does."""

EXIT_CODES = {
    "conformant": 0,
    "pinned": 0,
    "vacuous": 2,
    "infrastructure error": 3,
    "flaky": 1,
    "stale-pin": 1,
    "divergent": 1,
}
"""From the mildest to the gravest."""


def worst(verdicts: Sequence[str]) -> str:
    """The gravest of the verdicts: a divergence weighs more than a medium that is not there."""
    return max(verdicts, key=list(EXIT_CODES).index, default="conformant")


@dataclass(slots=True)
class LawOutcome:
    """A row of the matrix for one backend."""

    id: str
    clause: str
    capability: str | None
    title: str
    outcome: str
    hits: int = 0
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """The record."""
        return {
            "id": self.id,
            "clause": self.clause,
            "capability": self.capability,
            "title": self.title,
            "outcome": self.outcome,
            "hits": self.hits,
            "reason": self.reason,
        }


@dataclass(slots=True)
class Divergence:
    """A class of divergences with its shortest witness."""

    situation: str
    observed: str
    law: str
    clause: str
    sentence: str
    steps: tuple[Step, ...] = ()
    child: bool = False
    allowed: str = ""
    before: Tree | None = None
    expected: Tree | None = None
    after: Tree | None = None
    occurrences: int = 1
    example: int = 0
    script: str = ""
    script_path: str = ""
    trace_path: str = ""
    pinned: str = ""
    finding: Any = None
    """The finding that the witness shows; not part of the record."""

    @property
    def signature(self) -> str:
        """What it is grouped and pinned by."""
        return f"{self.situation}: {self.observed}"

    def trace(self) -> dict[str, Any]:
        """The witness as a trace to replay."""
        record = {
            "schema": SCHEMA,
            "signature": self.signature,
            "clause": self.clause,
            "sentence": self.sentence,
            "child": self.child,
        }
        return record | ({"steps": steps_to_json(self.steps)} if self.steps else {"law": self.law})

    def to_json(self) -> dict[str, Any]:
        """The record."""
        return {
            "signature": self.signature,
            "situation": self.situation,
            "observed": self.observed,
            "law": self.law,
            "clause": self.clause,
            "sentence": self.sentence,
            "allowed": self.allowed,
            "trace": self.trace(),
            "before": self.before.to_json() if self.before else None,
            "after": self.after.to_json() if self.after else None,
            "occurrences": self.occurrences,
            "example": self.example,
            "reproducer": self.script,
            "reproducer_path": self.script_path,
            "pinned": self.pinned,
        }


@dataclass(slots=True)
class TargetReport:
    """What one backend showed."""

    target: str
    backend: str = ""
    verdict: str = "conformant"
    profile: dict[str, Any] = field(default_factory=dict)
    capabilities: dict[str, int] = field(default_factory=dict)
    """How often each declared capability was exercised with success."""
    laws: list[LawOutcome] = field(default_factory=list)
    divergences: list[Divergence] = field(default_factory=list)
    operations: int = 0
    examples: int = 0
    cells: frozenset[str] = frozenset()
    seconds: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def law(self, id: str) -> LawOutcome:  # noqa: A002
        """The outcome of a law."""
        return next(law for law in self.laws if law.id == id)

    def to_json(self) -> dict[str, Any]:
        """The record."""
        return {
            "target": self.target,
            "backend": self.backend,
            "verdict": self.verdict,
            "profile": self.profile,
            "capabilities": self.capabilities,
            "laws": [law.to_json() for law in self.laws],
            "divergences": [divergence.to_json() for divergence in self.divergences],
            "operations": self.operations,
            "examples": self.examples,
            "cells": sorted(self.cells),
            "seconds": {part: round(seconds, 3) for part, seconds in self.seconds.items()},
            "notes": self.notes,
        }


@dataclass(slots=True)
class Report:
    """What a run showed of all its targets."""

    header: dict[str, Any]
    targets: list[TargetReport]

    @property
    def verdict(self) -> str:
        """The gravest verdict of any target."""
        return worst([target.verdict for target in self.targets])

    @property
    def exit_code(self) -> int:
        """0 conformant or pinned, 1 divergent, 2 vacuous, 3 infrastructure error."""
        return EXIT_CODES[self.verdict]

    def to_json(self) -> dict[str, Any]:
        """The whole report; `schema` tells its version."""
        targets = [target.to_json() for target in self.targets]
        return {"schema": SCHEMA, **self.header, "verdict": self.verdict, "targets": targets}
