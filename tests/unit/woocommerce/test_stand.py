"""A list that is read by how many are passed over is read whole, whoever is deleted from it meanwhile."""

from hypothesis import given, settings
from hypothesis import strategies as st

from app.platforms.woocommerce.api import PER_PAGE
from app.platforms.woocommerce.walk import Stand


@settings(max_examples=60)
@given(st.integers(0, 450), st.data())
def test_whoever_stays_is_found_once_whoever_goes(many: int, data: st.DataObject) -> None:
    there, found = list(range(1, many + 1)), list[int]()
    gone: set[int] = set()
    written: str | None = None
    for _ in range(200):
        at = Stand.read(written)
        page = there[at.asked : at.asked + PER_PAGE]
        then, new = at.past(page, is_full=len(page) == PER_PAGE)
        found += sorted(new)
        if then is None:
            break
        written = then.write()
        if there:
            leaving = data.draw(st.lists(st.sampled_from(there), max_size=40, unique=True))
            gone |= set(leaving)
            there = [ident for ident in there if ident not in leaving]
    else:
        raise AssertionError("it does not end")
    assert len(found) == len(set(found))
    assert set(range(1, many + 1)) - gone <= set(found)


def test_a_place_that_counted_pages_is_still_understood() -> None:
    assert Stand.read(None) == Stand(0, 0)
    assert Stand.read("3") == Stand(2 * PER_PAGE, 0)
    assert Stand.read("190|7") == Stand(190, 7)
