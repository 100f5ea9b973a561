"""The conformance harness: any backend in lockstep with the proved contract. (CONF-001)

`check(factory)` runs everything against one backend; `remote-store conformance run` does the same from the shell.
"""

from remote_store.conformance.harness import Deviation, Harness, resolve
from remote_store.conformance.lockstep import remarks
from remote_store.conformance.report import Divergence, Report, TargetReport
from remote_store.conformance.runner import check
from remote_store.conformance.step import Step

__all__ = ["Deviation", "Divergence", "Harness", "Report", "Step", "TargetReport", "check", "remarks", "resolve"]
