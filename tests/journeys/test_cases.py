"""A shopper reports a problem; the merchant answers, agrees, closes; nobody else learns of it."""

import re
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audience.models import Profile
from app.flows import facts
from app.lib import clock, limits
from app.messages.dispatch import outbox
from app.messages.documents import compose
from app.messages.gate.permission import Allowed, Deferred, Facts, decide
from app.messages.models import Message
from app.privacy import copies, erasure
from app.shops.models import Shop
from app.tracking.models import ExceptionRow
from app.tracking.page.links import token_of
from app.tracking.shoppers.cases import Case, CaseEntry
from app.vocabulary import (
    CaseKind,
    CaseWish,
    Category,
    ExceptionKind,
    Reason,
    ShopState,
    Trigger,
)
from tests.journeys import payloads
from tests.journeys.admin.conftest import sign_in, token
from tests.journeys.conftest import StoreVoice, at_its_address

WORDS = "It says delivered.\nThe canary is not here."


@pytest.fixture
def shopper(monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    monkeypatch.setattr(limits, "allows", lambda *_, **__: True)
    return at_its_address().test_client()


@pytest.fixture
def address(shopify_store: StoreVoice) -> str:
    """Where the shopper of a delivered order reports."""
    shopify_store.shopify("orders/paid", payloads.order(clock.now()))
    shopify_store.shopify("fulfillments/create", payloads.fulfillment(clock.now()))
    shopify_store.shopify("fulfillment_events/create", payloads.scan("delivered", clock.now(), 1))
    shopify_store.settle()
    order_id = shopify_store.messages()[0].order_id
    assert order_id is not None
    return f"/t/{token_of(order_id)}/problem"


def reported(shopper: FlaskClient, address: str, **changes: str) -> int:
    form = {"kind": "not_received", "wish": "refund", "words": WORDS, **changes}
    return shopper.post(address, data=form).status_code


def test_a_report_is_kept_once_stands_in_the_queue_and_more_is_added_to_it(
    shopper: FlaskClient, address: str, session: Session
) -> None:
    page = shopper.get(address.removesuffix("/problem")).text
    assert f'href="https://doorstep.test{address}"' in page
    assert "I do not have it" in page
    assert reported(shopper, address) == 303
    assert reported(shopper, address, words="And it was a gift.", wish="answer") == 303
    case = session.scalars(select(Case)).one()
    assert (case.kind, case.wish, case.closed_at) == (CaseKind.NOT_RECEIVED, CaseWish.REFUND, None)
    assert session.scalars(select(CaseEntry.words).order_by(CaseEntry.id)).all() == [
        WORDS,
        "And it was a gift.",
    ]
    (row,) = session.scalars(select(ExceptionRow).filter_by(cleared_at=None))
    assert row.kind is ExceptionKind.REPORTED


def test_whoever_holds_the_link_learns_that_but_not_what_was_reported(
    shopper: FlaskClient, address: str
) -> None:
    reported(shopper, address)
    page = shopper.get(address).text
    assert "We have your message" in page
    for secret in ("canary", "money back</span></label>" * 2, "ada@example.com"):
        assert secret not in page
    assert "canary" not in shopper.get(address.removesuffix("/problem")).text


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"words": ""}, 422),
        ({"words": " \n "}, 422),
        ({"words": "x" * 2001}, 422),
        ({"kind": "nonsense", "wish": "a pony"}, 303),
        ({"words": "\0"}, 400),
        ({"words": "<script>alert(1)</script>"}, 303),
    ],
)
def test_a_form_that_cannot_be_kept_is_given_back_and_a_strange_one_does_no_harm(
    changes: dict[str, str], status: int, shopper: FlaskClient, address: str, session: Session
) -> None:
    assert reported(shopper, address, **changes) == status
    assert len(session.scalars(select(Case)).all()) == (status == 303)


def test_forged_ended_and_looked_at_links_report_nothing(
    shopper: FlaskClient, address: str, session: Session, shopify_store: StoreVoice
) -> None:
    assert reported(shopper, address.replace("/problem", "x/problem")) == 404
    assert shopper.get(f"{address}?words=x&kind=problem").status_code == 200
    shopify_store.shop.state = ShopState.UNINSTALLED
    session.commit()
    assert reported(shopper, address) == 404
    assert session.scalars(select(Case)).all() == []


def test_reports_are_limited(address: str, session: Session) -> None:
    app = at_its_address()
    statuses = [reported(app.test_client(), address) for _ in range(6)]
    assert statuses == [303] * 5 + [429]
    assert len(session.scalars(select(CaseEntry)).all()) == 5


