"""A merchant writes a flow with plain forms: nothing is lost, nothing goes live unseen."""

import html
import re
from threading import Thread

from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.flows import drafts, published, switches
from app.flows.models import Enrollment, FlowDraft, FlowVersion
from app.flows.plan import reading
from app.flows.plan.definition import Choice, Flow, Message, Pause, Wait
from app.lib import clock
from app.lib.db import transaction
from app.shops.models import Shop
from app.vocabulary import Trigger
from tests.journeys.admin.conftest import sign_in, token, wait_for_a_lock

REVIEW = Trigger.REVIEW_REQUEST


class Editor:
    """Somebody at the editor of one flow, who presses its buttons."""

    def __init__(self, browser: FlaskClient, session: Session, shop: Shop, trigger: Trigger = REVIEW) -> None:
        self._browser, self._session, self._shop, self._trigger = browser, session, shop, trigger
        self.revision = 0
        self.look()

    def look(self, step: str = "") -> str:
        """Open the page anew."""
        page = self._browser.get(self.address(), query_string={"step": step} if step else {})
        assert page.status_code == 200
        self.revision = (
            int(found[1]) if (found := re.search(r'name="revision" value="(\d+)"', page.text)) else -1
        )
        return html.unescape(page.text)

    def press(self, what: str, **fields: str | list[str]) -> TestResponse:
        """Press a button with what stands in its form."""
        known = {"csrf": token(self._browser), "revision": self.revision, "do": what}
        return self._browser.post(self.address("/steps"), data=known | fields)

    def did(self, what: str, **fields: str | list[str]) -> Flow:
        """Press a button that does something, and look at what came of it."""
        answer = self.press(what, **fields)
        assert answer.status_code == 303, html.unescape(answer.text)
        self.look()
        return self.flow

    @property
    def flow(self) -> Flow:
        self._session.expire_all()
        return reading.read(drafts.look(self._session, self._shop.id, self._trigger).file)

    def address(self, more: str = "") -> str:
        return f"/admin/{self._shop.id}/flows/{self._trigger}{more}"


def test_a_flow_is_written_step_by_step_and_published_after_its_difference_was_seen(
    merchant: FlaskClient, session: Session, shop: Shop
) -> None:
    editor = Editor(merchant, session, shop)
    live = published.file(session, shop.id, REVIEW)
    flow = editor.did("add:question:after:first")
    ident = next(step.id for step in flow.steps if isinstance(step, Choice) and step.id != "from where")
    flow = editor.did(f"add:text:way:1:{ident}")
    text = next(step.id for step in flow.steps if isinstance(step, Message) and step.medium == "sms")
    page = editor.look(text)
    assert "An offer needs consent" in page, "the checker's sentence stands at the step"
    assert "1 thing to mend" in page
    assert "Publish…" not in page
    asks = {"q-if": ["not consent.sms", "profile.orders at least"], "v-if": ["", "3"]}
    flow = editor.did(f"save:{ident}", **asks)
    assert "Is it so that they may not be texted offers?" in editor.look()
    flow = editor.did(f"save:{ident}", **{"q-if": ["consent.sms"], "v-if": [""]})
    flow = editor.did(f"swap:{ident}")
    choice = flow.step(ident)
    assert isinstance(choice, Choice)
    assert (choice.yes, choice.no) == (text, "a week")
    flow = editor.did("move:a week", to=f"after:{text}")
    flow = editor.did("up:reminder")
    page = editor.look()
    assert "is new" in page
    assert "now comes only to “Yes” of “May they be texted offers?”" in page
    assert published.file(session, shop.id, REVIEW) == live, "nothing is live yet"
    assert "go otherwise now" in page
    assert merchant.get(editor.address("/publish")).status_code == 303, "not before its samples are as it is"
    flow = editor.did("renew")
    seen = merchant.get(editor.address("/publish"))
    assert "for whoever comes in from now on" in seen.text
    assert "+- id: question" in html.unescape(seen.text)
    answer = merchant.post(
        editor.address("/publish"),
        data={"csrf": token(merchant), "revision": editor.revision, "number": 0},
    )
    assert answer.status_code == 303
    session.expire_all()
    assert reading.read(published.file(session, shop.id, REVIEW)) == flow
    assert session.scalar(select(func.count()).select_from(FlowDraft)) == 0
    assert "Draft" not in editor.look()


