"""A store and the oracle, step by step: every outcome judged, the whole visible tree compared. (CONF-003)"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from remote_store_oracle import Allowed, Err, Ok, Outcome, Path, Profile

from remote_store import errors
from remote_store.backend import Backend
from remote_store.conformance.clauses import clause_of
from remote_store.conformance.model import Model, profile_of
from remote_store.conformance.observe import Remark, Seen, observe
from remote_store.conformance.step import Step, short
from remote_store.conformance.tree import Difference, Tree, Unreadable, differences, look, text_of
from remote_store.store import Store

__all__ = ["SENTINELS", "Finding", "Infrastructure", "Lockstep", "remarks", "replay"]

SENTINELS: Mapping[str, bytes] = {"jail/inn": b"beside", "jail/in2/x": b"near", "other": b"far"}
"""What stands beside the root of a child store, and must still stand there afterwards."""
JAIL = "jail/in"


class Infrastructure(Exception):
    """The medium cannot be reached: neither conformant nor divergent."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One way in which a step differed. `situation` and `outcome` hold no path and no content, so that they group."""

    situation: str
    outcome: str
    clause: str
    step: Step
    observed: str
    allowed: str
    before: Tree
    expected: Tree
    after: Tree | None
    answer: Allowed | None = None
    """What the step might have answered, if it is the answer that is wrong."""
    beside: bool = False
    """Whether it is something that the oracle does not speak of: a record's shape, an error's fields."""

    @property
    def signature(self) -> str:
        """What a report groups by."""
        return f"{self.situation}: {self.outcome}"


