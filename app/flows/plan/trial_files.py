"""Sample histories as they stand under `tests` in a flow's file."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.flows.plan.cells import conditions_in, needed_span_in
from app.flows.plan.conditions import written
from app.flows.plan.sheet import Cell, Mistake, Table, Text, rows_of, table_of, text_of
from app.flows.plan.spans import Span, Unit
from app.flows.plan.trial import MONDAY_NOON, UTC_ZONE, News, Trial
from app.lib.told import tell

AT_ONCE = Span(0, Unit.MINUTE)
YEARS = range(2000, 2101)
NAMES = ("name", "begins", "zone", "facts", "moments", "then", "expect", "over")


def read(row: Cell) -> Trial:
    """Return a trial; raises Mistake."""
    table = table_of(row)
    table.only(tell("A test"), *NAMES)
    zone = _zone(table.text("zone"))
    begins, over = table.text("begins"), table.text("over")
    later = [_news(table_of(it)) for it in rows_of(table.cells["then"])] if "then" in table.cells else []
    expected = table_of(table.cells["expect"]) if "expect" in table.cells else None
    if expected is None and over is None:
        raise Mistake(
            table.line,
            tell("A test says under “expect” what comes when, or under “over” why it ends."),
        )
    return Trial(
        name=table.needed("name").text,
        begins_at=_moment(begins, zone) if begins else MONDAY_NOON,
        zone=zone,
        news=(_so(table, AT_ONCE), *later),
        done=_spans(expected) if expected else (),
        over=over.text if over else None,
        line=table.line,
    )


def write(trial: Trial) -> dict[str, Any]:
    """Return a trial as plain texts, lists and tables; what is as usual is left out."""
    told: dict[str, Any] = {"name": trial.name}
    if trial.begins_at != MONDAY_NOON:
        told["begins"] = f"{trial.begins_at.astimezone(trial.zone):%Y-%m-%d %H:%M}"
    if trial.zone != UTC_ZONE:
        told["zone"] = trial.zone.key
    now, *later = trial.news or (News(after=AT_ONCE),)
    told |= _what(now)
    if later:
        told["then"] = [{"after": str(it.after)} | _what(it) for it in later]
    if trial.done:
        told["expect"] = {step: str(span) for step, span in trial.done}
    return told | ({"over": trial.over} if trial.over is not None else {})


def _news(table: Table) -> News:
    table.only(tell("What becomes of it"), "after", "facts", "moments")
    return _so(table, needed_span_in(table.needed("after")))


def _so(table: Table, after: Span) -> News:
    moments = table_of(table.cells["moments"]) if "moments" in table.cells else None
    return News(
        after=after,
        facts=conditions_in(table.cells.get("facts")),
        moments=_spans(moments) if moments else (),
    )


def _spans(table: Table) -> tuple[tuple[str, Span], ...]:
    return tuple((name, needed_span_in(text_of(cell))) for name, cell in table.cells.items())


def _what(news: News) -> dict[str, Any]:
    told: dict[str, Any] = {"facts": written(news.facts)} if news.facts else {}
    return told | ({"moments": {name: str(span) for name, span in news.moments}} if news.moments else {})


def _zone(cell: Text | None) -> ZoneInfo:
    if cell is None:
        return UTC_ZONE
    try:
        return ZoneInfo(cell.text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Mistake(
            cell.line,
            tell("%(text)s is no zone; write it like “Europe/Berlin”.", text=repr(cell.text)),
        ) from error


def _moment(cell: Text, zone: ZoneInfo) -> datetime:
    try:
        there = datetime.strptime(cell.text, "%Y-%m-%d %H:%M").replace(tzinfo=zone)
    except ValueError as error:
        raise Mistake(
            cell.line,
            tell("%(text)s is no moment; write it like “2026-11-23 12:00”.", text=repr(cell.text)),
        ) from error
    if there.year not in YEARS:
        raise Mistake(
            cell.line,
            tell(
                "%(text)s is in no year from %(first)s to %(last)s.",
                text=repr(cell.text),
                first=YEARS[0],
                last=YEARS[-1],
            ),
        )
    return there.astimezone(UTC)
