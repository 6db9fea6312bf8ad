"""A merchant's table is read whatever its encoding, separator and quotes, and from wherever it was left."""

import csv
import io
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.imports import table
from app.imports.table import NoTable, Record

cells = st.text(alphabet="aé€;,\t|\n\"' -1", max_size=8)
tables = st.lists(st.tuples(cells, cells, cells), max_size=8)


@given(
    tables, st.sampled_from(table.SEPARATORS), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), st.data()
)
def test_what_was_written_is_read_and_read_on_from_wherever_it_was_left(
    rows: list[tuple[str, str, str]], separator: str, encoding: str, data: st.DataObject
) -> None:
    found = read(written(rows, separator).encode(encoding), separator)
    wanted = [
        dict(zip("abc", map(table.clean, row), strict=True)) for row in rows if any(map(str.strip, row))
    ]
    assert [dict(record.values) for record in found] == [
        {name: value for name, value in row.items() if value} for row in wanted
    ]
    if found:
        left_at = data.draw(st.sampled_from(found))
        after = read(written(rows, separator).encode(encoding), separator, left_at)
        assert after == found[found.index(left_at) + 1 :]


@pytest.mark.parametrize(
    ("cell", "meant"),
    [('="0034"', "0034"), ("'+4915", "+4915"), ("'=1+1", "=1+1"), ("'tis", "'tis"), (" a ", "a")],
)
def test_a_cell_means_what_stands_behind_the_spreadsheets_signs(cell: str, meant: str) -> None:
    assert table.clean(cell) == meant


@pytest.mark.parametrize("number", ["1.23457E+21", "9,4E+21", "1E+11"])
def test_a_number_that_a_spreadsheet_cut_short_is_told_apart(number: str) -> None:
    assert table.is_rounded(number)
    assert not table.is_rounded("1Z999AA10123456784")


def test_a_western_spreadsheets_own_encoding_is_read() -> None:
    file = "a;b;c\nMünchen;2;3\n".encode("cp1252")
    (record,) = read(file, ";")
    assert record.values["a"] == "München"


def test_a_quote_that_is_never_closed_ends_no_table() -> None:
    rows = "a,b,c\n1,2,3\n" + '"' + "x,y,z\n" * 40_000 + "7,8,9\n"
    found = read(rows.encode(), ",")
    assert found[0].values == {"a": "1", "b": "2", "c": "3"}
    assert [record for record in found if record.failure]


@pytest.mark.parametrize("file", [b"", b"\n\n", b"PK\x03\x04\x00\x00zip"])
def test_what_is_no_table_is_said_to_be_none(file: bytes) -> None:
    with pytest.raises(NoTable):
        table.heading(io.BytesIO(file))


def read(file: bytes, separator: str, after: Record | None = None) -> list[Record]:
    source = io.BytesIO(file)
    encoding = table.encoding_of(source)
    source.seek(0)
    text = io.BytesIO(b"".join(table.as_utf8(source, encoding)))
    found, columns, begins = table.heading(text)
    assert (found, columns) == (separator, ("a", "b", "c"))
    start, line = (after.ends, after.next_line) if after else (begins, 2)
    text.seek(start)
    return list(table.records(text, separator, columns, start=start, line=line))


def written(rows: Iterable[tuple[str, str, str]], separator: str) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, quoting=csv.QUOTE_ALL)
    writer.writerow(("a", "b", "c"))
    writer.writerows(rows)
    return out.getvalue()
