"""The reminder of a cart: what was left in it, the way back, and why it does not go any more."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.audience.models import Profile
from app.commerce.models import Checkout, Product
from app.flows import facts, switches
from app.lib import clock
from app.lib.words import CATALOGS
from app.messages.dispatch import outbox
from app.messages.dispatch.outbox import Ask
from app.messages.documents import compose, templates
from app.messages.documents.lint import lint
from app.messages.gate import offers, permission
from app.messages.gate.permission import Skipped
from app.messages.letters import links
from app.messages.letters.letter import Letter, gather
from app.messages.models import Message
from app.messages.wording import sample
from app.shops.models import Shop
from app.vocabulary import Category, Medium, Reason, Trigger
from tests import sold
from tests.unit.letters import RIDGE

PACK = {"title": "Daypack", "variant_title": "Ochre", "quantity": 1, "price": 14500, "product_id": "p1"}
FLASK = {"title": "Flask", "quantity": 2, "price": 2100, "image_url": "https://ridge.example/flask.png"}
ADDRESS = "ana@example.org"


@pytest.fixture
def shop(session: Session) -> Shop:
    made = sold.shop(session)
    switches.switch(session, made.id, Trigger.ABANDONED_CHECKOUT, on=True)
    return made


def cart(session: Session, shop: Shop, **changes: Any) -> Checkout:
    profile = Profile(shop_id=shop.id, email=ADDRESS, first_name="Ana", first_seen_at=clock.now())
    session.add_all(
        [
            profile,
            Product(shop_id=shop.id, external_id="p1", title="Pack", image_url="https://ridge.example/p.png"),
        ]
    )
    session.flush()
    row = Checkout(
        shop_id=shop.id,
        token="t",
        profile_id=profile.id,
        email=ADDRESS,
        currency="USD",
        total=18700,
        items=[PACK, FLASK],
        url="https://ridge.example/checkouts/t/recover?key=k&locale=en",
        started_at=clock.now(),
        updated_at=clock.now(),
    )
    for name, value in changes.items():
        setattr(row, name, value)
    session.add(row)
    session.flush()
    return row


def reminder(session: Session, row: Checkout, step: int = 1) -> Message:
    wanted = Ask(
        subject=f"checkout-{row.id}",
        trigger=Trigger.ABANDONED_CHECKOUT,
        step=step,
        category=offers.category(Trigger.ABANDONED_CHECKOUT),
        profile_id=row.profile_id,
        checkout_id=row.id,
        to=row.email,
        occasion_at=clock.now(),
    )
    assert outbox.ask(session, row.shop_id, wanted)
    return session.query(Message).order_by(Message.id.desc()).limit(1).one()


def test_what_was_left_comes_with_its_pictures_and_the_way_back(session: Session, shop: Shop) -> None:
    row = cart(session, shop)
    mail = compose.render(gather(session, reminder(session, row)))
    assert mail.subject == "Still in your cart: Daypack"
    for words in ("Hello Ana,", "Still thinking it over?", "Daypack, Ochre: $145.00", "Total: $187.00"):
        assert words in mail.text
    for picture in ("https://ridge.example/p.png", "https://ridge.example/flask.png"):
        assert f'src="{picture}"' in mail.html
    assert f"Back to my cart:\n{row.url}" in mail.text
    (token,) = {part.partition('"')[0] for part in mail.html.split("/r/")[1:]}
    assert links.followed(token).target == row.url


def test_the_third_says_that_it_is_the_last(session: Session, shop: Shop) -> None:
    row = cart(session, shop)
    told = [compose.render(gather(session, reminder(session, row, step))).text for step in (1, 2, 3)]
    assert ["our last reminder" in text for text in told] == [False, False, True]
    assert ["Your cart is still here" in text for text in told] == [False, True, True]


def test_a_cart_whose_way_back_nobody_knows_leads_to_the_shop(session: Session, shop: Shop) -> None:
    row = cart(session, shop, url=None, items=[{"title": "Daypack"}])
    text = compose.render(gather(session, reminder(session, row))).text
    assert "Back to my cart:\nhttps://ridge.example\n" in text


@pytest.mark.parametrize("ended", ["completed_at", "deleted_at"])
def test_nothing_reminds_of_what_was_bought_or_emptied(session: Session, shop: Shop, ended: str) -> None:
    row = cart(session, shop)
    message = reminder(session, row)
    before = facts.gather(session, [message])[message.id]
    assert not before.is_bought
    setattr(row, ended, clock.now())
    found = facts.gather(session, [message])[message.id]
    assert (found.medium, found.category) == (Medium.EMAIL, Category.MARKETING)
    assert permission._still_holds(found) == Skipped(Reason.ALREADY_BOUGHT)


@pytest.mark.parametrize("language", ["en", *CATALOGS])
def test_our_own_is_right_as_an_offer_in_every_language(language: str) -> None:
    document = templates.default(Trigger.ABANDONED_CHECKOUT)
    assert lint(document, Trigger.ABANDONED_CHECKOUT, Category.MARKETING, RIDGE) == []
    told: Letter = sample.letter(Trigger.ABANDONED_CHECKOUT, document, RIDGE, locale=language)
    assert told.preferences_url in compose.render(told).html
