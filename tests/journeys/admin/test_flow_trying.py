"""A draft is led through a real order, and through the shop's own past, and nothing comes of it."""

import html
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.flows import drafts, published
from app.flows.models import Enrollment, Flow, FlowVersion, Rehearsal
from app.flows.rehearsal import asked
from app.lib import clock
from app.lib.db import transaction
from app.messages.models import Message
from app.shops import errands
from app.shops.models import Errand, Shop
from app.vocabulary import Trigger
from jobs import rehearsals
from tests.journeys.admin.conftest import sign_in, token, wait_for_a_lock
from tests.journeys.conftest import StoreVoice
from tests.journeys.flowing import from_
from tests.journeys.test_review_request import deliver, sell_in_two_parcels

REVIEW = Trigger.REVIEW_REQUEST
MONDAY = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def lived(shopify_store: StoreVoice) -> StoreVoice:
    """A shop that sold two parcels and delivered them."""
    store = shopify_store
    store.shop.country = "US"
    store.session.execute(update(Flow).values(on_since=MONDAY - DAY))
    store.session.commit()
    with from_(store, MONDAY) as time:
        sell_in_two_parcels(store, time)
        deliver(store, time, 7)
        deliver(store, time, 8)
    return store


def test_a_draft_is_tried_on_an_order(merchant: FlaskClient, lived: StoreVoice, session: Session) -> None:
    shop = lived.shop
    address = f"/admin/{shop.id}/flows/{REVIEW}/try"
    before = _counts(session)
    name = "#1042"
    page = html.unescape(merchant.get(address, query_string={"q": name}).text)
    assert "The way of order" in page
    assert "Do they live in your own country?" in page
    assert "Asked for. It is looked at once more" in page
    assert "They go through to the end." in page or "it is not for them" in page
    assert "Leaves early: sent back" in page
    text = published.preset(REVIEW).replace("wait: 7 days", "wait: 4 days")
    row = drafts.hold(session, shop.id, REVIEW, 0)
    drafts.change(session, row, text, "typed", "somebody")
    session.commit()
    assert "Wait 4 days" in merchant.get(address, query_string={"q": name}).text
    assert "No order of that number" in merchant.get(address, query_string={"q": "#999999"}).text
    assert merchant.get(address, query_string={"on": "99999"}).status_code == 200
    assert _counts(session) == before, "nobody came in, and nothing was asked for"


@pytest.mark.parametrize(
    "steps",
    [
        "steps:\n  - id: a\n    message: email\n  - id: b\n    message: sms\n    then: a\n",
        "steps:\n  - id: a\n    message: email\n    then: nowhere\n",
        "steps:\n  - id: a\n    message: email\n  - message: sms\n  - id: a\n    message: sms\n",
    ],
    ids=["leads back", "leads nowhere", "two of one name"],
)
def test_a_draft_that_nobody_gets_through_is_not_gone_through(
    merchant: FlaskClient, lived: StoreVoice, session: Session, steps: str
) -> None:
    shop_id = lived.shop.id
    row = drafts.hold(session, shop_id, REVIEW, 0)
    head = published.preset(REVIEW).partition("steps:\n")[0].partition("only:")[0].partition("exits:")[0]
    drafts.change(session, row, head + steps, "typed", "somebody")
    session.commit()
    page = merchant.get(f"/admin/{shop_id}/flows/{REVIEW}/try", query_string={"q": "#1042"})
    assert (page.status_code, "Nobody gets through the draft as it is" in page.text) == (200, True)
    renewed = {"do": "renew", "csrf": token(merchant), "revision": row.draft_revision}
    assert merchant.post(f"/admin/{shop_id}/flows/{REVIEW}/steps", data=renewed).status_code == 400


def test_a_draft_about_nothing_that_is_known_is_not_gone_through(
    merchant: FlaskClient, lived: StoreVoice, session: Session
) -> None:
    row = drafts.hold(session, lived.shop.id, REVIEW, 0)
    unknown = published.preset(REVIEW).replace("about: order", "about: weather")
    drafts.change(session, row, unknown, "typed", "somebody")
    session.commit()
    page = merchant.get(f"/admin/{lived.shop.id}/flows/{REVIEW}/try", query_string={"q": "#1042"})
    assert (page.status_code, "Nobody gets through the draft as it is" in page.text) == (200, True)


@pytest.mark.parametrize("trigger", published.PRESETS)
def test_every_flow_can_be_tried(merchant: FlaskClient, lived: StoreVoice, trigger: Trigger) -> None:
    assert merchant.get(f"/admin/{lived.shop.id}/flows/{trigger}/try").status_code == 200


