"""The repository itself: its front door, its wheel, and what must not be in it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.project.repository import ROOT, project

COMMANDS = {"conformance", "test", "verify", "oracle", "check", "trace", "mutate", "bench", "soak", "docs", "clean"}
REGISTRY_HOST = re.compile(
    r'"resolved":\s*"https?://|\bregistry\s*=\s*"?https?://|(?:extra-)?index-url[ =]|pythonhosted\.org|pypi\.org/simple'
)


def texts() -> Iterator[tuple[str, str]]:
    """Every file that is in the repository, or would be, and its text."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.is_file() and path != Path(__file__):
            yield name, path.read_text(encoding="utf-8")


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make here")
def test_make_lists_its_commands() -> None:
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(re.findall(r"^  make ([a-z]+) ", done.stdout, re.MULTILINE)) >= COMMANDS


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this is no checkout")
def test_no_file_names_a_registry_host_or_the_place_it_was_written_at() -> None:
    places = "|".join(re.escape(str(place)) for place in (ROOT, Path.home()))
    unwanted = re.compile(rf"{REGISTRY_HOST.pattern}|(?<![\w.])(?:{places})/")
    assert [(name, found[0]) for name, text in texts() if (found := unwanted.search(text))] == []


def test_development_is_pinned_and_users_are_not() -> None:
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert [pin for pin in pins if not re.fullmatch(r"#.*|[A-Za-z0-9._-]+==[0-9][0-9a-z.]*", pin)] == []
    extras = project()["optional-dependencies"]
    assert [need for needs in extras.values() for need in needs if "<" in need.partition(";")[0] or "==" in need] == []
    assert project()["dependencies"] == []


def test_the_version_is_the_same_everywhere() -> None:
    import remote_store

    assert project()["version"] == remote_store.__version__
    assert f"version: {remote_store.__version__}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")


@pytest.mark.spec("FORMAL-006")
def test_the_wheel_holds_the_library_and_the_oracle(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=120)
    (wheel,) = tmp_path.iterdir()
    assert wheel.name == f"remote_store-{project()['version']}-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        tops = {name.partition("/")[0] for name in names}
        (entry_points,) = (archive.read(name).decode() for name in names if name.endswith("/entry_points.txt"))
    assert tops == {"remote_store", "remote_store_oracle", wheel.name.removesuffix("-py3-none-any.whl") + ".dist-info"}
    assert {"remote_store/py.typed", "remote_store/store.py", "remote_store_oracle/py.typed"} <= names
    assert any(name.startswith("remote_store_oracle/_compiled/") and name.endswith(".py") for name in names)
    assert "[remote_store.backends]" in entry_points
    assert "remote-store = remote_store.cli:main" in entry_points


@pytest.mark.spec("BE-009")
@pytest.mark.parametrize("name", ["local", "memory", "sql-blob"])
def test_the_built_in_backends_register_by_entry_point(name: str) -> None:
    from importlib.metadata import entry_points

    (point,) = entry_points(group="remote_store.backends", name=name)
    assert point.load().CAPABILITIES
