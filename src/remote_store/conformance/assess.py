"""From what the parts of a run showed to a report: rows, divergences, pins, vacuity, verdict.

(CONF-007, CONF-008, CONF-009)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from remote_store.capabilities import Capability
from remote_store.conformance.explore import Case, Exploration
from remote_store.conformance.harness import Deviation, Harness
from remote_store.conformance.laws import REGISTRY
from remote_store.conformance.parts import Facts, LawResult, PartResult
from remote_store.conformance.report import Divergence, LawOutcome, TargetReport, worst
from remote_store.conformance.rows import ROWS, Row, row_of
from remote_store.conformance.witness import sentence_of

__all__ = ["ENOUGH", "assess", "divergence_of"]

ENOUGH = {"smoke": 3, "full": 15, "soak": 50}
"""Successes without which a declared capability counts as not exercised."""

CHILD, TOUR, GATES = "lockstep.child", "lockstep.tour", "capabilities.gates"


def assess(harness: Harness, parts: Iterable[PartResult], tier: str, today: date) -> TargetReport:
    """The report on one target."""
    done = {part.part: part for part in parts}
    report = TargetReport(harness.name, seconds={name: part.seconds for name, part in done.items()})
    facts = next((part.facts for part in done.values() if part.facts), None)
    if errors := [part.error for part in done.values() if part.error]:
        report.verdict, report.notes = "infrastructure error", sorted(set(errors))
    if facts is None:
        return report
    report.backend = facts.backend
    report.profile = {"folders": facts.folders, "clash": facts.clash}
    _add_coverage(report, done)
    report.divergences = _divergences(done)
    excused, stale = _apply_pins(report.divergences, harness.deviations, today)
    report.notes += [f"pinned: {it.signature}: {it.observed} ({it.reason}, {it.url})" for it in excused] + stale
    report.capabilities = _exercised(facts, done)
    report.laws = [*_rows(report, facts, done, tier), *_law_rows(report, done)]
    _judge(report, bool(stale), facts, tier)
    return report


def _explorations(done: Mapping[str, PartResult]) -> list[Exploration]:
    return [part.exploration for part in done.values()]


def _add_coverage(report: TargetReport, done: Mapping[str, PartResult]) -> None:
    report.operations = sum(it.steps for it in _explorations(done))
    report.examples = sum(done[name].exploration.examples for name in ("plain", "child") if name in done)
    report.cells = frozenset().union(*(it.cells for it in _explorations(done)))


# -- divergences -----------------------------------------------------------------------------------------------------


def _divergences(done: Mapping[str, PartResult]) -> list[Divergence]:
    """One for each signature, the shortest witness of it; shortest first."""
    found: dict[str, Divergence] = {}
    for name, part in done.items():
        for case in part.exploration.cases.values():
            made = divergence_of(case, name)
            known = found.get(made.signature)
            if known is None or len(made.steps) < len(known.steps):
                made.occurrences += known.occurrences if known else 0
                found[made.signature] = made
            else:
                known.occurrences += made.occurrences
        for result in part.laws:
            if result.outcome in ("divergent", "flaky"):
                made = _of_law(result)
                found[made.signature] = made
    return sorted(
        found.values(),
        key=lambda it: (
            len(it.steps) or 4,
            it.allowed.startswith("the tree"),
            it.finding is None or it.finding.answer is None,
            it.law,
            it.signature,
        ),
    )


def divergence_of(case: Case, part: str) -> Divergence:
    """A case as the report has it."""
    finding = case.finding
    return Divergence(
        finding.situation,
        finding.outcome,
        row_of(finding.step.call).id if finding.clause != "STORE-002" else CHILD,
        finding.clause,
        sentence_of(finding, case.steps),
        case.steps,
        part == "child",
        finding.allowed,
        finding.before,
        finding.expected,
        finding.after,
        case.count,
        case.example,
        finding=finding,
    )


def _of_law(result: LawResult) -> Divergence:
    law = REGISTRY[result.id]
    where = "in a child: " if result.jailed else ""
    said = f"{where}{result.broken}; the law is: {law.title.rstrip('.')}; spec {law.clause}"
    return Divergence(f"law {law.id}", result.broken, law.id, law.clause, said, child=result.jailed)


def _apply_pins(
    divergences: list[Divergence], pins: Iterable[Deviation], today: date
) -> tuple[list[Deviation], list[str]]:
    """Mark what a pin excuses; the pins that did, and complaints of those that are expired or no longer needed."""
    excused, complaints = [], []
    for pin in pins:
        hits = [it for it in divergences if it.situation == pin.signature and it.observed == pin.observed]
        if pin.expired(today):
            complaints.append(f"expired pin: {pin.signature}: {pin.observed} (until {pin.expires}, {pin.url})")
        elif not hits:
            complaints.append(f"stale pin: {pin.signature}: {pin.observed} was not seen ({pin.url})")
        else:
            excused.append(pin)
            for it in hits:
                it.pinned = pin.reason
    return excused, complaints


# -- rows ------------------------------------------------------------------------------------------------------------


def _successes(done: Mapping[str, PartResult]) -> Counter[str]:
    return sum((it.successes for it in _explorations(done)), Counter())


def _exercised(facts: Facts, done: Mapping[str, PartResult]) -> dict[str, int]:
    """For each declared capability, how often it was used with success, by a step or by a law."""
    successes, used = _successes(done), dict.fromkeys(facts.capabilities, 0)
    for row in ROWS:
        if row.needs is not None and row.needs.name in used:
            used[row.needs.name] += sum(successes[call] for call in row.calls)
    for part in done.values():
        for result in part.laws:
            for need in REGISTRY[result.id].needs:
                if need.name in used:
                    used[need.name] += result.hits
    return used


def _outcome(report: TargetReport, law: str, otherwise: str) -> tuple[str, str]:
    """What the divergences say of a row."""
    own = [it for it in report.divergences if it.law == law]
    open_ = [it for it in own if not it.pinned]
    if open_:
        return "divergent", open_[0].sentence
    return ("pinned", own[0].pinned) if own else (otherwise, "")


def _rows(report: TargetReport, facts: Facts, done: Mapping[str, PartResult], tier: str) -> list[LawOutcome]:
    successes = _successes(done)
    rows = [_row(report, row, facts, successes, tier) for row in ROWS]
    gates = sum(count for call, count in _called(done).items() if (_gate(call) or "") not in ("", *facts.capabilities))
    outcome = "conformant" if gates else "not-applicable"
    broken = next((it.sentence for it in report.divergences if it.clause == "CAP-001" and not it.pinned), "")
    reason = broken or ("" if gates else "every capability that gates a method is declared")
    title = "Without its capability a call is refused and changes nothing."
    rows.append(LawOutcome(GATES, "CAP-001", None, title, "divergent" if broken else outcome, gates, reason))
    for part, law, clause, title in (
        ("child", CHILD, "STORE-002", "All of the above, in a child store with sentinels around it."),
        ("tour", TOUR, "CONF-005", "Every step in every state of a small universe."),
    ):
        if part in done:
            rows.append(_whole(report, done[part], law, clause, title))
    return rows


def _row(report: TargetReport, row: Row, facts: Facts, successes: Mapping[str, int], tier: str) -> LawOutcome:
    hits, need = sum(successes[call] for call in row.calls), row.needs.name if row.needs else None
    if need is not None and need not in facts.capabilities:
        outcome, reason = _outcome(report, row.id, "not-applicable")
        return LawOutcome(row.id, row.clause, need, row.title, outcome, 0, reason or f"no {need}")
    outcome, reason = _outcome(report, row.id, "conformant" if hits >= ENOUGH[tier] else "vacuous")
    if outcome == "vacuous":
        reason = f"{hits} successes, at least {ENOUGH[tier]} are needed"
    return LawOutcome(row.id, row.clause, need, row.title, outcome, hits, reason)


def _whole(report: TargetReport, part: PartResult, law: str, clause: str, title: str) -> LawOutcome:
    """A row for a whole part of the run."""
    seen = part.exploration
    pins = {it.signature for it in report.divergences if it.pinned}
    open_ = [case for signature, case in seen.cases.items() if signature not in pins]
    outcome = "divergent" if open_ else "pinned" if seen.cases else "conformant" if seen.steps else "not-applicable"
    reason = sentence_of(open_[0].finding, open_[0].steps) if open_ else "" if seen.steps else "no WRITE"
    return LawOutcome(law, clause, None, title, outcome, seen.steps, reason)


def _called(done: Mapping[str, PartResult]) -> Counter[str]:
    return sum((it.calls for it in _explorations(done)), Counter())


def _gate(call: str) -> str | None:
    need = row_of(call).needs
    return need.name if need else None


def _law_rows(report: TargetReport, done: Mapping[str, PartResult]) -> list[LawOutcome]:
    rows = []
    for result in done["laws"].laws if "laws" in done else ():
        law = REGISTRY[result.id]
        outcome, reason = result.outcome, result.broken
        if outcome in ("divergent", "flaky") and _outcome(report, law.id, "")[0] == "pinned":
            outcome = "pinned"
        need = ", ".join(sorted(cap.name for cap in law.needs - {Capability.READ, Capability.WRITE, Capability.LIST}))
        rows.append(LawOutcome(law.id, law.clause, need or None, law.title, outcome, result.hits, reason))
    return rows


def _judge(report: TargetReport, complaints: bool, facts: Facts, tier: str) -> None:
    verdicts = [report.verdict] + (["stale-pin"] if complaints else [])
    known = ("conformant", "pinned", "vacuous", "flaky", "divergent")
    verdicts += [law.outcome for law in report.laws if law.outcome in known]
    if any(not it.pinned for it in report.divergences):
        verdicts.append("flaky" if all(law.outcome == "flaky" for law in _bad(report)) else "divergent")
    if report.verdict != "infrastructure error":
        quality = {"LAZY_READ"} if tier == "smoke" else set()  # its law takes too long for smoke
        for name, used in report.capabilities.items():
            if not used and name not in quality and "laws" in report.seconds:
                verdicts.append("vacuous")
                report.notes.append(f"vacuous: {name} is declared, and was never exercised")
    report.verdict = worst(verdicts)


def _bad(report: TargetReport) -> list[LawOutcome]:
    return [law for law in report.laws if law.outcome in ("flaky", "divergent")]
