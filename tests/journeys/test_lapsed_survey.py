"""From the bytes of an order to the question what keeps its shopper away, and the answer."""

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.audience.models import Profile
from app.messages.gate.verdict import Allowed, Skipped
from app.messages.letters import letter
from app.privacy import erasure
from app.surveys import reasons
from app.surveys.models import SurveyAnswer, Why
from app.vocabulary import Medium, Reason, Trigger
from tests.journeys.admin.conftest import sign_in
from tests.journeys.conftest import StoreVoice, at_its_address
from tests.journeys.flowing import enrollments, from_, gate, on_in_america, told
from tests.journeys.test_win_back import buy

SURVEY = Trigger.LAPSED_SURVEY
NOON = datetime(2026, 1, 5, 17, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def store(shopify_store: StoreVoice) -> StoreVoice:
    """A shop in the United States."""
    return on_in_america(shopify_store, NOON - DAY)


@pytest.fixture
def shopper() -> FlaskClient:
    return at_its_address().test_client()


def test_who_did_not_come_back_is_asked_why_and_answers_without_an_account(
    store: StoreVoice, shopper: FlaskClient
) -> None:
    session = store.session
    with from_(store, NOON) as time:
        buy(store, time, 1)
        time.by(209 * DAY)
        assert told(store, SURVEY) == []
        time.by(2 * DAY)
        (message,) = told(store, SURVEY)
        assert message.key == "profile-1:lapsed_survey:1:email"
        assert isinstance(gate(store, message), Allowed)
        url = letter.gather(session, message).track_url
        at = url[url.index("/answer/") :]
        message.medium = Medium.SMS
        short = letter.gather(session, message).track_url
        session.rollback()
        led = shopper.get(short[short.index("/s/") :])
        assert led.headers["Location"] == url
        page = shopper.get(at).text
        assert all(sentence in page for sentence in reasons.IN_WORDS.values())
        assert session.scalars(select(SurveyAnswer)).all() == []
        for nothing in ({}, {"why": "weather", "words": "  "}, {"score": "9"}):
            assert shopper.post(at, data=nothing).status_code == 422
        assert session.scalars(select(SurveyAnswer)).all() == []
        session.rollback()
        given = {"why": "delivery", "words": "The canary flew faster."}
        assert shopper.post(at, data=given).status_code == 303
        shopper.post(at, data={"why": "price", "words": ""})
        (row,) = session.scalars(select(SurveyAnswer))
        assert (row.why, row.words, row.score) == (Why.PRICE, "The canary flew faster.", None)
        session.rollback()
        sign_in(shopper, store.shop.id)
        seen = shopper.get(f"/admin/{store.shop.id}/answers").text
        assert "It costs too much." in seen
        assert "The canary flew faster." in seen
        erasure.erase(session, session.get_one(Profile, message.profile_id))
        session.commit()
        session.expire_all()
        (row,) = session.scalars(select(SurveyAnswer))
        assert (row.why, row.words) == (Why.PRICE, None)


def test_who_buys_before_they_are_asked_is_not_and_counts_anew(store: StoreVoice) -> None:
    with from_(store, NOON) as time:
        buy(store, time, 1)
        time.by(200 * DAY)
        buy(store, time, 2)
        assert [row.over for row in enrollments(store, SURVEY)] == ["bought", None]
        time.by(211 * DAY)
        (message,) = told(store, SURVEY)
        assert message.key == "profile-1.2:lapsed_survey:1:email"
        buy(store, time, 3)
        assert gate(store, message) == Skipped(Reason.ALREADY_BOUGHT)
