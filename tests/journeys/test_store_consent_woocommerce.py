"""A store on WooCommerce hears who agreed to offers in the data of its customers and orders."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.audience.models import Profile
from app.commerce import consent_record
from app.lib import clock
from app.shops.models import Call
from app.vocabulary import CallState
from demo.shoppers import HARBOR
from demo.woocommerce import wire
from tests.journeys.hooks import work
from tests.journeys.offers import change
from tests.journeys.test_writeback_woocommerce import Harbor, harbor  # noqa: F401 - a fixture

SECOND = timedelta(seconds=1)
REGISTERED = next(shopper for shopper in HARBOR if wire.is_registered(shopper)).id


@pytest.mark.parametrize(
    ("account", "kept_as"), [(str(REGISTERED), "customer-meta"), (None, "told")], ids=["customer", "guest"]
)
def test_woocommerce_hears_it_in_the_data_of_the_customer_or_of_a_guests_order(
    harbor: Harbor,  # noqa: F811
    account: str | None,
    kept_as: str,
) -> None:
    session, shop = harbor.voice.session, harbor.voice.shop
    profile = session.scalars(select(Profile)).one()
    profile.external_id = account
    consent_record.switch(session, shop, on=True)
    session.commit()
    for seconds, on in ((2, True), (1, False)):
        change(harbor.voice, profile, on=on, at=clock.now() - seconds * SECOND)
        harbor.voice.settle()
        work(harbor.voice)
    kept = harbor.shelf.get(kept_as, account or harbor.sale.id)
    assert kept is not None
    (line,) = [it for it in kept["meta"] if it["key"] == "_doorstep_offers_email"]
    assert line["value"].startswith("no 20")
    made = select(Call.state).where(Call.kind == "woocommerce.consent")
    assert set(session.scalars(made)) == {CallState.DONE}
