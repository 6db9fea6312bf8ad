"""From the bytes of an order to the mail to whoever has used up what they bought."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from app.audience.models import Profile
from app.commerce import reorders
from app.commerce.models import LineItem, Product, Variant
from app.commerce.reorders import Reorder
from app.lib import clock
from app.messages.documents import compose
from app.messages.gate.verdict import Allowed, Skipped
from app.messages.letters import letter
from app.platforms.purchases import OrderState
from app.vocabulary import Reason, Trigger
from jobs import exceptions as job
from tests import sold
from tests.journeys.conftest import StoreVoice
from tests.journeys.flowing import enrollments, from_, gate, on_in_america, told
from tests.journeys.test_win_back import buy
from tests.sold import MUG, SHIRT

AGAIN = Trigger.REPLENISHMENT
MONDAY = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
IPOD = "632910392"
"""What the recorded order is of."""


@pytest.fixture
def store(shopify_store: StoreVoice) -> StoreVoice:
    """A shop in the United States."""
    return on_in_america(shopify_store, MONDAY - DAY)


def bought(
    store: StoreVoice, thing: str, days_ago: tuple[int, ...], shoppers: int, who: str = "shopper"
) -> None:
    """Let so many shoppers have bought something so many days ago, each time beside something else."""
    for number in range(shoppers):
        email = f"{who}-{number}-of-{thing.replace(' ', '-')}@example.com"
        shopper = Profile(shop_id=store.shop.id, email=email, first_seen_at=clock.now())
        store.session.add(shopper)
        store.session.flush()
        for age in days_ago:
            items = {**SHIRT, "product_external_id": thing}, {**MUG, "product_external_id": f"{number}-{age}"}
            sold.order(
                store.session,
                store.shop,
                items=items,
                age=24 * age,
                profile_id=shopper.id,
                email=email,
                state=OrderState.PLACED,
            )


def learnt(store: StoreVoice) -> dict[str, timedelta]:
    """What the daily job has learnt."""
    store.shop.lanes_due_at = clock.now()
    store.session.commit()
    job.learn()
    store.session.expire_all()
    return {row.product_external_id: row.interval for row in store.session.scalars(select(Reorder))}


def test_who_has_used_it_up_is_reminded_of_it_once(store: StoreVoice) -> None:
    session = store.session
    with from_(store, MONDAY) as time:
        bought(store, IPOD, (140, 100, 60), shoppers=10)
        assert learnt(store) == {IPOD: 40 * DAY}
        page = "https://ridge.example/products/ipod-nano"
        session.add(Product(shop_id=store.shop.id, external_id=IPOD, title="IPod Nano", url=page))
        buy(store, time, 1)
        time.by(40 * DAY - HOUR)
        assert told(store, AGAIN) == []
        time.by(HOUR)
        (message,) = told(store, AGAIN)
        line = session.scalars(
            select(LineItem.id).filter_by(order_id=message.order_id).order_by(LineItem.id)
        ).all()[0]
        assert (message.key, message.line_item_id) == (f"item-{line}:replenishment:1:email", line)
        assert isinstance(gate(store, message), Allowed)
        written = letter.gather(session, message)
        assert [item.title for item in written.items] == ["IPod Nano - 8GB"]
        assert written.track_url == page
        assert compose.render(written).subject == "Running low? IPod Nano - 8GB"
        buy(store, time, 2)
        assert gate(store, message) == Skipped(Reason.ALREADY_BOUGHT)
        assert [row.over for row in enrollments(store, AGAIN)] == ["finished", None]
        time.by(39 * DAY)
        buy(store, time, 3)
        time.by(10 * DAY)
        assert [row.over for row in enrollments(store, AGAIN)] == ["finished", "bought", None]
        assert len(told(store, AGAIN)) == 1


def test_nobody_is_reminded_of_what_cannot_be_had(store: StoreVoice) -> None:
    session = store.session
    with from_(store, MONDAY) as time:
        bought(store, IPOD, (140, 100, 60), shoppers=10)
        learnt(store)
        thing = Product(shop_id=store.shop.id, external_id=IPOD)
        session.add(thing)
        session.flush()
        session.add(Variant(shop_id=store.shop.id, product_id=thing.id, external_id="1", in_stock=False))
        session.commit()
        buy(store, time, 1)
        time.by(41 * DAY)
        assert enrollments(store, AGAIN)[0].over == "sold out"


def test_what_is_not_bought_again_any_more_reminds_nobody(store: StoreVoice) -> None:
    with from_(store, MONDAY) as time:
        bought(store, IPOD, (140, 100, 60), shoppers=10)
        learnt(store)
        buy(store, time, 1)
        store.session.execute(update(Reorder).values(product_external_id="other"))
        store.session.commit()
        time.by(41 * DAY)
        assert told(store, AGAIN) == []
        assert enrollments(store, AGAIN)[0].over == "no longer bought again"


def test_a_product_is_believed_once_enough_shoppers_came_back_for_it(store: StoreVoice) -> None:
    with from_(store, MONDAY):
        bought(store, "often", (90, 60, 30), shoppers=10)
        bought(store, "few shoppers", tuple(range(30, 270, 30)), shoppers=9)
        bought(store, "too soon", (9, 6, 3), shoppers=10)
        bought(store, "long ago", (800, 770, 740), shoppers=10)
        bought(store, "lamp", (90, 60, 30), shoppers=10)
        bought(store, "lamp", (30,), shoppers=41, who="once")
        assert learnt(store) == {"often": 30 * DAY}
        assert learnt(store) == {"often": 30 * DAY}, "and again the next day"


def test_what_cannot_be_learnt_of_one_shop_keeps_nobody_from_their_lanes(
    store: StoreVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with from_(store, MONDAY):
        monkeypatch.setattr(reorders, "learn", killed)
        with pytest.raises(KeyboardInterrupt):
            learnt(store)
        store.session.expire_all()
        assert store.shop.lanes_due_at > clock.now()


def test_a_shop_learns_only_of_its_own_orders(store: StoreVoice) -> None:
    with from_(store, MONDAY):
        bought(store, IPOD, (140, 100, 60), shoppers=10)
        other = sold.shop(store.session, domain="other.example")
        reorders.learn(store.session, other.id)
        assert store.session.scalars(select(Reorder)).all() == []
