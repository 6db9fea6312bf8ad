"""Who asks to be forgotten is forgotten by whom we told of them, and the certificate says who was asked."""

import json
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app.audience.models import Profile
from app.hooks import accounts, forgetting
from app.lib import clock
from app.lib.certificate import is_genuine
from app.listeners import alarms
from app.platforms.base import PrivacyKind
from app.privacy import closing, erasure, tasks
from app.shops import calls
from app.shops.models import Call, Errand, Shop
from app.vocabulary import CallState
from app.vocabulary import ExceptionKind as K
from jobs import sync
from tests.contracts.sources.network import playing
from tests.journeys.admin.conftest import sign_in
from tests.journeys.conftest import StoreVoice, at_its_address
from tests.journeys.hooks import HOST, buy, due_now, named, settle, tellings, work
from tests.journeys.test_alerts import DESKS, KEYS, wrong
from tests.journeys.test_marketing_tools import HEARS, KLAVIYO
from tests.journeys.test_marketing_tools import KEYS as OF_KLAVIYO

ADA = "ada@example.com"


def forget(store: StoreVoice, email: str = ADA) -> dict[str, Any]:
    """Let somebody ask to be forgotten; returns the certificate."""
    task = tasks.ask_now(store.session, store.shop, email, PrivacyKind.ERASE_PERSON)
    store.session.commit()
    assert task.certificate is not None
    assert is_genuine(task.certificate)
    assert email not in json.dumps(task.certificate)
    return task.certificate


def asks(store: StoreVoice) -> list[Call]:
    return [call for call in tellings(store) if call.kind == calls.FORGET]


def test_klaviyo_is_asked_to_delete_whom_it_was_told_of_once(shopify_store: StoreVoice) -> None:
    named(shopify_store, "klaviyo", OF_KLAVIYO, HEARS)
    with playing(KLAVIYO) as api:
        api.will(202, {})
        buy(shopify_store)
        api.asked.clear()
        (said,) = forget(shopify_store)["asked_of_others"]
        assert (said["service"], said["times"]) == ("Klaviyo", 1)
        assert said["asked"].startswith("to delete their profile")
        settle(shopify_store)
        work(shopify_store)
    (asked,) = api.asked
    assert asked.url == "https://a.klaviyo.com/api/data-privacy-deletion-jobs"
    profile = asked.body["data"]["attributes"]["profile"]["data"]["attributes"]
    assert profile == {"email": ADA}
    (call,) = asks(shopify_store)
    assert (call.state, call.payload, call.profile_id) == (CallState.DONE, None, None)


@pytest.mark.parametrize("desk", ["zendesk", "gorgias"])
@pytest.mark.parametrize("answer", [200, 404], ids=["there", "deleted by hand before"])
def test_a_help_desk_is_asked_to_delete_the_tickets_about_them(
    shopify_store: StoreVoice, desk: str, answer: int
) -> None:
    named(shopify_store, desk, KEYS[desk], alarms.TICKETS)
    with playing(DESKS[desk]) as api:
        api.will(201, {"id": 35, "ticket": {"id": 35}})
        wrong(shopify_store, K.PRESUMED_LOST)
        settle(shopify_store)
        api.answers.clear()
        api.asked.clear()
        api.will(answer, {})
        (said,) = forget(shopify_store)["asked_of_others"]
        assert said["times"] == 1
        settle(shopify_store)
    (asked,) = api.asked
    assert asked.url.rpartition("/")[2].removesuffix(".json") == "35"
    assert asks(shopify_store)[0].state is CallState.DONE


def test_a_server_of_the_merchants_is_told_and_where_nobody_can_be_asked_a_person_is(
    shopify_store: StoreVoice,
) -> None:
    told = named(shopify_store)
    named(shopify_store, hears=("order.placed",), keys={"url": f"https://{HOST}/deaf"})
    named(shopify_store, "omnisend", {"api_key": "0123456789"}, HEARS)
    with playing(HOST) as api, playing("api.omnisend.com") as omnisend:
        api.will(200, {})
        omnisend.will(202, {})
        buy(shopify_store)
        api.asked.clear()
        listens, deaf, cannot = forget(shopify_store)["asked_of_others"]
        settle(shopify_store)
    assert (listens["asked"], listens["times"]) == ("to forget them (customer.erased)", 1)
    assert deaf["asked"].startswith("nothing, for it does not want to hear of erasures")
    assert cannot["asked"].startswith("nothing, for it cannot be asked")
    assert [asked.body["type"] for asked in api.asked] == ["customer.erased"]
    assert [call.line for call in asks(shopify_store)] == [told.line]


def test_who_was_told_of_somebody_else_is_asked_nothing(shopify_store: StoreVoice) -> None:
    named(shopify_store, "klaviyo", OF_KLAVIYO, HEARS)
    with playing(KLAVIYO) as api:
        api.will(202, {})
        buy(shopify_store, 1043, email="eve@example.com")
        assert forget(shopify_store, "nobody@example.com")["asked_of_others"] == []
        hook = accounts.of_shop(shopify_store.session, shopify_store.shop.id)[0]
        accounts.switch_off(shopify_store.session, hook)
        (said,) = forget(shopify_store, "eve@example.com")["asked_of_others"]
    assert said["asked"].startswith("nothing, for it is switched off")
    assert asks(shopify_store) == []


