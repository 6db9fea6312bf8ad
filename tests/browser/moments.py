"""Every moment of an order: what its rows hold when it is looked at."""

from typing import Any

from app.lib import clock
from app.vocabulary import ExceptionKind as K
from app.vocabulary import ShipmentStatus as S
from tests import sold
from tests.sold import Sent

BEGUN = (
    (S.LABEL_CREATED, -70, None, None),
    (S.PICKED_UP, -52, None, "Portland"),
    (S.IN_TRANSIT, -30, None, "Denver"),
)
ON_THE_WAY = (*BEGUN, (S.IN_TRANSIT, -3, "departure_scan", "Denver"))
ARRIVED = (
    *BEGUN,
    (S.OUT_FOR_DELIVERY, -8, None, "Boulder"),
    (S.DELIVERED, -0.01, "left_with_neighbor", "Boulder"),
)
PLACE = {
    "name": "Arapahoe Corner Market",
    "address": "2850 Arapahoe Avenue, Boulder, CO 80303",
    "hours": "Mon–Fri 7 am to 10 pm, Sat 8 am to 10 pm",  # noqa: RUF001 - as carriers write it
    "code": "4827 16",
}
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


def _now(status: S, detail: str | None = None, town: str = "Denver", **columns: Any) -> tuple[Sent, ...]:
    return (Sent(scans=(*BEGUN, (status, -2, detail, town)), sent=-71, **columns),)


MOMENTS: dict[str, tuple[Sent, ...]] = {
    "ordered": (),
    "not-yet-paid": (),
    "takes-long": (),
    "packed": (Sent(scans=((S.LABEL_CREATED, -1, None, None),)),),
    "sent": (Sent(sent=-90, url=None),),
    "without-number": (Sent(sent=-20, number=None, carrier=None, url=None),),
    "in-transit": (Sent(scans=ON_THE_WAY, expected=3, sent=-71, text="Departed from Facility"),),
    "in-transit-without-day": (Sent(scans=ON_THE_WAY, sent=-71),),
    "in-transit-window": (Sent(scans=ON_THE_WAY, expected=3, until=5, sent=-71),),
    "stuck": (Sent(scans=ON_THE_WAY, sent=-71, alarm=K.STALLED),),
    "lost": (Sent(scans=ON_THE_WAY, sent=-71, alarm=K.PRESUMED_LOST),),
    "no-news": (Sent(scans=ON_THE_WAY, sent=-71, alarm=K.NO_UPDATE),),
    "not-picked-up": (Sent(scans=((S.LABEL_CREATED, -80, None, None),), sent=-81, alarm=K.LABEL_NOT_MOVING),),
    "number-unknown": (Sent(sent=-71, alarm=K.INVALID_NUMBER),),
    "late": (Sent(scans=ON_THE_WAY, sent=-71, alarm=K.LATE),),
    "overdue": (Sent(scans=ON_THE_WAY, expected=-1, sent=-71),),
    "delayed": _now(S.DELAYED, "weather", expected=4),
    "held-address": _now(S.EXCEPTION, "address_issue"),
    "held-customs": _now(S.EXCEPTION, "customs_hold"),
    "held-damaged": _now(S.EXCEPTION, "damaged"),
    "held-weather": _now(S.EXCEPTION, "weather"),
    "held-lost": _now(S.EXCEPTION, "lost"),
    "held-prohibited": _now(S.EXCEPTION, "customs_prohibited"),
    "held-unsaid": _now(S.EXCEPTION),
    "out-for-delivery": (Sent(scans=(*BEGUN, (S.OUT_FOR_DELIVERY, -0.01, None, "Boulder")), sent=-71),),
    "out-since-yesterday": (Sent(scans=(*BEGUN, (S.OUT_FOR_DELIVERY, -27, None, "Boulder")), sent=-71),),
    "out-with-hours": (
        Sent(
            scans=(*BEGUN, (S.OUT_FOR_DELIVERY, -0.01, None, "Boulder")), expected=0.01, until=0.1, sent=-71
        ),
    ),
    "missed-no-access": _now(S.ATTEMPT_FAILED, "no_access", "Boulder"),
    "missed": _now(S.ATTEMPT_FAILED, None, "Boulder"),
    "to-collect": _now(S.AVAILABLE_FOR_PICKUP, None, "Boulder"),
    "to-collect-there": _now(S.AVAILABLE_FOR_PICKUP, None, "Boulder", pickup=PLACE),
    "returning": _now(S.RETURN_TO_SENDER, "returning", "Boulder"),
    "returned": _now(S.RETURN_TO_SENDER, "returned", "Portland"),
    "delivered": (Sent(scans=ARRIVED, sent=-71),),
    "two-parcels": (
        Sent(scans=ARRIVED, items=(0,), sent=-71),
        Sent(scans=ON_THE_WAY, items=(1,), expected=4, sent=-71),
    ),
    "five-parcels": (
        Sent(scans=ON_THE_WAY, sent=-71),
        *[Sent(scans=((S.LABEL_CREATED, -1, None, None),))] * 4,
    ),
    "part-of-it": (Sent(scans=ON_THE_WAY, items=(0,), sent=-71),),
    "cancelled": (),
    "long-words": (Sent(scans=ON_THE_WAY, carrier=LONG, number="9" * 60, text=LONG * 2, sent=-71),),
}
COLUMNS: dict[str, dict[str, Any]] = {
    "cancelled": {"cancelled_at": clock.now()},
    "not-yet-paid": {"placed_at": None},
    "takes-long": {"alarm": K.UNFULFILLED},
    "long-words": {
        "name": f"#{LONG}",
        "items": ({**sold.SHIRT, "title": LONG, "variant_title": LONG, "price": 99999999999}, sold.MUG),
        "ship_to": {"first_name": LONG, "city": LONG},
    },
}
