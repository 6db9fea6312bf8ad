from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.audience.grants import Said
from app.messages.gate.permission import ANSWERS, Allowed, Deferred, Facts, Skipped, decide
from app.vocabulary import (
    Category,
    ConsentSource,
    ConsentState,
    Medium,
    Reason,
    ShipmentStatus,
    ShopState,
    Trigger,
)

DENVER = ZoneInfo("America/Denver")
NOON = datetime(2026, 11, 24, 19, tzinfo=UTC)
"""In Denver, on a Tuesday."""
FINE = Facts(
    trigger=Trigger.SHIPPED,
    medium=Medium.EMAIL,
    category=Category.TRANSACTIONAL,
    occasion_at=NOON,
    asked_at=NOON,
    shop_state=ShopState.INSTALLED,
    flow_is_on=True,
    address="ada@example.com",
    address_is_readable=True,
    suppressed=None,
    said=None,
    offers=None,
    ordered_at=NOON,
    country="US",
    clocks=(DENVER,),
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
        ({"only_if_late": True}, Reason.ONLY_IF_LATE),
        ({"trigger": Trigger.RUNNING_LATE, "is_over": True}, Reason.SUPERSEDED),
        (
            {"trigger": Trigger.LABEL_CREATED, "parcels": (ShipmentStatus.IN_TRANSIT,)},
            Reason.SUPERSEDED,
        ),
        (
            {"trigger": Trigger.IN_TRANSIT, "parcels": (ShipmentStatus.OUT_FOR_DELIVERY,)},
            Reason.SUPERSEDED,
        ),
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
    assert decide(offer) == Deferred(NOON + timedelta(hours=1), Reason.OPEN_CASE)
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
    st.sampled_from([trigger for trigger in Trigger if trigger not in ANSWERS]),
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


OFFER = replace(FINE, category=Category.MARKETING)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ordered_at": None}, Reason.NO_CONSENT),
        ({"medium": Medium.SMS, "address": "+13035550142"}, Reason.NO_CONSENT),
        ({"said": Said(ConsentState.UNSUBSCRIBED, ConsentSource.SHOPIFY, NOON)}, Reason.NO_CONSENT),
        ({"country": "FR"}, Reason.NO_CONSENT),
        (
            {"country": "DE", "said": Said(ConsentState.SUBSCRIBED, ConsentSource.CHECKOUT, NOON)},
            Reason.NOT_CONFIRMED,
        ),
        (
            {
                "medium": Medium.WHATSAPP,
                "said": Said(ConsentState.SUBSCRIBED, ConsentSource.CONFIRMATION, NOON),
            },
            Reason.COUNTRY_RULE,
        ),
        ({"asked_at": NOON - timedelta(days=8)}, Reason.TOO_OLD),
        ({"is_told": True}, Reason.ALREADY_TOLD),
        (
            {
                "asked_at": NOON - timedelta(days=6),
                "sent_lately": tuple(NOON - timedelta(hours=h) for h in (1, 30, 60)),
            },
            Reason.TOO_OFTEN,
        ),
    ],
)
def test_offers_have_rules_of_their_own(changes: dict[str, object], reason: Reason) -> None:
    changes = {"medium": Medium.EMAIL, "occasion_at": NOON, **changes}
    if changes.get("medium") is Medium.SMS:
        changes["category"] = Category.TRANSACTIONAL
    assert decide(replace(OFFER, **changes)) == Skipped(reason)  # type: ignore[arg-type]


def test_an_offer_waits_for_its_turn_and_news_of_an_order_does_not() -> None:
    hour_ago = NOON - timedelta(hours=1)
    assert decide(replace(OFFER, sent_lately=(hour_ago,))) == Deferred(
        hour_ago + timedelta(days=1), Reason.TOO_OFTEN
    )
    week = tuple(NOON - timedelta(days=d) for d in (6, 4, 2))
    assert decide(replace(OFFER, sent_lately=week)) == Deferred(NOON + timedelta(days=1), Reason.TOO_OFTEN)
    assert decide(replace(FINE, sent_lately=(hour_ago,) * 9)) == Allowed()


@pytest.mark.parametrize(
    ("hour", "medium", "category", "goes"),
    [
        (3, Medium.EMAIL, Category.TRANSACTIONAL, True),
        (3, Medium.EMAIL, Category.MARKETING, False),
        (3, Medium.SMS, Category.TRANSACTIONAL, False),
        (3, Medium.PUSH, Category.TRANSACTIONAL, False),
        (12, Medium.SMS, Category.TRANSACTIONAL, True),
        (19, Medium.EMAIL, Category.MARKETING, True),
        (20, Medium.EMAIL, Category.MARKETING, False),
    ],
)
def test_nobody_is_woken(hour: int, medium: Medium, category: Category, goes: bool) -> None:  # noqa: FBT001 - a table
    now = datetime(2026, 11, 24, hour, tzinfo=DENVER).astimezone(UTC)
    yes = Said(ConsentState.SUBSCRIBED, ConsentSource.CONFIRMATION, NOON)
    decision = decide(replace(FINE, now=now, medium=medium, category=category, said=yes, asked_at=now))
    opens = datetime(2026, 11, 24 if hour < 9 else 25, 9, tzinfo=DENVER).astimezone(UTC)
    assert decision == (Allowed() if goes else Deferred(opens, Reason.QUIET_HOURS))
