"""A shopper reviews what they bought, without an account; nobody's stars decide whether others see it."""

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.commerce.models import Order
from app.lib import clock
from app.main import PHOTOS, create_app
from app.privacy import copies, erasure
from app.reviews import links, moderating, photos
from app.reviews.links import token_of
from app.reviews.models import HiddenBecause, Review, ReviewPhoto, ReviewState
from app.tracking.page.links import token_of as tracking_token_of
from app.vocabulary import ShipmentStatus as S
from jobs import reviews as job
from tests import sold
from tests.journeys.conftest import at_its_address
from tests.sold import MUG, SHIRT, Sent
from tests.unit.test_review_photos import HOSTILE, drawn

ITEMS = ({**SHIRT, "product_external_id": "71"}, {**MUG, "product_external_id": "72"})
ARRIVED = Sent(scans=((S.DELIVERED, -1, None, "Boulder"),))
ASKS, THANKS = "Your rating", "Thank you for your review"


@pytest.fixture
def shopper() -> FlaskClient:
    return at_its_address().test_client()


@pytest.fixture
def order(session: Session) -> int:
    return sold.order(session, sold.shop(session), ARRIVED, items=ITEMS, is_fulfilled=True).id


def address(order: int, thing: int = 0) -> str:
    """The form of one thing; the lines of an order are made one after the other."""
    return f"/review/{token_of(order)}/{lines_of(order)[thing]}"


def lines_of(order: int) -> list[int]:
    page = create_app().test_client().get(f"/review/{token_of(order)}").text
    return [int(found) for found in dict.fromkeys(re.findall(r"/review/[^/]+/(\d+)", page))]


def write(shopper: FlaskClient, at: str, *files: bytes, **form: Any) -> Any:
    sent = {"stars": "4", "words": "Warm.", "author": "Ana M.", **form}
    sent["photo"] = [(BytesIO(file), f"{place}.jpg") for place, file in enumerate(files)]
    return shopper.post(at, data=sent, content_type="multipart/form-data")


def written(session: Session) -> list[Review]:
    session.expire_all()
    return list(session.scalars(select(Review).order_by(Review.id)))


def test_the_link_opens_everything_that_arrived_and_changes_nothing(
    shopper: FlaskClient, session: Session, order: int
) -> None:
    page = shopper.get(f"/review/{token_of(order)}")
    assert page.status_code == 200
    assert "Merino Overshirt" in page.text
    assert "Enamel Camp Mug" in page.text
    form = shopper.get(f"{address(order)}?stars=5").text
    assert ASKS in form
    assert re.search(r'value="5" required checked', form)
    assert 'value="Ana M."' in form
    assert f"/t/{tracking_token_of(order)}/problem" in form
    assert written(session) == []


def test_stars_words_and_photos_are_kept_and_the_photos_are_ours(
    shopper: FlaskClient, session: Session, order: int
) -> None:
    at = address(order)
    answer = write(shopper, at, drawn("JPEG"), drawn("PNG"))
    assert answer.status_code == 303
    (review,) = written(session)
    assert (review.stars, review.words, review.author, review.state) == (4, "Warm.", "Ana M.", "waiting")
    assert review.due_at is not None
    assert timedelta(hours=23) < review.due_at - clock.now() <= timedelta(days=1)
    kept = session.scalars(select(ReviewPhoto).order_by(ReviewPhoto.id)).all()
    assert [photo.picture[:3] for photo in kept] == [b"\xff\xd8\xff"] * 2
    page = shopper.get(answer.headers["Location"]).text
    assert THANKS in page
    assert "Warm." in page
    shown = shopper.get(f"/review/{token_of(order)}/photo/{kept[0].id}")
    assert (shown.data, shown.content_type) == (kept[0].picture, "image/jpeg")


