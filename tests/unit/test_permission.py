from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.messages.permission import Allowed, Deferred, Facts, Skipped, decide
from app.vocabulary import Category, Reason, ShipmentStatus, ShopState, Trigger

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
FINE = Facts(
    trigger=Trigger.SHIPPED,
    category=Category.TRANSACTIONAL,
    occasion_at=NOON,
    asked_at=NOON,
    shop_state=ShopState.INSTALLED,
    flow_is_on=True,
    address="ada@example.com",
    address_is_readable=True,
    suppressed=None,
    erased=False,
    order_is_test=False,
    order_is_cancelled=False,
    order_age_when_heard=timedelta(0),
    parcels=(ShipmentStatus.IN_TRANSIT,),
    now=NOON,
)


def test_news_of_a_real_purchase_to_a_willing_shopper_may_go() -> None:
    assert decide(FINE) == Allowed()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"shop_state": ShopState.UNINSTALLED}, Reason.SHOP_GONE),
        ({"erased": True}, Reason.ERASED),
        ({"address": None}, Reason.NO_ADDRESS),
        ({"address_is_readable": False}, Reason.BAD_ADDRESS),
        ({"suppressed": "unsubscribed"}, Reason.SUPPRESSED),
        ({"flow_is_on": False}, Reason.FLOW_OFF),
        ({"order_is_test": True}, Reason.TEST_ORDER),
        ({"occasion_at": NOON - timedelta(hours=73)}, Reason.TOO_OLD),
        ({"trigger": Trigger.THANK_YOU, "order_age_when_heard": timedelta(hours=25)}, Reason.TOO_OLD),
        ({"trigger": Trigger.THANK_YOU, "order_is_cancelled": True}, Reason.SUPERSEDED),
        ({"parcels": (ShipmentStatus.DELIVERED,)}, Reason.SUPERSEDED),
        ({"parcels": ()}, Reason.SUPERSEDED),
        (
            {"trigger": Trigger.OUT_FOR_DELIVERY, "parcels": (ShipmentStatus.ATTEMPT_FAILED,)},
            Reason.SUPERSEDED,
        ),
        ({"trigger": Trigger.DELIVERED, "parcels": (ShipmentStatus.RETURN_TO_SENDER,)}, Reason.SUPERSEDED),
    ],
)
def test_each_rule_objects_with_its_own_reason(changes: dict[str, object], reason: Reason) -> None:
    assert decide(replace(FINE, **changes)) == Skipped(reason)  # type: ignore[arg-type]


def test_an_old_order_may_still_be_followed_when_its_parcel_moves_today() -> None:
    assert decide(replace(FINE, order_age_when_heard=timedelta(days=9))) == Allowed()


def test_one_parcel_that_is_still_news_is_enough() -> None:
    parcels = (ShipmentStatus.DELIVERED, ShipmentStatus.IN_TRANSIT)
    assert decide(replace(FINE, parcels=parcels)) == Allowed()


def test_an_open_case_holds_offers_and_reviews_and_lets_milestones_go_on() -> None:
    troubled = replace(FINE, has_open_case=True)
    assert decide(troubled) == Allowed()
    offer = replace(troubled, category=Category.MARKETING)
    assert decide(offer) == Deferred(NOON + timedelta(hours=1))
    assert decide(replace(offer, has_open_case=False)) == Allowed()
    assert decide(replace(offer, suppressed="unsubscribed")) == Skipped(Reason.SUPPRESSED)


def test_an_answer_of_the_merchants_needs_no_flow_and_is_never_old_news() -> None:
    answer = replace(
        FINE,
        trigger=Trigger.CASE_REPLY,
        flow_is_on=False,
        order_is_test=True,
        order_is_cancelled=True,
        occasion_at=NOON - timedelta(days=9),
        parcels=(),
    )
    assert decide(answer) == Allowed()
    assert decide(replace(answer, suppressed="bounced")) == Skipped(Reason.SUPPRESSED)
    assert decide(replace(answer, erased=True)) == Skipped(Reason.ERASED)


@given(
    st.sampled_from([trigger for trigger in Trigger if trigger is not Trigger.CASE_REPLY]),
    st.sampled_from(ShopState),
    st.tuples(*[st.booleans()] * 4),
    st.lists(st.sampled_from(ShipmentStatus), max_size=3),
)
def test_nothing_ever_goes_to_somebody_erased_or_suppressed_or_for_a_shop_that_left(
    trigger: Trigger, state: ShopState, flags: tuple[bool, ...], parcels: list[ShipmentStatus]
) -> None:
    erased, suppressed, switched_on, is_test = flags
    facts = replace(
        FINE,
        trigger=trigger,
        shop_state=state,
        erased=erased,
        suppressed="unsubscribed" if suppressed else None,
        flow_is_on=switched_on,
        order_is_test=is_test,
        parcels=tuple(parcels),
    )
    if isinstance(decide(facts), Allowed):
        assert (erased, suppressed, switched_on, is_test) == (False, False, True, False)
        assert state is ShopState.INSTALLED
