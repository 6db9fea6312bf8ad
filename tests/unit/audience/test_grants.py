"""Who may have which message, by what was said, on which medium, in which country."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.audience import grants
from app.audience.grants import GRANTS, Gives, Permission, Said, permission
from app.vocabulary import Category, ConsentBasis, ConsentSource, ConsentState, Medium

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
YESTERDAY = NOW - timedelta(days=1)
T, M = Category.TRANSACTIONAL, Category.MARKETING
COUNTRIES = ("US", "CA", "DE", "AT", "FR", "IE", "GB", "JP", "AU", None)


def yes(source: ConsentSource, *, confirmed: bool = False, at: datetime = YESTERDAY) -> Said:
    return Said(ConsentState.SUBSCRIBED, source, at, confirmed)


def asked(  # what a test varies
    said: Said | None = None,
    offers: Said | None = None,
    *,
    medium: Medium = Medium.SMS,
    category: Category = T,
    country: str | None = "US",
    ordered_at: datetime | None = NOW,
) -> Permission:
    return permission(
        said, offers, medium=medium, category=category, country=country, ordered_at=ordered_at, now=NOW
    )


def test_every_row_says_who_says_so_and_when_it_was_checked() -> None:
    for row in GRANTS:
        assert row.why
        assert row.said_by
        assert row.checked.year >= 2026
        assert row.why == row.why.strip().rstrip(".")


def test_no_row_stands_behind_one_that_always_holds_first() -> None:
    for place, row in enumerate(GRANTS):
        for earlier in GRANTS[:place]:
            same = earlier.source is row.source and earlier.category is row.category
            hidden = set(row.media) <= set(earlier.media) and earlier.countries is None
            assert not (same and hidden), row


@pytest.mark.parametrize(
    ("country", "may"),
    [("DE", True), ("GB", True), ("CH", True), ("US", False), ("CA", False), ("JP", False), (None, False)],
)
def test_the_thank_you_text_to_a_number_typed_at_the_checkout(country: str | None, may: bool) -> None:  # noqa: FBT001 - a table
    answer = asked(country=country)
    assert answer.is_given is may
    assert not may or answer.basis is ConsentBasis.PURCHASE


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("source", [ConsentSource.CHECKOUT, ConsentSource.SHOPIFY])
def test_who_agreed_to_offers_by_text_is_thanked_by_text(source: ConsentSource, country: str | None) -> None:
    assert asked(offers=yes(source), country=country).is_given


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("medium", Medium)
def test_who_asked_on_the_tracking_page_is_told_there(medium: Medium, country: str | None) -> None:
    said = yes(ConsentSource.TRACKING_PAGE)
    assert asked(said, medium=medium, country=country, ordered_at=None).is_given


@pytest.mark.parametrize("country", COUNTRIES)
def test_news_of_an_order_goes_by_mail_to_whoever_ordered(country: str | None) -> None:
    assert asked(medium=Medium.EMAIL, country=country).is_given
    assert not asked(medium=Medium.EMAIL, country=country, ordered_at=None).is_given


def test_news_of_an_order_agreed_to_is_no_agreement_to_offers() -> None:
    for country in COUNTRIES:
        for medium in (Medium.SMS, Medium.WHATSAPP, Medium.PUSH):
            assert not asked(None, None, medium=medium, category=M, country=country).is_given


@pytest.mark.parametrize(
    ("country", "may"),
    [("US", True), ("CA", True), ("DE", False), ("FR", False), ("JP", False), (None, False)],
)
def test_offers_by_mail_to_customers_who_said_nothing(country: str | None, may: bool) -> None:  # noqa: FBT001 - a table
    assert asked(medium=Medium.EMAIL, category=M, country=country).is_given is may


def test_in_canada_a_purchase_speaks_for_two_years() -> None:
    def offer(age: int) -> Permission:
        ordered_at = NOW - timedelta(days=age)
        return asked(medium=Medium.EMAIL, category=M, country="CA", ordered_at=ordered_at)

    assert offer(729).is_given
    assert offer(729).until == NOW + timedelta(days=1)
    assert not offer(730).is_given


@pytest.mark.parametrize("source", [ConsentSource.CHECKOUT, ConsentSource.SHOPIFY, ConsentSource.IMPORT])
def test_in_germany_and_austria_one_yes_waits_for_a_second(source: ConsentSource) -> None:
    for country in ("DE", "AT"):
        once = asked(yes(source), medium=Medium.EMAIL, category=M, country=country)
        assert (once.is_given, once.wants_confirmation) == (False, True)
        twice = yes(source, confirmed=True)
        assert asked(twice, medium=Medium.EMAIL, category=M, country=country).is_given
    assert asked(yes(source), medium=Medium.EMAIL, category=M, country="FR").is_given


def test_a_list_is_no_agreement_to_texts() -> None:
    for country in COUNTRIES:
        assert not asked(yes(ConsentSource.IMPORT), category=M, country=country).is_given


def said() -> st.SearchStrategy[Said | None]:
    words = st.builds(
        Said,
        st.sampled_from(ConsentState),
        st.sampled_from([source for source in ConsentSource if source is not ConsentSource.ORDER]),
        st.datetimes(datetime(2020, 1, 1), datetime(2026, 11, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - theirs wants it so
        st.booleans(),
    )
    return st.none() | words


@given(said(), said(), st.sampled_from(Medium), st.sampled_from(Category), st.sampled_from(COUNTRIES))
def test_a_no_is_a_no_and_nothing_unsaid_is_permission(
    about: Said | None, offers: Said | None, medium: Medium, category: Category, country: str | None
) -> None:
    answer = asked(about, offers, medium=medium, category=category, country=country, ordered_at=None)
    spoken = [one for one in (about, offers) if one and one.state is ConsentState.SUBSCRIBED]
    if answer.is_given:
        assert spoken
        assert about is None or about.state is not ConsentState.UNSUBSCRIBED
        assert answer.source in {one.source for one in spoken}
    assert answer.why


@given(said(), said(), st.sampled_from(Medium), st.sampled_from(Category), st.sampled_from(COUNTRIES))
def test_confirming_never_takes_a_permission_away(
    about: Said | None, offers: Said | None, medium: Medium, category: Category, country: str | None
) -> None:
    if about is None or about.state is not ConsentState.SUBSCRIBED:
        return
    confirmed = Said(about.state, about.source, about.at, is_confirmed=True)
    before = asked(about, offers, medium=medium, category=category, country=country)
    after = asked(confirmed, offers, medium=medium, category=category, country=country)
    assert after.is_given or not before.is_given


def test_a_source_gives_one_thing_however_it_is_looked_up() -> None:
    row = grants.grant(ConsentSource.ORDER, Medium.PUSH, M, "US")
    assert (row.gives, row.why) == (Gives.NO, grants.UNNAMED)
