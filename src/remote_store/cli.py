"""`remote-store`: the command line. Each command is a function that adds a parser and says what runs it."""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

__all__ = ["COMMANDS", "main"]

Commands = Any  # argparse keeps the type of its sub-parsers to itself
EXIT_USAGE = 64


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; its exit code."""
    parser = argparse.ArgumentParser(prog="remote-store", description="One file-storage API over many media.")
    parser.add_argument("--version", action="version", version=f"%(prog)s {_version()}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for add in COMMANDS:
        add(commands)
    options = parser.parse_args(argv)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except BrokenPipeError:
        return 0
    except KeyboardInterrupt:
        return 130


def _version() -> str:
    from remote_store import __version__

    return __version__


# -- conformance -----------------------------------------------------------------------------------------------------


def _add_conformance(commands: Commands) -> None:
    parser = commands.add_parser("conformance", help="run backends in lockstep with the proved contract")
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    run = verbs.add_parser("run", help="run everything, print the matrix", description=_RUN)
    run.add_argument("targets", nargs="+", metavar="TARGET", help="memory, local, sql-blob, or package.module:factory")
    run.add_argument("--tier", choices=("smoke", "full", "soak"), default="full", help="how much (default: full)")
    run.add_argument("--seed", type=int, help="from where chance starts (default: 0; soak: a random one, printed)")
    run.add_argument("--examples", type=_count, metavar="N", help="traces drawn in each of the two runs")
    run.add_argument("--jobs", type=_count, metavar="N", help="processes (default: one for each processor)")
    run.add_argument("--json", type=Path, metavar="FILE", help="write the whole report")
    run.add_argument("--junit", type=Path, metavar="FILE", help="write a case for each law")
    run.add_argument("--md", type=Path, metavar="FILE", help="write the matrix as Markdown")
    run.add_argument("--witness", type=Path, metavar="DIR", help="where to write witnesses (default: .conformance)")
    run.set_defaults(run=_conformance_run)
    replay = verbs.add_parser("replay", help="replay a trace on one or more backends, side by side")
    replay.add_argument("trace", type=Path, metavar="TRACE.json")
    replay.add_argument("--backend", action="append", required=True, metavar="TARGET", dest="targets")
    replay.set_defaults(run=_conformance_replay)


_RUN = "Exit code: 0 conformant, 1 divergent, 2 vacuous (something was hardly exercised), 3 the medium failed."


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def _conformance_run(options: argparse.Namespace) -> int:
    try:
        from remote_store.conformance.parts import Settings
        from remote_store.conformance.progress import Progress
        from remote_store.conformance.runner import WITNESSES, run_targets

        seed = options.seed if options.seed is not None else random.randrange(1 << 32) * (options.tier == "soak")
        settings = Settings(options.tier, seed, options.examples)
        report = run_targets(options.targets, settings, Progress(), options.jobs, options.witness or WITNESSES)
    except (ImportError, ValueError) as error:
        print(f"remote-store: {error}", file=sys.stderr)
        return EXIT_USAGE
    from remote_store.conformance import matrix
    from remote_store.conformance.junit import junit

    forms: list[tuple[Path | None, Callable[[], str]]] = [
        (options.json, lambda: json.dumps(report.to_json(), indent=1) + "\n"),
        (options.junit, lambda: junit(report)),
        (options.md, lambda: matrix.markdown(report)),
    ]
    for path, made in forms:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(made(), encoding="utf-8")
    print(matrix.text(report))
    return report.exit_code


def _conformance_replay(options: argparse.Namespace) -> int:
    try:
        from remote_store.conformance.replay import replay_file

        return replay_file(options.trace, options.targets, print)
    except (ImportError, ValueError, OSError) as error:
        print(f"remote-store: {error}", file=sys.stderr)
        return EXIT_USAGE


COMMANDS: list[Callable[[Commands], None]] = [_add_conformance]
"""What is added to the parser; more commands go here."""

if __name__ == "__main__":
    raise SystemExit(main())