class Lockstep:
    """One store beside its model.

    With `jailed`, the store is a child and the model is the child's own tree; sentinels are planted around it.
    """

    def __init__(
        self, backend: Backend, profile: Profile, jailed: bool = False, store: Callable[[Backend], Store] = Store
    ) -> None:
        self.backend = backend
        self.whole = store(backend)
        self.jailed = jailed
        self.store = self.whole.child(JAIL) if jailed else self.whole
        self.model = Model(backend, profile, JAIL if jailed else "")
        self.cells: set[str] = set()
        self.successes: dict[str, int] = {}
        self.steps = 0
        self.lost = False
        """Whether the store shows what no model can hold, so that there is nothing to go on from."""
        self._start()

    def _start(self) -> None:
        if "write" not in self.model.profile.capabilities:  # what is there was put there by other means
            self.lost = not self.model.adopt(look(self.store, self.model.profile, self.model.tree)[0])
            return
        try:
            for key, content in SENTINELS.items() if self.jailed else ():
                self.whole.write(key, content)
        except Exception as error:  # noqa: BLE001 - a store that cannot even write is found out without a child
            self._check_alive(error)
            self.lost = True

    def take(self, step: Step, compare: bool | None = None) -> list[Finding]:
        """Perform `step`, judge it, and go on from what was observed.

        The tree is compared after every step that mutates or is refused; `compare` overrules.

        Raises:
            Infrastructure: the medium is gone.
        """
        model, op = self.model, self.model.operation(step)
        scene = _Scene.of(model, step)
        self.steps += 1
        self.cells.add(scene.cell)
        seen = observe(self.store, step)
        self._check_alive(seen.error)
        right = model.judge(op, seen.outcome)
        findings = [] if right else [self._outcome(scene, seen, model.allowed(op))]
        findings += self._remarks(scene, seen.remarks)
        before = model.tree
        if isinstance(seen.outcome, Ok):
            if right:
                self.successes[step.call] = self.successes.get(step.call, 0) + 1
            model.follow(op)
        if compare if compare is not None else (step.mutates or isinstance(seen.outcome, Err) or bool(findings)):
            findings += self._compare(scene, seen, before)
        return findings

    def settle(self, step: Step) -> list[Finding]:
        """What the tree shows at the end of a trace, whatever its last step was."""
        return self._compare(_Scene.of(self.model, step), Seen(Ok()), self.model.tree, closely=True)

    def _check_alive(self, error: Exception | None) -> None:
        """Whether an error is the store's, or the medium is gone."""
        if isinstance(error, (errors.BackendUnavailable, errors.PermissionDenied)):
            try:
                self.store.ping()
            except errors.RemoteStoreError as gone:
                raise Infrastructure(str(gone)) from gone

    def _outcome(self, scene: _Scene, seen: Seen, options: Allowed) -> Finding:
        observed = seen.outcome
        clause = scene.clause()
        if "CapabilityNotSupported" in options.errors:
            clause = "META-001" if scene.step.metadata else "CAP-001"
        elif isinstance(observed, Err) and (":" in observed.kind or observed.kind == "RemoteStoreError"):
            clause = "ERR-003"
        word = observed.kind if isinstance(observed, Err) else ("ok" if options.success is None else "wrong value")
        tree = self.model.tree
        text, allowed = _outcome_text(seen), _allowed_text(options)
        return Finding(scene.sign, word, clause, scene.step, text, allowed, tree, tree, tree, options)

    def _remarks(self, scene: _Scene, remarks: list[Remark]) -> list[Finding]:
        tree, step = self.model.tree, scene.step
        return [
            Finding(step.call, it.what, it.clause, step, _remark_text(it), "", tree, tree, tree, beside=True)
            for it in remarks
        ]

    def _compare(self, scene: _Scene, seen: Seen, before: Tree, closely: bool = False) -> list[Finding]:
        """Compare the tree and, if it differs, take it for the truth from now on."""
        model = self.model
        try:
            tree, remarks = look(self.store, model.profile, model.tree, scene.paths)
        except Unreadable as error:
            self._check_alive(error.error)
            self.lost = True
            situation, clause = f"{scene.sign} {_word(seen)}", scene.clause("unreadable")
            return [
                Finding(
                    situation, error.what, clause, scene.step, str(error), "", before, model.tree, None, beside=True
                )
            ]
        wrong = differences(model.tree, tree)
        outside = self._outside(closely) if self.jailed else ()
        if not (wrong or remarks or outside):
            return []
        found = _tree_findings(scene, seen, model.tree, before, tree, wrong) + self._remarks(scene, remarks)
        if outside:
            text = f"{_outcome_text(seen)}, and outside the child {', '.join(outside)} changed"
            situation = f"child: {scene.step.call}"
            wanted = "nothing changed outside"
            found.append(
                Finding(situation, "reaches outside", "STORE-002", scene.step, text, wanted, before, model.tree, tree)
            )
            self.lost = True
        self.lost = self.lost or not model.adopt(tree)
        return found

    def _outside(self, closely: bool) -> list[str]:
        """The keys beside a child store that are not as they were planted: their sizes, or `closely` their contents."""
        if "write" not in self.model.profile.capabilities or "list" not in self.model.profile.capabilities:
            return []
        try:
            listed = [
                file for file in self.whole.list_files("", recursive=True) if not str(file).startswith(f"{JAIL}/")
            ]
            around = {str(it): self.whole.read_bytes(it) if closely else bytes(it.size) for it in listed}
        except Exception as error:  # noqa: BLE001 - whatever a store lets out is the finding
            return [f"{type(error).__name__}: {error}"]
        planted = SENTINELS if closely else {key: bytes(len(content)) for key, content in SENTINELS.items()}
        return sorted({repr(key) for key, _ in set(around.items()) ^ set(planted.items())})


def _tree_findings(
    scene: _Scene, seen: Seen, expected: Tree, before: Tree, tree: Tree, wrong: list[Difference]
) -> list[Finding]:
    """A finding for each kind of difference, not for each path."""
    refused = isinstance(seen.outcome, Err)
    found = []
    for it in {difference.what: difference for difference in reversed(wrong)}.values():
        clause = it.clause or ("ERR-001" if refused else scene.clause(it.what))
        stays = it.what.endswith("appeared") and (it.path in before.files or it.path in before.folders)
        what = it.what.replace("appeared", "stays") if stays else it.what
        text = f"{_outcome_text(seen)}, and {what}: {text_of(it.path)!r}"
        wanted = "the tree as it was" if refused else _tree_text(expected, it.path)
        situation = f"{scene.sign} {_word(seen)}"
        found.append(Finding(situation, what, clause, scene.step, text, wanted, before, expected, tree))
    return found


