"""What shoppers say to us of offers reaches the store's own record: once, in order, never in circles."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from app.audience import keywords, profiles
from app.audience.consent import last_said
from app.audience.models import ConsentRow, Profile
from app.commerce import consent_record
from app.commerce.models import Order
from app.events import EventRow
from app.lib import clock, crypto
from app.platforms.base import Consent
from app.platforms.purchases import Person
from app.privacy import erasure
from app.shops.models import Call
from app.vocabulary import CallReason, CallState, Category, ConsentSource, ConsentState, Medium
from demo.shopify import consent as there
from demo.shopify import listed
from demo.stores import Json
from jobs import calls as job
from tests.dying import Killed
from tests.journeys.hooks import work
from tests.journeys.offers import change
from tests.journeys.ridge import Ridge
from tests.journeys.test_writeback import ridge  # noqa: F401 - a fixture

SECOND = timedelta(seconds=1)
YES, NO = ConsentState.SUBSCRIBED, ConsentState.UNSUBSCRIBED


@pytest.mark.parametrize("state", [YES, NO])
def test_what_is_said_to_us_stands_in_the_store_and_its_notice_is_no_news(
    ridge: Ridge,  # noqa: F811
    state: ConsentState,
) -> None:
    begin(ridge)
    says(ridge, on=state is NO, at=clock.now() - 2 * SECOND)
    says(ridge, on=state is YES)
    assert email(ridge)["marketingState"] == state.upper()
    before = held(ridge)
    assert ridge.announced[-1][0] == "customers_email_marketing_consent/update"
    ridge.come_back()
    assert held(ridge) == before
    assert {call.state for call in written(ridge)} == {CallState.DONE}


def test_nothing_is_written_before_the_merchant_wants_it_nor_after(ridge: Ridge) -> None:  # noqa: F811
    says(ridge, on=True)
    assert written(ridge) == []
    begin(ridge)
    says_only(ridge, on=False)
    consent_record.switch(ridge.voice.session, ridge.voice.shop, on=False)
    ridge.voice.session.commit()
    work(ridge.voice)
    assert [call.reason for call in written(ridge)] == [CallReason.SWITCHED_OFF]
    assert email(ridge)["marketingState"] == "NOT_SUBSCRIBED"


def test_what_the_store_told_us_is_not_told_back(ridge: Ridge) -> None:  # noqa: F811
    begin(ridge)
    told(ridge, "SUBSCRIBED", clock.now())
    assert stands(ridge) == (YES, ConsentSource.SHOPIFY)
    assert written(ridge) == []


def test_a_store_that_heard_something_newer_keeps_it(ridge: Ridge) -> None:  # noqa: F811
    begin(ridge)
    keep(ridge, "UNSUBSCRIBED", clock.now() + timedelta(minutes=5))
    says(ridge, on=True)
    assert [call.reason for call in written(ridge)] == [CallReason.SUPERSEDED]
    assert email(ridge)["marketingState"] == "UNSUBSCRIBED"


def test_only_the_last_word_is_written(ridge: Ridge) -> None:  # noqa: F811
    begin(ridge)
    for seconds, on in ((3, True), (2, False), (1, True)):
        says_only(ridge, on=on, at=clock.now() - seconds * SECOND)
    work(ridge.voice)
    assert [call.reason for call in written(ridge)] == [CallReason.SUPERSEDED, CallReason.SUPERSEDED, None]
    assert len(ridge.announced) == 1
    assert email(ridge)["marketingState"] == "SUBSCRIBED"


def test_whoever_was_cut_off_after_writing_writes_nothing_twice_and_knows_the_notice(
    ridge: Ridge,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def die(*_: object) -> None:
        raise Killed

    begin(ridge)
    says_only(ridge, on=True)
    with monkeypatch.context() as patched:
        patched.setattr("jobs.calls.calls.end", die)
        with pytest.raises(Killed):
            job.step()
    before = held(ridge)
    ridge.come_back()
    assert held(ridge) == before
    session = ridge.voice.session
    session.execute(update(Call).values(lease_until=clock.now() - SECOND))
    session.commit()
    work(ridge.voice)
    assert [(call.state, call.reason) for call in written(ridge)] == [(CallState.SKIPPED, CallReason.KNOWN)]
    assert ridge.announced == [], "it was not written again"


def test_after_its_notice_came_the_page_can_still_take_a_no_back(ridge: Ridge) -> None:  # noqa: F811
    begin(ridge)
    says(ridge, on=False)
    ridge.come_back()
    assert stands(ridge) == (NO, ConsentSource.PREFERENCES)


def test_who_was_erased_is_not_written_of(ridge: Ridge) -> None:  # noqa: F811
    begin(ridge)
    says_only(ridge, on=False)
    erasure.erase(ridge.voice.session, who(ridge))
    ridge.voice.session.commit()
    work(ridge.voice)
    assert [call.reason for call in written(ridge)] == [CallReason.ERASED]
    assert ridge.announced == []


def test_a_refusal_is_shown_without_what_it_quotes(
    ridge: Ridge,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(there, "WRITABLE", ())
    begin(ridge)
    says(ridge, on=True)
    (call,) = written(ridge)
    assert call.state is CallState.PARKED
    assert call.failure == "Shopify refuses input.emailMarketingConsent.marketingState"


def test_stop_from_a_phone_ends_the_stores_texts_as_well(ridge: Ridge) -> None:  # noqa: F811
    begin(ridge)
    session, phone = ridge.voice.session, "+15035550142"
    who(ridge).phone = phone
    session.commit()
    agreed = Consent(
        person=Person(external_id=who(ridge).external_id, phone=phone),
        medium=Medium.SMS,
        state=YES,
        source=ConsentSource.SHOPIFY,
        at=clock.now() - timedelta(days=1),
        address=phone,
    )
    profiles.keep_consent(session, ridge.voice.shop.id, agreed, heard_at=clock.now())
    keywords.hear(session, ridge.voice.shop.id, Medium.SMS, phone, "STOP", at=clock.now())
    session.commit()
    ridge.voice.settle()
    work(ridge.voice)
    said = customer(ridge)["defaultPhoneNumber"]["smsMarketingConsent"]
    assert said["state"] == "UNSUBSCRIBED"
    before = held(ridge)
    ridge.come_back()
    assert held(ridge) == before


def test_a_yes_that_wants_a_second_one_is_written_once_that_was_said(ridge: Ridge) -> None:  # noqa: F811
    begin(ridge)
    session = ridge.voice.session
    session.execute(update(Order).values(ship_to={"country": "DE"}))
    for source in (ConsentSource.TRACKING_PAGE, ConsentSource.CONFIRMATION):
        assert written(ridge) == []
        said = Consent(
            person=Person(external_id=who(ridge).external_id, email=who(ridge).email),
            medium=Medium.EMAIL,
            state=YES,
            source=source,
            at=clock.now(),
        )
        profiles.keep_consent(session, ridge.voice.shop.id, said, heard_at=clock.now())
        session.commit()
        ridge.voice.settle()
        work(ridge.voice)
    assert [call.state for call in written(ridge)] == [CallState.DONE]
    assert (email(ridge)["marketingState"], email(ridge)["marketingOptInLevel"]) == (
        "SUBSCRIBED",
        "CONFIRMED_OPT_IN",
    )


def begin(ridge: Ridge) -> None:  # noqa: F811
    consent_record.switch(ridge.voice.session, ridge.voice.shop, on=True)
    ridge.voice.session.commit()


def who(ridge: Ridge) -> Profile:  # noqa: F811
    return ridge.voice.session.scalars(select(Profile)).one()


def says(ridge: Ridge, *, on: bool, at: datetime | None = None) -> None:  # noqa: F811
    says_only(ridge, on=on, at=at)
    work(ridge.voice)


def says_only(ridge: Ridge, *, on: bool, at: datetime | None = None) -> None:  # noqa: F811
    """Let the shopper choose on the page behind a mail's last link."""
    change(ridge.voice, who(ridge), on=on, at=at)
    ridge.voice.settle()


