"""Which module may import which, and what an import costs its user."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.project.repository import ROOT

SRC = ROOT / "src"

# Each layer may import itself and what stands before it. "" is the package itself: the public names.
LAYERS = (
    {"errors", "models", "path", "capabilities"},
    {"backend"},
    {"_core"},
    {"store", "aio"},
    {"", "backends", "config", "registry", "secret", "retry", "ext", "conformance", "cli"},
)
BESIDE = {
    "backends": LAYERS[0] | LAYERS[1] | {"backends", "secret", "retry"},
    "ext": LAYERS[0] | LAYERS[1] | LAYERS[3] | {"", "ext", "config"},
}
MAY_JUDGE = {"conformance", "cli"}


def modules() -> list[str]:
    files = (SRC / "remote_store").rglob("*.py")
    return sorted(path.relative_to(SRC).as_posix() for path in files if path != SRC / "remote_store" / "__init__.py")


def part_of(module: str) -> str:
    """`errors` for remote_store.errors, `_core` for remote_store._core.plan."""
    names = module.split(".")
    return names[1] if len(names) > 1 else ""


def is_module(name: str) -> bool:
    path = SRC / name.replace(".", "/")
    return path.is_dir() or path.with_suffix(".py").is_file()


def imported(module: str, source: str) -> Iterator[str]:
    """The modules that any import of `module` names, also one inside a function or under TYPE_CHECKING."""
    package = module.split("/")[:-1]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *filter(None, [node.module])])
            for alias in node.names:
                whole = f"{base}.{alias.name}"
                yield whole if base.startswith("remote_store") and is_module(whole) else base


def allowed(part: str) -> set[str]:
    """The parts that a module of `part` may import from."""
    depth = next(depth for depth, layer in enumerate(LAYERS) if part in layer)
    return BESIDE.get(part) or set().union(*LAYERS[: depth + 1])


def trespasses(module: str, source: str) -> list[str]:
    """What `module`, a file name below src, imports against the rule."""
    part = part_of(module.removesuffix(".py").replace("/", "."))
    wrong = []
    for name in imported(module, source):
        top = name.partition(".")[0]
        if top == "remote_store_oracle":
            wrong += [name] if part not in MAY_JUDGE else []
        elif top == "remote_store":
            wrong += [name] if part_of(name) not in allowed(part) else []
    return wrong


@pytest.mark.spec("BE-011")
@pytest.mark.parametrize("module", modules())
def test_imports_point_one_way(module: str) -> None:
    assert trespasses(module, (SRC / module).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("remote_store/path.py", "from remote_store.backend import Backend"),
        ("remote_store/backend.py", "from remote_store._core import plan"),
        ("remote_store/_core/ops.py", "from remote_store import Store"),
        ("remote_store/_core/ops.py", "from remote_store.backends.local import LocalBackend"),
        ("remote_store/backends/local.py", "from remote_store._core.plan import Kind"),
        ("remote_store/ext/batch.py", "from remote_store._core.ops import Operations"),
        ("remote_store/backends/local.py", "from .. import store"),
        ("remote_store/store.py", "import remote_store_oracle"),
    ],
)
def test_an_import_against_the_direction_is_noticed(module: str, line: str) -> None:
    assert trespasses(module, f"def use():\n    {line}\n") != []


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    return done.stdout


@pytest.mark.spec("BE-010")
def test_importing_the_package_loads_the_standard_library_only() -> None:
    loaded = run(
        "import sys; before = set(sys.modules); import remote_store; "
        "print(*{name.partition('.')[0] for name in set(sys.modules) - before})"
    ).split()
    assert "remote_store" in loaded
    foreign = set(loaded) - set(sys.stdlib_module_names) - {"remote_store"}
    assert not foreign


@pytest.mark.spec("FORMAL-006")
def test_the_oracle_loads_nothing_but_itself() -> None:
    loaded = run(
        "import sys; before = set(sys.modules); import remote_store_oracle; "
        "print(*{name.partition('.')[0] for name in set(sys.modules) - before})"
    ).split()
    foreign = set(loaded) - set(sys.stdlib_module_names) - {"remote_store_oracle"}
    assert not foreign


@pytest.mark.spec("BE-010")
def test_the_core_imports_the_standard_library_only() -> None:
    core = set().union(*LAYERS[:4])
    for module in modules():
        if part_of(module.removesuffix(".py").replace("/", ".")) in core:
            tops = {name.partition(".")[0] for name in imported(module, (SRC / module).read_text(encoding="utf-8"))}
            assert tops <= set(sys.stdlib_module_names) | {"remote_store"}, module
