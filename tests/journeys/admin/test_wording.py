"""A merchant writes what a message says: block by block, in every form, published and taken back."""

import re
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.admin.wording import words as wording_words
from app.lib import clock
from app.messages.documents import templates
from app.messages.documents.blocks import KINDS
from app.messages.documents.lint import Rule
from app.messages.wording import versions
from app.shops.models import Shop
from app.vocabulary import Trigger
from tests.journeys.admin.conftest import sign_in, token
from tests.journeys.admin.writing import SHIPPED, draft, frame, ids, path, press, was, written

__all__ = ["path", "written"]

TWO_WROTE = "Somebody else wrote here after you had opened it."


def test_every_message_is_listed_with_its_subject_and_whose_words_it_has(
    merchant: FlaskClient, shop: Shop, session: Session, path: str
) -> None:
    page = merchant.get(f"/admin/{shop.id}/wording").text
    assert page.count("Doorstep’s words") == len(Trigger)
    assert "Thank you for order" in page
    assert f'href="/admin/{shop.id}/wording"' in merchant.get(f"/admin/{shop.id}/messages").text
    press(merchant, path, "envelope", **{"f-subject": "Yours is on its way"})
    assert "Yours is on its way" in merchant.get(f"/admin/{shop.id}/wording").text
    press(merchant, path, "publish")
    assert "Yours, version 1" in merchant.get(f"/admin/{shop.id}/wording").text
    assert versions.current(session, shop.id, SHIPPED).subject == "Yours is on its way"


@pytest.mark.parametrize("trigger", Trigger)
def test_every_message_can_be_opened_and_looked_at(
    merchant: FlaskClient, shop: Shop, trigger: Trigger
) -> None:
    path = f"/admin/{shop.id}/wording/{trigger}"
    page = merchant.get(path)
    assert page.status_code == 200
    assert "It cannot be shown" not in page.text
    shown = merchant.get(frame(page.text))
    assert "<table" in shown.text
    assert "script" not in shown.headers["Content-Security-Policy"].replace("default-src 'none'", "")


@pytest.mark.usefixtures("written")
def test_blocks_are_added_written_moved_and_removed_and_each_can_be_undone(
    merchant: FlaskClient, shop: Shop, session: Session, path: str
) -> None:
    press(merchant, path, "add", kind="spacer", after="heading")
    assert ids(draft(session, shop)) == ["heading", "spacer", "text"]
    assert "Heading is now 3 of 3." in press(merchant, path, "move", moved="heading", place="3")
    assert ids(draft(session, shop)) == ["spacer", "text", "heading"]
    page = press(merchant, path, "block", block="heading", **{"f-text": "{{ order.name }} left"})
    assert draft(session, shop).blocks[2].fields["text"] == "{{ order.name }} left"
    assert "Reads “#1042 left”" in re.sub(r"</?bdi>", "", page)
    press(merchant, path, "remove", removed="spacer")
    assert ids(draft(session, shop)) == ["text", "heading"]
    for expected in (["spacer", "text", "heading"],) * 2 + (
        ["heading", "spacer", "text"],
        ["heading", "text"],
    ):
        press(merchant, path, "undo", way="back")
        assert ids(draft(session, shop)) == expected
    press(merchant, path, "undo", way="forth")
    assert ids(draft(session, shop)) == ["heading", "spacer", "text"]
    press(merchant, path, "undo", way="none")
    assert draft(session, shop) == templates.default(SHIPPED)
    press(merchant, path, "undo", way="last")
    assert ids(draft(session, shop)) == ["text", "heading"]


@pytest.mark.usefixtures("written")
def test_what_two_people_write_in_one_block_at_once_is_taken_back_one_by_one(
    merchant: FlaskClient, shop: Shop, session: Session, path: str
) -> None:
    for who in ("ana@ridge.example", "lee@ridge.example"):
        with merchant.session_transaction() as cookie:
            cookie["let_in"] = {str(shop.id): (who, None, clock.now().timestamp())}
        for words in ("Hello", f"Hello from {who}"):
            press(merchant, path, "block", block="text", **{"f-text": words})
    said = []
    for _ in range(2):
        press(merchant, path, "undo", way="back")
        said.append(draft(session, shop).blocks[1].fields["text"])
    assert said == ["Hello from ana@ridge.example", "Two"]


@pytest.mark.usefixtures("written")
def test_who_writes_over_what_another_window_wrote_is_told_and_undo_leads_back_to_it(
    merchant: FlaskClient, shop: Shop, session: Session, path: str
) -> None:
    def opened() -> str:
        return was(merchant.get(path, query_string={"block": "text"}).text)

    def write(words: str, **more: str) -> str:
        return press(merchant, path, "block", block="text", **{"f-text": words, **more})

    mine = theirs = opened()
    assert TWO_WROTE not in write("Theirs", was=theirs)
    press(merchant, path, "block", block="heading", **{"f-text": "Another block", "was": "older"})
    told = write("Mine", was=mine)
    assert TWO_WROTE in told
    assert TWO_WROTE in write("Mine, too", was=was(told), said="both")  # it stays while one goes on typing
    assert TWO_WROTE not in write("Mine, too", was=was(told))
    for before in ("Mine", "Theirs"):
        press(merchant, path, "undo", way="back")
        assert draft(session, shop).blocks[1].fields["text"] == before
    subject = was(merchant.get(path).text)
    press(merchant, path, "envelope", lang="de", **{"f-subject": "Hallo"})
    assert TWO_WROTE not in press(merchant, path, "envelope", **{"f-subject": "Hello", "was": subject})
    assert TWO_WROTE in press(merchant, path, "envelope", **{"f-subject": "Hi there", "was": subject})


