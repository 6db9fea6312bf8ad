"""What offers bring: whoever gets them beside whoever is left out by chance, and how many are left out."""

from typing import NamedTuple

from babel.numbers import format_decimal, format_percent
from flask import Blueprint, abort, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin import shell, words
from app.admin.doors.session import address, for_shop
from app.admin.saying import figure, say, say_many, spoken
from app.admin.words import Chip
from app.flows import hold_outs, published
from app.insights import lift, outcomes
from app.insights.lift import Arm
from app.insights.outcomes import Sides
from app.lib import money
from app.lib.words import sentence
from app.shops.models import Shop
from app.vocabulary import Category

blueprint = Blueprint("lift", __name__)

DAYS_A_WEEK = 7
UNKNOWN = sentence("not shown")
A_YEAR = 52
"""Weeks: what takes longer is not worth waiting for."""


class Side(NamedTuple):
    """One side of a comparison, as it is written."""

    name: str
    shoppers: int
    bought: str
    spent: str


class Line(NamedTuple):
    """One comparison."""

    name: str
    share: int
    sides: tuple[Side, Side]
    chip: Chip
    says: str


@blueprint.get("/lift")
@for_shop
def index(session: Session, shop: Shop) -> str:
    """Show every comparison with both its sides."""
    percent = hold_outs.share(shop)
    everybody = outcomes.of(session, shop.id, percent, hold_outs.OFFERS)
    lines = [line(say("All offers"), percent, everybody, shop.currency)] if percent else []
    files = published.files(session, shop.id)
    for trigger in published.PRESETS:
        flow = published.readable(files[trigger])
        if flow and flow.category is Category.MARKETING and flow.hold_out:
            sides = outcomes.of(session, shop.id, flow.hold_out, trigger)
            lines.append(line(words.TRIGGERS[trigger], flow.hold_out, sides, shop.currency))
    return shell.page(
        session,
        shop,
        "flows/lift.html",
        "flows",
        lines=lines,
        percent=percent,
        shares=hold_outs.SHARES,
        usual=hold_outs.USUAL,
        means=means(percent, everybody),
        days=outcomes.COUNTED_FOR.days,
    )


@blueprint.post("/lift")
@for_shop
def choose(session: Session, shop: Shop) -> Response:
    """Leave so many in a hundred out from now."""
    typed = request.form.get("share", "")
    if typed not in map(str, hold_outs.SHARES):
        abort(400, say("Choose one of the numbers."))
    hold_outs.choose(session, shop, int(typed))
    return redirect(address("lift.index", said="kept"), 303)


def means(percent: int, sides: Sides) -> str:
    """Say what follows from leaving so many out."""
    if not percent:
        return say(
            "Everybody who agreed to offers gets them. What offers bring then cannot be told: "
            "many who are written to would have bought anyway."
        )
    said = say(
        "Of every 100 shoppers who could be offered something, %(share)s get no offers at all, chosen by "
        "chance. News of their orders, and what they asked to hear, reaches them as ever.",
        share=percent,
    )
    since = sides.offered_since + sides.left_out_since
    if since < lift.LEAST:
        return said
    lately = say(
        "In the last 30 days that was %(some)s of %(all)s.",
        some=figure(sides.left_out_since),
        all=figure(since),
    )
    return spoken().after_another(said, lately)


def line(name: str, share: int, sides: Sides, currency: str) -> Line:
    """Return a comparison as it is written, with what can be concluded of it."""
    offered, left_out = sides.offered, sides.left_out
    shown = _side(say("Offered"), offered, currency), _side(say("Left out"), left_out, currency)
    chip, says = _verdict(sides, share, currency)
    return Line(name, share, shown, chip, says)


def _side(name: str, arm: Arm, currency: str) -> Side:
    if arm.shoppers < lift.LEAST:
        return Side(name, arm.shoppers, say(UNKNOWN), say(UNKNOWN))
    bought = format_percent(arm.bought, "#,##0.0%", locale=spoken().locale)
    return Side(name, arm.shoppers, str(bought), _money(arm.spent, currency))


def _tenths(share: float) -> str:
    """Write how many of a hundred, to a tenth."""
    return str(format_decimal(share * 100, "#,##0.0", locale=spoken().locale))


def _money(amount: float, currency: str) -> str:
    return money.display(round(amount), currency, spoken().locale)


def _verdict(sides: Sides, share: int, currency: str) -> tuple[Chip, str]:
    offered, left_out = sides.offered, sides.left_out
    drawn = offered.shoppers + sides.offered_since, left_out.shoppers + sides.left_out_since
    if lift.is_odd(*drawn, share):
        return Chip(sentence("Groups are off"), "bad"), say(
            "%(some)s of %(all)s are left out, which chance would hardly do at %(share)s in 100: nothing can "
            "be concluded. Please tell whoever runs Doorstep for you.",
            some=figure(drawn[1]),
            all=figure(sum(drawn)),
            share=share,
        )
    if min(offered.shoppers, left_out.shoppers) < lift.LEAST:
        begins = say("Figures begin at %(least)s shoppers on each side.", least=lift.LEAST)
        return Chip(sentence("Too early"), "off"), begins
    buyers, revenue = lift.of_buyers(offered, left_out), lift.of_revenue(offered, left_out)
    more = {
        "more": _tenths(buyers.middle),
        "low": _tenths(buyers.low),
        "high": _tenths(buyers.high),
    }
    if min(offered.buyers, left_out.buyers) >= lift.ENOUGH and (buyers.is_certain or revenue.is_certain):
        tone = "good" if max(buyers.low, revenue.low) > 0 else "warn"
        says = say(
            "Of 100 who could be offered something, %(more)s more buy (%(low)s to %(high)s); "
            "each spends %(spent)s more (%(least)s to %(most)s).",
            **more,
            spent=_money(revenue.middle, currency),
            least=_money(revenue.low, currency),
            most=_money(revenue.high, currency),
        )
        return Chip(sentence("Certain"), tone), says
    if lift.are_enough(offered, left_out) and buyers.is_certain:
        says = say("Of 100 who could be offered something, %(more)s more buy (%(low)s to %(high)s).", **more)
        return Chip(sentence("Certain"), "good" if buyers.low > 0 else "warn"), says
    return Chip(sentence("Not certain yet")), _not_yet(sides, share)


def _not_yet(sides: Sides, share: int) -> str:
    wanted = lift.needed(sides.left_out.bought, share)
    if wanted is None:
        return say("So far it may be chance: nobody who is left out has bought.")
    more = wanted - sides.left_out.shoppers
    if more <= 0:
        return say("What they bring, if anything, is less than a fifth more buyers.")
    known = {"wanted": figure(wanted)}
    a_week = sides.left_out_since / outcomes.COUNTED_FOR.days * DAYS_A_WEEK
    if not a_week or more / a_week > A_YEAR:
        return say(
            "So far it may be chance. To find a fifth more buyers, about %(wanted)s must be left out; "
            "at this pace that takes more than a year.",
            **known,
        )
    return say_many(
        "So far it may be chance. To find a fifth more buyers, about %(wanted)s must be left out: "
        "about %(count)s more week.",
        "So far it may be chance. To find a fifth more buyers, about %(wanted)s must be left out: "
        "about %(count)s more weeks.",
        max(1, round(more / a_week)),
        **known,
    )
