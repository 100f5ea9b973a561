"""The examples in docstrings show what really happens."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import remote_store


@pytest.mark.parametrize(
    "name", [module.name for module in pkgutil.walk_packages(remote_store.__path__, "remote_store.")]
)
def test_examples_in_docstrings_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
