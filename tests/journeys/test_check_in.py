"""From the bytes of an order's last scan to the question whether they recommend the shop, and its answer."""

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from app.audience.models import Profile
from app.lib import clock
from app.messages.documents import compose
from app.messages.gate.verdict import Allowed
from app.messages.letters import letter, links
from app.messages.models import Message
from app.privacy import copies, erasure
from app.surveys import answering
from app.surveys.models import SurveyAnswer
from app.tracking.shoppers import cases
from app.vocabulary import CaseKind, CaseWish, Category, Medium, Trigger
from tests import sold
from tests.journeys.admin.conftest import sign_in
from tests.journeys.admin.writing import frame
from tests.journeys.conftest import StoreVoice, at_its_address
from tests.journeys.flowing import Passing, enrollments, from_, gate, on_in_america, told
from tests.journeys.test_review_request import deliver, sell_in_two_parcels

CHECK_IN = Trigger.CHECK_IN
MONDAY = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Answered(NamedTuple):
    """What is kept of an answer."""

    score: int | None
    words: str | None


@pytest.fixture
def store(shopify_store: StoreVoice) -> StoreVoice:
    """A shop in the United States, from where the recorded order is sent."""
    return on_in_america(shopify_store, MONDAY - DAY)


@pytest.fixture
def shopper() -> FlaskClient:
    return browser()


def browser() -> FlaskClient:
    """Somebody's browser."""
    return at_its_address().test_client()


def asked(store: StoreVoice, time: Passing) -> Message:
    """Sell, deliver, and let two days pass; returns the mail that asks."""
    sell_in_two_parcels(store, time)
    for fulfillment_id in (7, 8):
        deliver(store, time, fulfillment_id)
    time.by(3 * DAY)
    (message,) = told(store, CHECK_IN)
    return message


def path(store: StoreVoice, message: Message) -> str:
    url = letter.gather(store.session, message).track_url
    store.session.commit()
    return url[url.index("/answer/") :]


def answers(store: StoreVoice) -> list[Answered]:
    store.session.expire_all()
    return [Answered(row.score, row.words) for row in store.session.scalars(select(SurveyAnswer))]


def test_two_days_after_the_last_parcel_they_are_asked_once_in_the_morning(store: StoreVoice) -> None:
    with from_(store, MONDAY) as time:
        sell_in_two_parcels(store, time)
        deliver(store, time, 7)
        time.by(7 * DAY)
        assert told(store, CHECK_IN) == [], "the second parcel is still on its way"
        deliver(store, time, 8)
        time.by(2 * DAY - HOUR)
        assert told(store, CHECK_IN) == []
        time.by(DAY)
        (message,) = told(store, CHECK_IN)
        assert message.key == "order-1:check_in:1:email"
        assert isinstance(gate(store, message), Allowed)
        mail = compose.render(letter.gather(store.session, message))
        assert mail.subject == "Would you recommend Ridge & Pine?"
        scores = [int(score) for score in re.findall(r"\?score=(\d+)", mail.html)]
        assert scores == [int(score) for score in re.findall(r"\?score=(\d+)", mail.text)] == list(range(11))
        time.by(100 * DAY)
        assert len(told(store, CHECK_IN)) == 1
        assert enrollments(store, CHECK_IN)[0].over == "finished"


def test_who_looks_at_one_that_was_sent_is_not_led_to_its_readers_answer(
    store: StoreVoice, shopper: FlaskClient
) -> None:
    with from_(store, MONDAY) as time:
        message = asked(store, time)
        sign_in(shopper, store.shop.id)
        editor = f"/admin/{store.shop.id}/wording/check_in?with={message.id}"
        page = shopper.get(editor).text
        assert "Would you recommend Ridge &amp; Pine?" in page
        for seen in (shopper.get(frame(page)).text, shopper.get(f"{editor}&view=text").text):
            assert "?score=10" in seen
            assert "/answer/" not in seen


def test_who_has_a_problem_is_asked_three_days_after_it_was_solved(store: StoreVoice) -> None:
    with from_(store, MONDAY) as time:
        sell_in_two_parcels(store, time)
        for fulfillment_id in (7, 8):
            deliver(store, time, fulfillment_id)
        case = cases.report(
            store.session, 1, kind=CaseKind.PROBLEM, wish=CaseWish.ANSWER, words="It is broken."
        )
        assert case is not None
        time.by(10 * DAY)
        assert told(store, CHECK_IN) == []
        cases.close(store.session, case)
        time.settle()
        time.by(3 * DAY)
        assert len(told(store, CHECK_IN)) == 1, "like everyone else"


def test_looking_changes_nothing_and_a_tap_is_kept_without_an_account(
    store: StoreVoice, shopper: FlaskClient
) -> None:
    with from_(store, MONDAY) as time:
        at = path(store, asked(store, time))
        for score in range(11):
            looked = shopper.get(f"{at}?score={score}")
            assert looked.status_code == 200
            assert f"One more tap, and {score} counts." in looked.text
            assert f'value="{score}" aria-pressed="true"' in looked.text
        assert shopper.head(at).status_code == 200
        assert answers(store) == []
        assert shopper.post(at, data={"score": "9"}).status_code == 303
        assert answers(store) == [(9, None)]
        page = shopper.get(at).text
        assert "You said: 9. Another tap changes it." in page
        assert "/problem?kind=problem" in page
        assert shopper.post(at, data={"score": "9", "words": " Quick, says the canary. "}).status_code == 303
        assert answers(store) == [(9, "Quick, says the canary.")]
        assert "canary" not in shopper.get(f"{at}?said=yes").text
        shopper.post(at, data={"score": "3"})
        assert answers(store) == [(3, "Quick, says the canary.")], "the last number counts, the words stay"
        shopper.post(at, data={"score": "3", "words": " "})
        assert answers(store) == [(3, None)]