def test_it_can_be_changed_for_thirty_days_and_is_read_anew(
    shopper: FlaskClient, session: Session, order: int
) -> None:
    at = address(order)
    write(shopper, at, drawn("JPEG"))
    (review,) = written(session)
    moderating.publish(session, review)
    session.commit()
    photo = session.scalars(select(ReviewPhoto.id)).one()
    assert 'value="4" required checked' in shopper.get(f"{at}?change=yes").text
    assert write(shopper, at, stars="1", words="It shrank.", drop=str(photo)).status_code == 303
    (review,) = written(session)
    assert (review.stars, review.words, review.state) == (1, "It shrank.", "waiting")
    assert session.scalars(select(ReviewPhoto)).all() == []
    session.execute(update(Review).values(written_at=clock.now() - timedelta(days=31)))
    session.commit()
    assert "Change it" not in shopper.get(at).text
    assert write(shopper, at, stars="5").status_code == 404
    assert written(session)[0].stars == 1


@pytest.mark.parametrize("stars", ["", "0", "6", "many", "-1", "5.0", "٣"])
def test_there_are_five_stars_and_nothing_typed_is_lost(
    shopper: FlaskClient, session: Session, order: int, stars: str
) -> None:
    answer = write(shopper, address(order), stars=stars, words="Every <b>word</b>")
    assert answer.status_code == 422
    assert "Please choose how many stars you give." in answer.text
    assert "Every &lt;b&gt;word&lt;/b&gt;" in answer.text
    assert written(session) == []


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_words(
    shopper: FlaskClient, session: Session, order: int, name: str
) -> None:
    answer = write(shopper, address(order), drawn("JPEG"), HOSTILE[name])
    assert answer.status_code == 422
    assert "is no photo that we can read" in answer.text
    assert written(session) == []


def test_there_is_room_for_four_photos(shopper: FlaskClient, session: Session, order: int) -> None:
    at = address(order)
    assert write(shopper, at, *[drawn("JPEG")] * 5).status_code == 422
    assert write(shopper, at, *[drawn("JPEG")] * 3).status_code == 303
    assert write(shopper, at, *[drawn("JPEG")] * 2).status_code == 422
    first = session.scalars(select(ReviewPhoto.id).order_by(ReviewPhoto.id)).first()
    assert write(shopper, at, *[drawn("JPEG")] * 2, drop=str(first)).status_code == 303
    assert len(session.scalars(select(ReviewPhoto)).all()) == photos.MOST


def test_only_who_has_the_link_may_bring_photos(session: Session, order: int) -> None:
    del session

    def has_room(path: str) -> bool:
        return PHOTOS.path.fullmatch(path) is not None and PHOTOS.lets(path)

    assert has_room(f"/review/{token_of(order)}/7")
    strange = (f"/review/{token_of(order)}x/7", f"/review/{tracking_token_of(order)}/7")
    for path in (*strange, f"/t/{token_of(order)}", f"/review/{token_of(order)}", "/review/x/7", "/"):
        assert not has_room(path)


def test_nothing_opens_with_another_link_or_for_another_order(
    shopper: FlaskClient, session: Session, order: int
) -> None:
    other = sold.order(
        session, sold.shop(session, domain="other.example"), ARRIVED, items=ITEMS, is_fulfilled=True
    )
    write(shopper, address(order), drawn("JPEG"))
    photo, line = session.scalars(select(ReviewPhoto.id)).one(), lines_of(order)[0]
    for token in (tracking_token_of(order), token_of(order)[:-1], "x"):
        assert shopper.get(f"/review/{token}").status_code == 404
    theirs = f"/review/{token_of(other.id)}"
    assert shopper.get(f"{theirs}/{line}").status_code == 404
    assert write(shopper, f"{theirs}/{line}").status_code == 404
    assert shopper.get(f"{theirs}/photo/{photo}").status_code == 404
    assert len(written(session)) == 1


def test_what_has_not_arrived_cannot_be_reviewed(shopper: FlaskClient, session: Session) -> None:
    shop = sold.shop(session)
    moving = Sent(scans=((S.IN_TRANSIT, -2, None, "Denver"),), items=(1,))
    parted = sold.order(session, shop, Sent(scans=ARRIVED.scans, items=(0,)), moving, items=ITEMS)
    page = shopper.get(f"/review/{token_of(parted.id)}").text
    assert "Merino Overshirt" in page
    assert "Enamel Camp Mug" not in page
    nothing = sold.order(session, shop, moving, items=ITEMS)
    assert "Nothing to review yet" in shopper.get(f"/review/{token_of(nothing.id)}").text


