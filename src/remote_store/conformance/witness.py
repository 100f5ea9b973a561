"""A divergence in three forms: a sentence, a trace in JSON, a Python script of the public API alone. (CONF-006)"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path as FilePath

from remote_store_oracle import Allowed, Children, Info, Path, Totals, Value

from remote_store.conformance.laws import REGISTRY
from remote_store.conformance.lockstep import JAIL, SENTINELS, Finding
from remote_store.conformance.report import Divergence
from remote_store.conformance.step import Step
from remote_store.conformance.tree import Tree, text_of

__all__ = ["save", "script_of", "sentence_of"]


def sentence_of(finding: Finding, steps: Sequence[Step]) -> str:
    """`step 3 move('d/f', 'd') returned None; allowed are only InvalidPath; spec MOVE-004; ...`"""
    wanted = f"; allowed {_be(finding.allowed)} {finding.allowed}" if finding.allowed else ""
    return f"step {len(steps)} {finding.step} {finding.observed}{wanted}; spec {finding.clause}"


def _be(allowed: str) -> str:
    return "are only" if " or " in allowed else "is only"


def save(divergence: Divergence, target: str, number: int, make: str, folder: FilePath) -> None:
    """Write the script and the trace of a divergence, and note where they are."""
    divergence.script = script_of(divergence, make)
    folder.mkdir(parents=True, exist_ok=True)
    slug = re.sub(r"[^a-z0-9]+", "-", f"{target}-{number:02}-{divergence.situation}".lower()).strip("-")[:60]
    for ending, text in (("py", divergence.script), ("json", json.dumps(divergence.trace(), indent=1) + "\n")):
        (folder / f"{slug}.{ending}").write_text(text, encoding="utf-8")
    divergence.script_path, divergence.trace_path = str(folder / f"{slug}.py"), str(folder / f"{slug}.json")


# -- the script ------------------------------------------------------------------------------------------------------

_HEAD = '''"""{sentence}

Exits with 1 while the backend differs so, with 0 once it does not.
"""

import io
import sys

from remote_store import Store
{make}
'''
_LAW = """
from remote_store.conformance.laws.{module} import {name} as law

{store}
try:
    law(store)
except Exception as error:
    sys.exit(f"{{type(error).__name__}}: {{error}}")
"""
_ATTEMPT = '''
{store}

def attempt(call):
    """What a call returned, or the name of the error that it raised."""
    try:
        return call()
    except Exception as error:
        return type(error).__name__

'''
_OPEN_ATOMIC = """
def open_atomic(path, content, **options):
    with store.open_atomic(path, **options) as stream:
        stream.write(content)
    return stream.result

"""
_TRICKLE = """
class Trickle(io.BytesIO):
    def read(self, size=-1):
        return super().read(min(size, 3) if size > 0 else 3)  # reads come short, as those of a socket do

"""
_RECORD = """
def record(result):
    return result.size, dict(result.metadata or {})

"""
_VERDICT = """
print("seen:   ", seen)
print("allowed:", *allowed, sep="\\n  ")
sys.exit(seen not in allowed)
"""
_TREE = """
seen = {
    str(file): (store.read_bytes(file), dict(store.get_file_info(file).metadata or {}))
    for file in store.list_files("", recursive=True)
}
seen |= {f"{folder}/": "folder" for folder in store.list_folders("", max_depth=64)}
"""
_REMARKS = """
from remote_store.conformance import Step, remarks