def test_a_refusal_is_said_to_the_merchant_switches_nothing_off_and_can_be_mended(
    shopify_store: StoreVoice,
) -> None:
    hook = named(shopify_store, "klaviyo", OF_KLAVIYO, HEARS)
    merchant: FlaskClient = at_its_address().test_client()
    sign_in(merchant, shopify_store.shop.id)
    privacy = f"/admin/{shopify_store.shop.id}/privacy"
    with playing(KLAVIYO) as api:
        api.will(202, {})
        buy(shopify_store)
        api.answers.clear()
        api.will(403, {})
        forget(shopify_store)
        settle(shopify_store)
        (call,) = asks(shopify_store)
        assert (call.state, call.failure) == (CallState.PARKED, "it answers 403")
        assert (
            "Klaviyo has not forgotten a shopper who asked for it: it answers 403."
            in merchant.get(privacy).text
        )
        shopify_store.session.refresh(hook)
        assert hook.off_at is None, "it may still be told"
        assert (
            "A shopper to be forgotten"
            in merchant.get(f"/admin/{shopify_store.shop.id}/services/{hook.id}").text
        )
        api.answers.clear()
        api.will(202, {})
        accounts.tell_missed(shopify_store.session, hook)
        shopify_store.session.commit()
        due_now(shopify_store)
        work(shopify_store)
    assert asks(shopify_store)[0].state is CallState.DONE
    assert "has not forgotten" not in merchant.get(privacy).text


def test_who_is_no_longer_kept_without_having_asked_stays_with_the_merchants_services(
    shopify_store: StoreVoice,
) -> None:
    """How long others keep whom they know is for the merchant to say there."""
    named(shopify_store, "klaviyo", OF_KLAVIYO, HEARS)
    with playing(KLAVIYO) as api:
        api.will(202, {})
        buy(shopify_store)
        profile = shopify_store.session.scalars(select(Profile)).one()
        erasure.erase_one(shopify_store.session, shopify_store.shop.id, profile.id)
        shopify_store.session.commit()
        settle(shopify_store)
    assert asks(shopify_store) == []


@pytest.mark.parametrize("desk", ["zendesk", "gorgias"])
@pytest.mark.parametrize("was_made", [True, False], ids=["it was made", "it never was"])
def test_a_ticket_whose_number_was_lost_is_asked_for_by_our_name_for_it(
    shopify_store: StoreVoice, desk: str, *, was_made: bool
) -> None:
    """Its shopper is erased while the desk is just being told of them."""
    store, session = shopify_store, shopify_store.session
    named(store, desk, KEYS[desk], alarms.TICKETS)
    wrong(store, K.PRESUMED_LOST)
    store.settle()
    under_way = calls.claim(session, [calls.TELL])
    session.commit()
    assert under_way is not None
    (said,) = forget(store)["asked_of_others"]
    assert said["times"] == 1
    calls.end(session, under_way, calls.Outcome("35"))  # too late: nobody hears it
    session.commit()
    found = [{"id": 35, "external_id": under_way.key}] if was_made else []
    with playing(DESKS[desk]) as api:
        api.will(200, {"tickets": found, "data": found}).will(200, {})
        due_now(store)
        work(store)
    assert asks(store)[0].state is CallState.DONE
    looked, *deleted = (asked.url.rpartition("/")[2] for asked in api.asked)
    assert "external_id=" in looked
    assert [it.removesuffix(".json") for it in deleted] == (["35"] if was_made else [])


def test_whoever_asks_to_be_left_alone_is_asked_again_only_then(shopify_store: StoreVoice) -> None:
    named(shopify_store, "klaviyo", OF_KLAVIYO, HEARS)
    with playing(KLAVIYO) as api:
        api.will(202, {})
        buy(shopify_store)
        api.answers.clear()
        api.will(429, {}, Retry_After="7200")
        forget(shopify_store)
        settle(shopify_store)
    (call,) = asks(shopify_store)
    assert (call.state, call.failure) == (CallState.WAITING, "it answers 429")
    assert call.due_at > clock.now() + timedelta(minutes=110)


def test_of_each_service_only_its_last_word_is_read(shopify_store: StoreVoice) -> None:
    store, session, now = shopify_store, shopify_store.session, clock.now()
    hook = named(store, "klaviyo", OF_KLAVIYO, HEARS)
    of_it = {"shop_id": store.shop.id, "line": hook.line, "kind": calls.FORGET, "state": CallState.PARKED}
    when = {"due_at": now, "asked_at": now, "ended_at": now}
    session.add_all(Call(key=f"{n}", failure=f"it answers {n}", **of_it, **when) for n in range(400, 420))
    session.commit()
    assert forgetting.refused(session, store.shop.id) == [(hook, "it answers 419")]


def test_before_a_shop_is_deleted_services_are_asked_to_forget_whom_they_still_know(
    shopify_store: StoreVoice,
) -> None:
    store, session, shop_id = shopify_store, shopify_store.session, shopify_store.shop.id
    named(store, "klaviyo", OF_KLAVIYO, HEARS)
    named(store, keys={"url": f"https://{HOST}/in"}, hears=("order.placed",))
    with playing(KLAVIYO) as api, playing(HOST) as server:
        api.will(202, {})
        server.will(500, {})
        buy(store)
        api.answers.clear()
        api.asked.clear()
        server.asked.clear()
        api.will(503, {}).will(202, {})
        forget(store)
        work(store)
        assert len(api.asked) == 1
        closing.ask(session, store.shop)
        session.commit()
        sync.run()
        assert session.scalars(select(Shop.id)).all() == [shop_id], "somebody is still to forget"
        due_now(store)
        work(store)
        assert len(api.asked) == 2
        assert server.asked == [], "for a shop that goes nothing else is told"
        session.execute(update(Errand).values(due_at=clock.now()))
        session.commit()
        sync.run()
    session.rollback()
    assert session.scalars(select(Shop.id)).all() == []
