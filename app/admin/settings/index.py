"""Every setting on one page: what is set now, and where it is changed; the rare ones behind a fold."""

from collections.abc import Sequence
from typing import NamedTuple

from flask import Blueprint
from sqlalchemy.orm import Session

from app.admin import answer, shell
from app.admin.dates import Calendar
from app.admin.doors.session import address, for_shop
from app.admin.saying import figure, say, say_many
from app.admin.settings.keeping import NAMES
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
        Row(say("Text messages"), _texts(shop, Medium.SMS), address("texts.index")),
        Row(say("WhatsApp"), _texts(shop, Medium.WHATSAPP), address("whatsapp.index")),
        Row(say("Carriers"), _carriers(session, shop), address("sources.index")),
        Row(
            say("Delivery promise and working days"),
            say_many(
                "Delivery within %(count)s business day", "Delivery within %(count)s business days", promised
            )
            if promised
            else say("No day is promised"),
            address("thresholds.index"),
        ),
        Row(say("Offers: when and how many"), _offers(manners), address("manners.index")),
        Row(say("Tracking page"), say("What stands on it, and in which order"), address("designer.index")),
        Row(
            say("Address of shoppers’ pages"),
            shop.page_host or say("The address of this Doorstep"),
            address("page_host.index"),
        ),
        Row(
            say("Languages"),
            say(
                "Each shopper’s own, of %(number)s; else your store’s, %(language)s",
                number=len(CATALOGS) + 1,
                language=shop.locale,
            ),
        ),
        Row(
            say("Team"),
            say_many("%(count)s other person", "%(count)s other people", len(known))
            if known
            else say("Only you"),
            address("team.index"),
        ),
        Row(say("Other services"), _services(session, shop), address("services.index")),
        Row(say("How long shoppers are kept"), NAMES[retention.months(shop)], address("keeping.index")),
    )


def _rare(session: Session, shop: Shop, here: Calendar) -> Sequence[Row]:
    keys = len(api_keys.of_shop(session, shop.id))
    told, hidden = writeback.since(shop), Hidden.of(shop).words
    offers = consent_record.since(shop)
    store = shell.platform_of(shop).label
    return (
        Row(
            say("Keys for your own programs"),
            say_many("%(count)s key", "%(count)s keys", keys) if keys else say("None"),
            address("keys.index"),
        ),
        Row(say("What messages say"), say("In your own words, where you like"), address("wording.index")),
        Row(say("Carriers of your own"), say("Those that only you use"), address("own_carriers.index")),
        Row(
            say("Words that shoppers never see"),
            say_many("%(count)s word", "%(count)s words", len(hidden)) if hidden else say("None"),
            address("hidden.index"),
        ),
        Row(
            say("Your store’s own pages"),
            say("Told where parcels are since %(date)s", date=here.date(told))
            if told
            else say("%(store)s is not told where parcels are", store=store),
            address("writeback.index"),
        ),
        Row(
            say("Who agreed to offers"),
            say("%(store)s is told since %(date)s", store=store, date=here.date(offers))
            if offers
            else say("%(store)s is not told", store=store),
            address("store_consent.index"),
        ),
        Row(say("Where reviews are written"), say("Here, or with another app"), address("reviews.where")),
        Row(
            say("Lists of other tools"),
            say("Bring subscribers, parcels or orders in"),
            address("imports.index"),
        ),
        Row(
            say("Check of the connection"),
            say("What is wrong, and orders that were missed"),
            address("doctor.index"),
        ),
        Row(say("What could not be done"), say("And another try"), address("calls.index")),
        Row(say("Who looked at whose data"), say("Every look at a shopper is noted"), address("looks.index")),
        Row(
            say("Everything as a file"), say("All that is here, to take along"), address("keeping.everything")
        ),
        Row(
            say("Delete %(shop)s", shop=shop.name),
            say("Everything of it, for good"),
            address("keeping.ask_to_delete"),
        ),
    )


def _sender(session: Session, shop: Shop) -> Row:
    servers = accounts.of_shop(session, shop.id)
    first = next(iter(servers), None)
    if first is None:
        return Row(say("Sender"), say("Doorstep’s own server and address"), address("sending.index"))
    row = domains.of_shop(session, shop.id).get(domains.of(first.sender))
    warns = "" if domains.stands(row) is State.GOOD else say("look at its domain")
    return Row(say("Sender"), f"{shop.name}, {first.sender}", address("sending.index"), warns)


def _texts(shop: Shop, medium: Medium) -> str:
    chosen = texting.of(shop, medium)
    return say("Sent as %(sender)s", sender=chosen.sender) if chosen else say("Not sent")


def _carriers(session: Session, shop: Shop) -> str:
    match sources.teller(session, shop.id):
        case Teller.AGGREGATOR | Teller.CARRIERS:
            names = [one.source.label for one in sources.accounts(session, shop.id)]
            return say("Asked through %(carriers)s", carriers=", ".join(names))
        case _:
            return say("What your store tells of parcels")


def _offers(manners: Manners) -> str:
    opens, closes = (hour.strftime("%H:%M") for hour in manners.hours)
    told = {"opens": opens, "closes": closes, "day": figure(manners.a_day), "week": figure(manners.a_week)}
    if manners.on_sundays:
        return say("%(opens)s to %(closes)s, their time; at most %(day)s a day, %(week)s a week", **told)
    return say(
        "%(opens)s to %(closes)s, their time, not on Sundays; at most %(day)s a day, %(week)s a week", **told
    )


def _services(session: Session, shop: Shop) -> str:
    told = hooks.of_shop(session, shop.id)
    return (
        say_many(
            "%(count)s service is told of what happens",
            "%(count)s services are told of what happens",
            len(told),
        )
        if told
        else say("Nobody is told")
    )
