"""What was written goes out: published, taken back, as a file, as a test mail; and nothing typed runs."""

from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.messages.documents import templates
from app.messages.documents.blocks import KINDS
from app.messages.models import Message
from app.messages.wording import versions
from app.messages.wording.versions import Template
from app.shops import team
from app.shops.models import AccessRecord, Shop
from app.shops.team import Role
from app.vocabulary import MessageState, Trigger
from jobs import sync
from tests.contracts.smtp_server import ScriptedServer
from tests.journeys.admin.conftest import parcel, token
from tests.journeys.admin.writing import EVIL, SHIPPED, draft, frame, path, press, seen, sent, written
from tests.journeys.conftest import StoreVoice
from tests.journeys.test_mails import parsed, server

__all__ = ["path", "server", "written"]


def test_what_is_wrong_stands_at_its_block_and_is_not_published(
    merchant: FlaskClient, shop: Shop, session: Session, path: str
) -> None:
    page = press(merchant, path, "block", block="text", **{"f-text": "Hello\n{{ order.nmae }}"})
    assert "Nothing is called 'order.nmae'. Did you mean 'order.name'?" in page
    assert "Line 2." in page
    assert "1 thing keeps it from being published" in page
    refused = press(merchant, path, "publish")
    assert "Not published: 1 thing in it must not be sent." in refused
    assert versions.current(session, shop.id, SHIPPED) == templates.default(SHIPPED)
    press(merchant, path, "block", block="text", **{"f-text": "Hello"})
    press(merchant, path, "add", kind="image", filled="yes", **{"f-url": "https://a.example/a.png"})
    page = press(merchant, path, "publish")
    assert "Published." in page
    assert "Say what the picture shows" in page


def test_an_offer_without_a_postal_address_leads_to_where_it_is_entered(
    merchant: FlaskClient, shop: Shop, session: Session
) -> None:
    path = f"/admin/{shop.id}/wording/win_back"
    press(merchant, path, "envelope", **{"f-subject": "Back?"})
    assert f"/admin/{shop.id}/page?panel=contact#postal_address" in merchant.get(path).text
    assert "Not published" in press(merchant, path, "publish")
    data = {"csrf": token(merchant), "panel": "contact", "postal_address": "1 Main St"}
    merchant.post(f"/admin/{shop.id}/page/brand", data=data)
    looked_at = {"seen": seen(merchant, f"/admin/{shop.id}/page")}
    merchant.post(f"/admin/{shop.id}/page/publish", data=data | looked_at)
    assert "Published." in press(merchant, path, "publish")
    assert versions.current(session, shop.id, Trigger.WIN_BACK).subject == "Back?"


@pytest.mark.usefixtures("written")
def test_what_was_looked_at_is_published_and_what_somebody_else_wrote_meanwhile_is_shown_first(
    merchant: FlaskClient, shop: Shop, session: Session, path: str
) -> None:
    looked_at = seen(merchant, path)
    press(merchant, path, "envelope", **{"f-subject": "Theirs"})
    refused = press(merchant, path, "publish", seen=looked_at)
    assert "Not published yet: the draft changed while you looked at it." in refused
    assert versions.current(session, shop.id, SHIPPED) == templates.default(SHIPPED)
    assert "Published." in press(merchant, path, "publish")
    session.expire_all()
    assert versions.current(session, shop.id, SHIPPED).subject == "Theirs"


@pytest.mark.usefixtures("written")
def test_a_version_is_published_sent_again_and_written_on_from(
    merchant: FlaskClient, shop: Shop, session: Session, path: str
) -> None:
    page = merchant.get(path).text
    assert "“Subject” changed" in page
    for subject in ("One", "Two"):
        press(merchant, path, "envelope", **{"f-subject": subject})
        press(merchant, path, "publish")
    assert "There is no draft to publish." in press(merchant, path, "publish")
    press(merchant, path, "revert", number="1", panel="versions")
    assert versions.current(session, shop.id, SHIPPED).subject == "One"
    press(merchant, path, "revert", panel="versions")
    assert versions.current(session, shop.id, SHIPPED) == templates.default(SHIPPED)
    press(merchant, path, "take", number="2", panel="versions")
    assert draft(session, shop).subject == "Two"
    assert versions.current(session, shop.id, SHIPPED) == templates.default(SHIPPED)
    assert "That version is not there" in press(merchant, path, "revert", number="9")
    assert "That version is not there" in press(merchant, path, "take", number="9")


def test_one_that_was_really_sent_is_shown_as_it_would_be_now(
    merchant: FlaskClient, shop: Shop, session: Session, path: str, shopify_store: StoreVoice
) -> None:
    parcel(shopify_store, 1)
    message = session.scalars(select(Message).filter_by(shop_id=shop.id, trigger=SHIPPED)).one()
    press(merchant, path, "block", block="text", **{"f-text": "Our own words"})
    page = merchant.get(path, query_string={"with": str(message.id)}).text
    shown = merchant.get(frame(page)).text
    assert "Our own words" in shown
    assert "Oregon" not in page  # of a shopper's address nothing but what the message says is shown
    assert "/u/" not in shown
    looked = session.scalars(select(AccessRecord.what).filter_by(shop_id=shop.id)).all()
    assert f"message {message.id} as a preview" in looked
    message.state = MessageState.SENT
    session.commit()
    assert "1 went out in the last 30 days" in merchant.get(path).text


