"""Every enrollment of a replay, and what came of it: none that no flow, no event and no reason explains."""

from collections import Counter, defaultdict
from typing import NamedTuple

from app.flows import published, switches
from app.flows.plan import reading
from app.flows.plan.advance import FINISHED, GONE, NOT_FOR_THEM
from app.flows.plan.definition import Flow, Leave, Message
from app.tracking.exceptions.alarms import LATE
from app.vocabulary import Trigger
from bench.olist import Sale
from bench.reconcile import Query

EXPLAINED = {
    *("too_old", "superseded", "test_order", "no_address"),
    *("no_consent", "not_confirmed", "too_often", "already_told", "already_bought", "let_go", "merged"),
}
"""Why a message may not have gone in a replay of stores that are well."""


class Counts(NamedTuple):
    """What came of all flows."""

    enrollments: int
    unexplained: int


class Came(NamedTuple):
    """One enrollment, and the messages that were asked for in it."""

    id: int
    trigger: Trigger
    path: list[list[str]]
    over: str | None
    is_due: bool
    held_out: bool


def count(query: Query, found: list[Sale]) -> Counts:
    """Print the table of flows; return its figures."""
    flows = {trigger: reading.read(published.preset(trigger)) for trigger in published.PRESETS}
    came = _came(query)
    asked = _asked(query)
    wanted = _wanted(query, found)
    unexplained = 0
    print("\nflows                   wanted    came    held out    asked    should    what became of them")
    for trigger, flow in flows.items():
        mine = [it for it in came if it.trigger is trigger]
        should = sum(len(_messages(flow, it)) for it in mine)
        got = sum(len(asked[it.id]) for it in mine)
        odd = sum(not _is_explained(flow, it, asked[it.id]) for it in mine)
        off = abs(wanted.get(trigger, 0) - len(mine))
        unexplained += odd + off
        ends = ", ".join(f"{why} {many}" for why, many in sorted(Counter(_end(it) for it in mine).items()))
        held = sum(it.held_out for it in mine)
        print(
            f"{trigger:<22}{wanted.get(trigger, 0):>8}{len(mine):>8}{held:>12}{got:>9}{should:>10}    {ends}"
            + (f"    UNEXPLAINED: {odd + off}" if odd + off else "")
        )
    strays = sum(len(sent) for ident, sent in asked.items() if ident not in {it.id for it in came})
    return Counts(len(came), unexplained + strays)


def _end(it: Came) -> str:
    return it.over or "still in it"


def _messages(flow: Flow, it: Came) -> set[tuple[str, int]]:
    """Return the messages that an enrollment was to ask for: those of the steps that it went through."""
    steps = {step.id: step for step in flow.steps if isinstance(step, Message)}
    gone_through = [] if it.held_out else [steps[ident] for ident, _ in it.path if ident in steps]
    return {(str(step.medium), step.number) for step in gone_through}


def _is_explained(flow: Flow, it: Came, asked: set[tuple[str, int]]) -> bool:
    """Tell whether it asked for what it went through, and is over for a reason of the flow's or not due."""
    reasons = {FINISHED, GONE, NOT_FOR_THEM, *(let_go.because for let_go in flow.exits)}
    reasons |= {step.because for step in flow.steps if isinstance(step, Leave)}
    ended_well = it.over in reasons if it.over is not None else not it.is_due
    if it.trigger in switches.NEWS:  # nobody here has texts, and several parcels are one mail
        return ended_well and asked <= _messages(flow, it)
    return ended_well and asked == _messages(flow, it)


def _came(query: Query) -> list[Came]:
    rows = query(
        "SELECT e.id, e.trigger, e.path, e.over, coalesce(e.due_at <= now.at, false), e.held_out"
        " FROM enrollment e, (SELECT max(arrived_at) AS at FROM enrollment) now"
    )
    return [Came(ident, Trigger(trigger), *rest) for ident, trigger, *rest in rows]


