"""A merchant lets their store be told where parcels are, and stops it in one click."""

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.shops.models import Shop
from app.tracking.parcels import writeback
from tests.journeys.admin.conftest import sign_in, token


def test_it_is_off_until_the_merchant_says_that_nobody_is_mailed_twice(
    session: Session, merchant: FlaskClient, shop: Shop
) -> None:
    shop.scopes = "read_orders write_fulfillments"
    session.commit()
    page = merchant.get(f"/admin/{shop.id}/store-pages").text
    assert "Shopify mails shoppers “Out for delivery” and “Delivered” whenever it is told so" in page
    assert "They are off. Tell Shopify" in page
    assert since(session, shop) is None
    said = press(merchant, shop, "yes")
    assert "On. Your store hears of the next step of each parcel." in said
    assert since(session, shop) is not None
    assert "is told where your parcels are." in merchant.get(f"/admin/{shop.id}/connection").text
    assert "Off." in press(merchant, shop, "no")
    assert since(session, shop) is None


def test_a_store_that_does_not_let_us_is_asked_first(
    session: Session, merchant: FlaskClient, shop: Shop
) -> None:
    page = merchant.get(f"/admin/{shop.id}/store-pages").text
    assert "Allow it in Shopify" in page
    assert "does not let Doorstep do this yet" in press(merchant, shop, "yes")
    assert since(session, shop) is None


def test_woocommerce_is_told_what_it_does_not_mail(
    session: Session, browser: FlaskClient, other_shop: Shop
) -> None:
    sign_in(browser, other_shop.id)
    page = browser.get(f"/admin/{other_shop.id}/store-pages").text
    assert "WooCommerce itself mails nobody for it" in page
    press(browser, other_shop, "yes")
    assert since(session, other_shop) is not None


def press(browser: FlaskClient, shop: Shop, on: str) -> str:
    data = {"on": on, "csrf": token(browser)}
    return browser.post(f"/admin/{shop.id}/store-pages", data=data, follow_redirects=True).text


def since(session: Session, shop: Shop) -> object:
    session.commit()
    session.refresh(shop)
    return writeback.since(shop)
