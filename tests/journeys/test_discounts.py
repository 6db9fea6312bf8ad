"""A code is really made in the store, once, for one order until a day, and taken back at the next order."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import select, update
from werkzeug.wrappers import Response

from app.audience.models import Profile
from app.commerce import discounts
from app.commerce.discounts import Discount
from app.commerce.models import Order
from app.events import OrderPlaced
from app.lib import clock
from app.platforms.purchases import OrderState
from app.privacy import copies, erasure
from app.shops.models import Call
from app.vocabulary import CallReason, CallState
from bench.misbehaving import Fault, Misbehaving, cut
from demo.shopify import discounts as at_ridge
from demo.shopify.wire import HOST as RIDGE
from demo.stores import Json, Shelf
from demo.woocommerce import coupons as at_harbor
from demo.woocommerce.wire import HOST as HARBOR
from jobs import calls as job
from jobs import discounts as maker
from tests.dying import Killed
from tests.journeys.conftest import StoreVoice

ANA = "ana@example.org"
HIDDEN = "DOORSTEP-"


@dataclass
class Office:
    """A store that codes are made in, and what it has of them."""

    voice: StoreVoice
    is_shopify: bool

    def offer(self, key: str = "profile-1:win_back:offer", email: str = ANA, **terms: int) -> bool:
        session, shop = self.voice.session, self.voice.shop
        profile = session.scalar(select(Profile).filter_by(email=email))
        if profile is None:
            profile = Profile(shop_id=shop.id, email=email, first_seen_at=clock.now())
            session.add(profile)
            session.flush()
        way = discounts.way_of(key)
        asked = {"percent": 10, "days": 14, **terms}
        made = discounts.offer(session, shop.id, key, way=way, profile_id=profile.id, **asked)
        session.commit()
        return made

    def buy(self, email: str = ANA, number: int = 1) -> None:
        """Let somebody place an order."""
        session, now = self.voice.session, clock.now()
        profile = session.scalars(select(Profile).filter_by(email=email)).one()
        order = Order(
            shop_id=self.voice.shop.id,
            external_id=f"order-{number}",
            profile_id=profile.id,
            email=email,
            state=OrderState.PLACED,
            placed_at=now,
            first_heard_at=now,
        )
        session.add(order)
        session.flush()
        placed = OrderPlaced(happened_at=now, profile_id=profile.id, order_id=order.id, first_heard_at=now)
        discounts.on_order_placed(session, self.voice.shop.id, placed)
        session.commit()

    def work(self, *, later: bool = False) -> None:
        """Do what is due; `later`: what failed or whose maker died as well."""
        if later:
            due = {"lease_until": None, "due_at": clock.now()}
            self.voice.session.execute(update(Call).filter_by(state=CallState.WAITING).values(due))
            self.voice.session.commit()
        job.run()
        self.voice.session.expire_all()

    def there(self) -> dict[str, Json]:
        """What the store has, by code, but what is given to nobody."""
        if self.is_shopify:
            found = at_ridge.codes(Shelf(RIDGE))
        else:
            found = {row["code"].upper(): row for row in Shelf(HARBOR).every("coupon")}
        return {code: row for code, row in found.items() if not code.startswith(HIDDEN)}

    def redeem(self, code: str, email: str = ANA) -> bool:
        if self.is_shopify:
            return at_ridge.redeem(Shelf(RIDGE), code)
        return at_harbor.redeem(Shelf(HARBOR), code, email)

    def codes(self) -> list[Discount]:
        return list(self.voice.session.scalars(select(Discount).order_by(Discount.id)))

    def calls(self) -> list[CallState | CallReason]:
        rows = self.voice.session.scalars(select(Call).order_by(Call.id))
        return [row.reason or row.state for row in rows]


@pytest.fixture(params=["shopify", "woocommerce"])
def office(request: pytest.FixtureRequest) -> Office:
    is_shopify = request.param == "shopify"
    voice: StoreVoice = request.getfixturevalue("ridge_store" if is_shopify else "harbor")
    voice.shop.scopes = "write_discounts"
    voice.session.commit()
    return Office(voice, is_shopify)


def test_a_code_is_made_in_the_store_for_one_order_and_until_a_day(office: Office) -> None:
    assert office.offer()
    assert not office.offer(), "whoever asks twice gets the first"
    (row,) = office.codes()
    assert row.made_at is None
    office.work()
    (row,) = office.codes()
    (there,) = office.there().values()
    assert row.made_at is not None
    assert there["code"].upper() == row.code
    assert [office.redeem(row.code), office.redeem(row.code)] == [True, False], "once"
    assert office.calls() == [CallState.DONE]
    if office.is_shopify:
        assert (there["percentage"], there["endsAt"]) == (0.1, row.expires_at.isoformat())
    else:
        assert (there["discount_type"], there["amount"], there["individual_use"]) == (
            "percent",
            "10.00",
            True,
        )
        assert not office.redeem(row.code, "somebody.else@example.org")
        assert there["date_expires"].endswith("T23:59:59")


@pytest.mark.parametrize("line", range(6))
def test_whoever_dies_on_any_line_makes_no_second_one(
    office: Office, monkeypatch: pytest.MonkeyPatch, line: int
) -> None:
    def dies(real: Callable[..., Any], *, before: bool) -> Callable[..., Any]:
        def call(*args: Any, **more: Any) -> Any:
            if not before:
                real(*args, **more)
            raise Killed

        return call

    where = [
        ("shopify", "ask", True),
        ("shopify_words", "created", False),
        ("shopify_words", "adding", False),
        ("shopify_words", "added", False),
        ("", "_note", True),
        ("", "_note", False),
    ]
    if not office.is_shopify:
        where = [("woo_words", "known", True), ("woo_words", "coupon", False), *where[-2:] * 2]
    module, name, before = where[line]
    home = getattr(maker, module) if module else maker
    office.offer()
    with monkeypatch.context() as patched:
        patched.setattr(home, name, dies(getattr(home, name), before=before))
        with pytest.raises(Killed):
            job.step()
    office.work(later=True)
    assert list(office.there()) == [row.code for row in office.codes()]
    assert office.calls() in ([CallState.DONE], [CallReason.KNOWN])
    if office.is_shopify:
        assert len(Shelf(RIDGE).every("discount")) == 1
        assert len(Shelf(RIDGE).every("code")) == 2, "theirs, and the one that nobody is given"


@pytest.mark.parametrize("cut_off", range(1, 6))
def test_an_answer_that_never_came_makes_no_second_one(
    office: Office, sick: Misbehaving, cut_off: int
) -> None:
    answers = count(1)

    def cut_one(answer: Response) -> Response:
        return cut(answer) if next(answers) == cut_off else answer

    office.offer()
    sick.faults.append(Fault("graphql|coupons", cut_one, method="POST"))
    office.work()
    office.work(later=True)
    assert list(office.there()) == [row.code for row in office.codes()]
    assert office.calls() == [CallState.DONE]


def test_at_the_next_order_it_is_taken_back_and_what_was_used_stays(office: Office) -> None:
    office.offer()
    office.offer("profile-2:win_back:offer", "ben@example.org")
    office.work()
    mine, his = (row.code for row in office.codes())
    assert office.redeem(his, "ben@example.org")
    office.buy()
    office.buy("ben@example.org", number=2)
    office.work()
    assert not office.redeem(mine)
    assert list(office.there()) == [his], "the store's own figures keep it"
    assert office.calls()[2:] == [CallState.DONE, CallReason.KNOWN]
    assert all(row.ended_at for row in office.codes())


def test_who_buys_before_it_is_made_needs_none(office: Office) -> None:
    office.offer()
    office.buy()
    office.work()
    assert office.there() == {}
    assert office.calls() == [CallReason.SUPERSEDED, CallReason.SUPERSEDED]


def test_what_was_made_by_whoever_died_is_taken_back_all_the_same(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise Killed

    office.offer()
    with monkeypatch.context() as patched:
        patched.setattr(maker, "_note", die)
        with pytest.raises(Killed):
            job.step()
    assert len(office.there()) == 1
    office.buy()
    office.work(later=True)
    assert office.there() == {}


def test_many_that_are_wanted_at_once_are_made_together(ridge_store: StoreVoice) -> None:
    ridge_store.shop.scopes = "write_discounts"
    office = Office(ridge_store, is_shopify=True)
    for number in range(5):
        office.offer(f"profile-{number}:win_back:offer", f"shopper{number}@example.org")
    office.offer("profile-9:win_back:offer", "ben@example.org", percent=20)
    office.work()
    assert set(office.there()) == {row.code for row in office.codes()}
    assert len(Shelf(RIDGE).every("discount")) == 2, "one for each kind of terms"
    assert len(Shelf(RIDGE).every("adding")) == 2
    assert set(office.calls()) <= {CallState.DONE, CallReason.KNOWN}


def test_a_store_that_does_not_let_us_is_not_asked(ridge_store: StoreVoice) -> None:
    ridge_store.shop.scopes = "read_orders"
    office = Office(ridge_store, is_shopify=True)
    assert not office.offer()
    assert office.calls() == []


def test_what_has_expired_is_not_made_any_more(office: Office) -> None:
    office.offer()
    session = office.voice.session
    session.execute(update(Discount).values(expires_at=clock.now() - timedelta(seconds=1)))
    session.commit()
    office.work()
    assert office.there() == {}
    assert office.calls() == [CallReason.SUPERSEDED]


def test_who_is_erased_gets_a_copy_before_and_leaves_no_code_behind(office: Office) -> None:
    office.offer()
    office.work()
    session, shop = office.voice.session, office.voice.shop
    profile = session.scalars(select(Profile)).one()
    assert copies.export(session, shop.id, [profile])["discount"][0]["code"] == office.codes()[0].code
    erasure.erase(session, profile)
    session.commit()
    office.work()
    assert office.there() == {}
