"""The gate: may this message go to this shopper now? One pure function over facts gathered at the edge."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.vocabulary import Category, Reason, ShipmentStatus, ShopState, Trigger

THANKS_AT_MOST = timedelta(hours=24)
"""An order that was already older than this when we first heard of it, in any status, is not thanked for."""
NEWS_AT_MOST = timedelta(hours=72)
"""A parcel's milestone that was already older than this when it could first be told is no news."""
HELD_FOR = timedelta(hours=1)
"""How soon to ask again about a review or an offer to a shopper whose problem is open."""
ANSWERS = (Trigger.CASE_REPLY,)
"""What a person wrote to a person: no flow, and never old news."""

OVERTAKEN_BY = {
    Trigger.SHIPPED: (
        ShipmentStatus.OUT_FOR_DELIVERY,
        ShipmentStatus.AVAILABLE_FOR_PICKUP,
        ShipmentStatus.DELIVERED,
        ShipmentStatus.RETURN_TO_SENDER,
        ShipmentStatus.CANCELLED,
    ),
    Trigger.OUT_FOR_DELIVERY: (
        ShipmentStatus.AVAILABLE_FOR_PICKUP,
        ShipmentStatus.DELIVERED,
        ShipmentStatus.RETURN_TO_SENDER,
        ShipmentStatus.ATTEMPT_FAILED,
        ShipmentStatus.CANCELLED,
    ),
    Trigger.DELIVERED: (ShipmentStatus.RETURN_TO_SENDER,),
}
"""What a parcel may have become meanwhile that makes telling of the milestone wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything the gate looks at, as it is at this moment."""

    trigger: Trigger
    category: Category
    occasion_at: datetime
    asked_at: datetime
    """When the message was asked for."""
    shop_state: ShopState
    flow_is_on: bool
    address: str | None
    address_is_readable: bool
    suppressed: str | None
    """Why the address is suppressed for this category; None: it is not."""
    erased: bool
    order_is_test: bool
    order_is_cancelled: bool
    order_age_when_heard: timedelta
    parcels: tuple[ShipmentStatus, ...]
    """Where the parcels are that the message speaks of."""
    has_open_case: bool = False
    """The shopper has reported a problem that the merchant has not dealt with."""
    now: datetime


@dataclass(frozen=True, slots=True)
class Allowed:
    """It may go now."""


@dataclass(frozen=True, slots=True)
class Deferred:
    """It may go later."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Skipped:
    """It will not go; the merchant can read why."""

    reason: Reason


Decision = Allowed | Deferred | Skipped


def decide(facts: Facts) -> Decision:
    """Say whether a message may go, in PRODUCT's order: the first rule that objects gives the reason."""
    for rule in RULES:
        reason = rule(facts)
        if reason is not None:
            return Skipped(reason)
    if facts.has_open_case and facts.category is Category.MARKETING:
        return Deferred(facts.now + HELD_FOR)
    return Allowed()


def _somebody_is_there(facts: Facts) -> Reason | None:
    if facts.shop_state is not ShopState.INSTALLED:
        return Reason.SHOP_GONE
    if facts.erased:
        return Reason.ERASED
    if not facts.address:
        return Reason.NO_ADDRESS
    return None if facts.address_is_readable else Reason.BAD_ADDRESS


def _is_switched_on(facts: Facts) -> Reason | None:
    return None if facts.flow_is_on or facts.trigger in ANSWERS else Reason.FLOW_OFF


def _is_not_suppressed(facts: Facts) -> Reason | None:
    return Reason.SUPPRESSED if facts.suppressed else None


def _is_a_real_purchase(facts: Facts) -> Reason | None:
    return Reason.TEST_ORDER if facts.order_is_test and facts.trigger not in ANSWERS else None


def _is_news(facts: Facts) -> Reason | None:
    if facts.trigger in ANSWERS:
        return None
    if facts.trigger is Trigger.THANK_YOU:
        return Reason.TOO_OLD if facts.order_age_when_heard > THANKS_AT_MOST else None
    return Reason.TOO_OLD if facts.asked_at - facts.occasion_at > NEWS_AT_MOST else None


def _still_holds(facts: Facts) -> Reason | None:
    if facts.trigger in ANSWERS:
        return None
    if facts.trigger is Trigger.THANK_YOU:
        return Reason.SUPERSEDED if facts.order_is_cancelled else None
    overtaken = OVERTAKEN_BY.get(facts.trigger, ())
    holds = any(status not in overtaken for status in facts.parcels)
    return None if holds else Reason.SUPERSEDED


RULES = (
    _somebody_is_there,
    _is_not_suppressed,
    _is_switched_on,
    _is_a_real_purchase,
    _is_news,
    _still_holds,
)