def told(ridge: Ridge, state: str, at: datetime) -> None:  # noqa: F811
    """Let the store tell of a consent that it heard itself."""
    keep(ridge, state, at)
    row = customer(ridge)
    body = there.notice(row, "email", state, "SINGLE_OPT_IN", at.isoformat())
    assert ridge.voice.shopify("customers_email_marketing_consent/update", body) == 200
    ridge.voice.settle()
    work(ridge.voice)


def keep(ridge: Ridge, state: str, at: datetime) -> None:  # noqa: F811
    row = {"state": state, "level": "SINGLE_OPT_IN", "at": at.isoformat()}
    ridge.shelf.put("email-consent", f"gid://shopify/Customer/{who(ridge).external_id}", row)


def customer(ridge: Ridge) -> Json:  # noqa: F811
    ident = f"gid://shopify/Customer/{who(ridge).external_id}"
    found: Json = next(row for row in listed._customers(ridge.shelf) if row["id"] == ident)
    return found


def email(ridge: Ridge) -> Json:  # noqa: F811
    found: Json = customer(ridge)["defaultEmailAddress"]
    return found


def written(ridge: Ridge) -> list[Call]:  # noqa: F811
    ridge.voice.session.expire_all()
    return list(
        ridge.voice.session.scalars(select(Call).where(Call.kind == "shopify.consent").order_by(Call.id))
    )


def stands(ridge: Ridge) -> tuple[ConsentState, ConsentSource]:  # noqa: F811
    subject = ridge.voice.shop.id, who(ridge).id, crypto.fingerprint(who(ridge).email or "")
    said = last_said(ridge.voice.session, subject, Medium.EMAIL, Category.MARKETING)
    assert said is not None
    return said.state, said.source


def held(ridge: Ridge) -> list[Any]:  # noqa: F811
    session = ridge.voice.session
    session.commit()
    session.expire_all()
    return [
        session.scalar(select(func.count()).select_from(ConsentRow)),
        session.scalar(select(func.count()).select_from(EventRow)),
        session.scalar(select(func.count()).select_from(Call)),
    ]
