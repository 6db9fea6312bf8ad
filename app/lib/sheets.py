"""Files for spreadsheets, in which nothing that somebody typed is ever run."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

BEGINS_A_FORMULA = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "\N{FULLWIDTH EQUALS SIGN}",
    "\N{FULLWIDTH PLUS SIGN}",
)
"""What spreadsheets take for one where a cell begins so: owasp.org/www-community/attacks/CSV_Injection"""
MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""In front of a file it tells Excel that it is UTF-8."""


def cell(value: object) -> str:
    """Return a value as a cell holds it; what would be taken for a formula has an apostrophe in front."""
    written = "" if value is None else str(value)
    return f"'{written}" if written.lstrip(" ").startswith(BEGINS_A_FORMULA) else written


def sheet(heads: Sequence[str], rows: Iterable[Sequence[object]] = ()) -> str:
    """Return a CSV file with a line of names above its rows."""
    return MARK + lines([heads, *rows])


def lines(rows: Iterable[Sequence[object]]) -> str:
    """Return rows that follow in such a file."""
    file = StringIO()
    csv.writer(file).writerows([cell(value) for value in row] for row in rows)
    return file.getvalue()
