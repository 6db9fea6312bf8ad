"""When offers go, and how many to one person: narrower than the law, where the merchant likes."""

from datetime import time

from flask import Blueprint, redirect, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.admin import shell
from app.admin.doors.session import address, for_shop
from app.admin.saying import figure, say
from app.lib.words import sentence
from app.messages.gate.manners import MOST_A_DAY, MOST_A_WEEK, SETTING, SHORTEST, USUAL, Manners
from app.messages.gate.quiet_hours import BY_DAY
from app.shops import choices
from app.shops.models import Shop

blueprint = Blueprint("manners", __name__)

NOT_ALLOWED = sentence(
    "Use 9:00 am to 8:00 pm, or less of it: outside of these hours offers are against the law for many."
)


@blueprint.get("/settings/offers")
@for_shop
def index(session: Session, shop: Shop) -> str:
    """Show what holds now."""
    return _page(session, shop, _typed(Manners.of(shop)), {})


@blueprint.post("/settings/offers")
@for_shop
def save(session: Session, shop: Shop) -> Response | str:
    """Let other hours and numbers hold from now on, for what waits as well."""
    chosen, errors = read(request.form)
    if chosen is None:
        return _page(session, shop, request.form, errors)
    choices.keep(session, shop, {SETTING: None if chosen == USUAL else chosen.written()})
    return redirect(address("manners.index", said="saved"), 303)


def read(form: MultiDict[str, str]) -> tuple[Manners | None, dict[str, str]]:
    """Return what was typed, or what is wrong with it by field, with a way out."""
    errors: dict[str, str] = {}
    opens, closes = _hour(form.get("opens", "")), _hour(form.get("closes", ""))
    if opens is None or closes is None or opens < BY_DAY[0] or closes > BY_DAY[1]:
        errors["hours"] = say(NOT_ALLOWED)
    elif _minutes(closes) - _minutes(opens) < SHORTEST.total_seconds() / 60:
        errors["hours"] = say("Leave at least two hours of the day, or offers wait until nobody wants them.")
    a_day = _number(form.get("a_day", ""), MOST_A_DAY, "a_day", errors)
    a_week = _number(form.get("a_week", ""), MOST_A_WEEK, "a_week", errors)
    if a_day and a_week and a_week < a_day:
        errors["a_week"] = say("This cannot be less than %(number)s, the number a day.", number=figure(a_day))
    if errors or opens is None or closes is None or a_day is None or a_week is None:
        return None, errors
    return Manners(
        hours=(opens, closes), on_sundays=form.get("sundays") == "yes", a_day=a_day, a_week=a_week
    ), {}


def _hour(typed: str) -> time | None:
    try:
        return time.fromisoformat(typed.strip()[:5])
    except ValueError:
        return None


def _minutes(hour: time) -> int:
    return hour.hour * 60 + hour.minute


def _number(typed: str, most: int, name: str, errors: dict[str, str]) -> int | None:
    if typed.strip() in map(str, range(1, most + 1)):
        return int(typed)
    errors[name] = say("Use a whole number from 1 to %(most)s.", most=figure(most))
    return None


def _typed(chosen: Manners) -> MultiDict[str, str]:
    opens, closes = (hour.isoformat("minutes") for hour in chosen.hours)
    sundays = {"sundays": "yes"} if chosen.on_sundays else {}
    numbers = {"a_day": str(chosen.a_day), "a_week": str(chosen.a_week)}
    return MultiDict({"opens": opens, "closes": closes, **numbers, **sundays})


def _page(session: Session, shop: Shop, typed: MultiDict[str, str], errors: dict[str, str]) -> str:
    return shell.page(
        session,
        shop,
        "settings/manners.html",
        "settings",
        typed=typed,
        errors=errors,
        most_a_day=MOST_A_DAY,
        most_a_week=MOST_A_WEEK,
    )
