"""A flow as its file in the admin: taken out, brought in, and its sample histories."""

from io import BytesIO

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.flows import published
from app.flows.plan import reading
from app.shops.models import Shop
from app.vocabulary import Trigger
from tests.journeys.admin.conftest import token
from tests.journeys.admin.test_flow_editor import REVIEW, Editor


def test_a_flow_goes_out_and_comes_in_as_a_file(merchant: FlaskClient, session: Session, shop: Shop) -> None:
    editor = Editor(merchant, session, shop)
    taken = merchant.get(editor.address("/file.yaml"))
    assert taken.text == published.preset(REVIEW)
    assert taken.headers["Content-Disposition"] == 'attachment; filename="review_request.yaml"'
    data = {"csrf": token(merchant), "revision": editor.revision}
    text = taken.text.replace("wait: 7 days", "wait: 8 days")
    broken = merchant.post(editor.address("/file"), data=data | {"text": text.replace("message:", "letter:")})
    assert broken.status_code == 422
    assert "A step is one of" in broken.text
    assert "letter: email" in broken.text, "what was typed is still there"
    others = published.preset(Trigger.WIN_BACK)
    assert merchant.post(editor.address("/file"), data=data | {"text": others}).status_code == 422
    upload = {**data, "text": "", "upload": (BytesIO(text.encode()), "mine.yaml")}
    assert merchant.post(editor.address("/file"), data=upload).status_code == 303
    assert "wait: 8 days" in merchant.get(editor.address("/file")).text
    late = merchant.post(editor.address("/file"), data=data | {"text": text})
    assert late.status_code == 409
    editor.look()
    assert "wait: 8 days" not in published.file(session, shop.id, REVIEW)
    editor.did("recipe")
    assert editor.flow == reading.read(published.preset(REVIEW))


def test_a_draft_with_samples_that_fail_says_which(
    merchant: FlaskClient, session: Session, shop: Shop
) -> None:
    editor = Editor(merchant, session, shop, Trigger.BACK_IN_STOCK)
    text = (
        published.preset(Trigger.BACK_IN_STOCK).partition("tests:")[0]
        + "tests:\n- {name: told, facts: [waiting.in_stock], expect: {message: 0 minutes}}\n"
    )
    data = {"csrf": token(merchant), "revision": editor.revision, "text": text}
    assert merchant.post(editor.address("/file"), data=data).status_code == 303
    editor.look()
    editor.did("add:wait:start")
    assert "'message' was to come after 0 minutes; it came after 1 day." in editor.look()
    editor.did("drop test:told")
    assert "to mend" not in editor.look()
