"""What every parity test measured, in one table: python tests/parity_table.py [tests to run].

Without arguments it runs all tests in files named ``test_parity_*.py``.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
sys.path.insert(0, str(TESTS.parent))

from parity import PROPERTY  # noqa: E402


class Table:
    """A plug-in of pytest that writes down what passing tests recorded."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, str]] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call":
            return
        test = report.nodeid.rpartition("/")[2].removeprefix("test_parity_").replace(".py::test_", ": ")
        measured = [(name, value) for name, value in report.user_properties if name.startswith(PROPERTY)]
        outcome = "" if report.passed else f"  ({report.outcome})"
        self.rows += [(test, name.removeprefix(PROPERTY), f"{value}{outcome}") for name, value in measured]

    def __str__(self) -> str:
        widths = [max((len(row[column]) for row in self.rows), default=0) for column in (0, 1)]
        return "".join(f"{a:<{widths[0]}}  {b:<{widths[1]}}  {c}\n" for a, b, c in self.rows)


def main(arguments: list[str]) -> int:
    table = Table()
    files = arguments or [str(path) for path in sorted(TESTS.rglob("test_parity_*.py"))]
    os.chdir(TESTS.parent)
    status = pytest.main(["-q", *files], plugins=[table])
    sys.stdout.write(str(table))
    return int(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
