"""Says when parcels arrive, remembers what it said, and learns from what came true.

A prediction is made when an order is placed, when a parcel is registered and when it reaches a status; each
is stored as of its moment, one for each clock, and scored when the parcel arrives.
"""

from datetime import date, datetime, tzinfo

from sqlalchemy import Select, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app import events
from app.commerce import holding
from app.commerce.models import Order
from app.lib import clock as clocks
from app.shops import workdays
from app.shops.models import Shop
from app.tracking.exceptions import watch
from app.tracking.forecast import transits
from app.tracking.forecast.conformal import Levels
from app.tracking.forecast.delivery_date import Clock, Fit, Window, fit
from app.tracking.forecast.models import Forecast, Prediction, Transit
from app.tracking.forecast.transits import Start
from app.tracking.models import Shipment
from app.vocabulary import ShipmentStatus as S

COMING = (S.PENDING, S.LABEL_CREATED, S.PICKED_UP, S.IN_TRANSIT, S.DELAYED, S.OUT_FOR_DELIVERY)
"""Where a parcel is while a day can be said of it."""


def on_order_placed(session: Session, shop_id: int, event: events.OrderPlaced) -> None:
    """Say when an order will arrive that has not left."""
    order = _locked(session, shop_id, event.order_id)
    if order is None or order.placed_at is None or order.is_test or not order.ship_to:
        return
    if session.scalar(select(Shipment.id).filter_by(order_id=order.id).limit(1)) is not None:
        return
    placed = Start(Clock.PLACED, transits.lane_of_order(order), order.placed_at)
    window = _say(session, order, None, placed)
    if window is not None:
        order.window_from, order.window_until = _days(session, order.shop_id, window)


def on_shipment_registered(session: Session, shop_id: int, event: events.ShipmentRegistered) -> None:
    """Say when a new parcel will arrive."""
    _follow(session, shop_id, event.order_id, event.shipment_id)


def on_shipment_reached(session: Session, shop_id: int, event: events.ShipmentReached) -> None:
    """Say anew when a parcel will arrive, or learn from its having arrived."""
    _follow(session, shop_id, event.order_id, event.shipment_id)


def _follow(session: Session, shop_id: int, order_id: int, shipment_id: int) -> None:
    order = _locked(session, shop_id, order_id)
    shipment = session.get(Shipment, shipment_id, populate_existing=True)
    if order is None or shipment is None or shipment.shop_id != shop_id:
        return
    counted = session.scalar(select(Transit.arrived_at).filter_by(shipment_id=shipment.id))
    transit = transits.keep(session, order, shipment)
    if transit is None:
        shipment.window_from = shipment.window_until = None
    elif transit.arrived_at is None:
        _predict(session, order, shipment, transit)
    elif counted is None:
        _learn(session, order, transit)


def _predict(session: Session, order: Order, shipment: Shipment, transit: Transit) -> None:
    if shipment.status not in COMING:
        return
    known = (transits.start_of(transit, clock) for clock in (Clock.OUT, Clock.MOVED, Clock.SHIPPED))
    for start in filter(None, known):  # the latest of which enough is learnt
        window = _say(session, order, shipment.id, start)
        if window is not None:
            shipment.window_from, shipment.window_until = _days(session, order.shop_id, window)
            watch.review(session, [order])
            return


def _say(session: Session, order: Order, shipment_id: int | None, start: Start) -> Window | None:
    """Return the window of a parcel or order, and remember the first that is said of each clock."""
    now = clocks.now()
    forecast = session.scalar(_row(order.shop_id, start.clock))
    learnt = _learnt(session, forecast) if forecast else None
    if forecast is not None and learnt is not None and learnt.is_due(0, now):
        # never waited for: whoever learns holds several of these rows
        free = session.scalar(_row(order.shop_id, start.clock).with_for_update(skip_locked=True))
        learnt = _learn_anew(session, free, now) if free else learnt
    if forecast is None or learnt is None:
        return None
    window = learnt.window(start.lane, start.at, now=now, levels=_levels(forecast))
    row = {
        "shop_id": order.shop_id,
        "order_id": order.id,
        "shipment_id": shipment_id,
        "clock": start.clock,
        "made_at": now,
        "started_at": start.at,
        **{name: getattr(window, name) for name in ("low", "earliest", "middle", "by", "latest", "high")},
        "level": window.guess.level,
        "samples": window.guess.samples,
        "log_days": window.guess.log_days,
        "waited": window.waited,
    }
    session.execute(insert(Prediction).values(row).on_conflict_do_nothing())
    return window


