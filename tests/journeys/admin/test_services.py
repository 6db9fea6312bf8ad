"""A merchant names who is told, sees what was told with every answer, and has it told again."""

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.hooks import accounts
from app.hooks.models import Hook
from app.shops.models import Shop
from tests.contracts.sources.network import playing
from tests.journeys.admin.conftest import token
from tests.journeys.conftest import StoreVoice
from tests.journeys.hooks import HOST, URL, buy, due_now, named, tellings, work


def test_an_address_is_added_and_every_answer_of_it_is_shown(
    session: Session, merchant: FlaskClient, shop: Shop, shopify_store: StoreVoice
) -> None:
    page = press(merchant, shop, "add/webhook", url=URL)
    assert "Added. It hears of what happens from now on." in page
    assert URL in page
    with playing(HOST) as server:
        server.will(500, {"said": "<b>no</b>"}).will(200, {})
        buy(shopify_store)
        shown = merchant.get(f"/admin/{shop.id}/services/{only(session).id}").text
        assert "An order is placed, order #1042" in shown
        assert "last answer 500" in shown
        assert "&lt;b&gt;no&lt;/b&gt;" in shown
        assert "It has taken nothing since" in shown
        due_now(shopify_store)
        work(shopify_store)
        assert "2 tries" in merchant.get(f"/admin/{shop.id}/services/{only(session).id}").text
        again = f"{only(session).id}/calls/{tellings(shopify_store)[0].id}/repeat"
        assert "It is told again" in press(merchant, shop, again)
        work(shopify_store)
    assert len(server.asked) == 3
    assert len({asked.headers["webhook-id"] for asked in server.asked}) == 1


def test_an_address_that_cannot_be_right_is_refused_beside_its_field(
    session: Session, merchant: FlaskClient, shop: Shop
) -> None:
    page = press(merchant, shop, "add/webhook", url="https://127.0.0.1/x")
    assert "inside a private network" in page
    assert 'value="https://127.0.0.1/x"' in page
    assert "Something is missing: Address." in press(merchant, shop, "add/webhook", url="")
    assert session.scalars(select(Hook)).all() == []


def test_what_it_hears_is_chosen_and_its_address_stays_where_none_is_typed(
    session: Session, merchant: FlaskClient, shop: Shop, shopify_store: StoreVoice
) -> None:
    hook = named(shopify_store)
    page = press(merchant, shop, str(hook.id), hears=["order.placed", "nonsense"], url="")
    assert "Kept." in page
    assert (only(session).hears, accounts.keys_of(only(session))["url"]) == (["order.placed"], URL)


def test_a_new_secret_takes_the_old_ones_place_within_a_day(
    session: Session, merchant: FlaskClient, shop: Shop, shopify_store: StoreVoice
) -> None:
    hook = named(shopify_store)
    before = accounts.keys_of(hook)["secret"]
    assert before in merchant.get(f"/admin/{shop.id}/services/{hook.id}").text
    page = press(merchant, shop, f"{hook.id}/secret")
    after = accounts.keys_of(only(session))
    assert after["secret"] != before
    assert after["old_secret"] == before
    assert after["secret"] in page
    assert before not in page


def test_one_that_failed_for_days_stands_on_the_connection_page_and_is_switched_on_again(
    session: Session, merchant: FlaskClient, shop: Shop, shopify_store: StoreVoice
) -> None:
    hook = named(shopify_store)
    with playing(HOST) as server:
        server.will(410, {})
        buy(shopify_store)
        assert "1 service no longer takes what we tell." in merchant.get(f"/admin/{shop.id}/connection").text
        page = merchant.get(f"/admin/{shop.id}/services/{hook.id}").text
        assert "It said that it is there no longer." in page
        server.answers.clear()
        server.will(200, {})
        press(merchant, shop, f"{hook.id}/switch", on="missed")
        work(shopify_store)
    assert only(session).off_at is None
    assert tellings(shopify_store)[0].state == "done"
    press(merchant, shop, f"{hook.id}/switch", on="no")
    assert only(session).off_at is not None
    press(merchant, shop, f"{hook.id}/forget")
    assert session.scalars(select(Hook)).all() == []


def test_another_shops_are_neither_seen_nor_changed(
    session: Session, merchant: FlaskClient, shopify_store: StoreVoice, other_shop: Shop
) -> None:
    hook = named(shopify_store)
    from tests.journeys.admin.conftest import sign_in

    sign_in(merchant, other_shop.id)
    for address in ("", "/secret", "/switch", "/forget", "/calls/1/repeat"):
        answer = merchant.post(
            f"/admin/{other_shop.id}/services/{hook.id}{address}", data={"csrf": token(merchant)}
        )
        assert answer.status_code == 404
    assert merchant.get(f"/admin/{other_shop.id}/services/{hook.id}").status_code == 404
    assert URL not in merchant.get(f"/admin/{other_shop.id}/services").text
    assert only(session).off_at is None


def press(browser: FlaskClient, shop: Shop, address: str, **typed: object) -> str:
    data = {**typed, "csrf": token(browser)}
    return browser.post(f"/admin/{shop.id}/services/{address}", data=data, follow_redirects=True).text


def only(session: Session) -> Hook:
    session.commit()
    session.expire_all()
    return session.scalars(select(Hook)).one()
