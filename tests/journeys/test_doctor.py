"""A look at the connection: a healthy store, and one that is ill in every way that we know."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime

import pytest
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.flows import switches
from app.lib import clock, http
from app.lib.config import settings
from app.platforms.findings import Finding, Grade, Remedy
from app.shops import checkups, errands
from app.shops.models import Checkup
from app.vocabulary import Trigger
from bench.misbehaving import Fault, Misbehaving, answer, headers, page, stripped
from demo.shopify import oauth
from demo.shopify.wire import HOST as RIDGE
from demo.stores import Shelf
from demo.woocommerce.wire import HOST
from jobs import doctor, sync
from tests.demo.wsgi import Wsgi
from tests.journeys.conftest import StoreVoice


def test_a_healthy_store_has_nothing_to_mend(shop: StoreVoice, sick: Misbehaving) -> None:
    sick.faults = [Fault(ORDERS, headers(Date=format_datetime(clock.now())))]
    for ident in ("customer_processing_order", "customer_completed_order", "customer_fulfillment_created"):
        Shelf(HOST).put("email", ident, {"value": "no"})
    said = look(shop)
    assert {it.grade for it in said} == {Grade.GOOD}
    assert [(it.what, it.said) for it in said] == [
        ("News", "Your store has just connected, and will tell us of its next order."),
        ("API", "Your store’s API answers."),
        ("Keys", "Our keys may read and write."),
        ("Clocks", "Your store’s clock and ours agree."),
        ("Owner", "The user who connected Doorstep may manage the shop."),
        ("Notices", "All 11 notices are there, awake, and call us."),
        ("Mails", "No mail of your store says what Doorstep’s say."),
        ("Our address", "https://doorstep.test can be called from outside, and leads to this Doorstep."),
    ]


NO_ROUTE = answer(404, {"code": "rest_no_route", "message": "", "data": {"status": 404}})
REFUSED = answer(
    401, {"code": "woocommerce_rest_authentication_error", "message": "", "data": {"status": 401}}
)
ORDERS, HOOKS, STATUS = "/orders", "/webhooks", "/system_status"
HIDES_CLOCKWORK = answer(200, {"environment": {"wp_cron": False}, "active_plugins": []})

Ill = tuple[list[Fault], str, Grade, str]
ILLS: tuple[Ill, ...] = (
    ([Fault("/wp-json/", page)], "API", Grade.BAD, "Cloudflare stands before your store’s API"),
    ([Fault("/wp-json/wc", page)], "API", Grade.BAD, "Cloudflare stands before your store’s API"),
    ([Fault(r"/wp-json/\?", answer(404, {}))], "API", Grade.BAD, "A firewall, security plug-in or cache"),
    (
        [Fault(r"/wp-json/\?", answer(404, {})), Fault("rest_route", answer(200, {"namespaces": ["wp/v2"]}))],
        *("API", Grade.BAD, "Your store uses plain permalinks"),
    ),
    (
        [Fault(r"/wp-json/\?", answer(200, {"namespaces": ["wp/v2"]}))],
        *("API", Grade.BAD, "WooCommerce is not active in your WordPress."),
    ),
    ([Fault("/wp-json/wc", REFUSED)], "Keys", Grade.BAD, "Your store refuses our keys"),
    ([Fault(HOOKS, REFUSED, method="POST")], "Keys", Grade.BAD, "Our keys may read, but change nothing"),
    ([Fault(".", before=stripped)], "Keys", Grade.ODD, "takes the Authorization header away"),
    ([Fault(ORDERS, headers(Age="600"))], "Page cache", Grade.ODD, "comes from a page cache"),
    (
        [Fault(ORDERS, headers(X_LiteSpeed_Cache="hit"))],
        *("Page cache", Grade.ODD, "comes from LiteSpeed Cache"),
    ),
    ([Fault(STATUS, REFUSED)], "Owner", Grade.BAD, "no longer administrator or shop manager"),
    ([Fault(STATUS, HIDES_CLOCKWORK)], "WP-Cron", Grade.ODD, "DISABLE_WP_CRON"),
    ([Fault("settings/email", page)], "Mails", Grade.UNSEEN, "a page instead of data"),
)


@pytest.mark.parametrize("ill", ILLS, ids=[said for *_, said in ILLS])
def test_what_stands_in_the_way_is_named_with_its_mend(shop: StoreVoice, sick: Misbehaving, ill: Ill) -> None:
    faults, what, grade, said = ill
    sick.faults = [replace(fault) for fault in faults]
    (found,) = [it for it in look(shop) if said in it.said]
    assert (found.what, found.grade) == (what, grade)
    assert found.mend or grade is Grade.UNSEEN


@pytest.mark.parametrize(("off", "said"), [(14, "14 minutes ahead of ours"), (-300, "5 hours behind ours")])
def test_a_clock_that_is_off_is_told(shop: StoreVoice, sick: Misbehaving, off: int, said: str) -> None:
    moment = format_datetime(clock.now() + timedelta(minutes=off))
    sick.faults = [Fault(ORDERS, headers(Date=moment))]
    assert said in one(look(shop), "Clocks").said


def test_notices_that_are_missing_asleep_or_lead_elsewhere_are_named(shop: StoreVoice) -> None:
    shelf = Shelf(HOST)
    hooks = {hook["topic"]: hook for hook in shelf.every("webhook")}
    shelf.drop("webhook", hooks["order.created"]["id"])
    for topic, change in (
        ("order.updated", {"status": "disabled"}),
        ("product.updated", {"delivery_url": f"https://old.test/webhooks/woocommerce/{shop.shop.key}"}),
        ("customer.updated", {"status": "paused"}),
    ):
        shelf.put("webhook", hooks[topic]["id"], hooks[topic] | change)
    said = [(it.grade, it.said, it.remedy) for it in look(shop) if it.what == "Notices"]
    assert said == [
        (Grade.BAD, "1 of 11 notices are missing: order.created.", Remedy.WEBHOOKS),
        (Grade.BAD, "1 of 11 notices were switched off by your store, after failures: order.updated.", *WEB),
        (Grade.BAD, "1 of 11 notices call an address where we no longer are: product.updated.", *WEB),
        (Grade.ODD, "Somebody paused these notices in your store: customer.updated.", Remedy.WEBHOOKS),
    ]


WEB = (Remedy.WEBHOOKS,)


def test_mails_that_shoppers_would_get_twice_are_switched_off_and_on_again(shop: StoreVoice) -> None:
    session, ident = shop.session, "customer_processing_order"
    (twice,) = [it for it in look(shop) if it.subject == ident]
    assert twice.remedy is Remedy.MAIL_OFF
    assert (
        twice.said
        == "Your store mails “Processing order”, and Doorstep says the same: shoppers hear it twice."
    )
    checkups.switch_mail(session, shop.shop, ident, on=False)
    run_errands(shop)
    assert Shelf(HOST).get("email", ident) == {"value": "no"}
    (off,) = [it for it in look(shop) if it.subject == ident]
    assert (off.grade, off.remedy) == (Grade.GOOD, Remedy.MAIL_ON)
    switches.switch(session, shop.shop.id, Trigger.THANK_YOU, on=False)
    session.commit()
    (silent,) = [it for it in look(shop) if it.subject == ident]
    assert (silent.grade, silent.said) == (
        Grade.ODD,
        "“Processing order” is off in your store, and so is Doorstep’s: nobody tells shoppers.",
    )
    checkups.switch_mail(session, shop.shop, ident, on=True)
    run_errands(shop)
    assert Shelf(HOST).get("email", ident) == {"value": "yes"}


def test_what_was_found_is_kept_for_the_merchant(shop: StoreVoice) -> None:
    checkups.ask(shop.session, shop.shop.id)
    run_errands(shop)
    kept = checkups.last(shop.session, shop.shop.id)
    assert kept is not None
    assert [it.grade for it in kept.findings][:3] == [Grade.ODD] * 3, "the gravest first"
    assert len(shop.session.scalars(select(Checkup)).all()) == 1


def test_an_address_that_no_store_can_call_is_told(
    shop: StoreVoice, monkeypatch: pytest.MonkeyPatch, reachable: Callable[[str], None]
) -> None:
    del shop
    for url, said in (
        ("http://doorstep.test", "is none that stores call"),
        ("https://doorstep.test:8443", "is none that stores call"),
        ("https://127.0.0.1", "leads into a private network"),
    ):
        here = settings().model_copy(update={"url": url})
        monkeypatch.setattr(doctor, "settings", lambda here=here: here)
        assert said in doctor.reachable().said
    monkeypatch.undo()
    reachable("somebody else")
    assert "something else answers" in doctor.reachable().said


def test_shopify_says_what_it_does_not_let_us_do(ridge: StoreVoice, monkeypatch: pytest.MonkeyPatch) -> None:
    assert {it.grade for it in look(ridge)} == {Grade.GOOD}
    for granted, grade, said in (
        (oauth.SCOPES.replace("read_customer_merge,", ""), Grade.ODD, "two records of a shopper become one"),
        ("write_fulfillments", Grade.BAD, "see orders, carts and checkouts (read_orders)"),
    ):
        monkeypatch.setattr(oauth, "SCOPES", granted)
        scopes = one(look(ridge), "Permissions")
        assert (scopes.grade, scopes.remedy) == (grade, Remedy.RECONNECT)
        assert said in scopes.said


def test_a_store_on_shopify_that_cut_us_off_is_told(ridge: StoreVoice) -> None:
    for row in ("access", "refresh"):
        for ident, _ in Shelf(RIDGE).named(row):
            Shelf(RIDGE).drop(row, ident)
    assert one(look(ridge), "Keys").remedy is Remedy.RECONNECT


def look(shop: StoreVoice) -> list[Finding]:
    shop.session.commit()
    return doctor.examine(shop.shop.id)


def one(said: list[Finding], what: str) -> Finding:
    (found,) = [it for it in said if it.what == what]
    return found


def run_errands(shop: StoreVoice) -> None:
    shop.session.commit()
    while (due := errands.claim(shop.session, [checkups.LOOK, checkups.MAIL])) is not None:
        shop.session.commit()
        sync._run_one(due)
    shop.session.expire_all()


@pytest.fixture
def reachable() -> Iterator[Callable[[str], None]]:
    """Our own address as the world sees it; it can be made to say something else."""
    from app.main import create_app

    def say(what: str) -> None:
        http.play("doorstep.test", Wsgi(answer(200, what)(Response())))

    http.play("doorstep.test", Wsgi(create_app()))
    yield say
    http.play("doorstep.test", None)


@pytest.fixture
def shop(harbor: StoreVoice, reachable: Callable[[str], None]) -> StoreVoice:
    """A WooCommerce store to look at."""
    del reachable
    return harbor


@pytest.fixture
def ridge(ridge_store: StoreVoice, reachable: Callable[[str], None]) -> StoreVoice:
    """A Shopify store to look at."""
    del reachable
    return ridge_store