def _learn(session: Session, order: Order, transit: Transit) -> None:
    """Score what was said of a parcel that has arrived, and learn its time."""
    arrived_at = transit.arrived_at
    assert arrived_at is not None
    of_it = or_(Prediction.shipment_id == transit.shipment_id, Prediction.shipment_id.is_(None))
    mine = select(Prediction).where(Prediction.order_id == order.id, of_it)
    said = {row.clock: row for row in session.scalars(mine.where(Prediction.arrived_at.is_(None)))}
    for clock in Clock:
        if transits.start_of(transit, clock) is None:
            continue
        forecast = _held(session, order.shop_id, clock)
        learnt = _learnt(session, forecast)
        forecast.arrivals += 1
        if clock in said:
            _score(forecast, learnt, said[clock], arrived_at)
        if learnt is None or learnt.is_due(forecast.arrivals, clocks.now()):
            _learn_anew(session, forecast, clocks.now())


def _score(forecast: Forecast, learnt: Fit | None, said: Prediction, arrived_at: datetime) -> None:
    said.arrived_at = arrived_at
    forecast.scored += 1
    forecast.within_80 += said.earliest <= arrived_at <= said.latest
    forecast.within_90 += said.low <= arrived_at <= said.high
    forecast.kept_by += arrived_at <= said.by
    if learnt is not None and arrived_at > said.started_at:
        score = learnt.score(said.started_at, arrived_at, said.log_days, said.waited)
        forecast.levels = {"asked": _levels(forecast).learn(score).asked}


def _learn_anew(session: Session, forecast: Forecast, now: datetime) -> Fit | None:
    runs = transits.runs(session, forecast.shop_id, forecast.clock, now)
    learnt = fit(runs, now, _zone(session, forecast.shop_id))
    forecast.learnt = learnt.write() if learnt else None
    forecast.arrivals = 0
    return learnt


def _learnt(session: Session, forecast: Forecast) -> Fit | None:
    return Fit.read(forecast.learnt, _zone(session, forecast.shop_id)) if forecast.learnt else None


def _levels(forecast: Forecast) -> Levels:
    return Levels(tuple(forecast.levels["asked"]))


def _held(session: Session, shop_id: int, clock: Clock) -> Forecast:
    """Return the locked row of a shop's clock; whoever needs several takes them in the order of Clock."""
    mine = _row(shop_id, clock).with_for_update()
    held = session.scalar(mine)
    if held is not None:
        return held
    row = {"shop_id": shop_id, "clock": clock, "levels": {"asked": Levels().asked}}
    counts = dict.fromkeys(("arrivals", "scored", "within_80", "within_90", "kept_by"), 0)
    session.execute(insert(Forecast).values(row | counts).on_conflict_do_nothing())
    return session.scalars(mine).one()


def _row(shop_id: int, clock: Clock) -> Select[Forecast]:
    mine = select(Forecast).filter_by(shop_id=shop_id, clock=clock)
    return mine.execution_options(populate_existing=True)


def _locked(session: Session, shop_id: int, order_id: int) -> Order | None:
    order = holding.hold(session, order_id)
    return order if order is not None and order.shop_id == shop_id else None


def _days(session: Session, shop_id: int, window: Window) -> tuple[date, date]:
    """Return the days of a window where the shop is."""
    zone = _zone(session, shop_id)
    return window.earliest.astimezone(zone).date(), window.latest.astimezone(zone).date()


def _zone(session: Session, shop_id: int) -> tzinfo:
    return workdays.calendar(session.get_one(Shop, shop_id)).zone
