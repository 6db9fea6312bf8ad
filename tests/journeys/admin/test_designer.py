"""A merchant designs the tracking page: looked at in every state, published to every page, taken back."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.commerce.models import Product
from app.lib import clock
from app.lib.db import transaction
from app.shops.models import Shop
from app.tracking.page import designs
from app.tracking.page.designs import Moment
from app.tracking.page.links import gift_url, tracking_url
from app.tracking.page.sections import Own
from tests import sold
from tests.journeys.admin.conftest import sign_in, token
from tests.journeys.admin.designing import ARRIVED, CARE, LOST, MOVING, frame, parts, press, publish
from tests.journeys.admin.writing import seen, was


def test_nothing_changes_for_shoppers_before_it_is_published_and_then_every_kept_page_does(
    session: Session, merchant: FlaskClient, shop: Shop, other_shop: Shop
) -> None:
    pages = [tracking_url(of, sold.order(session, of, MOVING).id) for of in (shop, other_shop)]
    for page in pages:
        assert parts(merchant.get(page).text) == ["items", "upd", "help"]
    said = press(merchant, shop, "move", moved="updates", place="1")
    assert "Updates is now 1 of 4." in said
    press(merchant, shop, "own", text=CARE)
    assert parts(merchant.get(pages[0]).text) == ["items", "upd", "help"]
    assert parts(merchant.get(frame(merchant, shop)).text) == ["upd", "items", "own", "help"]
    assert "Parts in another order" in merchant.get(f"/admin/{shop.id}/page").text
    publish(merchant, shop)
    assert parts(merchant.get(pages[0]).text) == ["upd", "items", "own", "help"]
    assert parts(merchant.get(pages[1]).text) == ["items", "upd", "help"]
    press(merchant, shop, "move", moved="help", place="-5")
    press(merchant, shop, "when", part="items", when="never")
    publish(merchant, shop)
    assert parts(merchant.get(pages[0]).text) == ["help", "upd", "own"]
    assert "There is no draft to publish." in press(merchant, shop, "publish")
    press(merchant, shop, "revert", number="1")
    assert parts(merchant.get(pages[0]).text) == ["upd", "items", "own", "help"]
    press(merchant, shop, "revert", number="0")
    assert parts(merchant.get(pages[0]).text) == ["items", "upd", "help"]
    assert "There is no such version." in press(merchant, shop, "revert", number="7")


def test_who_writes_over_what_another_window_wrote_is_told_and_undo_leads_back_to_it(
    session: Session, merchant: FlaskClient, shop: Shop
) -> None:
    def opened(**query: str) -> str:
        return was(merchant.get(f"/admin/{shop.id}/page", query_string=query).text)

    said = "Somebody else wrote here after you had opened it."
    text, color = opened(section="own"), opened()
    assert said not in press(merchant, shop, "own", text="Theirs", was=text)
    assert said not in press(merchant, shop, "brand", color="#006644", was=color)
    assert said in press(merchant, shop, "own", text="Mine", was=text)
    assert said in press(merchant, shop, "brand", color="#004466", was=color)
    found = []
    for _ in range(3):
        found.append(designs.draft(session, shop))
        press(merchant, shop, "undo", way="back")
        session.expire_all()
    assert [it.sections.own.text for it in found] == ["Mine", "Mine", "Theirs"]
    assert [it.brand["color"] for it in found] == ["#004466", "#006644", "#006644"]


def test_what_was_looked_at_is_published_and_what_somebody_else_did_meanwhile_is_shown_first(
    session: Session, merchant: FlaskClient, shop: Shop
) -> None:
    press(merchant, shop, "own", text=CARE)
    looked_at = seen(merchant, f"/admin/{shop.id}/page")
    press(merchant, shop, "move", moved="help", place="1")
    refused = press(merchant, shop, "publish", seen=looked_at)
    assert "Not published yet: the draft changed while you looked at it." in refused
    session.expire_all()
    assert designs.shown(session.get_one(Shop, shop.id)).sections.own.text == ""
    publish(merchant, shop)


def test_publishing_leaves_alone_what_another_changed_in_the_shops_settings_meanwhile(
    session: Session, shop: Shop
) -> None:
    design = designs.draft(session, shop)
    designs.save(session, shop, design.rearranged(0, replace(design.sections, own=Own(text=CARE))))
    session.commit()
    assert shop.settings == {}
    with transaction() as other:
        other.get_one(Shop, shop.id).settings = {"thresholds": "theirs"}
    assert designs.publish(session, shop) == 1
    session.commit()
    assert shop.settings["thresholds"] == "theirs"
    assert designs.shown(shop).sections.own.text == CARE


def test_every_change_is_undone_and_done_again_and_a_dropped_draft_comes_back(
    session: Session, merchant: FlaskClient, shop: Shop
) -> None:
    def order() -> list[str]:
        return parts(merchant.get(frame(merchant, shop)).text)

    for section in ("updates", "help"):
        press(merchant, shop, "move", moved=section, place="1")
    assert order() == ["help", "upd", "items"]
    press(merchant, shop, "undo", way="back")
    assert order() == ["upd", "items", "help"]
    press(merchant, shop, "undo", way="back")
    press(merchant, shop, "undo", way="back")
    assert order() == ["items", "upd", "help"]
    press(merchant, shop, "undo", way="forth")
    assert order() == ["upd", "items", "help"]
    press(merchant, shop, "undo", way="none")
    assert order() == ["items", "upd", "help"]
    press(merchant, shop, "undo", way="last")
    assert order() == ["help", "upd", "items"]
    for _ in range(designs.MOST_STEPS):
        press(merchant, shop, "move", moved="help", place="1")
        press(merchant, shop, "move", moved="help", place="3")
    session.expire_all()
    row = designs.row_of(session, shop.id)
    assert row is not None
    assert len(row.steps) == designs.MOST_STEPS


def test_what_is_typed_at_once_is_one_change_and_after_a_pause_another(
    merchant: FlaskClient, shop: Shop
) -> None:
    def own() -> str:
        with transaction() as session:
            return designs.draft(session, session.get_one(Shop, shop.id)).sections.own.text

    with time_machine.travel(clock.now(), tick=False) as time:
        press(merchant, shop, "move", moved="help", place="1")
        for text in ("W", "Wa", "Wash"):
            press(merchant, shop, "own", text=text)
            time.shift(timedelta(seconds=20))
        time.shift(timedelta(minutes=2))
        press(merchant, shop, "own", text=CARE)
        press(merchant, shop, "brand", color="#a8401b")
        seen_again = []
        for _ in range(3):
            press(merchant, shop, "undo", way="back")
            seen_again.append(own())
        assert seen_again == [CARE, "Wash", ""]
        assert parts(merchant.get(frame(merchant, shop)).text)[0] == "help"


@pytest.mark.parametrize("moment", Moment)
def test_the_draft_is_looked_at_in_every_state(merchant: FlaskClient, shop: Shop, moment: Moment) -> None:
    press(merchant, shop, "own", text=CARE)
    page = merchant.get(frame(merchant, shop, moment=moment))
    assert page.status_code == 200
    assert page.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'; ")
    assert "<script" not in page.text
    assert "<link" not in page.text
    is_bad = moment in {Moment.LATE, Moment.STUCK, Moment.HELD, Moment.MISSED, Moment.RETURNING}
    assert (CARE in page.text) is not (is_bad or moment is Moment.CANCELLED)
    night = merchant.get(frame(merchant, shop, moment=moment, screen="dark")).text
    assert "prefers-color-scheme" not in page.text + night
    assert page.text != night


def test_the_own_part_is_shown_in_the_chosen_states_to_receivers_too(
    session: Session, merchant: FlaskClient, shop: Shop
) -> None:
    orders = [sold.order(session, shop, it).id for it in (MOVING, LOST, ARRIVED)]
    press(merchant, shop, "own", text=CARE)
    seen = {}
    for when in ("always", "calm", "before", "after", "never"):
        press(merchant, shop, "when", part="own", when=when)
        publish(merchant, shop)
        seen[when] = [CARE in merchant.get(tracking_url(shop, order)).text for order in orders]
    assert seen == {
        "always": [True, True, True],
        "calm": [True, False, True],
        "before": [True, True, False],
        "after": [False, False, True],
        "never": [False, False, False],
    }
    press(merchant, shop, "when", part="own", when="calm")
    publish(merchant, shop)
    assert CARE in merchant.get(gift_url(shop, orders[0])).text


def test_the_question_after_a_delivery_can_be_hidden_and_help_stays(
    session: Session, merchant: FlaskClient, shop: Shop
) -> None:
    page = tracking_url(shop, sold.order(session, shop, ARRIVED).id)
    assert "How did the delivery go?" in merchant.get(page).text
    press(merchant, shop, "when", part="feedback", when="never")
    publish(merchant, shop)
    hidden = merchant.get(page).text
    assert "How did the delivery go?" not in hidden
    assert "I do not have it" in hidden


def test_own_words_can_do_nothing_and_own_products_are_the_shops(
    session: Session, merchant: FlaskClient, shop: Shop, other_shop: Shop
) -> None:
    for of, title in ((shop, "Wool Wash"), (other_shop, "Other Soap")):
        session.add(
            Product(shop_id=of.id, external_id=title, title=title, url=f"https://{of.domain}/{title[:4]}")
        )
    session.commit()
    press(
        merchant,
        shop,
        "own",
        heading="Care <guide>",
        text='Read <a href="https://a.example/" onclick="x()">this</a><script>alert(1)</script> {{ shop }}',
        products="wool wash\n",
    )
    publish(merchant, shop)
    for path in (tracking_url(shop, sold.order(session, shop, MOVING).id), frame(merchant, shop)):
        page = merchant.get(path).text
        assert "Care &lt;guide&gt;" in page
        assert '<a href="https://a.example/" rel="noopener noreferrer">this</a> {{ shop }}' in page
        assert "alert(1)" not in page
        assert f'<a href="https://{shop.domain}/Wool">' in page
    refused = press(merchant, shop, "own", heading="Kept", text=CARE, products="Other Soap")
    assert "We know no product “Other Soap”" in refused
    assert "Kept" in refused
    assert CARE in refused


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"heading": "x" * 81}, "Keep the heading under"),
        ({"text": "x" * 2001}, "Keep the text under"),
        ({"products": "a\nb\nc\nd\ne"}, "Keep at most 4"),
    ],
)
def test_too_much_is_refused_and_nothing_is_lost(
    merchant: FlaskClient, shop: Shop, form: dict[str, str], said: str
) -> None:
    page = press(merchant, shop, "own", **form)
    assert said in page
    (typed,) = form.values()
    assert typed in page
    with transaction() as session:
        assert designs.draft(session, session.get_one(Shop, shop.id)) == designs.shown(shop)


def test_a_frame_shows_nobody_anything_without_its_address_and_another_shop_has_its_own(
    merchant: FlaskClient, shop: Shop, other_shop: Shop
) -> None:
    press(merchant, shop, "own", text=CARE)
    there = frame(merchant, shop)
    assert merchant.get(f"{there}x").status_code == 404
    assert merchant.get("/designed/e30.abc").status_code == 404
    data = {"csrf": token(merchant)}
    assert merchant.get(f"/admin/{other_shop.id}/page").status_code == 404
    assert merchant.post(f"/admin/{other_shop.id}/page/publish", data=data).status_code == 404
    assert merchant.post(f"/admin/{shop.id}/page/publish").status_code == 400
    for what in ("move", "when"):
        assert merchant.post(f"/admin/{shop.id}/page/{what}", data=data).status_code == 404
    assert merchant.post(f"/admin/{shop.id}/page/undo", data=data).status_code == 400
    assert (
        merchant.post(
            f"/admin/{shop.id}/page/when", data={**data, "part": "feedback", "when": "calm"}
        ).status_code
        == 400
    )
    sign_in(merchant, other_shop.id)
    assert CARE not in merchant.get(frame(merchant, other_shop)).text
