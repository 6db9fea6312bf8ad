"""Nothing that somebody typed runs in a merchant's spreadsheet."""

import csv
from io import StringIO

from hypothesis import given
from hypothesis import strategies as st

from app.lib import sheets

TYPED = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)


@given(st.one_of(TYPED, st.sampled_from("=+-@\t\r\n＝＋").flatmap(lambda first: TYPED.map(first.__add__))))  # noqa: RUF001 - as full-width keyboards type them
def test_no_cell_begins_as_a_formula_does(typed: str) -> None:
    held = sheets.cell(typed)
    assert held in (typed, f"'{typed}")
    assert not held.lstrip(" ").startswith(sheets.BEGINS_A_FORMULA)


@given(st.lists(st.lists(TYPED, min_size=2, max_size=2)))
def test_a_file_is_read_back_as_it_was_written(rows: list[list[str]]) -> None:
    written = sheets.sheet(("One", "Two"), rows)
    read = list(csv.reader(StringIO(written.removeprefix(sheets.MARK), newline="")))
    assert read == [["One", "Two"], *[[sheets.cell(it) for it in row] for row in rows]]


def test_what_is_no_text_is_written_as_it_reads() -> None:
    assert [sheets.cell(it) for it in (None, 12, "=1+1")] == ["", "12", "'=1+1"]
