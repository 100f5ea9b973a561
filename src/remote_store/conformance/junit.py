"""A report as JUnit XML: a case for each law; what is not applicable is a skip with its reason."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from remote_store.conformance.report import Report

__all__ = ["junit"]


def junit(report: Report) -> str:
    """The XML text."""
    suites = ET.Element("testsuites", name="conformance")
    for target in report.targets:
        suite = ET.SubElement(suites, "testsuite", name=target.target, time=f"{sum(target.seconds.values()):.3f}")
        if target.verdict == "infrastructure error":
            case = ET.SubElement(suite, "testcase", classname=target.target, name="medium")
            ET.SubElement(case, "error", message="; ".join(target.notes))
        for law in target.laws:
            case = ET.SubElement(suite, "testcase", classname=target.target, name=f"{law.id} ({law.clause})")
            if law.outcome in ("divergent", "vacuous", "flaky"):
                ET.SubElement(case, "failure", message=_clean(f"{law.outcome}: {law.reason}"))
            elif law.outcome == "not-applicable":
                ET.SubElement(case, "skipped", message=_clean(law.reason))
        cases = suite.findall("testcase")
        for kind in ("failure", "error", "skipped"):
            suite.set({"failure": "failures", "error": "errors"}.get(kind, kind), str(len(suite.findall(f"*/{kind}"))))
        suite.set("tests", str(len(cases)))
    ET.indent(suites)
    return ET.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _clean(text: str) -> str:
    """`text` without the characters that XML cannot hold."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