found = remarks(store, Step(**{step!r}))
print("remarks:", *found, sep="\\n  ")
sys.exit(bool(found))
"""


def script_of(divergence: Divergence, make: str) -> str:
    """The script that shows a divergence on the backend that `make` makes."""
    sentence = divergence.sentence.replace("\\", "\\\\").replace('"', '\\"')
    head = _HEAD.format(sentence=sentence, make=make)
    store = _store(divergence.child)
    if not divergence.steps:
        run = REGISTRY[divergence.law].run
        return head + _LAW.format(module=run.__module__.rpartition(".")[2], name=run.__name__, store=store)
    finding: Finding = divergence.finding
    steps = divergence.steps
    calls = {step.call for step in steps}
    text = head + _ATTEMPT.format(store=store)
    text += _TRICKLE if any(step.source == "trickle" for step in steps) else ""
    text += _OPEN_ATOMIC if "open_atomic" in calls else ""
    text += _RECORD if steps[-1].call in _RECORDS else ""
    last = len(steps)
    text += "\n" + "".join(
        f"attempt(lambda: {_call(step)})  # step {number}\n" for number, step in enumerate(steps, 1) if number < last
    )
    if finding.beside:
        return text + _REMARKS.format(step=_arguments(finding.step))
    if finding.answer is not None:
        text += f"seen = attempt(lambda: {_value_of(finding.step)})  # step {last}\n"
        return text + f"allowed = [{', '.join(_allowed(finding.answer, finding.step))}]\n" + _VERDICT
    text += f"attempt(lambda: {_call(finding.step)})  # step {last}\n"
    if finding.outcome == "reaches outside":
        text += "whole = Store(backend)\nseen = {str(file): whole.read_bytes(file) for file in whole.list_files('', "
        text += f"recursive=True) if not str(file).startswith('{JAIL}/')}}\nallowed = [{dict(SENTINELS)!r}]\n"
        return text + _VERDICT
    if finding.clause == "INFO-002":
        text += "info = store.get_folder_info('')\nseen = (info.file_count, info.total_size)\n"
        text += "sizes = {str(file): file.size for file in store.list_files('', recursive=True)}\n"
        return text + "allowed = [(len(sizes), sum(sizes.values()))]\n" + _VERDICT
    return text + _TREE + f"allowed = [{_tree(finding.expected)!r}]\n" + _VERDICT


def _store(child: bool) -> str:
    if not child:
        return "store = Store(backend)"
    planted = "".join(f"Store(backend).write({key!r}, {content!r})\n" for key, content in SENTINELS.items())
    return f"{planted}store = Store(backend).child({JAIL!r})"


def _arguments(step: Step) -> dict[str, object]:
    named = {name: getattr(step, name) for name in Step.__dataclass_fields__}
    return {name: value for name, value in named.items() if value != Step.__dataclass_fields__[name].default}


def _call(step: Step) -> str:
    """The call as Python. A content is passed as bytes, whatever the form in which the trace passes it."""
    options = [f"{name}={value!r}" for name, value in step.options().items()]
    arguments = [repr(step.path)] + ([repr(step.dst)] if step.dst is not None else [])
    if step.content is not None:
        arguments.append(_content(step))
    text = f"{step.call}({', '.join([*arguments, *options])})"
    return text if step.call == "open_atomic" else f"store.{text}"


def _content(step: Step) -> str:
    content = step.content or b""
    text = repr(content)
    if len(set(content)) == 1 and len(content) > 40:
        text = f"{content[:1]!r} * {len(content)}"
    if step.call == "write_text":
        return f"{text}.decode('latin-1'), encoding='latin-1'"
    if step.source in ("stream", "trickle"):
        return f"{'io.BytesIO' if step.source == 'stream' else 'Trickle'}({text})"
    return text if step.source == "bytes" else f"{step.source}({text})"


_RECORDS = frozenset({"write", "write_text", "write_atomic", "open_atomic", "get_file_info", "head"})


def _value_of(step: Step) -> str:
    """The call as Python, with what it returns made comparable."""
    call = _call(step)
    if step.call in _RECORDS:
        return f"record({call})"
    match step.call:
        case "read" | "read_seekable":
            return f"{call}.read()"
        case "read_text":
            return f"{call[:-1]}, encoding='latin-1').encode('latin-1')"
        case "list_files" | "glob":
            return f"sorted((str(file), file.size) for file in {call})"
        case "list_folders":
            return f"sorted(str(folder) for folder in {call})"
        case "iter_children":
            return f"sorted((str(entry), getattr(entry, 'size', 'folder')) for entry in {call})"
        case "get_folder_info":
            return f"(lambda info: (info.file_count, info.total_size))({call})"
    return call


def _allowed(answer: Allowed, step: Step) -> list[str]:
    values = [] if answer.success is None else [repr(_plain(answer.success.value))]
    return values + [repr(kind) for kind in sorted(answer.errors)]


def _plain(value: Value) -> object:
    """An answer of the oracle's as the script makes it of the store's."""

    def sized(files: dict[Path, int]) -> list[tuple[str, object]]:
        return sorted((text_of(path), size) for path, size in files.items())

    match value:
        case Info(size, metadata):
            return size, dict(metadata)
        case Totals(files, size):
            return files, size
        case Children(files, folders):
            return sorted(sized(files) + [(text_of(path), "folder") for path in folders])
        case dict():
            return sized(value)
        case frozenset():
            return sorted(map(text_of, value))
    return value


def _tree(tree: Tree) -> dict[str, object]:
    made: dict[str, object] = {text_of(path): (file.content, dict(file.metadata)) for path, file in tree.files.items()}
    return made | {f"{text_of(path)}/": "folder" for path in tree.folders}
