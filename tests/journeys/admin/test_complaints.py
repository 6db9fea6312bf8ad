"""When too many readers complain offers pause, and their merchant resumes them."""

from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.channels.receipts.base import Receipt, ReceiptKind
from app.lib import clock
from app.messages.providers import complaints, spending
from app.messages.providers.models import HOUSE, MailDay
from app.messages.providers.spending import Purse
from app.messages.responses import receipts
from app.shops.models import Shop
from app.vocabulary import Category, MessageState, Reason
from jobs import messages
from tests.journeys.admin.test_sending import ask, post
from tests.journeys.test_providers import noon

__all__ = ["noon"]


def test_offers_pause_when_too_many_complain_and_the_merchant_resumes_them(
    merchant: FlaskClient, shop: Shop, session: Session
) -> None:
    spending.add(session, {Purse(shop.id, HOUSE, spending.today(shop)): 700})
    complain(session, shop, 1)
    page = merchant.get(f"/admin/{shop.id}/sending").text
    assert "0.14 % of your mails are called spam" in page
    complain(session, shop, 1)
    assert complaints.paused_at(fresh(session, shop)) is None, "two of seven hundred may be chance"
    complain(session, shop, 1)
    assert complaints.paused_at(fresh(session, shop)) is not None
    assert "Offers are paused" in merchant.get(f"/admin/{shop.id}/messages").text
    offer = ask(session, shop, Category.MARKETING)
    news = ask(session, shop, Category.TRANSACTIONAL)
    messages.send()
    session.expire_all()
    assert (offer.state, offer.reason) == (MessageState.QUEUED, Reason.PAUSED)
    assert news.reason is not Reason.PAUSED
    page = post(merchant, f"/admin/{shop.id}/sending/resume", {})
    assert "Offers go again." in page
    assert complaints.paused_at(fresh(session, shop)) is None
    complain(session, shop, 2)
    assert complaints.paused_at(fresh(session, shop)) is None, "what was before no longer counts"


def test_few_mails_pause_nothing(session: Session, shop: Shop) -> None:
    spending.add(session, {Purse(shop.id, HOUSE, spending.today(shop)): complaints.LEAST_MAILS - 1})
    complain(session, shop, 20)
    assert complaints.paused_at(fresh(session, shop)) is None
    assert not complaints.standing(session, fresh(session, shop)).is_bad
    session.execute(delete(MailDay))
    long_ago = spending.today(shop) - timedelta(days=40)
    spending.add(session, {Purse(shop.id, HOUSE, long_ago): 10_000})
    complain(session, shop, 1)
    assert complaints.standing(session, fresh(session, shop)).mails == 0


def complain(session: Session, shop: Shop, count: int) -> None:
    for _ in range(count):
        message = ask(session, shop, Category.TRANSACTIONAL)
        message.state = MessageState.SENT
        session.flush()
        ref = message.rfc_id.strip("<>").partition("@")[0]
        told = Receipt(ref=ref, kind=ReceiptKind.COMPLAINED, at=clock.now(), event_id=ref)
        assert receipts.keep(session, "ses", [told]) == 1
    session.commit()


def fresh(session: Session, shop: Shop) -> Shop:
    session.expire_all()
    return session.get_one(Shop, shop.id)
