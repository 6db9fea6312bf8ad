"""A shopper says how a delivery went: once for each parcel, changeable, and nobody else reads the words."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audience.models import Profile
from app.lib import clock
from app.privacy import copies, erasure
from app.tracking.models import Shipment
from app.tracking.page.links import gift_token_of, token_of
from app.tracking.shoppers import feedback
from app.tracking.shoppers.cases import Case
from app.tracking.shoppers.feedback import Feedback
from app.vocabulary import ShipmentStatus as S
from app.vocabulary import ShopState
from tests import sold
from tests.journeys.admin.conftest import sign_in
from tests.journeys.conftest import StoreVoice, at_its_address
from tests.sold import Sent

ARRIVED = Sent(scans=((S.DELIVERED, -1, None, "Boulder"),))
MOVING = Sent(scans=((S.IN_TRANSIT, -2, None, "Boulder"),))
ASKS = "How did the delivery go?"
THANKS = "Thank you for telling us"


@pytest.fixture
def shopper() -> FlaskClient:
    return at_its_address().test_client()


@pytest.fixture
def order(session: Session) -> int:
    return sold.order(session, sold.shop(session), ARRIVED).id


def parcel_of(session: Session, order: int) -> int:
    return session.scalars(select(Shipment.id).filter_by(order_id=order).order_by(Shipment.id)).all()[0]


def say(shopper: FlaskClient, session: Session, order: int, **form: object) -> int:
    form = {"parcel": parcel_of(session, order), "grade": 5, **form}
    return shopper.post(f"/t/{token_of(order)}/feedback", data=form).status_code


def said(session: Session) -> list[tuple[int, str | None]]:
    session.expire_all()
    return [(row.grade, row.words) for row in session.scalars(select(Feedback))]


def test_one_tap_is_kept_and_another_changes_it_on_the_kept_page_too(
    shopper: FlaskClient, session: Session, order: int
) -> None:
    address = f"/t/{token_of(order)}"
    for _ in range(2):
        assert ASKS in shopper.get(address).text
    form = re.search(r'<form method="post" action="([^"]+)"', shopper.get(address).text)
    assert form is not None
    assert form[1] == f"{address}/feedback"
    assert say(shopper, session, order, grade=4) == 303
    page = shopper.get(address).text
    assert THANKS in page
    assert "You said: Good. Another tap changes it." in page
    assert say(shopper, session, order, grade=1) == 303
    assert "You said: Very bad." in shopper.get(address).text
    assert said(session) == [(1, None)]


def test_a_few_words_are_added_replaced_and_taken_back_and_shown_to_nobody_with_the_link(
    shopper: FlaskClient, session: Session, order: int
) -> None:
    say(shopper, session, order, words=" Dry and whole, says the canary. ")
    assert said(session) == [(5, "Dry and whole, says the canary.")]
    say(shopper, session, order, grade=3)
    assert said(session) == [(3, "Dry and whole, says the canary.")]
    token, parcel = token_of(order), parcel_of(session, order)
    for address in (f"/t/{token}", f"/t/{token}/feedback?parcel={parcel}"):
        assert "canary" not in shopper.get(address).text
    say(shopper, session, order, words=" ")
    assert said(session) == [(5, None)]


def test_a_bad_answer_offers_help_and_hides_nothing(
    shopper: FlaskClient, session: Session, order: int
) -> None:
    address = f"/t/{token_of(order)}"
    before = shopper.get(address).text
    say(shopper, session, order, grade=2)
    page = shopper.get(address).text
    for kept in ("Merino Overshirt", "It says delivered, but I do not have it", "Write to us"):
        assert kept in before
        assert kept in page
    asked = shopper.get(f"{address}/feedback?parcel={parcel_of(session, order)}").text
    assert f"{address}/problem?kind=problem" in asked
    assert page.count(f"{address}/problem") == before.count(f"{address}/problem")
    assert session.scalars(select(Case)).all() == []


@pytest.mark.parametrize("grade", ["0", "6", "", "good", "-1", "99999999999999999999"])
def test_there_are_five_grades(shopper: FlaskClient, session: Session, order: int, grade: str) -> None:
    assert say(shopper, session, order, grade=grade) == 422
    assert said(session) == []


def test_nothing_is_kept_of_a_parcel_that_is_not_there_or_another_orders(
    shopper: FlaskClient, session: Session, order: int
) -> None:
    other = sold.order(session, sold.shop(session, domain="other.example"), ARRIVED).id
    moving = sold.order(session, sold.shop(session, domain="third.example"), MOVING).id
    assert ASKS not in shopper.get(f"/t/{token_of(moving)}").text
    assert say(shopper, session, moving) == 404
    assert say(shopper, session, order, parcel=parcel_of(session, other)) == 404
    assert shopper.post(f"/t/{gift_token_of(order)}/feedback", data={"grade": 5}).status_code == 404
    looked = f"/t/{token_of(order)}/feedback?parcel={parcel_of(session, order)}&grade=1&words=x"
    assert shopper.get(looked).status_code == 200
    assert said(session) == []


def test_the_page_to_share_asks_nothing(shopper: FlaskClient, order: int) -> None:
    assert ASKS not in shopper.get(f"/g/{gift_token_of(order)}").text


def test_of_two_parcels_each_is_asked_about_on_its_own(shopper: FlaskClient, session: Session) -> None:
    order = sold.order(session, sold.shop(session), ARRIVED, MOVING).id
    address = f"/t/{token_of(order)}"
    assert [ASKS in shopper.get(address + asks).text for asks in ("", "?parcel=1", "?parcel=2")] == [
        False,
        True,
        False,
    ]


def test_answers_are_limited(shopper: FlaskClient, session: Session, order: int) -> None:
    answers = [say(shopper, session, order) for _ in range(21)]
    assert answers == [303] * 20 + [429]


def test_an_uninstalled_shop_asks_nobody(shopper: FlaskClient, session: Session) -> None:
    shop = sold.shop(session)
    order = sold.order(session, shop, ARRIVED).id
    shop.state = ShopState.UNINSTALLED
    session.commit()
    assert say(shopper, session, order) == 404


def test_the_merchant_reads_it_and_sees_one_figure_of_their_own_shop(
    shopper: FlaskClient, session: Session, shopify_store: StoreVoice
) -> None:
    shop = shopify_store.shop
    good, bad = (sold.order(session, shop, ARRIVED).id for _ in range(2))
    stranger = sold.order(session, sold.shop(session, domain="other.example"), ARRIVED).id
    say(shopper, session, good, grade=5)
    say(shopper, session, bad, grade=2, words="Wet <b>through</b>")
    say(shopper, session, stranger, grade=1)
    figure = feedback.figure(session, shop.id)
    assert (figure.count, figure.mean, figure.bad) == (2, 3.5, 1)
    sign_in(shopper, shop.id)
    delivered = shopper.get(f"/admin/{shop.id}/shipments?tab=delivered").text
    assert "2 deliveries were rated" in delivered
    assert "3.5 of 5" in delivered
    badly = shopper.get(f"/admin/{shop.id}/shipments?tab=delivered&rated=badly").text
    assert f"shipments/{parcel_of(session, bad)}" in badly
    assert f"shipments/{parcel_of(session, good)}" not in badly
    page = shopper.get(f"/admin/{shop.id}/shipments/{parcel_of(session, bad)}").text
    assert "Bad, 2 of 5" in page
    assert "Wet &lt;b&gt;through&lt;/b&gt;" in page


def test_what_was_said_is_exported_and_its_words_are_erased(shopper: FlaskClient, session: Session) -> None:
    shop = sold.shop(session)
    profile = Profile(shop_id=shop.id, email="ana.moreno@shopper.example", first_seen_at=clock.now())
    session.add(profile)
    session.flush()
    order = sold.order(session, shop, ARRIVED, profile_id=profile.id).id
    say(shopper, session, order, grade=2, words="The canary got wet.")
    copy = copies.export(session, shop.id, [profile])
    assert copy["feedback"][0]["words"] == "The canary got wet."
    erasure.erase(session, profile)
    session.commit()
    assert said(session) == [(2, None)]
