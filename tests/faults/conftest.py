"""The last line of a run: what all fault tests counted together, as JSON."""

import json

import pytest

from tests.faults.load import TOLD


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, exitstatus: int) -> None:
    if TOLD:
        totals = {name: sum(_number(counts.get(name)) for _, counts in TOLD) for name in ("lost", "twice")}
        line = {"bench": "faults", **totals, "counts": TOLD, "targets": {"lost": 0}, "met": exitstatus == 0}
        terminalreporter.write_line(json.dumps(line, default=str))


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