def _asked(query: Query) -> dict[int, set[tuple[str, int]]]:
    """Return the messages of each enrollment; 0: offers that come from none."""
    found: dict[int, set[tuple[str, int]]] = defaultdict(set)
    offers = tuple(map(str, published.PRESETS))
    rows = query(
        "SELECT coalesce(enrollment_id, 0), medium, step FROM message WHERE trigger = ANY(%s)", list(offers)
    )
    for ident, medium, step in rows:
        found[ident].add((medium, step))
    return found


def _wanted(query: Query, found: list[Sale]) -> dict[Trigger, int]:
    """Return how often the data says that somebody comes into each flow."""
    arrived = sum(sale.is_shopify and None not in (sale.shipped_at, sale.delivered_at) for sale in found)
    agreed = {(sale.is_shopify, sale.email) for sale in found if sale.agrees}
    again = {Trigger.WIN_BACK: 0, Trigger.LAPSED_SURVEY: 0}
    for trigger in again:
        again[trigger] = query(BOUGHT, str(trigger))[0][0]
    return {
        Trigger.ABANDONED_CHECKOUT: sum(sale.has_cart + sale.leaves_cart for sale in found),
        Trigger.BACK_IN_STOCK: query(ASKED_IN_TIME)[0][0],
        Trigger.CHECK_IN: arrived,
        Trigger.REVIEW_REQUEST: arrived,
        Trigger.WELCOME: len(agreed),
        **again,
        **{trigger: query(HAPPENED, trigger, *what)[0][0] for trigger, what in BEGINS_WITH.items()},
        Trigger.RUNNING_LATE: query(RAN_LATE, [*LATE])[0][0],
    }


BEGINS_WITH = {
    Trigger.THANK_YOU: ("order_placed", None),
    Trigger.SHIPPED: ("shipment_registered", None),
    Trigger.OUT_FOR_DELIVERY: ("shipment_reached", "out_for_delivery"),
    Trigger.DELIVERED: ("shipment_reached", "delivered"),
    Trigger.READY_TO_COLLECT: ("shipment_reached", "available_for_pickup"),
    Trigger.ATTEMPT_FAILED: ("shipment_reached", "attempt_failed"),
    Trigger.LABEL_CREATED: ("shipment_reached", "label_created"),
    Trigger.IN_TRANSIT: ("shipment_reached", "in_transit"),
}
HAPPENED = """
    SELECT count(*) FROM event v JOIN flow f ON f.shop_id = v.shop_id AND f.on_since IS NOT NULL
    WHERE f.trigger = %s AND v.kind = %s AND coalesce(v.data ->> 'status', '') = coalesce(%s, '')
"""
RAN_LATE = """
    SELECT count(DISTINCT v.data ->> 'shipment_id')
    FROM event v JOIN flow f ON f.shop_id = v.shop_id AND f.trigger = 'running_late'
    WHERE f.on_since IS NOT NULL AND (v.data ->> 'exception' = ANY(%s) OR v.data ->> 'status' = 'delayed')
"""


ASKED_IN_TIME = """
    SELECT count(*) FROM waiting w WHERE EXISTS (
        SELECT 1 FROM event v WHERE v.kind = 'back_in_stock' AND v.happened_at >= w.counts_since
            AND CAST(v.data ->> 'variant_id' AS bigint) = w.variant_id
            AND coalesce(w.left_at > v.happened_at, true)
    )
"""
"""Who waited for a thing that came back."""
BOUGHT = """
    SELECT count(*) FROM event v JOIN "order" o ON o.id = CAST(v.data ->> 'order_id' AS bigint)
    WHERE v.kind = 'order_placed' AND o.profile_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM enrollment e
        WHERE e.trigger = %s AND e.profile_id = o.profile_id AND e.entered_at <= v.reacted_at
            AND coalesce(e.ended_at > v.reacted_at, true) AND o.placed_at <= e.entered_at
            AND e.entered_at < v.reacted_at
    )
"""
"""Purchases that let their shopper in: not those told of late, older than the stay that they would end."""