def test_a_draft_goes_through_the_past_in_a_job_and_is_read_on_a_page(
    merchant: FlaskClient, lived: StoreVoice, session: Session
) -> None:
    shop = lived.shop
    address = f"/admin/{shop.id}/flows/{REVIEW}/rehearsal"
    with from_(lived, MONDAY + 60 * DAY):
        sign_in(merchant, shop.id)
        assert "Nothing gone through yet" in merchant.get(address).text
        before = _counts(session)
        assert merchant.post(address, data={"csrf": token(merchant), "days": 90}).status_code == 303
        running = merchant.get(address)
        assert running.headers["Refresh"] == "2"
        assert "<progress" in running.text
        _run(session)
        page = html.unescape(merchant.get(address).text)
        assert "Refresh" not in merchant.get(address).headers
        assert 'Would have come in</dt><dd class="v">1</dd>' in page
        assert "Mail 1 of 2" in page
        assert "Week by week" in page
        assert page.count('<rect class="is-') >= 1
        sheet = merchant.get(f"{address}.csv")
        assert sheet.headers["Content-Disposition"] == 'attachment; filename="review_request.csv"'
        assert "Mail 1 of 2,1,1,0,0,0" in sheet.text
        assert _counts(session) == before
        row = drafts.hold(session, shop.id, REVIEW, 0)
        drafts.change(session, row, published.preset(REVIEW).replace("7 days", "5 days"), "typed", "somebody")
        session.commit()
        assert "The draft has changed since" in merchant.get(address).text


def test_a_rehearsal_that_takes_too_long_ends_where_it_is(
    merchant: FlaskClient, lived: StoreVoice, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsals, "LONGEST", 0.0)
    monkeypatch.setattr(rehearsals, "TOLD_EVERY", 0.0)
    with from_(lived, MONDAY + 60 * DAY):
        sign_in(merchant, lived.shop.id)
        asked.ask(session, lived.shop.id, REVIEW, published.preset(REVIEW), 90)
        session.commit()
        _run(session)
        page = merchant.get(f"/admin/{lived.shop.id}/flows/{REVIEW}/rehearsal").text
    assert "It took too long" in page


def test_a_rehearsal_that_fails_says_so_and_one_that_is_asked_for_anew_replaces_it(
    lived: StoreVoice, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = lived.shop

    def broken(*_: object, **__: object) -> None:
        raise ValueError("no such luck")

    with monkeypatch.context() as patched:
        patched.setattr("app.flows.rehearsal.run.go", broken)
        asked.ask(session, shop.id, REVIEW, published.preset(REVIEW), 30)
        session.commit()
        _run(session)
    row = _row(session, shop)
    assert (row.failed, row.found) == (rehearsals.FAILED, None)
    asked.ask(session, shop.id, REVIEW, published.preset(REVIEW), 30)
    session.commit()
    assert _row(session, shop).failed is None


def test_what_an_older_release_went_through_or_published_is_no_error(
    merchant: FlaskClient, shop: Shop, session: Session
) -> None:
    old, flow = published.preset(REVIEW).replace("wait: 7 days", "wait: 7 moons"), f"/admin/{shop.id}/flows"
    asked.ask(session, shop.id, REVIEW, old, 90)
    session.commit()
    _run(session)
    assert _row(session, shop).failed == rehearsals.UNREADABLE
    session.execute(update(Rehearsal).values(failed=None, found={"came": 1}))
    session.commit()
    assert "no longer reads it. Go through it again" in merchant.get(f"{flow}/{REVIEW}/rehearsal").text
    assert merchant.get(f"{flow}/{REVIEW}/rehearsal.csv").status_code == 303
    row = {"number": 1, "file": old, "is_preset": False, "published_at": clock.now()}
    session.add(FlowVersion(shop_id=shop.id, trigger=REVIEW, **row))
    session.commit()
    assert "To mend" in merchant.get(flow).text
    assert merchant.get(f"/admin/{shop.id}/lift").status_code == 200
    assert "7 moons" in merchant.get(f"{flow}/{REVIEW}").text, "it is mended as a file"
    drafts.change(session, drafts.hold(session, shop.id, REVIEW, 0), published.preset(REVIEW), "mended", "me")
    session.commit()
    assert "takes the place of what" in merchant.get(f"{flow}/{REVIEW}").text
    assert "takes the place of what" in merchant.get(f"{flow}/{REVIEW}/publish").text


def _run(session: Session) -> None:
    due = errands.claim(session, [asked.REHEARSE])
    assert due is not None
    session.commit()
    rehearsals.rehearse(due)
    errands.finish(session, due, None)
    session.commit()
    session.expire_all()
    assert session.scalar(select(func.count()).select_from(Errand).filter_by(kind=asked.REHEARSE)) == 0


def test_one_that_is_asked_for_twice_at_once_is_begun_once(session: Session, shop: Shop) -> None:
    def ask() -> None:
        with transaction() as other:
            asked.ask(other, shop.id, REVIEW, published.preset(REVIEW), 90)

    asked.ask(session, shop.id, REVIEW, published.preset(REVIEW), 30)
    first = _row(session, shop).id
    again = Thread(target=ask)
    again.start()
    wait_for_a_lock()
    session.commit()
    again.join()
    session.expire_all()
    row = _row(session, shop)
    assert row.id != first
    assert row.until - row.since == 90 * DAY


def _row(session: Session, shop: Shop) -> Rehearsal:
    session.expire_all()
    return session.scalars(select(Rehearsal).filter_by(shop_id=shop.id, trigger=REVIEW)).one()


def _counts(session: Session) -> tuple[int, ...]:
    tables = (Enrollment, Message)
    return tuple(session.scalar(select(func.count()).select_from(table)) or 0 for table in tables)
