"""When something counts as wrong, and on which days: a few numbers, right before anyone changes them."""

import re
from datetime import date
from typing import NamedTuple

from babel import Locale
from flask import Blueprint, redirect, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.admin import shell
from app.admin.doors.session import address, for_shop
from app.admin.saying import locale, say, say_many
from app.lib.words import sentence
from app.shops import choices
from app.shops.models import Shop
from app.shops.workdays import DAYS_OFF_AT_MOST, Workdays
from app.tracking.exceptions import watch
from app.tracking.exceptions.thresholds import Thresholds

blueprint = Blueprint("thresholds", __name__)

EVERY_DAY = 7


class Field(NamedTuple):
    """One number, and within which bounds it makes sense."""

    label: str
    unit: str
    least: int
    most: int
    is_optional: bool = False


class Group(NamedTuple):
    """Numbers that are asked for together."""

    heading: str
    help: str
    fields: dict[str, Field]


BUSINESS = sentence("business days")
DAYS = sentence("days")
GROUPS = (
    Group(
        sentence("Before it moves"),
        sentence("An order of which nothing has left, and a parcel whose label nobody has scanned."),
        {
            "unfulfilled": Field(sentence("An order may wait to be sent"), BUSINESS, 1, 30),
            "label": Field(sentence("A label may wait for its first scan"), BUSINESS, 1, 30),
            "label_task": Field(sentence("…and asks you to act after"), BUSINESS, 1, 40),
        },
    ),
    Group(
        sentence("On its way"),
        sentence(
            "How long no scan is normal. Where at least 100 of your parcels have gone the same way, we wait "
            "as long as 95 of 100 of them did, if that is longer (500, and 99 of 100, before we call one "
            "lost)."
        ),
        {
            "stalled_domestic": Field(sentence("Not moving, in your own country"), BUSINESS, 1, 30),
            "stalled_abroad": Field(sentence("Not moving, abroad"), BUSINESS, 1, 40),
            "lost_domestic": Field(sentence("Maybe lost, in your own country"), DAYS, 2, 60),
            "lost_abroad": Field(sentence("Maybe lost, abroad"), DAYS, 2, 120),
        },
    ),
    Group(
        sentence("What you promise"),
        sentence(
            "From payment to delivery. A parcel is late when your promise or the carrier’s own date has "
            "passed. Leave them empty if you promise no day."
        ),
        {
            "promise_domestic": Field(
                sentence("Delivery in your own country"), BUSINESS, 1, 60, is_optional=True
            ),
            "promise_abroad": Field(sentence("Delivery abroad"), BUSINESS, 1, 90, is_optional=True),
        },
    ),
)
FIELDS = {name: field for group in GROUPS for name, field in group.fields.items()}


@blueprint.get("/exceptions/settings")
@for_shop
def index(session: Session, shop: Shop) -> str:
    """Show what counts now."""
    return _page(session, shop, _typed(Thresholds.of(shop), Workdays.of(shop)), {})


@blueprint.post("/exceptions/settings")
@for_shop
def save(session: Session, shop: Shop) -> Response | str:
    """Let other numbers and days count from now, for what is open as well."""
    limits, workdays, errors = read(request.form)
    if limits is None or workdays is None:
        return _page(session, shop, request.form, errors)
    choices.keep(session, shop, {"thresholds": limits.written(), "workdays": workdays.written()})
    watch.rearm(session, shop)
    return redirect(address("thresholds.index", said="saved"), 303)


def read(form: MultiDict[str, str]) -> tuple[Thresholds | None, Workdays | None, dict[str, str]]:
    """Return what was typed, or what is wrong with it by field, with a way out."""
    errors: dict[str, str] = {}
    numbers = {name: _number(form.get(name, ""), field, name, errors) for name, field in FIELDS.items()}
    label, task = numbers["label"], numbers["label_task"]
    if label and task and task < label:
        errors["label_task"] = say("This cannot be less than %(days)s, the days before it.", days=label)
    weekend = frozenset(day for day in range(1, EVERY_DAY + 1) if form.get(f"works_{day}") != "yes")
    if len(weekend) == EVERY_DAY:
        errors["weekend"] = say("Choose at least one day on which you work.")
    days_off = _days(form.get("days_off", ""), errors)
    if errors:
        return None, None, errors
    chosen = {name: value for name, value in numbers.items() if value is not None}
    workdays = Workdays(
        weekend=weekend, keeps_holidays=form.get("keeps_holidays") == "yes", days_off=days_off
    )
    return Thresholds(**chosen), workdays, {}


def _number(typed: str, field: Field, name: str, errors: dict[str, str]) -> int | None:
    typed = typed.strip()
    if not typed and field.is_optional:
        return None
    if re.fullmatch("[0-9]{1,5}", typed) and field.least <= int(typed) <= field.most:
        return int(typed)
    errors[name] = say("Use a whole number from %(least)s to %(most)s.", least=field.least, most=field.most)
    return None


def _days(typed: str, errors: dict[str, str]) -> frozenset[date]:
    days = set()
    for word in typed.replace(",", " ").split():
        try:
            days.add(date.fromisoformat(word))
        except ValueError:
            errors["days_off"] = say("“%(typed)s” is no date. Write each as 2026-12-24.", typed=word[:20])
    if len(days) > DAYS_OFF_AT_MOST:
        errors["days_off"] = say_many(
            "That are %(count)s day. Keep at most %(most)s, and drop past ones.",
            "That are %(count)s days. Keep at most %(most)s, and drop past ones.",
            len(days),
            most=DAYS_OFF_AT_MOST,
        )
    return frozenset(days)


def _typed(limits: Thresholds, workdays: Workdays) -> MultiDict[str, str]:
    """Return the form as it would be typed for what counts now."""
    typed = {name: "" if (value := getattr(limits, name)) is None else str(value) for name in FIELDS}
    works = {f"works_{day}": "yes" for day in range(1, EVERY_DAY + 1) if day not in workdays.weekend}
    keeps = {"keeps_holidays": "yes"} if workdays.keeps_holidays else {}
    return MultiDict({**typed, **works, **keeps, "days_off": "\n".join(sorted(map(str, workdays.days_off)))})


def _page(session: Session, shop: Shop, typed: MultiDict[str, str], errors: dict[str, str]) -> str:
    readers = Locale.parse(locale())
    weekdays = readers.days["format"]["wide"]
    return shell.page(
        session,
        shop,
        "exceptions/thresholds.html",
        "shipments",
        groups=GROUPS,
        typed=typed,
        errors=errors,
        labels={name: field.label for name, field in FIELDS.items()},
        weekdays={day + 1: weekdays[day] for day in range(EVERY_DAY)},
        country=readers.territories.get(shop.country or ""),
        zone=shop.timezone,
    )