@dataclass(frozen=True, slots=True)
class _Scene:
    """A step and what is at its paths: all that a signature and a clause depend on."""

    step: Step
    paths: tuple[Path | None, ...]
    source: str = ""
    target: str = ""
    relation: str = ""

    @classmethod
    def of(cls, model: Model, step: Step) -> _Scene:
        if step.call == "glob":
            return cls(step, ())
        path = model.path(step.path)
        if step.dst is None:
            return cls(step, (path,), model.kind(path))
        dst = model.path(step.dst)
        return cls(step, (path, dst), model.kind(path), model.kind(dst), model.relation(path, dst))

    @property
    def sign(self) -> str:
        """`move F to - (below), overwrite`: the call, the kinds at its paths, the flags."""
        step = self.step
        flags = [name for name in ("overwrite", "missing_ok", "recursive") if getattr(step, name)]
        flags += ["pattern"] if step.pattern is not None else []
        parts = [step.call, self.source] + ([f"to {self.target} ({self.relation})"] if self.target else [])
        return ", ".join([" ".join(part for part in parts if part), *flags])

    @property
    def cell(self) -> str:
        """What coverage counts: operation, kind of source, kind of destination, relation, spelling."""
        spelling = "~" if self.paths and self.paths[0] and "/".join(self.paths[0]) != self.step.path else ""
        return f"{self.step.call} {self.source}{spelling} {self.target} {self.relation}".rstrip()

    def clause(self, tree: str | None = None) -> str:
        return clause_of(self.step, self.source, self.target, self.relation, tree)


def _remark_text(remark: Remark) -> str:
    return f"{remark.what}: {remark.detail}" if remark.detail else remark.what


def _word(seen: Seen) -> str:
    return seen.outcome.kind if isinstance(seen.outcome, Err) else "ok"


def _outcome_text(seen: Seen) -> str:
    if isinstance(seen.outcome, Err):
        kind = seen.outcome.kind
        return f"raised {seen.error!r}" if kind.startswith("native:") else f"raised {kind}"
    return f"returned {_value_text(seen.outcome)}"


def _value_text(outcome: Outcome) -> str:
    value = outcome.value if isinstance(outcome, Ok) else None
    if isinstance(value, dict):
        return repr({text_of(path): size for path, size in sorted(value.items())})
    if isinstance(value, frozenset):
        return repr(sorted(map(text_of, value)))
    return repr(value) if len(repr(value)) < 200 else repr(value)[:197] + "..."


def _allowed_text(options: Allowed) -> str:
    words = [_value_text(options.success)] if options.success is not None else []
    return " or ".join([*words, *sorted(options.errors)])


def _tree_text(tree: Tree, path: tuple[str, ...]) -> str:
    if path in tree.files:
        file = tree.files[path]
        metadata = f" and metadata {dict(file.metadata)}" if file.metadata else ""
        return f"{text_of(path)!r} with {short(file.content)}{metadata}"
    return f"{text_of(path)!r} as a folder" if path in tree.folders else f"nothing at {text_of(path)!r}"


def remarks(store: Store, step: Step) -> list[Remark]:
    """What is wrong beside the outcome when `step` is performed, and with the tree afterwards; for witnesses."""
    found = observe(store, step).remarks
    profile = profile_of(store.unwrap(Backend))  # type: ignore[type-abstract]
    try:
        return found + look(store, profile, Tree({}, frozenset()))[1]
    except Unreadable as error:
        return [*found, Remark("", error.what, str(error))]


def replay(lockstep: Lockstep, steps: Iterable[Step]) -> list[list[Finding]]:
    """What each step of a trace shows; the tree is compared after the last one in any case."""
    found: list[list[Finding]] = []
    trace = list(steps)
    for index, step in enumerate(trace):
        found.append(lockstep.take(step, compare=True if index == len(trace) - 1 else None))
        if lockstep.lost:
            break
    return found