def test_every_kind_of_block_has_a_name_and_can_be_added(
    merchant: FlaskClient, shop: Shop, session: Session, path: str
) -> None:
    assert set(KINDS) <= set(wording_words.KINDS)
    assert set(wording_words.RULES) == set(Rule)
    for kind in KINDS:
        press(merchant, path, "add", kind=kind)
    asked = [it for it in KINDS if it not in {block.kind for block in draft(session, shop).blocks}]
    assert asked == ["image", "social"]
    page = press(merchant, path, "add", kind="image")
    assert "New: Picture" in page
    assert "image needs 'url'" in press(merchant, path, "add", kind="image", filled="yes", panel="add")
    press(merchant, path, "add", kind="image", filled="yes", **{"f-url": "https://a.example/a.png"})
    links = "Instagram https://instagram.com/ridge\nOur blog https://ridge.example/blog"
    press(merchant, path, "add", kind="social", filled="yes", **{"f-links": links})
    assert draft(session, shop).blocks[-1].fields["links"] == [
        {"name": "Instagram", "url": "https://instagram.com/ridge"},
        {"name": "Our blog", "url": "https://ridge.example/blog"},
    ]
    for block in draft(session, shop).blocks:
        assert merchant.get(path, query_string={"block": block.id}).status_code == 200


@pytest.mark.usefixtures("written")
def test_what_is_no_message_is_refused_beside_its_field_and_nothing_typed_is_lost(
    merchant: FlaskClient, shop: Shop, session: Session, path: str
) -> None:
    page = press(merchant, path, "block", block="text", **{"f-text": "", "f-title": "Kept <b>"})
    assert "Not saved yet: text needs 'text'." in page
    assert 'value="Kept <b>"' in page
    assert draft(session, shop).blocks[1].fields["text"] == "Two"
    page = press(merchant, path, "envelope", **{"f-subject": " "})
    assert "A message needs a subject." in page
    press(merchant, path, "add", kind="spacer")
    for height in ("0", "9999", "-1", "abc", "1e3", "٣"):
        assert "'height' cannot be" in press(merchant, path, "block", block="spacer", **{"f-height": height})
    press(merchant, path, "block", block="spacer", **{"f-height": "40"})
    assert draft(session, shop).blocks[-1].fields["height"] == 40


@pytest.mark.usefixtures("written")
def test_a_language_says_it_in_its_own_words(
    merchant: FlaskClient, shop: Shop, session: Session, path: str
) -> None:
    page = press(merchant, path, "block", block="text", lang="de", **{"f-text": "Zwei, {{ shop.name }}"})
    assert "Words in German" in page
    assert draft(session, shop).languages == {"de": {"blocks": {"text": {"text": "Zwei, {{ shop.name }}"}}}}
    press(merchant, path, "envelope", lang="de", **{"f-subject": "Hallo"})
    assert "Zwei, Ridge" in merchant.get(frame(merchant.get(path, query_string={"lang": "de"}).text)).text
    assert "Zwei" not in merchant.get(frame(merchant.get(path).text)).text
    press(merchant, path, "envelope", lang="de", **{"f-subject": ""})
    press(merchant, path, "block", block="text", lang="de", **{"f-text": ""})
    assert draft(session, shop).languages == {}


def test_it_is_looked_at_in_every_form_and_filled_in_every_way(merchant: FlaskClient, path: str) -> None:
    def view(**query: str) -> str:
        return unescape(merchant.get(path, query_string=query).text)

    assert "Hello Ana," in view(view="text")
    bubble = view(view="sms")
    assert "studio-bubble" in bubble
    assert "<b>1 text</b>" in bubble
    day, night = merchant.get(frame(view())).text, merchant.get(frame(view(view="dark"))).text
    assert "prefers-color-scheme" not in day + night
    assert day != night
    assert 'dir="rtl"' in merchant.get(frame(view(**{"with": "rtl"}))).text
    assert "Hello," in view(view="text", **{"with": "bare"})
    assert "Hello Ana," in view(view="text", **{"with": "99999999999999999999"})


def test_a_frame_shows_nobody_anything_without_its_address(
    merchant: FlaskClient, browser: FlaskClient, path: str
) -> None:
    address = frame(merchant.get(path).text)
    assert browser.get(f"{address}x").status_code == 404
    assert browser.get("/admin/mail-preview/e30.abc").status_code == 404
    headers = merchant.get(address).headers
    assert headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'; ")
    assert "frame-src 'self'" in merchant.get(path).headers["Content-Security-Policy"]
    assert "frame-src 'none'" in merchant.get(path.rpartition("/")[0]).headers["Content-Security-Policy"]


def test_what_is_not_there_is_not_found_and_another_shop_has_its_own(
    merchant: FlaskClient, shop: Shop, other_shop: Shop, session: Session, path: str
) -> None:
    data = {"csrf": token(merchant)}
    assert merchant.get(f"{path}ped").status_code == 404
    for what in ("block", "move", "remove", "add"):
        assert merchant.post(f"{path}/{what}", data=data).status_code == 404
    assert merchant.post(f"{path}/undo", data=data).status_code == 400
    assert merchant.post(f"{path}/publish").status_code == 400
    theirs = path.replace(f"/{shop.id}/", f"/{other_shop.id}/")
    assert merchant.get(theirs).status_code == 404
    assert merchant.post(f"{theirs}/envelope", data=data).status_code == 404
    press(merchant, path, "envelope", **{"f-subject": "Mine"})
    sign_in(merchant, other_shop.id)
    assert "Mine" not in merchant.get(theirs).text
    assert draft(session, other_shop) == templates.default(SHIPPED)
