"""What a live store delivered, in many orders of arrival and with catch-ups between: the same in the end."""

import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import text

from app import intake
from app.lib import clock
from app.platforms import woocommerce
from app.shops.install import Store, install, keep_secret
from app.vocabulary import PlatformKey
from tests.journeys.conftest import WOO_SECRET, StoreVoice
from tests.journeys.test_woocommerce_order import RECORDED, deliver

SHUFFLES = 4
SMALL = 4
"""Deliveries about one thing that are tried in every order."""

STATE = {
    "order": """SELECT external_id, name, state, total, refunded, email, phone, ship_to, shipping,
        is_fulfilled, placed_at, cancelled_at, updated_at, deleted_at IS NULL, erased_at IS NULL, cart_token
        FROM "order" WHERE shop_id = :shop""",
    "line_item": """SELECT o.external_id, i.external_id, i.title, i.quantity, i.price FROM line_item i
        JOIN "order" o ON o.id = i.order_id WHERE i.shop_id = :shop""",
    "shipment": """SELECT o.external_id, s.number, s.carrier, s.status, s.shipped_at, s.cancelled_at IS NULL,
        f.external_id FROM shipment s JOIN "order" o ON o.id = s.order_id
        JOIN fulfillment f ON f.id = s.fulfillment_id WHERE s.shop_id = :shop""",
    "refund": """SELECT o.external_id, r.external_id, r.amount FROM refund r
        JOIN "order" o ON o.id = r.order_id WHERE r.shop_id = :shop""",
    "checkout": """SELECT token, cart_token, email, total, completed_at IS NOT NULL, deleted_at IS NOT NULL,
        updated_at FROM checkout WHERE shop_id = :shop""",
    "product": """SELECT external_id, title, url, deleted_at IS NOT NULL, updated_at
        FROM product WHERE shop_id = :shop""",
    "variant": """SELECT external_id, title, sku, price, in_stock, quantity, updated_at
        FROM variant WHERE shop_id = :shop""",
    "profile": """SELECT external_id, email, phone, first_name, last_name
        FROM profile WHERE shop_id = :shop AND gone_at IS NULL AND erased_at IS NULL""",
    "consent": """SELECT p.email, c.medium, c.category, c.state, c.source FROM consent c
        LEFT JOIN profile p ON p.id = c.profile_id WHERE c.shop_id = :shop""",
    "message": """SELECT o.external_id, m.trigger, m.step, m.medium FROM message m
        JOIN "order" o ON o.id = m.order_id
        WHERE m.shop_id = :shop AND o.state = 'placed' AND o.deleted_at IS NULL""",
}

LEFT_OUT = ("_ping", "_cart.", "_action.")
"""What says nothing, and carts: they say no time, so that their arrival is their time."""
STEMS = [file.stem for file in sorted(RECORDED.glob("*.json")) if not any(it in file.stem for it in LEFT_OUT)]


def about(stem: str) -> str:
    """What a delivery speaks of."""
    body = json.loads(json.loads((RECORDED / f"{stem}.json").read_text())["body_text"])
    kind = stem.partition("_")[2].partition(".")[0]
    return f"{kind} {body.get('parent_id') or body.get('id')}"


def newest(stems: list[str]) -> dict[str, Any]:
    """What the store would list: the order as it changed last."""
    bodies = [json.loads(json.loads((RECORDED / f"{stem}.json").read_text())["body_text"]) for stem in stems]
    found: dict[str, Any] = max(bodies, key=lambda body: str(body.get("date_modified_gmt")))
    return found


GROUPS: dict[str, list[str]] = defaultdict(list)
for each in STEMS:
    GROUPS[about(each)].append(each)
LISTED = {
    what: newest(stems)
    for what, stems in GROUPS.items()
    if what.startswith("order ")
    and not any("deleted" in stem or stem.endswith(("created", "updated")) for stem in stems)
}
"""Orders that the store still has, as a catch-up finds them."""
FEW = {what: stems for what, stems in GROUPS.items() if 1 < len(stems) <= SMALL}


@pytest.mark.parametrize("what", sorted(FEW))
def test_few_deliveries_end_in_the_same_state_in_every_order(
    store: Callable[[], StoreVoice], what: str
) -> None:
    states = [state(told(store(), order)) for order in permutations(FEW[what])]
    for other in states[1:]:
        assert other == states[0]


def test_all_that_was_recorded_ends_in_the_same_state_however_it_is_shuffled(
    store: Callable[[], StoreVoice],
) -> None:
    chance = random.Random(2026)
    as_recorded = state(told(store(), STEMS))
    for _ in range(SHUFFLES):
        arrivals = [*STEMS, *chance.sample(sorted(LISTED), len(LISTED) // 2)]
        shuffled = chance.sample(arrivals, len(arrivals))
        assert state(told(store(), shuffled)) == as_recorded, shuffled


def told(voice: StoreVoice, stems: Iterable[str]) -> StoreVoice:
    """Deliver some recordings, one after the other; a body among them is an answer to a catch-up."""
    for stem in stems:
        if stem in LISTED:
            records = woocommerce.parse("order.restored", LISTED[stem], voice.shop.currency)
            intake.apply(voice.session, voice.shop, records, clock.now())
            voice.session.commit()
        else:
            deliver(voice, stem)
        voice.settle()
    return voice


def state(voice: StoreVoice) -> dict[str, list[str]]:
    """What we hold of a shop, without what depends on when we heard of it."""
    found = {
        table: sorted(repr(tuple(row)) for row in voice.session.execute(text(query), {"shop": voice.shop.id}))
        for table, query in STATE.items()
    }
    voice.session.commit()
    return found


@pytest.fixture
def store(woo_store: StoreVoice) -> Callable[[], StoreVoice]:
    """A new shop with every call, so that each order of arrival begins with nothing."""
    count = iter(range(10_000))
    session = woo_store.session

    def make() -> StoreVoice:
        domain = f"harbor{next(count)}.example"
        made = Store(platform=PlatformKey.WOOCOMMERCE, domain=domain, url=f"https://{domain}", name="Harbor")
        shop = install(session, made)
        shop.currency = "USD"
        keep_secret(session, shop, "webhook_secret", WOO_SECRET)
        session.commit()
        return StoreVoice(session, shop, WOO_SECRET, woo_store.client)

    return make
