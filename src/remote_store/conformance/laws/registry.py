"""What a law is, and the one list of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from remote_store.capabilities import Capability
from remote_store.store import Store

__all__ = ["REGISTRY", "Law", "Tier", "claim", "law", "raised_by"]

Tier = Literal["smoke", "full", "soak"]
Run = Callable[[Store], int]


@dataclass(frozen=True, slots=True)
class Law:
    """A promise with the clause that makes it and the capabilities without which it says nothing."""

    id: str
    clause: str
    needs: frozenset[Capability]
    run: Run
    tier: Tier = "smoke"
    """The least tier in which it runs."""

    @property
    def title(self) -> str:
        """The law as a sentence."""
        return (self.run.__doc__ or self.id).strip().splitlines()[0]


REGISTRY: dict[str, Law] = {}


def law(id: str, clause: str, *needs: Capability, tier: Tier = "smoke") -> Callable[[Run], Run]:  # noqa: A002
    """Enter a function as the law `id`."""

    def enter(run: Run) -> Run:
        REGISTRY[id] = Law(id, clause, frozenset(needs), run, tier)
        return run

    return enter


def claim(true: object, text: str) -> None:
    """Say what is wrong unless it is true. An `assert` would be gone under `python -O`."""
    if not true:
        raise AssertionError(text)


def raised_by(call: Callable[..., Any], *args: Any, **named: Any) -> Exception | None:
    """What a call raises, or a listing while it is read to its end; None if that goes well."""
    try:
        found = call(*args, **named)
        if hasattr(found, "__next__"):
            list(found)
    except Exception as error:  # noqa: BLE001 - which one it is is the question
        return error
    return None
