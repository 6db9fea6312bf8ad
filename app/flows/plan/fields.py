"""What a flow may ask about: the fields of each subject, and what starts a flow about it, as data."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """What a field holds."""

    FLAG = "yes or no"
    NUMBER = "a number"
    TEXT = "a word"
    MOMENT = "a moment"
    """It can be waited for."""
    CHANGING = "something that changes"
    """Only when it last did is known."""


PERSON: Mapping[str, Kind] = {
    "consent.any": Kind.FLAG,
    "consent.email": Kind.FLAG,
    "consent.sms": Kind.FLAG,
    "consent.whatsapp": Kind.FLAG,
    "profile.country": Kind.TEXT,
    "profile.has_open_case": Kind.FLAG,
    "profile.lapses_at": Kind.MOMENT,
    "profile.orders": Kind.NUMBER,
    "profile.ordered_since": Kind.FLAG,
}
"""Of the shopper, whatever the flow is about; `consent`: whether offers may go to them on that medium now,
`ordered_since`: whether they bought after they had come into the flow."""

FIELDS: Mapping[str, Mapping[str, Kind]] = MappingProxyType(
    {
        "checkout": {
            **PERSON,
            "checkout.contents": Kind.CHANGING,
            "checkout.has_contact": Kind.FLAG,
            "checkout.in_stock": Kind.FLAG,
            "checkout.is_bought": Kind.FLAG,
            "checkout.is_deleted": Kind.FLAG,
            "checkout.items": Kind.NUMBER,
            "checkout.total": Kind.NUMBER,
        },
        "order": {
            **PERSON,
            "order.country": Kind.TEXT,
            "order.is_called_off": Kind.FLAG,
            "order.is_delivered": Kind.FLAG,
            "order.is_domestic": Kind.FLAG,
            "order.is_first": Kind.FLAG,
            "order.is_returned": Kind.FLAG,
            "order.some_arrived": Kind.FLAG,
            "order.status": Kind.TEXT,
            "order.total": Kind.NUMBER,
        },
        "item": {
            **PERSON,
            "item.is_bought_again": Kind.FLAG,
            "item.is_called_off": Kind.FLAG,
            "item.is_sold": Kind.FLAG,
            "item.is_used_up": Kind.FLAG,
            "item.runs_out_at": Kind.MOMENT,
        },
        "parcel": {
            **PERSON,
            "order.country": Kind.TEXT,
            "order.is_called_off": Kind.FLAG,
            "order.is_domestic": Kind.FLAG,
            "order.total": Kind.NUMBER,
            "parcel.status": Kind.TEXT,
        },
        "profile": PERSON,
        "waiting": {
            **PERSON,
            "waiting.in_stock": Kind.FLAG,
            "waiting.is_over": Kind.FLAG,
            "waiting.quantity": Kind.NUMBER,
        },
    }
)
"""Money is in minor units of the shop's currency, countries are two letters; `order.status` is that of the
parcel that is furthest behind, `order.is_delivered` is about all of them, `order.some_arrived` whether all of
any one thing is there; `item` is a thing that shoppers buy again and again (`item.is_used_up`), after as long
as they usually take (`item.runs_out_at`); `waiting` is somebody who asked to hear when a thing is back."""

STARTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "agreed_to_offers": ("profile",),
        "back_in_stock": ("waiting",),
        "checkout_started": ("checkout",),
        "order_placed": ("order", "item", "profile"),
        "parcel_attempt_failed": ("parcel",),
        "parcel_delivered": ("order", "parcel"),
        "parcel_in_transit": ("parcel",),
        "parcel_late": ("parcel",),
        "parcel_out_for_delivery": ("parcel",),
        "parcel_packed": ("parcel",),
        "parcel_ready_to_collect": ("parcel",),
        "parcel_shipped": ("parcel",),
    }
)
"""What starts a flow, and what a flow that starts so may be about."""
