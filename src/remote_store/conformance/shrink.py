"""The shortest trace that still shows a finding: deterministic, step by step. (CONF-006)"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from remote_store.conformance.lockstep import Finding, Lockstep, replay
from remote_store.conformance.step import Step
from remote_store.conformance.tree import Tree
from remote_store.errors import InvalidPath
from remote_store.path import normalize

__all__ = ["shrink"]

Trace = tuple[Step, ...]
BUDGET = 250
"""Replays, at most."""


class _Search:
    """The best trace so far; a candidate replaces it if it shows the same finding at its last step."""

    def __init__(self, begin: Callable[[], Lockstep], finding: Finding, steps: Trace) -> None:
        self._begin = begin
        self._left = BUDGET
        self.finding = finding
        self.best = steps

    def try_(self, candidate: Trace) -> bool:
        """Whether `candidate` is as good, and so the best from now on."""
        if candidate == self.best or self._left <= 0:
            return False
        self._left -= 1
        shown = replay(self._begin(), candidate)
        if len(shown) == len(candidate):
            for finding in shown[-1]:
                if finding.signature == self.finding.signature and finding.clause == self.finding.clause:
                    self.best, self.finding = candidate, finding
                    return True
        return False


def shrink(begin: Callable[[], Lockstep], finding: Finding, steps: Trace) -> tuple[Finding, Trace]:
    """A short trace whose last step shows `finding`, and that; the trace as it is if it does not repeat."""
    search = _Search(begin, finding, steps)
    search.try_((*_rebuild(finding.before), steps[-1]))
    _drop(search)
    while any(search.try_(candidate) for candidate in _simpler(search.best)):
        pass
    _drop(search)
    return search.finding, search.best


def _rebuild(tree: Tree) -> Iterator[Step]:
    """The shortest way to a tree: write what is there; a folder that is empty held a file once."""
    holders = {path[:depth] for path in tree.files for depth in range(len(path))}
    holders |= {path[:-1] for path in tree.folders}
    for folder in sorted(tree.folders - holders):
        key = "/".join((*folder, "a"))
        yield Step("write", key, content=b"")
        yield Step("delete", key)
    for path, file in sorted(tree.files.items()):
        yield Step("write", "/".join(path), content=file.content, metadata=file.metadata or None)


def _drop(search: _Search) -> None:
    """Leave out steps before the last, in large pieces first."""
    size = max(len(search.best) // 2, 1)
    while True:
        at = 0
        while at < len(search.best) - 1:
            end = min(at + size, len(search.best) - 1)
            if not search.try_(search.best[:at] + search.best[end:]):
                at += size
        if size == 1:
            return
        size //= 2


def _simpler(trace: Trace) -> Iterator[Trace]:
    """Traces a little simpler than this one."""
    for old, new in _renamings(trace):
        yield tuple(_renamed(step, old, new) for step in trace)
    for at, step in enumerate(trace):
        for simpler in _simpler_steps(step):
            yield (*trace[:at], simpler, *trace[at + 1 :])


def _renamings(trace: Trace) -> Iterator[tuple[str, str]]:
    """Each name that could be shorter, with the first free short one."""
    names = {name for step in trace for name in _names(step)}
    free = [name for name in "abcde" if name not in names]
    for name in sorted(names - set("abcde"), key=lambda name: (-len(name), name)):
        if free:
            yield name, free[0]


def _names(step: Step) -> set[str]:
    return {name for raw in (step.path, step.dst or "") for name in raw.split("/") if name not in ("", ".", "..")}


def _renamed(step: Step, old: str, new: str) -> Step:
    def rename(raw: str) -> str:
        return "/".join(new if name == old else name for name in raw.split("/"))

    return replace(step, path=rename(step.path), dst=None if step.dst is None else rename(step.dst))


def _simpler_steps(step: Step) -> Iterator[Step]:
    for raw, field in ((step.path, "path"), (step.dst, "dst")):
        if raw is None or step.call == "glob":
            continue
        try:
            plain = normalize(raw)
        except InvalidPath:
            continue
        if plain != raw:
            yield replace(step, **{field: plain})  # type: ignore[arg-type]
    if step.content:
        yield replace(step, content=b"")
        if len(step.content) > 1:
            yield replace(step, content=b"x")
    for field, value in (("metadata", None), ("overwrite", False), ("missing_ok", False), ("source", "bytes")):
        if getattr(step, field) != value:
            yield replace(step, **{field: value})  # type: ignore[arg-type]
    if step.call in ("write_text", "write_atomic", "open_atomic"):
        yield replace(step, call="write")
