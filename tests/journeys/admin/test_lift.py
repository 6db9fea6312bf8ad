"""What offers bring, as the merchant reads it: two sides, and no more than they prove."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.admin.flows import lift as page
from app.flows import hold_outs, published
from app.insights.lift import Arm
from app.insights.models import ArmRow
from app.insights.outcomes import Sides
from app.shops.models import Shop
from app.vocabulary import Category
from tests.journeys.admin.conftest import token
from tests.unit.test_lift import MENS, NO_MAIL


def keep(
    session: Session, shop: Shop, arm: Arm, *, left_out: bool, share: int, comparison: str = "offers"
) -> None:
    row = ArmRow(
        shop_id=shop.id,
        comparison=comparison,
        share=share,
        left_out=left_out,
        shoppers=arm.shoppers,
        buyers=arm.buyers,
        orders=arm.buyers,
        revenue=arm.revenue,
        squares=arm.squares,
    )
    session.add(row)
    session.commit()


def test_both_sides_are_shown_with_what_they_prove(
    merchant: FlaskClient, session: Session, shop: Shop
) -> None:
    address = f"/admin/{shop.id}/lift"
    before = merchant.get(address).text
    flows = [published.flow_of(published.preset(trigger)) for trigger in published.PRESETS]
    compared = [flow for flow in flows if flow.category is Category.MARKETING and flow.hold_out]
    assert before.count("Too early") == 1 + len(compared), "all offers, and each flow"
    assert "5 get no offers at all" in before
    tenth = Arm(NO_MAIL.shoppers // 9, 24, 290_000, 6_000_000_000)
    keep(session, shop, MENS, left_out=False, share=5)
    keep(session, shop, Arm(1121, 1, 3_000, 9_000_000), left_out=True, share=5)
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", merchant.get(address).text))
    assert "Offered 21,307 1.3% $1.42" in text
    assert "Of 100 who could be offered something, 1.2 more buy" in text
    keep(session, shop, MENS, left_out=False, share=10, comparison="win_back")
    keep(session, shop, tenth, left_out=True, share=10, comparison="win_back")
    assert "So far it may be chance. To find a fifth more buyers" in merchant.get(address).text


def test_how_many_are_left_out_is_the_merchants_to_say(
    merchant: FlaskClient, session: Session, shop: Shop
) -> None:
    address = f"/admin/{shop.id}/lift"

    def choose(share: str) -> int:
        status = merchant.post(address, data={"share": share, "csrf": token(merchant)}).status_code
        session.expire_all()
        return status

    assert choose("20") == 303
    assert hold_outs.share(shop) == 20
    assert "20 shoppers in a hundred get no offer at all" in merchant.get(f"/admin/{shop.id}/flows").text
    assert choose("0") == 303
    shown = merchant.get(address).text
    assert "Everybody who agreed to offers gets them." in shown
    assert "All offers" not in shown
    for odd in ("7", "-5", "many", ""):
        assert choose(odd) == 400
    assert hold_outs.share(shop) == 0


@pytest.mark.parametrize(
    ("sides", "chip", "says"),
    [
        (Sides(Arm(29, 1, 1, 1), Arm(900, 1, 1, 1)), "Groups are off", "900 of 929 are left out"),
        (Sides(Arm(900, 90, 9000, 99000), Arm(29, 1, 1, 1), 20, 19), "Too early", "Figures begin at 30"),
        (
            Sides(Arm(950, 95, 9500, 99500), Arm(50, 0, 0, 0)),
            "Not certain yet",
            "nobody who is left out has bought",
        ),
        (
            Sides(Arm(950, 95, 9500, 99500), Arm(50, 5, 500, 5300), 7600, 400),
            "Not certain yet",
            "about 1,875 must be left out: about 20 more weeks",
        ),
        (
            Sides(Arm(950, 95, 9500, 99500), Arm(50, 5, 500, 5300), 1900, 100),
            "Not certain yet",
            "about 1,875 must be left out; at this pace that takes more than a year",
        ),
        (
            Sides(Arm(19000, 1900, 190000, 1990000), Arm(1000, 2, 200, 21000)),
            "Certain",
            "Of 100 who could be offered something, 9.8 more buy",
        ),
    ],
)
def test_no_more_is_said_than_is_known(sides: Sides, chip: str, says: str) -> None:
    line = page.line("All offers", 5, sides, "USD")
    assert line.chip.label == chip
    assert says in line.says