@pytest.mark.parametrize("stars", range(1, 6))
def test_every_review_gets_the_same_thanks_the_same_help_and_appears_after_a_day(
    shopper: FlaskClient, session: Session, order: int, stars: int
) -> None:
    at = address(order)
    write(shopper, at, stars=str(stars))
    thanks = shopper.get(at).text
    assert re.sub(r"<svg.*?</svg>|[1-5] stars?", "", thanks).count("star") >= 1
    assert "It counts in the product’s rating within a day." in thanks
    job.publish()
    assert written(session)[0].state is ReviewState.WAITING
    session.execute(update(Review).values(due_at=clock.now()))
    session.commit()
    job.publish()
    (review,) = written(session)
    assert (review.state, review.due_at) == (ReviewState.PUBLISHED, None)
    assert "It counts in the product’s rating." in shopper.get(at).text


def test_who_is_hidden_reads_why_and_may_write_again(
    shopper: FlaskClient, session: Session, order: int
) -> None:
    at = address(order)
    write(shopper, at, words="Tom in the shop is a fool.")
    moderating.hide(session, written(session)[0], HiddenBecause.PERSONAL)
    session.execute(update(Review).values(written_at=clock.now() - timedelta(days=60)))
    session.commit()
    page = shopper.get(at).text
    assert "The shop does not show it. It names somebody, or tells what is private." in page
    assert write(shopper, at, words="I was not served well.").status_code == 303
    assert written(session)[0].state is ReviewState.WAITING


def test_it_can_be_taken_back_and_is_gone(shopper: FlaskClient, session: Session, order: int) -> None:
    at = address(order)
    write(shopper, at, drawn("JPEG"))
    assert shopper.get(f"{at}/take-back").status_code == 405
    assert len(written(session)) == 1
    assert shopper.post(f"{at}/take-back").status_code == 303
    assert written(session) == []
    assert session.scalars(select(ReviewPhoto)).all() == []
    assert "Your review is taken back." in shopper.get(f"{at}?said=taken-back").text


def test_a_flood_is_held_back(shopper: FlaskClient, session: Session, order: int) -> None:
    at = address(order)
    answers = {write(shopper, at, words=f"{n}").status_code for n in range(22)}
    assert answers == {303, 429}
    assert len(written(session)) == 1


def test_a_copy_holds_review_and_photo_and_erasure_leaves_the_stars(
    shopper: FlaskClient, session: Session, order: int
) -> None:
    at = address(order)
    write(shopper, at, drawn("JPEG"), words="Says the canary.", author="Canary M.")
    (review,) = written(session)
    moderating.publish(session, review)
    moderating.reply(review, "Dear canary")
    session.commit()
    row = session.get_one(Order, order)
    copy = copies.export(session, row.shop_id, [], [row.external_id])
    assert copy["review"][0]["words"] == "Says the canary."
    assert copy["review_photo"][0]["picture"].startswith("data:image/jpeg;base64,")
    erasure.erase_order(session, row)
    session.commit()
    (review,) = written(session)
    assert (review.words, review.author, review.reply, review.stars) == (None, None, None, 4)
    assert session.scalars(select(ReviewPhoto)).all() == []
    assert shopper.get(at.rpartition("/")[0]).status_code == 404
    assert write(shopper, at).status_code == 404


def test_a_merchants_look_at_a_photo_ends(shopper: FlaskClient, session: Session, order: int) -> None:
    write(shopper, address(order), drawn("JPEG"))
    photo = session.scalars(select(ReviewPhoto)).one()
    token = links.photo_token(photo.shop_id, photo.id)
    assert shopper.get(f"/photo/{token}").data == photo.picture
    assert shopper.get(f"/photo/{token}x").status_code == 404
    assert shopper.get(f"/photo/{links.photo_token(photo.shop_id + 1, photo.id)}").status_code == 404
