import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.shops import page_host
from app.shops.page_host import Unfit


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("track.ridge.example", "track.ridge.example"),
        (" HTTPS://Track.Ridge.Example/ ", "track.ridge.example"),
        ("paket.grün.example", "paket.xn--grn-ioa.example"),
    ],
)
def test_an_address_is_read_however_it_is_typed(typed: str, read: str) -> None:
    assert page_host.read(typed) == read


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "localhost",
        "127.0.0.1",
        "2130706433",
        "a..b",
        "-a.example",
        "a.example/path",
        "a.example:80",
        "a b.example",
        "user@a.example",
        "doorstep.test",
        f"{'a' * 64}.example",
        f"{'a.' * 200}example",
        "*.example",
        "a_b.example",
    ],
)
def test_what_is_no_address_of_theirs_is_refused(typed: str) -> None:
    with pytest.raises(Unfit):
        page_host.read(typed)


@given(st.text(max_size=60))
def test_whatever_is_typed_gets_an_answer(typed: str) -> None:
    try:
        name = page_host.read(typed)
    except Unfit:
        return
    assert page_host.read(name) == name
    assert name.isascii()


def test_only_our_own_word_for_that_host_is_a_proof() -> None:
    said = page_host.proof("track.ridge.example")
    assert page_host.is_proof("track.ridge.example", f"{said}\n")
    for wrong in ("", "x", said[:-1], page_host.proof("other.example")):
        assert not page_host.is_proof("track.ridge.example", wrong)
