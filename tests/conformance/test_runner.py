"""What a run reports: exit codes, matrix, JSON, JUnit, witnesses, pins."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from remote_store import MemoryBackend, cli
from remote_store.backends import LocalBackend
from remote_store.conformance import Harness, check
from remote_store.conformance.report import SCHEMA
from remote_store.conformance.step import Step, steps_from_json, steps_to_json
from tests.conformance import targets
from tests.conformance.corpus.driver_bugs import DeletesPrefix, PublishesHalf

HERE = "tests.conformance.targets"
BUGS = "tests.conformance.corpus.driver_bugs"
SMOKE = ["--tier", "smoke", "--jobs", "1"]


def run(folder: Path, *arguments: str) -> int:
    return cli.main(["conformance", "run", *arguments, "--witness", str(folder / "witnesses")])


@pytest.mark.spec("CONF-001")
@pytest.mark.spec("CONF-008")
def test_the_embedded_backends_conform_and_the_matrix_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {name: str(tmp_path / name) for name in ("r.json", "r.xml", "r.md")}
    forms = ["--json", files["r.json"], "--junit", files["r.xml"], "--md", files["r.md"]]
    assert run(tmp_path, "memory", "local", "sql-blob", "--tier", "smoke", *forms) == 0
    out = capsys.readouterr()
    rows = {line.split()[0]: line for line in out.out.splitlines() if line.strip()}
    assert rows["law"].split() == ["law", "clause", "memory", "local", "sql-blob"]
    assert rows["move"].split()[1] == "MOVE-001"
    assert rows["move"].count("\u2713") == 3
    assert "\u2013" in rows["glob"]
    assert {"operations", "examples", "cells", "seconds"} <= rows.keys()
    assert "sql-blob  conformant" in out.out
    assert out.err
    record = json.loads(Path(files["r.json"]).read_text())
    assert record["schema"] == SCHEMA
    assert record["verdict"] == "conformant"
    assert {"library", "model", "python", "hypothesis", "seed", "examples", "seconds"} <= record.keys()
    for target in record["targets"]:
        assert target["operations"] > 500
        assert target["capabilities"]["WRITE"] > 20
        assert {"id", "clause", "capability", "outcome", "hits", "title", "reason"} == target["laws"][0].keys()
    suites = ET.parse(files["r.xml"]).getroot()
    assert [suite.get("name") for suite in suites] == ["memory", "local", "sql-blob"]
    assert suites[0].get("failures") == "0"
    assert suites[0].find("testcase/skipped") is not None
    assert "| MOVE-001 |" in Path(files["r.md"]).read_text()


@pytest.mark.spec("CONF-006")
@pytest.mark.spec("CONF-008")
@pytest.mark.spec("CONF-009")
def test_a_divergence_is_told_in_a_sentence_a_trace_and_a_script_that_shows_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "r.json"
    assert run(tmp_path, f"{BUGS}:DeletesPrefix", "--jobs", "1", "--json", str(report)) == 1
    out = capsys.readouterr().out
    assert "\u2717" in out
    assert "spec DELF-001" in out
    assert "going on from the observed state" in out
    target = json.loads(report.read_text())["targets"][0]
    found = next(it for it in target["divergences"] if it["clause"] == "DELF-001" and it["trace"].get("steps"))
    assert found["sentence"].startswith(f"step {len(found['trace']['steps'])} delete_folder(")
    assert found["before"] != found["after"]
    script = found["reproducer_path"]
    assert script in out
    assert execute(script) == 1
    good = (
        Path(script).read_text().replace(f"from {BUGS} import DeletesPrefix", "from remote_store import MemoryBackend")
    )
    Path(script).write_text(good.replace("backend = DeletesPrefix()", "backend = MemoryBackend()"))
    assert execute(script) == 0
    trace = script.replace(".py", ".json")
    assert cli.main(["conformance", "replay", trace, "--backend", f"{BUGS}:DeletesPrefix"]) == 1
    assert cli.main(["conformance", "replay", trace, "--backend", "memory", "--backend", "local"]) == 0
    assert "as the contract says" in capsys.readouterr().out


def execute(script: str) -> int:
    root = Path(__file__).resolve().parents[2]
    code = "import runpy, sys; sys.path.insert(0, sys.argv[1]); runpy.run_path(sys.argv[2], run_name='__main__')"
    return subprocess.run([sys.executable, "-c", code, str(root), script], timeout=60, capture_output=True).returncode


@pytest.mark.spec("CONF-006")
def test_the_scripts_of_every_class_of_divergence_show_it(tmp_path: Path) -> None:
    from tests.conformance.corpus import driver_bugs as d
    from tests.conformance.corpus import store_bugs as s

    harnesses = [Harness(bug, script=made(bug)) for bug in (d.EmptyMetadata, d.PublishesHalf, d.DropsMetadata)]
    harnesses += [Harness(d.ListsTwice, script=made(d.ListsTwice)), Harness(d.ReadsOnce, script=made(d.ReadsOnce))]
    escape = f"{made(MemoryBackend)}\nfrom {s.__name__} import EscapingChild as Store"
    harnesses.append(Harness(MemoryBackend, store=s.EscapingChild, script=escape))
    count = f"{made(MemoryBackend)}\nfrom {s.__name__} import CountOff as Store"
    harnesses.append(Harness(MemoryBackend, store=s.CountOff, script=count))
    for number, harness in enumerate(harnesses):
        report = check(harness, tier="smoke", examples=12, witness=tmp_path / str(number))
        scripts = [it.script_path for it in report.targets[0].divergences[:3]]
        assert scripts
        assert [execute(script) for script in scripts] == [1] * len(scripts), scripts


def made(cls: type) -> str:
    return f"from {cls.__module__} import {cls.__name__}\n\nbackend = {cls.__name__}()"


@pytest.mark.spec("CONF-007")
@pytest.mark.spec("CONF-008")
def test_what_is_declared_and_hardly_exercised_is_vacuous(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "memory", *SMOKE, "--examples", "1") == 2
    assert "vacuous" in capsys.readouterr().out
    assert check(targets.ReadOnly, tier="smoke").exit_code == 2


@pytest.mark.spec("CONF-008")
def test_a_medium_that_is_not_there_is_no_pass(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for factory in ("Unreachable", "Vanishing", "broken_factory"):
        assert run(tmp_path, f"{HERE}:{factory}", *SMOKE) == 3, factory
        assert "infrastructure error" in capsys.readouterr().out


@pytest.mark.spec("CONF-011")
def test_a_pin_excuses_exactly_what_it_names_until_it_expires() -> None:
    from dataclasses import replace

    seen = check(replace(targets.pinned, deviations=()), tier="smoke").targets[0]
    assert seen.verdict == "divergent"
    known = targets.KNOWN[0]
    pins = [replace(known, signature=it.situation, observed=it.observed) for it in seen.divergences]
    excused = check(replace(targets.pinned, deviations=pins), tier="smoke")
    assert excused.verdict == "pinned"
    assert excused.exit_code == 0
    assert check(replace(targets.pinned, deviations=pins[1:]), tier="smoke").verdict == "divergent"
    old = [replace(pin, expires=targets.OLD) for pin in pins]
    assert check(replace(targets.pinned, deviations=old), tier="smoke").exit_code == 1
    assert check(targets.stale, tier="smoke").verdict == "stale-pin"


def test_a_target_that_does_not_exist_is_said_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("nonsense", "no.such.module:x", f"{HERE}:nothing", f"{HERE}:KNOWN"):
        assert run(tmp_path, name) == cli.EXIT_USAGE
        assert name.partition(":")[0] in capsys.readouterr().err


@pytest.mark.spec("CONF-002")
def test_a_trace_goes_to_json_and_back_unchanged() -> None:
    steps = (
        Step("write", "a", content=b"\xff\x00", source="trickle", metadata=(("k", "v"),), overwrite=True),
        Step("write_text", "d/a", content="caf\u00e9".encode()),
        Step("move", " a", dst="d//a"),
        Step("list_files", "", recursive=True, max_depth=0, pattern="[a]"),
    )
    assert steps_from_json(json.loads(json.dumps(steps_to_json(steps)))) == steps
    for wrong in ({"call": "rename", "path": "a"}, {"call": "read", "path": "a", "mode": "r"}):
        with pytest.raises(ValueError, match="step"):
            Step.from_json(wrong)


@pytest.mark.spec("CONF-005")
def test_the_same_seed_gives_the_same_run() -> None:
    first, second = (check(DeletesPrefix, tier="smoke", seed=3).targets[0] for _ in range(2))
    assert first.operations == second.operations
    assert [it.sentence for it in first.divergences] == [it.sentence for it in second.divergences]


@pytest.mark.spec("CONF-012")
def test_a_law_that_is_broken_names_its_clause() -> None:
    report = check(PublishesHalf, tier="smoke").targets[0]
    assert report.law("source.raises").outcome == "divergent"
    assert any(it.clause == "WRITE-007" for it in report.divergences)


def test_a_factory_may_be_any_callable(tmp_path: Path) -> None:
    count = iter(range(10**6))
    assert check(lambda: LocalBackend(tmp_path / str(next(count))), tier="smoke").verdict == "conformant"


def test_a_machine_without_hypothesis_is_told_which_extra_to_install(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['hypothesis'] = None; from remote_store.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    arguments = [sys.executable, "-c", code, "conformance", "run", "memory"]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert done.returncode == cli.EXIT_USAGE
    assert "remote-store[conformance]" in done.stderr


@pytest.mark.spec("CONF-002")
def test_a_law_replays_and_a_file_that_is_no_trace_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trace = tmp_path / "trace.json"
    trace.write_text(json.dumps({"schema": SCHEMA, "law": "source.raises", "child": True}))
    replay = ["conformance", "replay", str(trace), "--backend"]
    assert cli.main([*replay, "memory"]) == 0
    assert cli.main([*replay, f"{BUGS}:PublishesHalf"]) == 1
    assert "WRITE-007" in capsys.readouterr().out
    for wrong in ("[]", '{"schema": 999}', "no json", json.dumps({"schema": SCHEMA, "law": "nonsense"})):
        trace.write_text(wrong)
        assert cli.main([*replay, "memory"]) == cli.EXIT_USAGE
    assert "trace" in capsys.readouterr().err
