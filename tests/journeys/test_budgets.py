"""What a provider may carry in a day: reserved, given back, kept for order news, and said."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.flows.models import Flow
from app.lib import clock
from app.lib.config import settings
from app.messages.models import Message
from app.messages.providers import accounts, spending
from app.messages.providers.accounts import Entered, Unfit
from app.messages.providers.models import HOUSE, MailDay, Provider
from app.shops.models import Shop
from app.vocabulary import Category, MessageState, Reason, Trigger
from tests import sold
from tests.contracts.smtp_server import ScriptedServer
from tests.journeys.test_providers import TYPED, add, ask, counts, due, noon, servers, shop

__all__ = ["noon", "servers", "shop"]


def test_a_spent_budget_holds_mail_until_tomorrow_and_says_why(
    session: Session, shop: Shop, servers: list[ScriptedServer]
) -> None:
    first = add(session, shop, servers[0], daily="3")
    accounts.use_house(session, shop, wanted=False)
    session.commit()
    assert due(session, shop, 5) == {"sent": 3, "queued": 2}
    held = session.scalars(select(Message).filter_by(state=MessageState.QUEUED)).all()
    here = clock.now().astimezone(ZoneInfo(shop.timezone))
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
    assert {(it.reason, it.due_at, it.attempts) for it in held} == {
        (Reason.BUDGET_SPENT, midnight + timedelta(days=1), 0)
    }
    assert spending.of_today(session, shop) == {first.id: 3}
    with time_machine.travel(midnight + timedelta(days=1, hours=12), tick=True):
        assert due(session, shop, 0) == {"sent": 5}
    assert counts(servers) == [5, 0, 0]


def test_offers_leave_a_fifth_of_a_budget_to_order_news(
    session: Session, shop: Shop, servers: list[ScriptedServer]
) -> None:
    add(session, shop, servers[0], daily="5")
    accounts.use_house(session, shop, wanted=False)
    session.commit()
    due(session, shop, 6, Category.MARKETING)
    assert counts(servers)[0] == 4
    due(session, shop, 3)
    assert counts(servers)[0] == 5
    waiting = session.scalars(select(Message).filter_by(state=MessageState.QUEUED)).all()
    assert {it.reason for it in waiting} == {Reason.BUDGET_SPENT}


def test_what_was_reserved_and_did_not_go_is_given_back(
    session: Session, shop: Shop, servers: list[ScriptedServer]
) -> None:
    first = add(session, shop, servers[0], daily="10")
    servers[0].script["DOT"] = ["250 ok"] * 2 + ["421 4.7.0 that is enough"] * 50
    assert due(session, shop, 6) == {"sent": 6}
    assert spending.of_today(session, shop) == {first.id: 2, HOUSE: 4}


def test_a_spent_budget_of_one_is_passed_by(
    session: Session, shop: Shop, servers: list[ScriptedServer]
) -> None:
    add(session, shop, servers[0], daily="2"), add(session, shop, servers[1])
    assert due(session, shop, 5) == {"sent": 5}
    assert counts(servers) == [2, 3, 0]


def test_the_operator_may_set_each_shop_a_budget(
    session: Session, shop: Shop, servers: list[ScriptedServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOORSTEP_DAILY_MAILS", "2")
    settings.cache_clear()
    other = sold.shop(session, domain="harbor.example")
    session.add(Flow(shop_id=other.id, trigger=Trigger.THANK_YOU, on_since=clock.now()))
    ask(session, other, 3)
    due(session, shop, 3)
    assert counts(servers) == [0, 0, 4]
    assert set(session.execute(select(MailDay.shop_id, MailDay.spent)).all()) == {
        (shop.id, 2),
        (other.id, 2),
    }


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"host": "10.0.0.5", "port": "22"}, "port"),
        ({"host": "http://evil.example"}, "host"),
        ({"host": ""}, "host"),
        ({"host": "mail.ridge.example", "security": "none", "port": "25"}, "security"),
        ({"sender": "Ridge <orders@ridge.example>"}, "sender"),
        ({"sender": "orders@ridge.example\r\nBcc: eve@evil.example"}, "sender"),
        ({"reply_to": "nobody"}, "reply_to"),
        ({"daily": "many"}, "daily"),
        ({"daily": "0"}, "daily"),
        ({"carries": "nothing"}, "carries"),
        ({"selectors": "a b/c"}, "selectors"),
    ],
)
def test_what_cannot_be_used_is_said_where_it_was_typed(
    session: Session, shop: Shop, changed: dict[str, str], field: str
) -> None:
    with pytest.raises(Unfit) as unfit:
        accounts.keep(session, shop, Entered(**(TYPED | changed)))
    assert unfit.value.field == field
    assert session.scalars(select(Provider)).all() == []


def test_a_password_stays_with_the_server_that_it_was_meant_for(session: Session, shop: Shop) -> None:
    kept = accounts.keep(session, shop, Entered(**TYPED))
    session.flush()
    accounts.keep(session, shop, Entered(**(TYPED | {"password": "", "sender": "hi@ridge.example"})), kept)
    assert kept.password is not None
    accounts.keep(session, shop, Entered(**(TYPED | {"password": "", "host": "mail.evil.example"})), kept)
    assert kept.password is None