def test_every_change_can_be_taken_back_and_brought_back(
    merchant: FlaskClient, session: Session, shop: Shop
) -> None:
    editor = Editor(merchant, session, shop)
    before = editor.flow
    deeds = ("remove:from where", "copy:first", "down:first 2", "add:wait:start")
    states = [before, *map(editor.did, deeds)]
    for state in reversed(states[:-1]):
        assert editor.did("undo") == state
    assert "Undo" not in editor.look()
    for state in states[1:]:
        assert editor.did("redo") == state
    assert editor.did("discard") == before
    assert editor.did("undo") == states[-1], "throwing it away is taken back, too"
    assert editor.did("undo") == states[-2]
    editor.did("remove:reminder")
    assert "Redo" not in editor.look()


def test_the_last_fifty_changes_can_be_taken_back(session: Session, shop: Shop) -> None:
    row = drafts.hold(session, shop.id, REVIEW, 0)
    for number in range(60):
        drafts.change(session, row, f"file {number}", f"did {number}", "somebody")
    assert row.draft == "file 59"
    undone = []
    while did := drafts.undo(session, row):
        undone.append(did)
    assert undone == [f"did {number}" for number in range(59, 9, -1)]
    assert drafts.look(session, shop.id, REVIEW).undo is None


def test_two_editors_at_once_are_told_and_neither_loses_anything(
    merchant: FlaskClient, session: Session, shop: Shop
) -> None:
    one, other = Editor(merchant, session, shop), Editor(merchant, session, shop)
    one.did("remove:reminder")
    answer = other.press("copy:first")
    assert answer.status_code == 409
    page = html.unescape(answer.text)
    assert "Somebody else changed this draft meanwhile" in page
    assert "Removed “Mail 2 of 2”" in page
    assert "first 2" not in [step.id for step in other.flow.steps]
    fields = dict(re.findall(r'<input type="hidden" name="(do|revision)" value="([^"]*)"', answer.text))
    assert fields["do"] == "copy:first"
    other.revision = int(fields["revision"])
    flow = other.did(fields["do"])
    assert "first 2" in [step.id for step in flow.steps]
    assert "reminder" not in [step.id for step in flow.steps]
    other.did("renew")
    late = {"csrf": token(merchant), "revision": one.revision, "number": 0}
    assert merchant.post(one.address("/publish"), data=late).status_code == 409
    assert published.number(session, shop.id, REVIEW) == 0


def test_who_is_inside_keeps_their_version_and_the_page_says_so(
    merchant: FlaskClient, session: Session, shop: Shop
) -> None:
    version = published.current(session, shop.id, REVIEW)
    now = clock.now()
    row = Enrollment(
        shop_id=shop.id,
        trigger=REVIEW,
        version_id=version.id,
        about="order",
        about_id=1,
        entry=1,
        step="a week",
        arrived_at=now,
        entered_at=now,
        held_out=False,
        path=[["all of it", now.isoformat()], ["first", now.isoformat()]],
    )
    session.add(row)
    session.commit()
    editor = Editor(merchant, session, shop)
    assert "waiting now" in editor.look()
    editor.did("remove:a week")
    editor.did("renew")
    assert "1 person is in it now: they go on as it was" in merchant.get(editor.address("/publish")).text
    data = {"csrf": token(merchant), "revision": editor.revision, "number": 1}
    assert merchant.post(editor.address("/publish"), data=data).status_code == 303
    session.refresh(row)
    assert row.version_id == version.id
    assert published.current(session, shop.id, REVIEW).id != version.id
    editor.look()
    assert editor.did("version:1") == version.flow
    assert session.scalar(select(FlowVersion.file).filter_by(id=version.id)) == published.preset(REVIEW)


def test_what_is_published_as_somebody_comes_in_is_not_lost(session: Session, shop: Shop) -> None:
    text = published.preset(REVIEW).partition("tests:")[0].replace("wait: 7 days", "wait: 8 days")

    def publish() -> None:
        with transaction() as other:
            published.publish(other, shop.id, REVIEW, text)

    first = published.current(session, shop.id, REVIEW)
    at_once = Thread(target=publish)
    at_once.start()
    wait_for_a_lock()
    session.commit()
    at_once.join()
    assert published.number(session, shop.id, REVIEW) == 2
    assert "wait: 8 days" in published.file(session, shop.id, REVIEW)
    assert published.current(session, shop.id, REVIEW).id != first.id


