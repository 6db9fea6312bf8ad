"""A merchant's file as rows: whatever its encoding and separator, read record by record, never held whole."""

import codecs
import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, NamedTuple

from app.lib.words import merchant_sentence

SEPARATORS = (",", ";", "\t", "|")
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
FALLBACK = "cp1252"
"""What spreadsheets in the West write where they do not write UTF-8."""
BLOCK = 2**18
AS_TEXT = re.compile(r'="(?P<value>[^"]*)"')
"""How files make spreadsheets leave a number as it is."""
ROUNDED = re.compile(r"[+-]?\d(?:[.,]\d+)?E\+\d+", re.IGNORECASE)
"""What a spreadsheet makes of a long number: its last digits are gone."""


class NoTable(Exception):
    """The file is no table; the sentence tells the merchant why."""


class Record(NamedTuple):
    """One line of the table."""

    line: int
    """In the file, where it begins; the heading is line 1."""
    values: Mapping[str, str]
    """By the name of the column; empty ones are left out."""
    ends: int
    """At which byte of the file what follows begins, and on which line."""
    next_line: int
    failure: str | None = None
    """Why it is no record."""


def encoding_of(file: IO[bytes]) -> str:
    """Return how a file is written; it is read once, from its beginning."""
    begins = file.read(4)
    for mark, name in BOMS:
        if begins.startswith(mark):
            return name
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(begins)
        for block in iter(lambda: file.read(BLOCK), b""):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return FALLBACK
    return "utf-8"


def as_utf8(file: IO[bytes], encoding: str) -> Iterator[bytes]:
    """Yield a file as UTF-8, block by block."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    for block in iter(lambda: file.read(BLOCK), b""):
        yield decoder.decode(block).encode()
    yield decoder.decode(b"", final=True).encode()


def separator_of(heading: str) -> str:
    """Return what separates the columns of a table."""
    outside_quotes = re.sub(r'"[^"]*"', "", heading)
    return max(SEPARATORS, key=outside_quotes.count)


def name_of(column: str) -> str:
    """Return a column's name without what people write differently: "Email Address" is "emailaddress"."""
    return re.sub(r"[^0-9a-z]", "", column.lower())


def heading(lines: Iterable[bytes]) -> tuple[str, tuple[str, ...], int]:
    """Return a table's separator, its columns, and at which byte its records begin; raises NoTable."""
    first = next(iter(lines), b"")
    text = first.decode("utf-8", "replace").lstrip("\ufeff").strip("\r\n")
    if not text.strip() or "\0" in text:
        raise NoTable(
            merchant_sentence("This is no CSV file. Export the list once more as CSV, and choose that file.")
        )
    separator = separator_of(text)
    columns = tuple(name_of(column) for column in next(csv.reader([text], delimiter=separator)))
    return separator, columns, len(first)


def records(
    lines: Iterable[bytes], separator: str, columns: tuple[str, ...], *, start: int, line: int
) -> Iterator[Record]:
    """Yield the records of a table from byte `start` on, which is line `line` of the file.

    A record of more than 128 kB is a quote that was never closed: it is given up, as far as it was read.
    """
    source = _Lines(lines, start, line)
    reader = csv.reader(source, delimiter=separator, strict=False)
    while True:
        began = source.line
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield Record(began, {}, source.ends, source.line, merchant_sentence("It is no line of a table."))
            reader = csv.reader(source, delimiter=separator, strict=False)
            continue
        if not any(value.strip() for value in values):
            continue
        named = ((name, clean(value)) for name, value in zip(columns, values, strict=False))
        yield Record(
            began, {name: value for name, value in named if name and value}, source.ends, source.line
        )


class _Lines:
    """Lines as text, and how far in the file they have come."""

    def __init__(self, lines: Iterable[bytes], start: int, line: int) -> None:
        self._lines = iter(lines)
        self.ends, self.line = start, line

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        row = next(self._lines)
        self.ends += len(row)
        self.line += 1
        return row.decode("utf-8", "replace").replace("\0", "")


def clean(value: str) -> str:
    """Return what a cell means: without what keeps spreadsheets from computing with it."""
    text = value.strip()
    as_text = AS_TEXT.fullmatch(text)
    if as_text:
        return as_text["value"].strip()
    if text.startswith("'") and text[1:2] in tuple("=+-@0123456789"):
        return text[1:].strip()
    return text


def is_rounded(value: str) -> bool:
    """Tell whether a spreadsheet has made a long number shorter, whose digits are lost."""
    return ROUNDED.fullmatch(value.strip()) is not None


def safe(value: str) -> str:
    """Return a value that no spreadsheet takes for a formula."""
    return f"'{value}" if value[:1] in tuple("=+-@\t\r") else value


def first(values: Mapping[str, str], *names: str) -> str | None:
    """Return the value of the first of these columns that has one."""
    return next((values[name] for name in names if name in values), None)
