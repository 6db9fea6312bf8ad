"""What was published becomes a verified review on WooCommerce, and a product's rating on Shopify."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.commerce.models import Order
from app.flows import doubles, facts
from app.lib import clock, http
from app.messages.dispatch import outbox
from app.messages.gate import permission
from app.messages.gate.verdict import Skipped
from app.messages.models import Message
from app.privacy import erasure
from app.reviews import choice, moderating, writing
from app.reviews.choice import Choice
from app.reviews.models import Review
from app.shops.install import keep_secret
from app.shops.models import Call
from app.vocabulary import CallReason, CallState, Category, Reason, Trigger
from demo import stories
from demo.shopify import notices as ridge_notices
from demo.shopify import oauth
from demo.shopify import ratings as metafields
from demo.shopify import wire as ridge_wire
from demo.shopify.server import store as ridge_and_pine
from demo.shoppers import HARBOR, RIDGE
from demo.stores import Json, Shelf
from demo.woocommerce import auth, notices, wire
from demo.woocommerce.server import store as harbor_goods
from jobs import calls as job
from tests.demo.wsgi import Wsgi
from tests.dying import Killed
from tests.journeys.conftest import StoreVoice
from tests.journeys.reviewed import Store, sold
from tests.journeys.test_writeback_woocommerce import deliver


def test_a_published_review_is_a_verified_one_in_the_store_once_and_changes_with_ours(harbor: Store) -> None:
    review = harbor.write()
    harbor.settle()
    assert harbor.there() == [], "nobody has judged it"
    harbor.publish(review)
    assert harbor.there() == [(4, "Boils fast.", "approved")]
    (listed,) = asked(harbor)
    assert (listed["verified"], listed["reviewer"]) == (True, "Ida <b>")
    harbor.publish(harbor.write(2, "Boils fast, and rusts."))
    assert harbor.there() == [(2, "Boils fast, and rusts.", "approved")]
    harbor.hide(review)
    assert harbor.there() == [(2, "Boils fast, and rusts.", "hold")]
    harbor.publish(review)
    assert harbor.there() == [(2, "Boils fast, and rusts.", "approved")]
    assert set(harbor.calls()) == {CallState.DONE}


def test_whoever_was_cut_off_writes_it_no_second_time(harbor: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_: object) -> None:
        raise Killed

    moderating.publish(harbor.voice.session, harbor.write())
    harbor.voice.session.commit()
    with monkeypatch.context() as patched:
        patched.setattr("jobs.reviews.telling.keep_external_id", die)
        with pytest.raises(Killed):
            job.step()
    assert len(harbor.there()) == 1
    harbor.voice.session.execute(update(Call).values(lease_until=None))
    harbor.settle()
    assert len(harbor.there()) == 1
    assert harbor.calls() == [CallState.DONE]
    assert harbor.voice.session.scalars(select(Review.external_id)).one() == "1"


def test_stars_alone_are_of_no_use_to_woocommerce(harbor: Store) -> None:
    harbor.publish(harbor.write(words=" "))
    assert (harbor.there(), harbor.calls()) == ([], [CallReason.USELESS])


def test_what_is_taken_back_or_erased_leaves_the_store(harbor: Store) -> None:
    session = harbor.voice.session
    review = harbor.write()
    harbor.publish(review)
    writing.take_back(session, review.order_id, review.product_external_id)
    harbor.settle()
    assert harbor.there() == []
    review = harbor.write()
    harbor.publish(review)
    erasure.erase_order(session, session.get_one(Order, review.order_id))
    harbor.settle()
    assert harbor.there() == []
    assert session.scalars(select(Review.words)).all() == [None]


def test_who_was_erased_while_it_was_being_told_is_taken_out_again(
    harbor: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = harbor.voice.session
    review = harbor.write()

    def erase_first(*_: object) -> bool:
        return False

    moderating.publish(session, review)
    session.commit()
    monkeypatch.setattr("jobs.reviews.telling.keep_external_id", erase_first)
    harbor.settle()
    assert (harbor.there(), harbor.calls()) == ([], [CallReason.ERASED])


def test_with_another_app_nothing_is_told(harbor: Store) -> None:
    assert choice.choose(harbor.voice.session, harbor.voice.shop, Choice(key="judgeme"))
    harbor.publish(harbor.write())
    assert (harbor.there(), harbor.calls()) == ([], [CallReason.SWITCHED_OFF])


def test_a_product_that_is_gone_is_not_told_of(harbor: Store) -> None:
    review = harbor.write()
    session = harbor.voice.session
    session.execute(update(Review).values(product_external_id="999999"))
    session.commit()
    session.expire_all()
    harbor.publish(review)
    assert (harbor.there(), harbor.calls()) == ([], [CallReason.SUPERSEDED])


def test_a_products_stars_are_its_rating_on_shopify(ridge: Store) -> None:
    review = ridge.write(5)
    ridge.settle()
    assert ridge.rating() is None
    ridge.publish(review)
    assert ridge.rating() == ('{"value": "5.00", "scale_min": "1.0", "scale_max": "5.0"}', "1")
    orders = ridge.voice.session.scalars(select(Order.id).order_by(Order.id)).all()
    other = ridge.write(2, order=orders[1])
    ridge.publish(other)
    assert ridge.rating() == ('{"value": "3.50", "scale_min": "1.0", "scale_max": "5.0"}', "2")
    ridge.hide(other)
    assert ridge.rating() == ('{"value": "5.00", "scale_min": "1.0", "scale_max": "5.0"}', "1")
    writing.take_back(ridge.voice.session, review.order_id, review.product_external_id)
    ridge.settle()
    assert ridge.rating() is None
    assert set(ridge.calls()) == {CallState.DONE}


def test_a_rating_that_another_app_keeps_is_left_alone(ridge: Store) -> None:
    owner = {"ownerId": f"gid://shopify/Product/{ridge.product}", "namespace": "reviews"}
    theirs = '{"value": "4.8", "scale_min": "1.0", "scale_max": "5.0"}'
    metafields.write(
        ridge.shelf,
        [
            {**owner, "key": "rating", "type": "rating", "value": theirs},
            {**owner, "key": "rating_count", "type": "number_integer", "value": "500"},
        ],
    )
    ridge.publish(ridge.write())
    assert ridge.rating() == (theirs, "500")
    assert ridge.calls() == [CallReason.NOT_OURS]


def test_whoever_was_cut_off_knows_the_rating_as_their_own(
    ridge: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise Killed

    moderating.publish(ridge.voice.session, ridge.write())
    ridge.voice.session.commit()
    with monkeypatch.context() as patched:
        patched.setattr("jobs.calls.calls.end", die)
        with pytest.raises(Killed):
            job.step()
    orders = ridge.voice.session.scalars(select(Order.id).order_by(Order.id)).all()
    moderating.publish(ridge.voice.session, ridge.write(2, order=orders[1]))
    ridge.voice.session.execute(update(Call).values(lease_until=None))
    ridge.settle()
    assert ridge.rating() == ('{"value": "3.00", "scale_min": "1.0", "scale_max": "5.0"}', "2")


def test_without_the_scope_shopify_is_told_nothing(ridge: Store) -> None:
    ridge.voice.shop.scopes = "read_products"
    ridge.publish(ridge.write())
    assert (ridge.rating(), ridge.calls()) == (None, [CallReason.SWITCHED_OFF])


def test_where_the_stores_own_mail_asks_for_reviews_ours_stays_away(harbor: Store) -> None:
    session, shop = harbor.voice.session, harbor.voice.shop
    order = session.scalars(select(Order)).one()
    request = outbox.Ask(
        subject=f"order-{order.id}",
        trigger=Trigger.REVIEW_REQUEST,
        category=Category.MARKETING,
        order_id=order.id,
        profile_id=order.profile_id,
        to=order.email,
        occasion_at=clock.now(),
    )
    outbox.ask(session, shop.id, request)
    (message,) = (it for it in harbor.voice.messages() if it.trigger is Trigger.REVIEW_REQUEST)
    known = {is_on: told_of(harbor, message, is_on=is_on) for is_on in (None, False, True)}
    assert known == {None: False, False: False, True: True}


def told_of(store: Store, message: Message, *, is_on: bool | None) -> bool:
    told = {} if is_on is None else {"customer_review_request": is_on}
    doubles.keep(store.voice.session, store.voice.shop.id, told, ())
    seen = facts.gather(store.voice.session, [message])[message.id]
    assert seen.store_tells is bool(is_on)
    return permission._is_not_told(seen) == Skipped(Reason.STORE_TELLS)


def asked(store: Store) -> list[Json]:
    keys = store.shelf.every("key")[0]
    pair = (keys["consumer_key"], keys["consumer_secret"])
    client = harbor_goods.test_client()
    answer = client.get("/wp-json/wc/v3/products/reviews", auth=pair, base_url=wire.HOME)
    found: list[Json] = answer.json or []
    return found


@pytest.fixture
def harbor(woo_store: StoreVoice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("DEMO_STORES", str(tmp_path / "stores.sqlite"))
    voice, shelf = woo_store, Shelf(wire.HOST)
    voice.shop.domain = wire.HOST
    keys = auth.issue(shelf, "read_write")
    keep_secret(voice.session, voice.shop, "rest_keys", f"{keys['consumer_key']}:{keys['consumer_secret']}")
    voice.session.commit()
    sale = sold(stories.FIRST_HARBOR, stories.FIRST_HARBOR, HARBOR[0].id, stories.KETTLE)
    shelf.put("sale", sale.id, sale.model_dump(mode="json"))
    for topic, body in notices.whole(sale):
        deliver(voice, topic, body)
    voice.settle()
    http.play(wire.HOST, Wsgi(harbor_goods))
    http._breakers.reset()
    yield Store(voice, shelf, stories.KETTLE)
    http.play(wire.HOST, None)


@pytest.fixture
def ridge(shopify_store: StoreVoice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("DEMO_STORES", str(tmp_path / "stores.sqlite"))
    voice, shelf = shopify_store, Shelf(ridge_wire.HOST)
    voice.shop.domain, voice.shop.scopes = ridge_wire.HOST, oauth.SCOPES.replace(",", " ")
    token = oauth.issue(shelf)
    until = clock.now() + timedelta(hours=1)
    keep_secret(voice.session, voice.shop, "offline_token", token["access_token"], expires_at=until)
    voice.session.commit()
    for step in (0, 1):
        sale = sold(stories.FIRST_RIDGE + step, 1001 + step, RIDGE[step].id, stories.SHIRT)
        shelf.put("sale", sale.id, sale.model_dump(mode="json"))
        for topic, body in ridge_notices.placed(sale):
            assert voice.shopify(topic, body) == 200
    voice.settle()
    http.play(ridge_wire.HOST, Wsgi(ridge_and_pine))
    http._breakers.reset()
    yield Store(voice, shelf, stories.SHIRT)
    http.play(ridge_wire.HOST, None)