def test_a_message_goes_out_as_a_file_and_comes_back(
    merchant: FlaskClient, shop: Shop, session: Session, path: str
) -> None:
    press(merchant, path, "envelope", **{"f-subject": "Filed"})
    answer = merchant.get(f"{path}/file")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="shipped.yaml"'
    assert "subject: Filed" in answer.text
    press(merchant, path, "undo", way="none")
    data = {"csrf": token(merchant), "file": (BytesIO(answer.data), "shipped.yaml")}
    assert (
        "The file is now the draft." in merchant.post(f"{path}/file", data=data, follow_redirects=True).text
    )
    assert draft(session, shop).subject == "Filed"
    wrong = answer.text.replace("{{ message.lead }}", "{{ message.laed }}")
    page = press(merchant, path, "file", panel="file", text=wrong)
    line = wrong.split("laed")[0].count("\n") + 1
    assert f"Line {line}: Nothing is called 'message.laed'" in page
    assert "This file is the message “delivered”" in press(
        merchant, path, "file", panel="file", text=wrong.replace("message: shipped", "message: delivered")
    )
    assert "It was not taken: Line 1" in press(merchant, path, "file", panel="file", text="]")
    assert "It was not taken" in press(merchant, path, "file", panel="file")


def test_a_test_mail_goes_to_ones_own_people_and_to_nobody_else(
    merchant: FlaskClient, shop: Shop, session: Session, path: str, server: ScriptedServer
) -> None:
    team.join(session, team.invite(session, shop.id, "lee@ridge.example", Role.EDITOR))
    session.commit()
    press(merchant, path, "envelope", **{"f-subject": "Tried"})
    assert "your team only" in press(merchant, path, "test", to="stranger@example.com", panel="test")
    page = press(merchant, path, "test", to="lee@ridge.example", panel="test")
    assert "A test mail to lee@ridge.example is on its way." in page
    sync.run()
    (taken,) = server.taken
    mail = parsed(taken)
    assert mail["Subject"] == "[Test] Tried"
    assert mail["To"] == "lee@ridge.example"
    assert "List-Unsubscribe" not in mail
    page = merchant.get(path, query_string={"panel": "test"}).text
    assert "It went out to lee@ridge.example." in page
    assert session.scalars(select(Message)).all() == []
    server.script["RCPT"] = ["550 5.1.1 nobody here"]
    press(merchant, path, "test", to="lee@ridge.example", panel="test")
    sync.run()
    assert "It did not go out to lee@ridge.example" in merchant.get(f"{path}?panel=test").text


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_that_is_typed_becomes_part_of_a_page(
    merchant: FlaskClient, shop: Shop, session: Session, path: str, kind: str
) -> None:
    fields = {f"f-{name}": EVIL for name in KINDS[kind].fields}
    fields |= {"f-url": f"https://a.example/{EVIL}", "f-links": f"{EVIL} https://a.example/{EVIL}"}
    fields |= {"f-color": "", "f-text_color": "", "f-width": "", "f-height": "", "f-total": "yes"}
    press(merchant, path, "add", kind=kind, filled="yes", **fields)
    block = draft(session, shop).blocks[-1]
    answers = [
        merchant.post(f"{path}/block", data={"csrf": token(merchant), "block": block.id, **fields}),
        merchant.get(path, query_string={"block": block.id}),
        merchant.get(path, query_string={"block": block.id, "view": "text"}),
        merchant.get(path, query_string={"block": block.id, "view": "sms"}),
        merchant.get(path, query_string={"block": EVIL, "panel": EVIL, "view": EVIL, "lang": EVIL}),
    ]
    for answer in answers:
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text
    policy = merchant.get(frame(answers[1].text)).headers["Content-Security-Policy"]
    assert policy.startswith("sandbox;")


def test_what_is_typed_around_the_blocks_becomes_no_part_of_a_page(merchant: FlaskClient, path: str) -> None:
    typed = {"f-subject": EVIL, "f-preview": EVIL, "f-sms": EVIL}
    pages = [
        sent(merchant, path, "envelope", **typed),
        sent(merchant, path, "file", text=EVIL),
        sent(merchant, path, "test", to=EVIL),
        sent(merchant, path, "add", kind="image", filled="yes", panel="add", after=EVIL),
        merchant.get(path.rpartition("/")[0]).text,
        *(merchant.get(path, query_string={"view": view}).text for view in ("desktop", "text", "sms")),
    ]
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_a_draft_that_we_no_longer_understand_can_be_dropped(
    merchant: FlaskClient, shop: Shop, session: Session, path: str
) -> None:
    session.add(
        Template(shop_id=shop.id, trigger=SHIPPED, draft={"subject": "Hi", "blocks": [{"kind": "x"}]})
    )
    session.commit()
    assert "We no longer understand the draft" in merchant.get(path).text
    assert merchant.get(frame(merchant.get(path).text)).status_code == 200
    assert merchant.get(f"/admin/{shop.id}/wording").status_code == 200
    press(merchant, path, "undo", way="none")
    assert "We no longer understand" not in merchant.get(path).text
