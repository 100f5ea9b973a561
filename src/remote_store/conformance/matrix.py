"""A report as text: the matrix of laws by backends, what diverged, what was counted, the verdicts. (CONF-001)"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from remote_store.conformance.report import Report, TargetReport

__all__ = ["MARKS", "markdown", "text"]

MARKS = {
    "conformant": "\u2713",
    "divergent": "\u2717",
    "not-applicable": "\u2013",
    "pinned": "pinned",
    "vacuous": "vacuous",
    "flaky": "flaky",
}
SHOWN = 5
"""Divergences of a backend that are shown in full."""


def _rows(report: Report) -> Iterator[tuple[str, str, list[str]]]:
    """Law, clause and a mark for each backend."""
    found = {law.id: law for target in report.targets for law in target.laws}
    for id_, law in found.items():
        marks = []
        for target in report.targets:
            own = next((it for it in target.laws if it.id == id_), None)
            marks.append("" if own is None else _mark(own.outcome, own.hits))
        yield id_, law.clause, marks


def _mark(outcome: str, hits: int) -> str:
    return f"{MARKS[outcome]} {hits}" if outcome == "conformant" else MARKS[outcome]


def _columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _counts(report: Report) -> list[list[str]]:
    targets = report.targets
    return [
        ["operations", "", *(f"{target.operations}" for target in targets)],
        ["examples (traces drawn)", "", *(f"{target.examples}" for target in targets)],
        ["cells covered", "", *(f"{len(target.cells)}" for target in targets)],
        ["seconds", "", *(f"{sum(target.seconds.values()):.1f}" for target in targets)],
    ]


def text(report: Report) -> str:
    """The report for a terminal."""
    names = [target.target for target in report.targets]
    table = [["law", "clause", *names], *([id_, clause, *marks] for id_, clause, marks in _rows(report))]
    lines = list(_columns([*table, ["", "", *("" for _ in names)], *_counts(report)]))
    lines[1:1] = ["-" * max(map(len, lines))]
    legend = (
        "\u2713 n: holds, looked at n times   \u2717: diverges   \u2013: not applicable   vacuous: hardly exercised"
    )
    return "\n".join([*lines, "", legend, *_divergences(report), "", *_header(report), "", *_verdicts(report)])


def _divergences(report: Report) -> Iterator[str]:
    for target in report.targets:
        open_ = [it for it in target.divergences if not it.pinned]
        for number, it in enumerate(open_[:SHOWN], 1):
            yield f"\n{target.target}: divergence {number} of {len(open_)} ({it.law}, seen {it.occurrences} times)"
            yield f"  {it.sentence}; going on from the observed state"
            prefix = "in a child store: " if it.child and it.steps else ""
            yield from (f"    {prefix}{index}. {step}" for index, step in enumerate(it.steps, 1))
            if it.before is not None and it.after is not None and it.after != it.before:
                yield f"    before: {it.before.to_json()}"
                yield f"    after:  {it.after.to_json()}"
            if it.script_path:
                yield f"    script: {it.script_path}"
                yield f"    trace:  {it.trace_path}"
        if len(open_) > SHOWN:
            yield f"\n{target.target}: {len(open_) - SHOWN} more classes of divergences; --json has them all"


def _header(report: Report) -> Iterator[str]:
    header = report.header
    yield (
        f"remote-store {header['library']}, model {header['model'][:12]}, Python {header['python']}, "
        f"Hypothesis {header['hypothesis']}, tier {header['tier']}, seed {header['seed']}, "
        f"{header['seconds']:.1f} s on {header['jobs']} processes"
    )


def _verdicts(report: Report) -> Iterator[str]:
    width = max(len(target.target) for target in report.targets)
    for target in report.targets:
        yield f"{target.target.ljust(width)}  {_verdict(target)}"
        yield from (f"{' ' * width}    {note}" for note in target.notes)


def _verdict(target: TargetReport) -> str:
    bad = [law.id for law in target.laws if law.outcome not in ("conformant", "pinned", "not-applicable")]
    return target.verdict + (f": {', '.join(bad)}" if bad else "")


def markdown(report: Report) -> str:
    """The report as a Markdown page."""
    names = [target.target for target in report.targets]
    lines = ["# Conformance", "", *_header(report), ""]
    lines += [f"| law | clause | {' | '.join(names)} |", f"|---|---|{'---|' * len(names)}"]
    lines += [f"| {id_} | {clause} | {' | '.join(marks)} |" for id_, clause, marks in _rows(report)]
    lines += [f"| {' | '.join(row)} |" for row in _counts(report)]
    lines += ["", *(f"- **{target.target}**: {_verdict(target)}" for target in report.targets), ""]
    shown = [(target, it) for target in report.targets for it in target.divergences]
    lines += [f"- {target.target}: {it.sentence}" for target, it in shown]
    return "\n".join(lines).rstrip() + "\n"
