"""What one order's page shows: pure, from its rows to words."""

from dataclasses import dataclass
from datetime import datetime

from app.lib.days import Calendar, Horizon, first_upper
from app.lib.words import Words
from app.shops import brand as brands
from app.shops.brand import Brand
from app.storefront import advice, contents, faces, hearing, own_section
from app.storefront.advice import Action, Link, Question
from app.storefront.bought import Bought
from app.storefront.contents import Item
from app.storefront.faces import Faces
from app.storefront.hearing import Hearing
from app.storefront.own_section import OwnSection
from app.tracking.carriers import carrier
from app.tracking.models import Shipment, TrackingEvent
from app.tracking.page import links
from app.tracking.page.sections import Section, Sections
from app.tracking.story import story, updates
from app.tracking.story.hidden import Hidden
from app.tracking.story.journey import State, Story
from app.tracking.story.parcel import Parcel, Place
from app.tracking.story.told import of_order
from app.tracking.story.updates import Update
from app.vocabulary import ShipmentStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """One of several parcels, above the answer."""

    number: int
    says: str
    icon: str
    picture: str | None
    is_shown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Carriage:
    """Who carries the parcel, and under which number."""

    carrier: str | None
    number: str | None
    page: str | None
    words: list[tuple[str, str]]
    """What the carrier says itself, and when; newest first."""
    heard: str | None
    """When it last said anything, while there is more to come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Everything the template prints."""

    brand: Brand
    words: Words
    order: str
    first_name: str | None
    story: Story
    calendar_url: str | None
    """Where the day of arrival is, for the shopper's calendar."""
    problem_url: str | None
    feedback: Faces | None
    """Of the parcel that is shown, once it has arrived; None for whoever may not say anything of it."""
    hearing: Hearing | None
    """What its shopper can choose to be told; None on the page that is shared."""
    gift_url: str | None
    """The same page without prices and names; None where it is that one."""
    tabs: list[Tab]
    items_heading: str
    items: list[Item]
    other_items: list[Item]
    facts: list[tuple[str, str]]
    updates: list[Update]
    carriage: Carriage | None
    zone: str | None
    """Whose clock the hours are told by."""
    action: Action
    place: Place | None
    """Where it waits to be collected."""
    questions: list[Question]
    contact: Link
    sections: tuple[Section, ...]
    """What stands below the answer, as the merchant arranged it."""
    own: OwnSection | None
    horizon: Horizon
    """How long all this stays true while no row changes."""


def draw(bought: Bought, now: datetime, shown: int | None = None, *, is_gift: bool = False) -> Page:
    """Return the page of a whole order, or of the parcel at index `shown` by itself, or for a gift."""
    shop, order, shipments = bought.shop, bought.order, bought.shipments
    calendar = Calendar.of(now, shop.timezone, order.locale, shop.locale)
    parcels, told = of_order(shop, order, shipments, bought.alarms, calendar)
    about = told.about
    if shown is not None and shown < len(parcels):
        about, told = shown, story.tell_one(parcels[shown], calendar)
    shipment = None if about is None else shipments[about]
    words, brand = calendar.words, brands.of(shop)
    name = label(order.name, words)
    address = links.gift_url(shop, order.id) if is_gift else links.tracking_url(shop, order.id)
    inside, outside = contents.of_parcel(bought, shipment, calendar)
    if is_gift:
        inside, outside = contents.unpriced(inside), contents.unpriced(outside)
    carriage = _carriage(bought, shipment, calendar) if shipment else None
    arranged = Sections.of(shop, (order.ship_to or {}).get("country"), order.tags or ())
    own = own_section.of(shop, arranged.own, bought.offered, words)
    return Page(
        brand=brand,
        words=words,
        order=name,
        first_name=None if is_gift else (order.ship_to or {}).get("first_name"),
        story=told,
        calendar_url=_calendar_url(address, about if about == shown else None) if told.days else None,
        gift_url=None if is_gift else links.gift_url(shop, order.id),
        hearing=None if is_gift else _hearing(bought, about, told, arranged, words),
        problem_url=None if is_gift else f"{address}/problem",
        feedback=None if is_gift else _feedback(bought, shipment, told, arranged, words),
        tabs=_tabs(bought, parcels, about, calendar) if len(parcels) > 1 else [],
        items_heading=_items_heading(told, shipments, about, words),
        items=inside,
        other_items=outside,
        facts=_facts(bought, told, calendar, is_gift=is_gift),
        updates=_history(bought, shipment, calendar),
        carriage=carriage,
        zone=calendar.zone_name(),
        action=advice.action(
            told.state,
            brand,
            name,
            words,
            carrier=carriage.carrier if carriage else None,
            page=carriage.page if carriage else None,
        ),
        place=parcels[about].place if about is not None and told.state is State.COLLECT else None,
        questions=advice.questions(told, words),
        contact=advice.contact(brand, words.say(advice.WRITE), name, words),
        sections=tuple(
            it for it in arranged.order if arranged.shows(it, told) and (it is not Section.OWN or own)
        ),
        own=own,
        horizon=calendar.horizon,
    )