def test_the_merchant_answers_by_mail_agrees_and_closes(
    shopper: FlaskClient, address: str, shopify_store: StoreVoice
) -> None:
    session, shop = shopify_store.session, shopify_store.shop
    reported(shopper, address)
    sign_in(shopper, shop.id)
    queue = shopper.get(f"/admin/{shop.id}/exceptions").text
    assert "Problem reported" in queue
    (link,) = set(re.findall(r'href="([^"]*/cases/\d+)"', queue))
    page = shopper.get(link).text
    assert "The canary is not here." in page
    assert "their money back" in page
    form = {"csrf": token(shopper)}
    assert "Write your answer first." in shopper.post(f"{link}/answer", data={**form, "words": " "}).text
    assert shopper.post(f"{link}/answer", data={**form, "words": "We are\n<sorry>."}).status_code == 303
    assert shopper.post(f"{link}/wish", data={**form, "granted": "yes"}).status_code == 303
    shopify_store.settle()
    mail = session.scalars(select(Message).filter_by(trigger=Trigger.CASE_REPLY)).one()
    assert decide(facts.gather(session, [mail])[mail.id]) == Allowed()
    letter = compose.render(compose.gather(session, mail))
    assert letter.subject == "Re: your message about order #1042"
    assert "We are\n<sorry>." in letter.text
    assert "We are<br />\n&lt;sorry&gt;." in letter.html
    assert shopper.post(f"{link}/close", data=form).status_code == 303
    session.expire_all()
    case = session.scalars(select(Case)).one()
    assert case.granted_at is not None
    assert case.closed_at is not None
    assert session.scalars(select(ExceptionRow).filter_by(cleared_at=None)).all() == []
    assert "Problem reported" not in shopper.get(f"/admin/{shop.id}/exceptions").text
    assert reported(shopper, address) == 303
    assert len(session.scalars(select(Case)).all()) == 2


def test_a_report_that_was_put_off_is_brought_back(
    shopper: FlaskClient, address: str, shopify_store: StoreVoice
) -> None:
    reported(shopper, address)
    sign_in(shopper, shopify_store.shop.id)
    queue = f"/admin/{shopify_store.shop.id}/exceptions"
    row = shopify_store.session.scalars(select(ExceptionRow).filter_by(cleared_at=None)).one()
    form = {"csrf": token(shopper), "days": "1"}
    assert shopper.post(f"{queue}/{row.id}/put-off", data=form).status_code == 303
    assert "Problem reported" not in shopper.get(queue).text
    assert shopper.post(f"{queue}/{row.id}/bring-back", data=form).status_code == 303
    assert "Problem reported" in shopper.get(queue).text


def test_another_shops_case_is_neither_shown_nor_touched(
    shopper: FlaskClient, address: str, session: Session, woo_store: StoreVoice
) -> None:
    reported(shopper, address)
    case_id = session.scalars(select(Case.id)).one()
    sign_in(shopper, woo_store.shop.id)
    link = f"/admin/{woo_store.shop.id}/cases/{case_id}"
    assert shopper.get(link).status_code == 404
    for action in ("answer", "wish", "close"):
        data = {"csrf": token(shopper), "words": "x", "granted": "yes"}
        assert shopper.post(f"{link}/{action}", data=data).status_code == 404
    assert session.scalars(select(Case.closed_at)).one() is None
    assert len(session.scalars(select(CaseEntry)).all()) == 1


def test_an_offer_waits_until_the_case_is_closed_and_waiting_is_no_try(
    shopper: FlaskClient, address: str, shopify_store: StoreVoice
) -> None:
    session = shopify_store.session
    reported(shopper, address)
    first = shopify_store.messages()[0]
    offer = outbox.Ask(
        subject="offer",
        trigger=Trigger.DELIVERED,
        step=9,
        category=Category.MARKETING,
        profile_id=first.profile_id,
        order_id=first.order_id or 0,
        shipment_ids=tuple(shopify_store.messages()[-1].shipment_ids),
        to="ada@example.com",
        occasion_at=clock.now(),
    )
    outbox.ask(session, shopify_store.shop.id, offer)
    mine = session.scalars(select(Message).filter_by(key=offer.key)).one()
    said = decide(at_one_o_clock(facts.gather(session, [mine])[mine.id]))
    assert isinstance(said, Deferred)
    assert said.reason is Reason.OPEN_CASE
    assert mine.id in outbox.claim(session, "j")
    session.refresh(mine)
    put_off = outbox.Result(
        message_id=mine.id,
        fence=mine.fence,
        state=mine.state.QUEUED,
        due_at=said.until,
        is_put_off=True,
    )
    outbox.record(session, [put_off])
    session.refresh(mine)
    assert (mine.attempts, mine.due_at) == (0, said.until)
    session.scalars(select(Case)).one().closed_at = clock.now()
    session.flush()
    assert decide(at_one_o_clock(facts.gather(session, [mine])[mine.id])) == Allowed()


def at_one_o_clock(found: Facts) -> Facts:
    """The same facts, where it is early in the afternoon."""
    east = 13 - found.now.hour
    return replace(found, clocks=(ZoneInfo(f"Etc/GMT{-east:+d}"),))


def test_what_a_shopper_wrote_is_exported_and_erased(
    shopper: FlaskClient, address: str, shopify_store: StoreVoice
) -> None:
    session = shopify_store.session
    reported(shopper, address)
    profile = session.scalars(select(Profile)).one()
    copy = copies.export(session, shopify_store.shop.id, [profile])
    assert copy["case_entry"][0]["words"] == WORDS
    erasure.erase(session, profile)
    session.commit()
    assert session.scalars(select(CaseEntry.words)).one() is None
    assert session.scalars(select(Case.closed_at)).one() is not None
    assert session.get_one(Shop, shopify_store.shop.id).state is ShopState.INSTALLED
