"""A merchant reads reviews without their stars, hides for a reason or not at all, and answers."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.lib import clock
from app.messages.letters import letter
from app.messages.models import Message
from app.reviews import choice, moderating
from app.reviews.models import Review, ReviewState
from app.shops.models import Shop
from app.vocabulary import Trigger
from tests import sold
from tests.journeys.admin.conftest import token
from tests.sold import SHIRT


@pytest.fixture
def review(session: Session, shop: Shop) -> int:
    order = sold.order(session, shop, items=({**SHIRT, "product_external_id": "71"},))
    now = clock.now()
    row = Review(
        shop_id=shop.id,
        order_id=order.id,
        product_external_id="71",
        title="Merino Overshirt",
        stars=2,
        words="The sleeves are long.",
        author="Ana M.",
        state=ReviewState.WAITING,
        due_at=now,
        written_at=now,
        changed_at=now,
    )
    session.add(row)
    session.commit()
    return row.id


def page(merchant: FlaskClient, shop: Shop, query: str = "") -> str:
    return merchant.get(f"/admin/{shop.id}/reviews{query}").text


def press(merchant: FlaskClient, shop: Shop, review: int, what: str, **form: str) -> str:
    data = {"csrf": token(merchant), **form}
    return merchant.post(f"/admin/{shop.id}/reviews/{review}/{what}", data=data, follow_redirects=True).text


def state(session: Session, review: int) -> ReviewState:
    session.expire_all()
    return session.get_one(Review, review).state


def test_the_stars_are_seen_once_it_was_judged_and_not_before(
    session: Session, merchant: FlaskClient, shop: Shop, review: int
) -> None:
    unread = page(merchant, shop)
    assert "1 review waits to be read." in unread
    assert "The sleeves are long." in unread
    assert not re.search(r"\b2 stars", unread)
    read = press(merchant, shop, review, "publish", tab="all")
    assert "2 stars" in read
    assert "1 is published, 2.0 stars on average" in read
    assert state(session, review) is ReviewState.PUBLISHED


def test_hiding_takes_a_reason_and_none_is_that_it_is_bad(
    session: Session, merchant: FlaskClient, shop: Shop, review: int
) -> None:
    for because in ("", "stars", "bad", "low"):
        assert "Choose why it is hidden." in press(merchant, shop, review, "hide", because=because)
        assert state(session, review) is ReviewState.WAITING
    hidden = press(merchant, shop, review, "hide", because="off_topic", tab="hidden")
    assert "1 is hidden, 2.0 stars on average" in hidden
    assert "It is not about the product." in hidden
    assert state(session, review) is ReviewState.HIDDEN


def test_the_first_answer_goes_out_by_mail_and_another_takes_its_place(
    session: Session, merchant: FlaskClient, shop: Shop, review: int
) -> None:
    assert "Write an answer" in press(merchant, shop, review, "answer", words=" ")
    long = press(merchant, shop, review, "answer", words="We did. " * moderating.LONGEST)
    assert long.count("We did.") == moderating.LONGEST, "nothing that was typed is lost"
    assert re.search(r"aria-invalid=.true. aria-describedby=.a\d+-e.", long)
    for words in ("We measured again.", "We measured again, and you are right."):
        assert "Answered." in press(merchant, shop, review, "answer", words=words)
    session.expire_all()
    (mail,) = session.scalars(select(Message).filter_by(trigger=Trigger.REVIEW_REPLY))
    told = letter.gather(session, mail)
    assert told.answer == "We measured again, and you are right."
    assert "/review/" in told.track_url


def test_another_shop_sees_and_judges_nothing(
    session: Session, merchant: FlaskClient, shop: Shop, other_shop: Shop, review: int
) -> None:
    row = session.get_one(Review, review)
    row.shop_id = other_shop.id
    session.commit()
    assert "sleeves" not in page(merchant, shop, "?tab=all")
    for what in ("publish", "hide", "answer"):
        data = {"csrf": token(merchant), "because": "insults", "words": "x"}
        assert merchant.post(f"/admin/{shop.id}/reviews/{review}/{what}", data=data).status_code == 404
    assert state(session, review) is ReviewState.WAITING


def test_the_merchant_names_the_app_where_reviews_are_written(
    session: Session, merchant: FlaskClient, shop: Shop
) -> None:
    def choose(**form: str) -> str:
        data = {"csrf": token(merchant), **form}
        return merchant.post(f"/admin/{shop.id}/reviews/where", data=data, follow_redirects=True).text

    for unfit in (
        {"key": "other", "name": "X", "url": "http://x.example"},
        {"key": "other", "name": "X", "url": "https://[x"},
        {"key": "other", "url": "https://x.example"},
        {"key": "store"},
        {"key": "?"},
    ):
        page = choose(**unfit)
        assert "Another app needs a name" in page
        assert f'value="{unfit.get("url", "")}"' in page
    assert "With Judge.me, on the product’s page." in choose(key="judgeme")
    session.expire_all()
    bought = choice.Bought("71", "https://ridge.example/products/shirt", "#1042")
    assert choice.page(shop, bought) == "https://ridge.example/products/shirt#judgeme_product_reviews"
    choose(key="other", name="Trustly", url="https://trustly.example/write?p={product}&o={order}")
    session.expire_all()
    assert choice.page(shop, bought) == "https://trustly.example/write?p=71&o=%231042"
    choose(key="form")
    session.expire_all()
    assert choice.page(shop, bought) is None
