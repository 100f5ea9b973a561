"""A line that says what is being done: rewritten on a terminal, now and then a new one elsewhere."""

from __future__ import annotations

import sys
import time
from typing import TextIO

__all__ = ["Progress"]


class Progress:
    """Where each part stands. On a terminal at most ten updates a second, elsewhere a line every five seconds."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._tty = self._stream.isatty()
        self._next = 0.0
        self._now: dict[str, str] = {}
        self._start = time.monotonic()

    def say(self, part: str, what: str) -> None:
        """`part` is at `what` now; empty when it is done."""
        if what:
            self._now[part] = what
        else:
            self._now.pop(part, None)
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + (0.1 if self._tty else 5.0)
        line = "; ".join(f"{name} {state}" for name, state in sorted(self._now.items()))
        self._write(f"{now - self._start:4.0f} s  {line}")

    def end(self) -> None:
        """Leave the line."""
        if self._tty:
            self._write("")

    def _write(self, line: str) -> None:
        if self._tty:
            self._stream.write(f"\r\x1b[K{line[:110]}")
        else:
            self._stream.write(f"{line}\n")
        self._stream.flush()
