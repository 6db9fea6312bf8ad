from datetime import UTC, datetime, timedelta
from functools import reduce
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from app.tracking.scans.progress import CORRECTION, MERCHANT, UNKNOWN, Mark, Progress, merge, read, write
from app.vocabulary import ShipmentStatus as S

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def scans() -> st.SearchStrategy[Mark]:
    return st.builds(
        Mark.of,
        st.sampled_from(S),
        st.integers(0, 100).map(lambda hours: NOON + timedelta(hours=hours)),
        st.one_of(st.text("ab", min_size=1, max_size=2), st.sampled_from([f"{MERCHANT}:1", f"{MERCHANT}:2"])),
        st.sampled_from([None, CORRECTION, UNKNOWN, "customs"]),
    )


@given(st.lists(scans(), max_size=12), st.randoms())
def test_any_order_and_any_repetition_of_scans_give_the_same_progress(
    found: list[Mark], chance: object
) -> None:
    shuffled = found + found[:3]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert fold(shuffled) == fold(sorted(found))


@given(st.lists(scans(), max_size=12))
def test_progress_survives_its_row(found: list[Mark]) -> None:
    assert read(write(fold(found))) == fold(found)


@given(st.lists(scans(), min_size=1, max_size=8), scans())
def test_an_older_scan_never_changes_the_status(found: list[Mark], late: Mark) -> None:
    found = [it for it in found if not is_said(it)]
    proof = fold(found).mark
    exempt = (S.PENDING, S.LABEL_CREATED, S.RETURN_TO_SENDER, S.DELIVERED)
    if proof is not None and late.at < proof.at and proof.status not in exempt[:2]:
        is_free = late.status in exempt or late.detail == CORRECTION or is_said(late)
        assert is_free or fold([*found, late]).mark == proof


@given(st.lists(scans(), max_size=8), st.sampled_from(S), st.integers(0, 100))
def test_what_the_merchant_says_holds_whatever_was_scanned_before(
    found: list[Mark], status: S, hours: int
) -> None:
    said = mark(status, hours=hours, ident=f"{MERCHANT}:9")
    before = [it for it in found if it.at <= said.at and not is_said(it)]
    assert fold([*before, said]).mark == fold([said, *before]).mark == said


@given(st.lists(scans(), max_size=8), st.sampled_from(S), st.integers(0, 100))
def test_after_the_merchants_word_scans_count_as_if_it_were_the_first(
    found: list[Mark], status: S, hours: int
) -> None:
    said, first = mark(status, hours=hours, ident=f"{MERCHANT}:9"), mark(status, hours=hours, ident="z")
    scanned = [it for it in found if not is_said(it)]
    later = [it for it in scanned if it.at > said.at]
    assert fold([*scanned, said]).status is fold([first, *later]).status


def test_delivered_is_undone_by_the_merchant_and_said_again_by_a_later_scan() -> None:
    wrong, said = mark(S.DELIVERED), mark(S.IN_TRANSIT, hours=72, ident=f"{MERCHANT}:1")
    assert fold([wrong, said]).status is S.IN_TRANSIT
    assert fold([said, mark(S.ATTEMPT_FAILED, hours=71), wrong]).status is S.IN_TRANSIT
    assert fold([wrong, said, mark(S.OUT_FOR_DELIVERY, hours=80)]).status is S.OUT_FOR_DELIVERY
    assert fold([wrong, said, mark(S.DELIVERED, hours=90)]).status is S.DELIVERED


def test_every_permutation_of_a_delivery_ends_delivered() -> None:
    story = [S.LABEL_CREATED, S.PICKED_UP, S.IN_TRANSIT, S.OUT_FOR_DELIVERY, S.DELIVERED]
    marks = [mark(status, hours=i) for i, status in enumerate(story)]
    assert {fold(list(order)).status for order in permutations(marks)} == {S.DELIVERED}


def test_a_late_scan_cannot_undo_delivered() -> None:
    assert fold([mark(S.DELIVERED, hours=5), mark(S.IN_TRANSIT, hours=9)]).status is S.DELIVERED


def test_a_return_after_delivery_is_told() -> None:
    assert fold([mark(S.DELIVERED), mark(S.RETURN_TO_SENDER, hours=30)]).status is S.RETURN_TO_SENDER


def test_a_carrier_may_take_delivered_back_within_48_hours_and_not_later() -> None:
    delivered = mark(S.DELIVERED)
    assert fold([delivered, mark(S.IN_TRANSIT, hours=40, detail=CORRECTION)]).status is S.IN_TRANSIT
    assert fold([delivered, mark(S.IN_TRANSIT, hours=50, detail=CORRECTION)]).status is S.DELIVERED


def test_a_later_label_does_not_undo_movement() -> None:
    assert fold([mark(S.IN_TRANSIT), mark(S.LABEL_CREATED, hours=3)]).status is S.IN_TRANSIT


def test_a_parcel_that_goes_back_is_not_on_its_way_again() -> None:
    assert fold([mark(S.RETURN_TO_SENDER), mark(S.IN_TRANSIT, hours=3)]).status is S.RETURN_TO_SENDER


def test_a_missed_delivery_is_cleared_by_the_next_movement() -> None:
    assert fold([mark(S.ATTEMPT_FAILED), mark(S.OUT_FOR_DELIVERY, hours=20)]).status is S.OUT_FOR_DELIVERY


def test_a_code_that_we_do_not_know_moves_nothing() -> None:
    assert fold([mark(S.IN_TRANSIT), mark(S.PENDING, hours=3, detail=UNKNOWN)]).status is S.IN_TRANSIT


def test_between_scans_of_the_same_moment_the_one_further_along_holds() -> None:
    assert fold([mark(S.DELIVERED), mark(S.OUT_FOR_DELIVERY)]).status is S.DELIVERED


def mark(status: S, *, hours: float = 0, detail: str | None = None, ident: str = "") -> Mark:
    return Mark.of(status, NOON + timedelta(hours=hours), ident or f"{status}{hours}", detail)


def is_said(it: Mark) -> bool:
    return it.id.startswith(f"{MERCHANT}:")


def fold(marks: list[Mark]) -> Progress:
    return reduce(merge, marks, Progress())
