"""A shop's pages at an address of its own: believed once it leads to us, and then that shop's only."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from urllib.parse import urlsplit

import pytest
import time_machine
from flask.testing import FlaskClient
from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session
from urllib3 import HTTPResponse

from app.commerce.models import Order
from app.lib import clock, dns, http
from app.lib.config import settings
from app.main import create_app
from app.shops import install, page_host
from app.shops.models import Errand, Shop
from app.tracking.page.links import gift_url, token_of, tracking_url
from app.vocabulary import ShipmentStatus as S
from jobs import sync
from tests import sold
from tests.dns_server import NameServer, serving
from tests.journeys.admin.conftest import sign_in
from tests.journeys.conftest import at_its_address
from tests.sold import Sent

HOST = "track.ridge.example"
MOVING = Sent(scans=((S.IN_TRANSIT, -2, None, "Boulder"),), expected=2)


class Web(BaseAdapter):
    """What answers at the address, as the internet sees it."""

    def __init__(self, browser: FlaskClient) -> None:
        super().__init__()
        self.browser = browser
        self.answer: Callable[[], tuple[int, bytes]] = self.ours

    def ours(self) -> tuple[int, bytes]:
        answer = self.browser.get("/.well-known/doorstep", headers={"Host": HOST})
        return answer.status_code, answer.data

    def send(self, request: PreparedRequest, *_: object, **__: object) -> Response:
        assert request.url == f"https://{HOST}/.well-known/doorstep"
        status, body = self.answer()
        response = Response()
        response.status_code, response.url, response.request = status, request.url or "", request
        response.raw = HTTPResponse(BytesIO(body), status=status, preload_content=False)
        return response

    def close(self) -> None:
        pass


def test_an_address_that_leads_to_us_is_believed_and_stands_in_links(
    session: Session, shop: Shop, order: Order, web: Web
) -> None:
    assert tracking_url(shop, order.id).startswith("https://doorstep.test/t/")
    choose(session, shop)
    assert tracking_url(shop, order.id) == f"https://{HOST}/t/{token_of(order.id)}"
    page = web.browser.get(f"/t/{token_of(order.id)}", headers={"Host": HOST})
    assert page.status_code == 200


@pytest.mark.parametrize(
    "answer",
    [(200, b"<html>another site"), (404, b""), (301, b""), (200, page_host.proof("other.example").encode())],
)
def test_an_address_that_leads_elsewhere_is_not_believed(
    session: Session, shop: Shop, order: Order, web: Web, answer: tuple[int, bytes]
) -> None:
    web.answer = lambda: answer
    choose(session, shop)
    assert shop.page_host is None
    assert page_host.failure(session, shop)
    assert tracking_url(shop, order.id).startswith("https://doorstep.test/")


def test_a_proxy_may_fetch_a_certificate_for_what_a_shop_chose_and_nothing_else(
    session: Session, shop: Shop, web: Web
) -> None:
    ask = "/.well-known/doorstep/chosen?domain="
    assert web.browser.get(ask + HOST).status_code == 404
    page_host.choose(session, shop, HOST)
    session.commit()
    assert web.browser.get(ask + HOST.upper()).status_code == 200
    for other in ("", "other.example", "' OR 'a' = 'a"):
        assert web.browser.get(ask + other).status_code == 404


def test_two_shops_do_not_share_an_address(session: Session, shop: Shop, web: Web, names: NameServer) -> None:
    choose(session, shop)
    other = sold.shop(session, domain="other.example")
    choose(session, other)
    assert other.page_host is None
    assert "does not say that it is yours" in (page_host.failure(session, other) or "")
    assert (f"_doorstep.{HOST}", "TXT") in names.asked
    install.uninstall(session, shop)
    session.commit()
    run(session)
    assert web.browser.get("/track", headers={"Host": HOST}).status_code == 200
    assert other.page_host == HOST


@pytest.mark.usefixtures("web")
def test_where_others_live_here_too_a_name_that_leads_here_is_nobodys_until_it_says_whose(
    session: Session, shop: Shop, names: NameServer
) -> None:
    """Whoever claims a stranger's name first has nothing of it, though its owner left the CNAME behind."""
    thief = sold.shop(session, domain="thief.example")
    choose(session, thief)
    assert thief.page_host is None
    name, value = page_host.claim_record(shop, HOST)
    assert value != page_host.claim(thief, HOST)
    names.txt(name, "v=spf1 -all", value)
    run(session)
    assert thief.page_host is None
    choose(session, shop)
    assert shop.page_host == HOST
    merchant = at_its_address().test_client()
    sign_in(merchant, thief.id)
    page = merchant.get(f"/admin/{thief.id}/address").text
    assert page_host.claim(thief, HOST) in page
    assert value not in page