def _calendar_url(address: str, by_itself: int | None) -> str:
    return f"{address}/calendar.ics" + ("" if by_itself is None else f"?parcel={by_itself + 1}")


def _hearing(
    bought: Bought, about: int | None, told: Story, arranged: Sections, words: Words
) -> Hearing | None:
    """Offer every step; where the merchant does not, only to whoever has it, who can undo it."""
    found = hearing.of(bought, about, words)
    if found is None or arranged.shows(Section.EVERY_STEP, told):
        return found
    return hearing.without_offers(found)


def _feedback(
    bought: Bought, shipment: Shipment | None, told: Story, arranged: Sections, words: Words
) -> Faces | None:
    """Ask how the delivery went, where one is what the page speaks of."""
    if shipment is None or told.state is not State.DELIVERED or not arranged.shows(Section.FEEDBACK, told):
        return None
    path = f"/t/{links.token_of(bought.order.id)}/feedback"
    return faces.of(shipment.id, path, bought.grades.get(shipment.id), words)


def label(name: str | None, words: Words) -> str:
    """Return an order as its shopper knows it: "Order #1042"."""
    if not name:
        return words.say("Your order")
    return words.say("Order %(name)s", name=f"#{name}" if name.isdigit() else name)


def _tabs(bought: Bought, parcels: list[Parcel], about: int | None, calendar: Calendar) -> list[Tab]:
    tabs = []
    for i, parcel in enumerate(parcels):
        told = story.tell_one(parcel, calendar)
        inside, _ = contents.of_parcel(bought, bought.shipments[i], calendar)
        tabs.append(
            Tab(
                number=i + 1,
                says=told.headline,
                icon=told.icon if told.is_over or told.icon != "check" else "truck",
                picture=next((item.picture for item in inside if item.picture), None),
                is_shown=i == about,
            )
        )
    return tabs


def _items_heading(told: Story, shipments: list[Shipment], about: int | None, words: Words) -> str:
    if about is None:
        return words.say("In your order")
    together = sum(s.fulfillment_id == shipments[about].fulfillment_id for s in shipments)
    if together > 1:
        return words.say("In these parcels")
    if len(shipments) > 1:
        return words.say("In parcel %(number)s", number=about + 1)
    return words.say("Yours now") if told.state is State.DELIVERED else words.say("In this parcel")


def _facts(bought: Bought, told: Story, calendar: Calendar, *, is_gift: bool) -> list[tuple[str, str]]:
    """Return what may be shown to whoever holds the link: of the address no more than name and town."""
    order, say = bought.order, calendar.words.say
    place = order.ship_to or {}
    placed_at = order.placed_at or order.created_at
    name = None if is_gift else place.get("first_name")
    to = {State.DELIVERED: say("Delivered to"), State.CANCELLED: say("For")}
    facts = [
        (to.get(told.state, say("Delivering to")), _joined(name, place.get("city"))),
        (say("Ordered"), calendar.spoken(calendar.day(placed_at)) if placed_at else ""),
    ]
    return [(name, first_upper(value)) for name, value in facts if value]


def _joined(*parts: str | None) -> str:
    return ", ".join(filter(None, parts))


def _history(bought: Bought, shipment: Shipment | None, calendar: Calendar) -> list[Update]:
    order, say = bought.order, calendar.words.say
    told: list[Update] = []
    if order.cancelled_at:
        told.append(updates.of_step(say("The order was cancelled"), order.cancelled_at, calendar))
    if shipment:
        scans = [scan for scan in bought.scans if scan.is_of(shipment)]
        home = (order.ship_to or {}).get("country") or bought.shop.country
        told += updates.of_scans(
            scans, calendar, carrier=carrier.name_of(shipment), home=home, hidden=Hidden.of(bought.shop)
        )
        told.append(updates.of_step(say("We packed it"), shipment.shipped_at, calendar))
    ordered_at = order.placed_at or order.created_at
    if ordered_at:
        told.append(updates.of_step(say("Thank you for your order"), ordered_at, calendar))
    return sorted(told, key=lambda update: update.at, reverse=True)


def _carriage(bought: Bought, shipment: Shipment, calendar: Calendar) -> Carriage | None:
    scans = [scan for scan in bought.scans if scan.is_of(shipment)]
    name = carrier.name_of(shipment)
    if not (name or shipment.number):
        return None
    is_over = shipment.status is ShipmentStatus.DELIVERED
    return Carriage(
        carrier=name,
        number=shipment.number,
        page=carrier.page_of(shipment),
        words=_own_words(scans, calendar, Hidden.of(bought.shop)),
        heard=calendar.moment(scans[0].happened_at) if scans and not is_over else None,
    )


def _own_words(scans: list[TrackingEvent], calendar: Calendar, hidden: Hidden) -> list[tuple[str, str]]:
    """Return a carrier's words; not those of a delivery, which may name who signed for it."""
    said = [
        (scan.text, calendar.moment(scan.happened_at))
        for scan in scans
        if scan.text
        and scan.status is not ShipmentStatus.DELIVERED
        and not hidden.hides_words(scan, calendar.locale)
    ]
    return list(dict.fromkeys(said))
