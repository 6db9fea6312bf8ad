"""From a merchant's own keys at a carrier to the shopper's message."""

from datetime import timedelta

from sqlalchemy import select, update

from app.carriers.base import Pass, SourceError
from app.health import _polls
from app.lib import clock, plugins
from app.shops.models import Credential
from app.tracking.models import Shipment
from app.tracking.polls import answers, asking
from app.tracking.polls.answers import Failed
from app.tracking.polls.asking import PassWanted, Round
from app.tracking.polls.models import CarrierAccount, CarrierWatch
from app.tracking.sources import sources
from app.vocabulary import ShipmentStatus as S
from jobs import polling
from tests.journeys import payloads
from tests.journeys.carrier import (
    NUMBER,
    OTHER,
    UPS,
    connect,
    due,
    outcomes,
    parcel,
    parcels,
    poll,
    told,
    ups,
    with_parcel,
)
from tests.journeys.conftest import StoreVoice


def test_a_parcel_is_asked_about_and_the_shopper_told_once(shopify_store: StoreVoice) -> None:
    voice = with_parcel(shopify_store)
    with ups(lambda number: (200, told(number, "O", "OT"), {})) as carrier:
        for _ in range(3):
            poll(voice)
    assert (carrier.asked, carrier.passes) == ([NUMBER] * 3, 1)
    voice.settle()
    assert parcel(voice.session).status is S.OUT_FOR_DELIVERY
    assert voice.told() == ["thank_you", "shipped", "out_for_delivery"]
    assert outcomes(voice.session) == {"told": 3}


def test_nobody_asks_before_it_is_due(shopify_store: StoreVoice) -> None:
    voice = with_parcel(shopify_store)
    with ups(lambda number: (200, told(number, "I", "DP"), {})) as carrier:
        poll(voice)
        polling.poll()
    assert carrier.asked == [NUMBER]
    due_at = voice.session.scalars(select(CarrierWatch.due_at)).one()
    assert due_at is not None
    assert timedelta(hours=5) < due_at - clock.now() < timedelta(hours=7)


def test_one_question_serves_every_parcel_with_the_number(shopify_store: StoreVoice) -> None:
    voice = with_parcel(shopify_store)
    now = clock.now()
    voice.shopify("orders/paid", payloads.order(now, 1043))
    voice.shopify("fulfillments/create", payloads.fulfillment(now, 1043, 8))
    voice.settle()
    with ups(lambda number: (200, told(number, "D", "FS"), {})) as carrier:
        poll(voice)
    assert carrier.asked == [NUMBER]
    assert {shipment.status for shipment in parcels(voice.session)} == {S.DELIVERED}


def test_a_delivery_is_confirmed_once_and_then_nobody_asks(shopify_store: StoreVoice) -> None:
    voice = with_parcel(shopify_store)
    yesterday = clock.now() - timedelta(hours=25)
    voice.session.execute(update(Shipment).values(shipped_at=yesterday - timedelta(days=1)))
    with ups(lambda number: (200, told(number, "D", "FS", at=yesterday), {})):
        poll(voice)
    assert voice.session.scalars(select(CarrierWatch.due_at)).one() is None


def test_a_pass_that_is_refused_is_renewed_once_and_then_the_keys_are_dead(shopify_store: StoreVoice) -> None:
    voice = with_parcel(shopify_store)
    with ups(lambda _: (401, {}, {})) as carrier:
        poll(voice)
        poll(voice)
    assert (carrier.passes, len(carrier.asked)) == (2, 2)
    account = voice.session.scalars(select(CarrierAccount)).one()
    assert account.due_at is None
    assert voice.session.scalar(select(Credential.dead_at).filter_by(kind="source:ups")) is not None
    connect(voice)
    with ups(lambda number: (200, told(number, "I", "DP"), {})) as carrier:
        poll(voice)
    assert carrier.passes == 1
    assert parcel(voice.session).status is S.IN_TRANSIT


def test_passes_are_kept_sealed(shopify_store: StoreVoice) -> None:
    voice = with_parcel(shopify_store)
    with ups(lambda number: (200, told(number, "I", "DP"), {})):
        poll(voice)
    row = voice.session.scalars(select(Credential).filter_by(kind="pass:ups")).one()
    assert b"pass-1" not in row.secret


