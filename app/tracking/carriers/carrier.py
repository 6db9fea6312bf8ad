"""The name of a carrier as shoppers know it, and the page where it shows a parcel."""

import re

from app.carriers import directory
from app.carriers.directory import Carrier
from app.tracking.carriers import number
from app.tracking.models import OwnCarrier, Shipment

NAMELESS = ("", "other", "custom", "none", "unknown")
"""What stores write where the merchant picked no carrier."""
ON_THE_WEB = ("https://", "http://")


def declared(written: str | None) -> str | None:
    """Return whom the merchant named; None where they picked nobody."""
    who = (written or "").strip()
    return None if who.lower() in NAMELESS else who


def name(written: str | None, country: str | None = None) -> str | None:
    """Return "UPS" for "ups", "An Post" for "an-post", and what a merchant wrote as it is."""
    who = declared(written)
    if who is None:
        return None
    known = directory.find(who, country)
    return known.name if known else _spelled(who)


def name_of(shipment: Shipment) -> str | None:
    """Return who carries a parcel, as shoppers know them."""
    own, known = own_of(shipment), known_of(shipment)
    if own is not None:
        return own.name
    return known.name if known else name(shipment.carrier)


def page_of(shipment: Shipment) -> str | None:
    """Return where the carrier shows a parcel: the store's own link, else the one that we know of.

    A carrier that the merchant corrected here shows it on a page of its own.
    """
    theirs = shipment.url if (shipment.url or "").startswith(ON_THE_WEB) else None
    own, known = own_of(shipment), known_of(shipment)
    if own is not None:
        ours = None if own.removed_at else directory.fill(own.template, shipment.number)
    else:
        ours = known.url(shipment.number) if known else None
    return ours or theirs if shipment.carrier_chosen_at else theirs or ours


def is_suspect(shipment: Shipment) -> bool:
    """Tell whether a parcel's number cannot be right, whoever of its carrier's name carries it."""
    if not shipment.number or own_of(shipment):
        return False
    chosen = shipment.carrier_slug if shipment.carrier_chosen_at else None
    return number.is_suspect(shipment.number, chosen or declared(shipment.carrier))


def known_of(shipment: Shipment) -> Carrier | None:
    """Return the carrier of the table that a parcel is with."""
    return directory.everyone().get(shipment.carrier_slug or "")


def own_of(shipment: Shipment) -> OwnCarrier | None:
    """Return the shop's own carrier that a parcel is with."""
    return shipment.own_carrier if shipment.own_carrier_id is not None else None


def _spelled(who: str) -> str:
    """Return a slug in words; what is written as a name already stays as it is."""
    if who != who.lower():
        return who
    return " ".join(word.capitalize() for word in re.split(r"[\s_-]+", who))