@pytest.mark.usefixtures("web")
def test_whoever_can_write_the_record_gets_the_name_from_who_held_it(
    session: Session, shop: Shop, names: NameServer
) -> None:
    choose(session, shop)
    owner = sold.shop(session, domain="owner.example")
    names.txt(*page_host.claim_record(owner, HOST))
    choose(session, owner)
    assert (shop.page_host, owner.page_host) == (None, HOST)
    names.txt(
        f"_doorstep.{HOST}", page_host.claim(owner, HOST), page_host.claim(shop, HOST)
    )  # both are the owner's
    run(session)
    assert (shop.page_host, owner.page_host) == (None, HOST)


@pytest.mark.usefixtures("web")
def test_a_name_server_that_says_nothing_changes_nothing(
    session: Session, shop: Shop, names: NameServer
) -> None:
    sold.shop(session, domain="other.example")
    names.fails = True
    choose(session, shop)
    assert shop.page_host is None
    assert "nobody could say anything" in (page_host.failure(session, shop) or "")


def test_a_shops_address_shows_its_own_orders_and_no_admin(
    session: Session, shop: Shop, order: Order, web: Web, names: NameServer
) -> None:
    names.txt(*page_host.claim_record(shop, HOST))
    other = sold.order(session, sold.shop(session, domain="other.example"), MOVING)
    for path in (f"/t/{token_of(other.id)}", f"/t/{token_of(other.id)}/calendar.ics", "/admin"):
        assert web.browser.get(path).status_code != 404
    choose(session, shop)
    here = {"Host": f"{HOST}:443"}
    for path in (f"/t/{token_of(order.id)}", urlsplit(gift_url(shop, order.id)).path):
        assert web.browser.get(path, headers=here).status_code == 200
    for path in (
        f"/t/{token_of(other.id)}",
        f"/t/{token_of(other.id)}/calendar.ics",
        urlsplit(gift_url(shop, other.id)).path,
        "/t/made-up",
        "/admin",
        f"/admin/{shop.id}/shipments",
        "/connect/woocommerce",
    ):
        answer = web.browser.get(path, headers=here)
        assert answer.status_code == 404, path
        assert "Merino" not in answer.text
    assert web.browser.get("/", headers=here).location == "/track"
    form = web.browser.get("/track?shop=other.example", headers=here)
    assert "shop=ridge.example" in form.text
    asked = {"order": other.name or "", "who": "80302"}
    assert web.browser.post("/track?shop=other.example", data=asked, headers=here).status_code == 422


def test_an_unknown_address_shows_what_ours_shows(order: Order, web: Web) -> None:
    for host in ("unknown.example", "localhost", "[::1]:8000", "doorstep.test", ""):
        assert web.browser.get(f"/t/{token_of(order.id)}", headers={"Host": host}).status_code == 200


def test_an_address_that_fails_for_days_is_left_and_taken_again(
    session: Session, shop: Shop, web: Web
) -> None:
    choose(session, shop)
    web.answer = lambda: (502, b"")
    for days, host in ((1, HOST), (1.5, HOST), (2.5, None)):
        with time_machine.travel(clock.now() + timedelta(days=days), tick=False):
            make_due(session)
            run(session)
        assert shop.page_host == host, days
        http._breakers.reset()
    web.answer = web.ours
    make_due(session)
    run(session)
    assert shop.page_host == HOST


def test_whoever_gives_an_address_up_is_looked_at_no_longer(session: Session, shop: Shop, web: Web) -> None:
    choose(session, shop)
    page_host.give_up(session, shop)
    session.commit()
    assert shop.page_host is None
    assert session.scalars(select(Errand).filter_by(kind=page_host.CHECK)).all() == []
    assert web.browser.get("/track", headers={"Host": HOST}).status_code == 200


def choose(session: Session, shop: Shop) -> None:
    page_host.choose(session, shop, HOST)
    session.commit()
    run(session)


def make_due(session: Session) -> None:
    for errand in session.scalars(select(Errand).filter_by(kind=page_host.CHECK)):
        errand.due_at = clock.now()
    session.commit()


def run(session: Session) -> None:
    make_due(session)
    sync.run()
    session.expire_all()


@pytest.fixture
def shop(session: Session) -> Shop:
    return sold.shop(session)


@pytest.fixture
def order(session: Session, shop: Shop) -> Order:
    return sold.order(session, shop, MOVING)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[NameServer]:
    with serving() as server:
        known = settings().model_copy(update={"dns_servers": server.address})
        monkeypatch.setattr(dns, "settings", lambda: known)
        yield server


@pytest.fixture
def web() -> Iterator[Web]:
    seen = Web(create_app().test_client())
    http.play(HOST, seen)
    yield seen
    http.play(HOST, None)
    http._breakers.reset()
