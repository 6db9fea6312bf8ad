"""What is kept of a yes or a no, on a real session."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import events
from app.audience import consent, profiles, suppression
from app.audience.models import ConsentRow, Profile
from app.lib import clock, crypto
from app.platforms.base import Consent
from app.platforms.purchases import Person
from app.privacy import erasure
from app.vocabulary import Category, ConsentBasis, ConsentSource, ConsentState, Medium
from tests import sold

ANA = Person(external_id="7", email="ana@example.org", phone="+13035550142")
NOW = clock.now()
TEXTS = Consent(
    person=ANA,
    medium=Medium.SMS,
    category=Category.TRANSACTIONAL,
    state=ConsentState.SUBSCRIBED,
    source=ConsentSource.TRACKING_PAGE,
    at=NOW,
    wording="Text me about this order. Reply STOP to end.",
    proof={"page": "order 12"},
)
OFFERS = replace(TEXTS, medium=Medium.EMAIL, category=Category.MARKETING, source=ConsentSource.CHECKOUT)


def keep(session: Session, shop_id: int, said: Consent) -> None:
    profiles.keep_consent(session, shop_id, said, heard_at=clock.now())
    session.commit()


def test_a_yes_is_kept_with_its_wording_and_proof_once(session: Session) -> None:
    shop = sold.shop(session)
    for _ in range(2):
        keep(session, shop.id, TEXTS)
    row = session.scalars(select(ConsentRow)).one()
    assert (row.medium, row.category, row.state) == ("sms", "transactional", "subscribed")
    assert (row.basis, row.source, row.wording) == (ConsentBasis.EXPRESS, "tracking page", TEXTS.wording)
    assert (row.proof, row.at) == ({"page": "order 12"}, NOW)
    told = session.scalars(select(events.EventRow).filter_by(kind="consent_changed")).one()
    assert told.data == {"medium": "sms", "category": "transactional", "state": "subscribed"}


def test_a_receipt_shows_that_nothing_was_changed_since(session: Session) -> None:
    shop = sold.shop(session)
    keep(session, shop.id, TEXTS)
    row = session.scalars(select(ConsentRow)).one()
    session.expire_all()
    assert consent.is_unchanged(row)
    shown = consent.receipt(row)
    assert (shown["wording"], shown["at"]) == (TEXTS.wording, NOW.isoformat(timespec="microseconds"))
    assert "ana" not in str(shown)
    for field, other in (("wording", "Text me offers."), ("state", ConsentState.UNSUBSCRIBED)):
        before = getattr(row, field)
        setattr(row, field, other)
        assert not consent.is_unchanged(row)
        setattr(row, field, before)


def test_what_was_said_of_one_number_is_not_said_of_another(session: Session) -> None:
    shop = sold.shop(session)
    keep(session, shop.id, TEXTS)
    profile = session.scalars(select(Profile)).one()
    for number, is_known in (("+13035550142", True), ("+13035550199", False)):
        subject = shop.id, profile.id, crypto.fingerprint(number)
        said = consent.last_said(session, subject, Medium.SMS, Category.TRANSACTIONAL)
        assert (said is not None) is is_known
    subject = shop.id, profile.id, crypto.fingerprint("+13035550142")
    assert consent.last_said(session, subject, Medium.SMS, Category.MARKETING) is None


def test_what_the_store_says_without_an_address_counts_for_each_of_the_profile(session: Session) -> None:
    shop = sold.shop(session)
    keep(session, shop.id, replace(TEXTS, person=Person(external_id="7")))
    profile = session.scalars(select(Profile)).one()
    subject = shop.id, profile.id, crypto.fingerprint("+13035550142")
    assert consent.last_said(session, subject, Medium.SMS, Category.TRANSACTIONAL) is not None


def test_the_latest_word_holds_whatever_comes_last(session: Session) -> None:
    shop = sold.shop(session)
    no = replace(OFFERS, state=ConsentState.UNSUBSCRIBED, at=NOW + timedelta(hours=1))
    for said in (no, OFFERS):
        keep(session, shop.id, said)
    subject = shop.id, None, crypto.fingerprint("ana@example.org")
    last = consent.last_said(session, subject, Medium.EMAIL, Category.MARKETING)
    assert last is not None
    assert last.state is ConsentState.UNSUBSCRIBED


def test_a_bare_number_needs_no_profile(session: Session) -> None:
    shop = sold.shop(session)
    keep(session, shop.id, replace(TEXTS, person=Person(phone="+13035550142")))
    assert session.scalars(select(ConsentRow.profile_id)).all() == [None]
    keep(session, shop.id, replace(TEXTS, person=Person()))
    assert session.scalar(select(func.count()).select_from(ConsentRow)) == 1


def test_a_new_yes_of_their_own_takes_back_their_no_and_no_one_elses_does(session: Session) -> None:
    shop = sold.shop(session)
    args = session, shop.id, Medium.EMAIL, "ana@example.org", Category.MARKETING
    suppression.suppress(*args, reason=suppression.UNSUBSCRIBED)
    keep(session, shop.id, OFFERS)
    assert suppression.is_suppressed(*args) == "unsubscribed", "that yes was older than the no"
    keep(session, shop.id, replace(OFFERS, source=ConsentSource.SHOPIFY, at=clock.now()))
    keep(session, shop.id, replace(OFFERS, source=ConsentSource.IMPORT, at=clock.now()))
    assert suppression.is_suppressed(*args) == "unsubscribed", "a merchant can say that in their name"
    keep(session, shop.id, replace(OFFERS, source=ConsentSource.CHECKOUT, at=clock.now()))
    assert suppression.is_suppressed(*args) == "unsubscribed", "anybody can type an address into a checkout"
    keep(session, shop.id, replace(OFFERS, source=ConsentSource.PREFERENCES, at=clock.now()))
    assert suppression.is_suppressed(*args) is None


def test_two_records_that_become_one_keep_what_was_said_to_both(session: Session) -> None:
    shop = sold.shop(session)
    other = Person(external_id="8")
    for person in (ANA, other):
        keep(session, shop.id, replace(TEXTS, person=person, address="+13035550142"))
    keep(session, shop.id, replace(OFFERS, person=other, address="ana@work.example"))
    profiles.merge(session, shop.id, "7", "8")
    session.commit()
    kept = session.scalars(select(Profile)).one()
    rows = session.scalars(select(ConsentRow).order_by(ConsentRow.medium)).all()
    assert [(row.medium, row.profile_id) for row in rows] == [("email", kept.id), ("sms", kept.id)]


def test_erasing_a_shopper_leaves_their_no_and_nothing_else(session: Session) -> None:
    shop = sold.shop(session)
    keep(session, shop.id, TEXTS)
    keep(session, shop.id, replace(OFFERS, state=ConsentState.UNSUBSCRIBED))
    erasure.erase(session, session.scalars(select(Profile)).one())
    session.commit()
    assert session.scalars(select(ConsentRow)).all() == []
    email = session, shop.id, Medium.EMAIL, "ana@example.org", Category.MARKETING
    assert suppression.is_suppressed(*email) == "unsubscribed"
    sms = session, shop.id, Medium.SMS, "+13035550142", Category.TRANSACTIONAL
    assert suppression.is_suppressed(*sms) is None