@pytest.mark.parametrize("score", ["11", "-1", "", "good", "99999999999999999999"])
def test_there_are_eleven_scores(store: StoreVoice, shopper: FlaskClient, score: str) -> None:
    with from_(store, MONDAY) as time:
        at = path(store, asked(store, time))
        refused = shopper.post(at, data={"score": score})
        assert refused.status_code == 422
        assert re.search(r'role="alert".{0,400}Tap a number from 0 to 10\.', refused.text, re.DOTALL)
        assert answers(store) == []


def test_a_character_that_no_text_may_hold_is_refused_wherever_it_stands(
    store: StoreVoice, shopper: FlaskClient
) -> None:
    with from_(store, MONDAY) as time:
        at = path(store, asked(store, time))
        for query in ("", "?words=quick"):
            assert shopper.post(f"{at}{query}", data={"score": "9", "words": "\0"}).status_code == 400
        assert answers(store) == []


def test_only_the_link_of_a_question_opens_it(store: StoreVoice, shopper: FlaskClient) -> None:
    with from_(store, MONDAY) as time:
        message = asked(store, time)
        at = path(store, message)
        assert shopper.get(f"{at[:-1]}x").status_code == 404
        other = next(it for it in store.messages() if it.trigger is Trigger.THANK_YOU)
        assert shopper.post(path_of(other), data={"score": "9"}).status_code == 404
        assert [shopper.post(at, data={"score": "9"}).status_code for _ in range(21)] == [303] * 20 + [429]


def path_of(message: Message) -> str:
    """The page of a message that asks nothing."""
    url = links.survey_url(message.shop_id, message.id)
    return url[url.index("/answer/") :]


def test_the_merchant_reads_it_and_who_asks_is_given_it_and_forgotten(
    store: StoreVoice, shopper: FlaskClient
) -> None:
    with from_(store, MONDAY) as time:
        message = asked(store, time)
        at = path(store, message)
        shopper.post(at, data={"score": "2", "words": "The canary <b>got wet</b>."})
        merchant = browser()
        sign_in(merchant, store.shop.id)
        page = merchant.get(f"/admin/{store.shop.id}/answers").text
        assert "The canary &lt;b&gt;got wet&lt;/b&gt;." in page
        assert "10 answers are needed." in page
        stranger = browser()
        other = sold.shop(store.session, domain="other.example")
        store.session.commit()
        sign_in(stranger, other.id)
        assert "canary" not in stranger.get(f"/admin/{other.id}/answers").text
        profile = store.session.get_one(Profile, message.profile_id)
        copy = copies.export(store.session, store.shop.id, [profile])
        assert copy["survey_answer"][0]["words"] == "The canary <b>got wet</b>."
        erasure.erase(store.session, profile)
        store.session.commit()
        assert answers(store) == [(2, None)]
        assert shopper.get(at).status_code == shopper.post(at, data={"score": "9"}).status_code == 404
        assert "canary" not in merchant.get(f"/admin/{store.shop.id}/answers").text


def test_a_store_s_score_counts_each_shopper_s_last_answer_of_ninety_days(store: StoreVoice) -> None:
    session = store.session
    with from_(store, MONDAY):
        for number in range(24):
            answer_of(store, number % 12, 9 if number >= 12 else 0, age=20 - number // 12)
        answer_of(store, 12, 0, age=91)
        answer_of(store, 13, 7, age=1)
        found = answering.score(session, store.shop.id)
        assert (found.count, found.promoters, found.detractors) == (13, 12, 0)
        assert session.scalar(select(func.count()).select_from(SurveyAnswer)) == 26


def answer_of(store: StoreVoice, shopper: int, score: int, *, age: int) -> None:
    """Let a shopper have answered so many days ago."""
    session, at = store.session, clock.now() - timedelta(days=age)
    email = f"s{shopper}@example.com"
    profile = session.scalar(select(Profile).filter_by(email=email))
    if profile is None:
        profile = Profile(shop_id=store.shop.id, email=email, first_seen_at=at)
        session.add(profile)
        session.flush()
    message = Message(
        shop_id=store.shop.id,
        key=f"{shopper}-{age}",
        trigger=CHECK_IN,
        medium=Medium.EMAIL,
        category=Category.MARKETING,
        profile_id=profile.id,
        to=email,
        rfc_id=f"<{shopper}-{age}@x>",
        occasion_at=at,
        due_at=at,
        created_at=at,
    )
    session.add(message)
    session.flush()
    assert answering.keep(session, message.id, score=score)
    session.execute(update(SurveyAnswer).filter_by(message_id=message.id).values(said_at=at))
    session.commit()
