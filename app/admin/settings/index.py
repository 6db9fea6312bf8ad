"""Every setting on one page: what is set now, and where it is changed; the rare ones behind a fold."""

from collections.abc import Sequence
from typing import NamedTuple

from flask import Blueprint
from sqlalchemy.orm import Session

from app.admin import answer, shell
from app.admin.dates import Calendar
from app.admin.doors.session import address, for_shop
from app.admin.settings.keeping import NAMES
from app.admin.words import plural
from app.channels.authentication import State
from app.commerce import consent_record
from app.hooks import accounts as hooks
from app.lib.words import CATALOGS
from app.messages.gate.manners import Manners
from app.messages.providers import accounts, domains
from app.privacy import retention
from app.shops import api_keys, team, texting
from app.shops.models import Shop
from app.tracking.exceptions.thresholds import Thresholds
from app.tracking.parcels import writeback
from app.tracking.sources import sources
from app.tracking.sources.sources import Teller
from app.tracking.story.hidden import Hidden
from app.vocabulary import Medium

blueprint = Blueprint("settings", __name__)


class Row(NamedTuple):
    """One setting."""

    name: str
    value: str
    href: str = ""
    """None of ours where it is empty: it is as the store has it."""
    warns: str = ""


@blueprint.get("/settings")
@for_shop
def index(session: Session, shop: Shop) -> str:
    """Show what is set."""
    here = answer.calendar(shop)
    return shell.page(
        session,
        shop,
        "settings/index.html",
        "settings",
        rows=_usual(session, shop),
        rare=_rare(session, shop, here),
    )


def _usual(session: Session, shop: Shop) -> Sequence[Row]:
    """Return what most merchants look for; at most twelve."""
    limits, manners = Thresholds.of(shop), Manners.of(shop)
    known = team.of_shop(session, shop.id)
    promised = limits.promise_domestic
    return (
        _sender(session, shop),
        Row("Text messages", _texts(shop, Medium.SMS), address("texts.index")),
        Row("WhatsApp", _texts(shop, Medium.WHATSAPP), address("whatsapp.index")),
        Row("Carriers", _carriers(session, shop), address("sources.index")),
        Row(
            "Delivery promise and working days",
            f"Delivery within {plural(promised, 'business day')}" if promised else "No day is promised",
            address("thresholds.index"),
        ),
        Row("Offers: when and how many", _offers(manners), address("manners.index")),
        Row("Tracking page", "What stands on it, and in which order", address("designer.index")),
        Row(
            "Address of shoppers’ pages",
            shop.page_host or "The address of this Doorstep",
            address("page_host.index"),
        ),
        Row(
            "Languages",
            f"Each shopper’s own, of {len(CATALOGS) + 1}; else your store’s, {shop.locale}",
        ),
        Row(
            "Team",
            plural(len(known), "other person", "other people") if known else "Only you",
            address("team.index"),
        ),
        Row("Other services", _services(session, shop), address("services.index")),
        Row("How long shoppers are kept", NAMES[retention.months(shop)], address("keeping.index")),
    )


def _rare(session: Session, shop: Shop, here: Calendar) -> Sequence[Row]:
    keys = len(api_keys.of_shop(session, shop.id))
    told, hidden = writeback.since(shop), Hidden.of(shop).words
    offers = consent_record.since(shop)
    store = shell.platform_of(shop).label
    return (
        Row("Keys for your own programs", plural(keys, "key") if keys else "None", address("keys.index")),
        Row("What messages say", "In your own words, where you like", address("wording.index")),
        Row("Carriers of your own", "Those that only you use", address("own_carriers.index")),
        Row(
            "Words that shoppers never see",
            plural(len(hidden), "word") if hidden else "None",
            address("hidden.index"),
        ),
        Row(
            "Your store’s own pages",
            f"Told where parcels are since {here.date(told)}"
            if told
            else f"{store} is not told where parcels are",
            address("writeback.index"),
        ),
        Row(
            "Who agreed to offers",
            f"{store} is told since {here.date(offers)}" if offers else f"{store} is not told",
            address("store_consent.index"),
        ),
        Row("Where reviews are written", "Here, or with another app", address("reviews.where")),
        Row("Lists of other tools", "Bring subscribers, parcels or orders in", address("imports.index")),
        Row("Check of the connection", "What is wrong, and orders that were missed", address("doctor.index")),
        Row("What could not be done", "And another try", address("calls.index")),
        Row("Who looked at whose data", "Every look at a shopper is noted", address("looks.index")),
        Row("Everything as a file", "All that is here, to take along", address("keeping.everything")),
        Row(f"Delete {shop.name}", "Everything of it, for good", address("keeping.ask_to_delete")),
    )


def _sender(session: Session, shop: Shop) -> Row:
    servers = accounts.of_shop(session, shop.id)
    first = next(iter(servers), None)
    if first is None:
        return Row("Sender", "Doorstep’s own server and address", address("sending.index"))
    row = domains.of_shop(session, shop.id).get(domains.of(first.sender))
    warns = "" if domains.stands(row) is State.GOOD else "look at its domain"
    return Row("Sender", f"{shop.name}, {first.sender}", address("sending.index"), warns)


def _texts(shop: Shop, medium: Medium) -> str:
    chosen = texting.of(shop, medium)
    return f"Sent as {chosen.sender}" if chosen else "Not sent"


def _carriers(session: Session, shop: Shop) -> str:
    match sources.teller(session, shop.id):
        case Teller.AGGREGATOR | Teller.CARRIERS:
            names = [one.source.label for one in sources.accounts(session, shop.id)]
            return f"Asked through {', '.join(names)}"
        case _:
            return "What your store tells of parcels"


def _offers(manners: Manners) -> str:
    opens, closes = (hour.strftime("%H:%M") for hour in manners.hours)
    sundays = "" if manners.on_sundays else ", not on Sundays"
    return f"{opens} to {closes}, their time{sundays}; at most {manners.a_day} a day, {manners.a_week} a week"


def _services(session: Session, shop: Shop) -> str:
    told = hooks.of_shop(session, shop.id)
    return (
        f"{plural(len(told), 'service is', 'services are')} told of what happens"
        if told
        else "Nobody is told"
    )