def test_what_is_typed_wrongly_is_told_beside_it_and_kept(
    merchant: FlaskClient, session: Session, shop: Shop
) -> None:
    editor = Editor(merchant, session, shop)
    typed = {"how": "span", "for-amount": "soon", "for-unit": "hour", "from": "here", "clock": "shopper"}
    answer = editor.press("save:a week", **typed)
    page = html.unescape(answer.text)
    assert answer.status_code == 422
    assert "Write how long as a whole number" in page
    assert 'value="soon"' in page
    typed |= {"for-amount": "3", "for-unit": "business day", "at": "09:30", "clock": "shop"}
    wait = editor.did("save:a week", **typed).step("a week")
    assert isinstance(wait, Wait)
    assert isinstance(wait.how, Pause)
    assert (str(wait.how.span), wait.how.at.isoformat("minutes") if wait.how.at else "") == (
        "3 business days",
        "09:30",
    )
    assert editor.press("move:first", to="after:first").status_code == 303
    refused = editor.press("add:leave:start")
    assert refused.status_code == 422
    assert "Nothing can follow where people leave" in refused.text
    for nonsense in ("", "fly:first", "add:pigeon:start", "move:first"):
        assert editor.press(nonsense).status_code in (400, 422)
    assert editor.press("remove:nobody").status_code == 422


def test_what_is_so_of_the_whole_flow_is_a_form(merchant: FlaskClient, session: Session, shop: Shop) -> None:
    editor = Editor(merchant, session, shop)
    page = editor.look()
    assert 'name="because-1"' in page
    fields: dict[str, str | list[str]] = {
        "again": "after",
        "again-amount": "30",
        "again-unit": "day",
        "hold-out": "20",
        "q-only": ["consent.email", "order.total at least", ""],
        "v-only": ["", "49.90", ""],
        "q-exit-0": ["order.is_returned"],
        "v-exit-0": [""],
        "because-0": "sent back",
    }
    flow = editor.did("settings", **fields)
    assert (str(flow.again_after), flow.hold_out) == ("30 days", 20)
    assert [str(it) for it in flow.only] == ["consent.email", "order.total at least 4990"]
    assert [it.because for it in flow.exits] == ["sent back"]
    assert "what the order came to is at least $49.90" in editor.look()
    wrong = editor.press("settings", **fields | {"because-0": ""})
    assert wrong.status_code == 422
    assert "Write why they leave" in wrong.text


def test_the_list_shows_what_each_flow_did(merchant: FlaskClient, session: Session, shop: Shop) -> None:
    page = merchant.get(f"/admin/{shop.id}/flows").text
    assert "10 in 100 get nothing" in page
    assert "in it now" in page
    assert f'href="/admin/{shop.id}/flows/win_back"' in page
    Editor(merchant, session, shop).did("remove:reminder")
    assert '<span class="chip warn">Draft</span>' in merchant.get(f"/admin/{shop.id}/flows").text
    assert REVIEW in switches.switched_on(session, shop.id) or "Start from a recipe" in page


def test_nobody_else_looks_at_or_writes_a_flow(
    browser: FlaskClient, session: Session, shop: Shop, other_shop: Shop
) -> None:
    sign_in(browser, other_shop.id)
    mine = f"/admin/{shop.id}/flows/{REVIEW}"
    for page in ("", "/file", "/file.yaml", "/publish", "/try", "/rehearsal", "/rehearsal.csv"):
        assert browser.get(mine + page).status_code == 404
    for form in ("/steps", "/file", "/publish", "/rehearsal"):
        assert browser.post(mine + form, data={"csrf": token(browser)}).status_code == 404
    theirs = f"/admin/{other_shop.id}/flows/"
    assert browser.get(f"{theirs}pickup_reminder").status_code == 404
    assert (
        browser.post(f"{theirs}{REVIEW}/steps", data={"do": "remove:first", "revision": 0}).status_code == 400
    )
    assert drafts.look(session, other_shop.id, REVIEW).is_begun is False