def test_a_lane_that_died_leaves_its_number_to_the_next_and_may_not_come_back(
    shopify_store: StoreVoice,
) -> None:
    voice = with_parcel(shopify_store)
    with ups(lambda number: (200, told(number, "I", "DP"), {})) as carrier:
        poll(voice)
        due(voice)
        abandoned = asking.claim(voice.session, "ups")
        voice.session.commit()
        assert isinstance(abandoned, Round)
        polling.poll()
        assert carrier.asked == [NUMBER]  # its lease holds
        poll(voice)
        assert carrier.asked == [NUMBER, NUMBER]
    before = voice.session.scalars(select(CarrierWatch.due_at)).one()
    answers.keep(voice.session, abandoned, {}, Failed([NUMBER], SourceError("too late", permanent=True)))
    voice.session.commit()
    assert voice.session.scalars(select(CarrierWatch.due_at)).one() == before


def test_who_has_no_account_with_the_carrier_asks_nobody(shopify_store: StoreVoice) -> None:
    now = clock.now()
    connect(shopify_store)
    shopify_store.shopify("orders/paid", payloads.order(now))
    others = payloads.fulfillment(now, tracking_company="USPS", tracking_numbers=["9400111202555842332669"])
    shopify_store.shopify("fulfillments/create", others)
    shopify_store.settle()
    assert shopify_store.session.scalars(select(CarrierWatch)).all() == []


def test_an_undeclared_carrier_is_told_by_its_number(shopify_store: StoreVoice) -> None:
    now = clock.now()
    connect(shopify_store)
    shopify_store.shopify("orders/paid", payloads.order(now))
    shopify_store.shopify("fulfillments/create", payloads.fulfillment(now, tracking_company=None))
    shopify_store.settle()
    assert shopify_store.session.scalars(select(CarrierWatch.source)).one() == "ups"


def test_an_account_that_is_forgotten_is_asked_nothing(shopify_store: StoreVoice) -> None:
    voice = with_parcel(shopify_store)
    sources.forget(voice.session, voice.shop.id, "ups")
    voice.session.commit()
    with ups(lambda number: (200, told(number, "I", "DP"), {})) as carrier:
        poll(voice)
    assert carrier.asked == []
    assert voice.session.scalars(select(CarrierWatch)).all() == []


def test_a_corrected_number_is_asked_about_and_the_wrong_one_no_more(shopify_store: StoreVoice) -> None:
    voice = with_parcel(shopify_store)
    corrected = payloads.fulfillment(clock.now() + timedelta(minutes=1), tracking_numbers=[OTHER])
    voice.shopify("fulfillments/update", corrected)
    voice.settle()
    with ups(lambda number: (200, told(number, "I", "DP"), {})) as carrier:
        poll(voice)
        poll(voice)
    assert carrier.asked == [OTHER, OTHER]


def test_what_came_of_asking_is_a_metric(shopify_store: StoreVoice) -> None:
    voice = with_parcel(shopify_store)
    with ups(lambda number: (200, told(number, "I", "DP"), {})):
        poll(voice)
    assert [(one.labels, one.value) for one in _polls(voice.session).samples] == [
        ({"source": "ups", "outcome": "told"}, 1.0)
    ]


def test_what_is_due_soon_goes_along_where_one_question_may_ask_for_several(
    shopify_store: StoreVoice,
) -> None:
    voice, now, both = shopify_store, clock.now(), ["999999999998", "61299998820821171811"]
    sources.keep(voice.session, voice.shop, plugins.discover("app.carriers")["fedex"], UPS)
    voice.shopify("orders/paid", payloads.order(now))
    sent = payloads.fulfillment(now, tracking_company="FedEx", tracking_numbers=both)
    voice.shopify("fulfillments/create", sent)
    voice.settle()
    due(voice)
    wanted = asking.claim(voice.session, "fedex")
    assert isinstance(wanted, PassWanted)
    answers.keep_pass(voice.session, wanted, Pass(token="p", lasts=timedelta(hours=1)))
    later = voice.session.scalars(select(CarrierWatch).filter_by(number=both[0])).one()
    later.due_at = clock.now() + timedelta(minutes=1)
    voice.session.commit()
    question = asking.claim(voice.session, "fedex")
    assert isinstance(question, Round)
    assert {one.number for one in question.parcels} == set(both)
