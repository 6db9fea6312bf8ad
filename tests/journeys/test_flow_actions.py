"""What a flow does besides sending reaches the store, the merchant's servers, people and desk: once each."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app.commerce.models import Order
from app.flows import published
from app.flows.models import Flow
from app.lib import clock
from app.listeners import alarms
from app.privacy import erasure
from app.shops import calls
from app.shops.models import Call
from app.vocabulary import CallReason, CallState, Trigger
from app.vocabulary import ShipmentStatus as S
from demo.shopify import marks, wire
from demo.shopify.listed import gid
from demo.woocommerce import told as harbor_told
from jobs import calls as calls_job
from jobs import flows
from tests.contracts.sources.network import playing
from tests.dying import Killed
from tests.journeys.conftest import StoreVoice
from tests.journeys.hooks import HOST, due_now, named, work
from tests.journeys.ridge import Ridge, moment
from tests.journeys.test_alerts import DESKS, KEYS, SLACK
from tests.journeys.test_writeback import ridge  # noqa: F401 - a fixture
from tests.journeys.test_writeback_woocommerce import Harbor, harbor  # noqa: F401 - a fixture

REVIEW = Trigger.REVIEW_REQUEST
MINUTE = timedelta(minutes=1)
HEAD = "flow: review_request\nstarts: parcel_delivered\nabout: order\ncategory: marketing\nsteps:\n"
IN_THE_STORE = (
    "  - {action: tag order, says: arrived}\n"
    "  - {action: tag customer, says: got a parcel}\n"
    "  - {action: note, says: Ask how it went.}\n"
)
TO_OTHERS = (
    "  - {id: server, action: webhook, says: vip}\n"
    "  - {id: people, action: alert, says: Call them}\n"
    "  - {id: desk, action: ticket, says: Write to them}\n"
)


def test_tags_and_a_note_stand_at_shopify_once(
    ridge: Ridge,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def die(*_: object) -> None:
        raise Killed

    publish(ridge.voice, IN_THE_STORE)
    ridge.hear(S.DELIVERED, moment() - MINUTE)
    take_on(ridge.voice)
    for _ in range(3):  # each is cut off after it was done, and begun anew
        with monkeypatch.context() as patched:
            patched.setattr("jobs.calls.calls.end", die)
            with pytest.raises(Killed):
                calls_job.step()
        ridge.voice.session.execute(update(Call).values(lease_until=None))
        ridge.voice.session.commit()
        assert calls_job.step()
    order = gid("Order", ridge.sale.id)
    assert marks.tags(ridge.shelf, order) == ["arrived"]
    assert marks.note(ridge.shelf, order) == "Ask how it went."
    assert marks.tags(ridge.shelf, gid("Customer", wire.SHOP_ID + ridge.sale.shopper)) == ["got a parcel"]
    assert [call.state for call in left(ridge.voice)] == [CallState.DONE] * 3


def test_a_note_is_added_to_what_stands_there(ridge: Ridge) -> None:  # noqa: F811
    order = gid("Order", ridge.sale.id)
    marks.update(ridge.shelf, {"id": order, "note": "Leave it at the door."})
    publish(ridge.voice, "  - {action: note, says: Ask how it went.}\n")
    ridge.hear(S.DELIVERED, moment() - MINUTE)
    take_on(ridge.voice)
    work(ridge.voice)
    assert marks.note(ridge.shelf, order) == "Leave it at the door.\nAsk how it went."


def test_a_store_that_does_not_let_us_is_said_so_and_marked_once_it_does(ridge: Ridge) -> None:  # noqa: F811
    scopes = ridge.voice.shop.scopes
    ridge.voice.shop.scopes = scopes.replace("write_orders ", "")
    publish(ridge.voice, "  - {action: tag order, says: arrived}\n")
    ridge.hear(S.DELIVERED, moment() - MINUTE)
    take_on(ridge.voice)
    work(ridge.voice)
    (call,) = left(ridge.voice)
    assert (call.state, call.failure) == (
        CallState.PARKED,
        "your store does not let Doorstep leave it (write_orders)",
    )
    ridge.voice.shop.scopes = scopes
    calls.retry(ridge.voice.session, ridge.voice.shop.id)
    ridge.voice.session.commit()
    work(ridge.voice)
    assert marks.tags(ridge.shelf, gid("Order", ridge.sale.id)) == ["arrived"]


def test_who_was_erased_meanwhile_is_not_marked(ridge: Ridge) -> None:  # noqa: F811
    publish(ridge.voice, IN_THE_STORE)
    ridge.hear(S.DELIVERED, moment() - MINUTE)
    take_on(ridge.voice)
    erasure.erase_order(ridge.voice.session, ridge.voice.session.scalars(select(Order)).one())
    ridge.voice.session.commit()
    work(ridge.voice)
    assert {call.reason for call in left(ridge.voice)} <= {CallReason.ERASED, None}
    assert marks.tags(ridge.shelf, gid("Order", ridge.sale.id)) == []


def test_tags_and_a_note_stand_in_woocommerce_once(harbor: Harbor) -> None:  # noqa: F811
    publish(harbor.voice, IN_THE_STORE + "  - {id: second, action: tag order, says: vip}\n")
    for parcel in (0, 1):
        harbor.hear(S.DELIVERED, moment() - MINUTE, parcel)
    take_on(harbor.voice)
    work(harbor.voice)
    harbor.voice.session.execute(update(Call).values(state=CallState.WAITING, due_at=clock.now()))
    harbor.voice.session.commit()
    work(harbor.voice)  # as if none could be written down
    meta = harbor_told.shown(harbor.shelf, harbor.sale)["meta_data"]
    assert [line["value"] for line in meta if line["key"] == "_doorstep_tags"] == ["arrived, vip"]
    assert harbor.notes().count("Ask how it went. (Doorstep)") == 1


def test_a_server_people_and_a_desk_are_told_once(ridge: Ridge) -> None:  # noqa: F811
    voice = ridge.voice
    named(voice, hears=("flow.step",))
    named(voice, "slack", KEYS["slack"], alarms.USUAL)
    named(voice, "zendesk", KEYS["zendesk"], alarms.TICKETS)
    publish(voice, TO_OTHERS)
    with playing(HOST) as server, playing(SLACK) as people, playing(DESKS["zendesk"]) as desk:
        for api in (server, people):
            api.will(200, {})
        desk.will(201, {"ticket": {"id": 35}})
        ridge.hear(S.DELIVERED, moment() - MINUTE)
        for _ in range(2):
            take_on(voice)
            work(voice)
            due_now(voice)
            work(voice)
    (told,) = [asked.body for asked in server.asked]
    data: dict[str, Any] = told["data"]
    assert (told["type"], data["flow"], data["step"], data["says"]) == (
        "flow.step",
        "review_request",
        "server",
        "vip",
    )
    assert data["order"]["id"] == str(ridge.sale.id)
    (said,) = [asked.body["text"] for asked in people.asked]
    assert said == "#1001: Call them (Ridge & Pine)".replace("&", "&amp;")
    (ticket,) = [asked.body["ticket"] for asked in desk.asked]
    assert ticket["subject"] == "#1001: Write to them"
    assert "They came to “desk” of the flow “review request”." in ticket["comment"]["body"]


def publish(voice: StoreVoice, steps: str) -> None:
    """Publish a flow that does these things once a parcel was delivered."""
    published.publish(voice.session, voice.shop.id, REVIEW, HEAD + steps)
    since = {"on_since": clock.now() - timedelta(days=1)}
    voice.session.execute(update(Flow).filter_by(trigger=REVIEW).values(since))
    voice.session.commit()


def take_on(voice: StoreVoice) -> None:
    """Let everybody who is in a flow come as far as they can, and what follows come to pass."""
    flows.advance()
    voice.settle()
    voice.session.expire_all()


def left(voice: StoreVoice) -> list[Call]:
    """Return what was to be left in the store."""
    voice.session.expire_all()
    return list(voice.session.scalars(select(Call).where(Call.kind.endswith(".mark")).order_by(Call.id)))
