"""Laws that single steps do not show.

Each is a function of an empty store: it returns how often it looked, or says what is wrong by `AssertionError`. All
are in `REGISTRY`.
"""

from remote_store.conformance.laws.registry import REGISTRY, Law, claim, law

from . import arguments, atomic, names, sources, streams  # isort: skip  # entering their laws, in this order

__all__ = ["REGISTRY", "Law", "arguments", "atomic", "claim", "law", "names", "sources", "streams"]
