"""Somebody led through a flow as everything is now."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from app.flows.plan import reading, walking
from app.flows.plan.facts import Facts

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
FLOW = reading.read(
    """
flow: review_request
starts: parcel_delivered
about: order
category: marketing
only: consent.email
exits:
- {if: order.is_returned, because: sent back}
steps:
- {id: all, wait: {until: order.is_delivered, at most: 3 days, else: end}}
- {id: morning, wait: {for: 1 day, at: "09:00"}}
- {id: large, split: {if: [order.total at least 5000, order.is_domestic], yes: mail, no: end}}
- {id: mail, message: email}
- {id: lapsed, wait: {until moment: profile.lapses_at}}
"""
)
KNOWN = {
    "order.is_delivered": True,
    "order.is_returned": False,
    "order.total": 6000,
    "order.is_domestic": True,
    "consent.email": True,
}


def facts(**changes: bool | int) -> Facts:
    known = KNOWN | {name.replace("__", "."): value for name, value in changes.items()}
    return Facts(known=known, shopper_zone=ZoneInfo("UTC"))


def test_each_step_is_told_with_its_time_and_what_was_asked() -> None:
    walk = walking.walk(FLOW, facts(), NOON)
    morning = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
    assert [(it.step.id, it.at, it.until, it.onward) for it in walk.passed] == [
        ("all", NOON, NOON, "morning"),
        ("morning", NOON, morning, "large"),
        ("large", morning, morning, "mail"),
        ("mail", morning, morning, "lapsed"),
        ("lapsed", morning, None, ""),
    ]
    assert [(str(it.condition), it.holds) for it in walk.passed[2].looks] == [
        ("order.total at least 5000", True),
        ("order.is_domestic", True),
    ]
    assert walk.over is None, "it waits for a moment that nobody knows yet"


def test_what_never_becomes_so_is_waited_for_as_long_as_it_may() -> None:
    walk = walking.walk(FLOW, facts(order__is_delivered=False), NOON)
    assert [(it.step.id, it.until, it.onward) for it in walk.passed] == [
        ("all", NOON + timedelta(days=3), "end")
    ]
    assert walk.over == "finished"


def test_whom_it_is_not_for_leaves_before_anything_is_done() -> None:
    assert walking.walk(FLOW, facts(consent__email=False), NOON).over == "not for them"
    walk = walking.walk(FLOW, facts(order__is_returned=True), NOON)
    assert (walk.passed, walk.over) == ((), "sent back")
    asked = walking.objections(FLOW, facts(order__is_returned=True))
    assert [(because, [it.holds for it in looks]) for because, looks in asked] == [
        ("sent back", [True]),
        ("", [True]),
    ]


def test_the_other_way_is_gone_where_one_condition_does_not_hold() -> None:
    walk = walking.walk(FLOW, facts(order__is_domestic=False), NOON)
    assert [it.holds for it in walk.passed[2].looks] == [True, False]
    assert (walk.passed[2].onward, walk.over) == ("end", "finished")
