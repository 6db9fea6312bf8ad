"""Our day beside the platform's promise, late as often: the level is chosen anew each week, as of then."""

from datetime import date, datetime, timedelta
from statistics import mean, median
from typing import Any

from bench.eta_orders import Order
from bench.eta_peers import Forecasts
from bench.olist import BRAZIL

LEVELS = tuple(round(0.85 + step / 400, 4) for step in range(55))
"""Shares of parcels that may be promised to be there."""
A_WEEK = timedelta(days=7)
LOOKED_BACK = timedelta(days=150)
DECIDED = timedelta(days=30)
"""What was placed so long ago has come, or is late by anybody's promise."""


def promise(orders: list[Order], scored: list[Order], found: Forecasts) -> dict[str, Any]:
    """Compare the days; also at the one level that, as seen afterwards, is late as seldom as the platform."""
    days: dict[str, date] = {}
    chosen: list[float] = []
    at = scored[0].placed_at
    while at <= scored[-1].placed_at:
        decided = (it for it in orders if at - LOOKED_BACK <= it.placed_at < at - DECIDED)
        lately = [it for it in decided if it.id in found]
        chosen.append(_level(lately, found, at))
        coming = (order for order in scored if at <= order.placed_at < at + A_WEEK)
        days |= {order.id: _day(found[order.id][chosen[-1]]) for order in coming}
        at += A_WEEK
    last = scored[-1].placed_at + LOOKED_BACK
    afterwards = _level(scored, found, last)
    return {
        "platform_late": _late(scored, {order.id: order.promised for order in scored}, last),
        **_compared(scored, days, last),
        "levels": [min(chosen), max(chosen)],
        "at_its_late_rate": {"level": afterwards}
        | _compared(scored, {order.id: _day(found[order.id][afterwards]) for order in scored}, last),
    }


def _level(orders: list[Order], found: Forecasts, now: datetime) -> float:
    """Return the lowest level that was late no more often than the platform, as far as was known."""
    theirs = _late(orders, {order.id: order.promised for order in orders}, now)
    for level in LEVELS:
        if _late(orders, {order.id: _day(found[order.id][level]) for order in orders}, now) <= theirs:
            return level
    return LEVELS[-1]


def _compared(scored: list[Order], days: dict[str, date], now: datetime) -> dict[str, float]:
    earlier = [(order.promised - days[order.id]).days for order in scored]
    return {
        "ours_late": _late(scored, days, now),
        "days_earlier_median": median(earlier),
        "days_earlier_mean": round(mean(earlier), 2),
    }


def _late(orders: list[Order], days: dict[str, date], now: datetime) -> float:
    """Return the share that came after their day; what had not come by now counts as late."""
    return round(mean(_day(min(order.arrived_at or now, now)) > days[order.id] for order in orders), 4)


def _day(at: datetime) -> date:
    return at.astimezone(BRAZIL).date()
