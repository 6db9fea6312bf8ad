"""Who carries a parcel: shown with its reason, corrected in one click, and taken back in one."""

from collections.abc import Sequence
from dataclasses import dataclass

from babel import Locale
from babel.lists import format_list
from flask import Blueprint, abort, redirect, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin import shell
from app.admin.doors.session import address, for_shop
from app.admin.saying import locale, say
from app.carriers import directory
from app.carriers.directory import Carrier
from app.shops.models import Shop
from app.tracking.carriers import carriage, carrier, number, own_carriers
from app.tracking.carriers.number import Ground
from app.tracking.models import OwnCarrier, Shipment

blueprint = Blueprint("carriage", __name__)
ONE = "/shipments/<int(max=9223372036854775807):shipment_id>/carrier"
OWN = "own:"
"""Begins the choice of a shop's own carrier; the others are chosen by their slug."""
SUGGESTED = 3


@dataclass(frozen=True, slots=True)
class Choice:
    """A carrier to choose."""

    key: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the page of a parcel says of its carrier."""

    name: str | None
    page: str | None
    reason: str
    is_suspect: bool
    is_chosen: bool
    likely: list[Choice]
    own: list[Choice]
    others: list[Choice]


def tell(session: Session, shop: Shop, shipment: Shipment) -> Told:
    """Return who carries a parcel, why we think so, and who else might."""
    guesses = carriage.guesses(session, shop, shipment)
    now_with = shipment.carrier_slug
    likely = [guess.carrier for guess in guesses if guess.carrier.slug != now_with][:SUGGESTED]
    mine = own_carriers.kept(session, shop.id)
    return Told(
        name=carrier.name_of(shipment),
        page=carrier.page_of(shipment),
        reason=_reason(shop, shipment, guesses),
        is_suspect=carrier.is_suspect(shipment),
        is_chosen=shipment.carrier_chosen_at is not None,
        likely=[Choice(it.slug, _apart(it, likely)) for it in likely],
        own=[Choice(f"{OWN}{own.id}", own.name) for own in mine if own.id != shipment.own_carrier_id],
        others=_others(now_with),
    )


@blueprint.post(ONE)
@for_shop
def choose(session: Session, shop: Shop, shipment_id: int) -> Response:
    """Correct who carries a parcel; like numbers will follow."""
    shipment = _find(session, shop, shipment_id)
    carriage.choose(session, shop, shipment, _chosen(session, shop, request.form.get("carrier", "")))
    return redirect(address("shipment.show", shipment_id=shipment.id, said="carrier") + "#carrier", 303)


@blueprint.post(f"{ONE}/undo")
@for_shop
def undo(session: Session, shop: Shop, shipment_id: int) -> Response:
    """Take a correction back."""
    shipment = _find(session, shop, shipment_id)
    carriage.unchoose(session, shop, shipment)
    return redirect(address("shipment.show", shipment_id=shipment.id, said="undone") + "#carrier", 303)


def _find(session: Session, shop: Shop, shipment_id: int) -> Shipment:
    return session.scalar(select(Shipment).filter_by(id=shipment_id, shop_id=shop.id)) or abort(404)


def _chosen(session: Session, shop: Shop, key: str) -> Carrier | OwnCarrier:
    """Return what a form chose; what is neither in the table nor this shop's own is answered 404."""
    if key.startswith(OWN):
        mine = {f"{OWN}{own.id}": own for own in own_carriers.kept(session, shop.id)}
        return mine.get(key) or abort(404)
    return directory.everyone().get(key) or abort(404)


def _reason(shop: Shop, shipment: Shipment, guesses: Sequence[number.Candidate]) -> str:
    store = shell.platform_of(shop).label
    if shipment.carrier_chosen_at is not None:
        said = say("You chose it here.")
        if shipment.carrier:
            said = say(
                "You chose it here. %(store)s says: %(carrier)s.", store=store, carrier=shipment.carrier
            )
        return said
    if carrier.declared(shipment.carrier):
        is_known = shipment.carrier_slug or carrier.own_of(shipment)
        unknown = say("As %(store)s has it. Doorstep knows no page of theirs.", store=store)
        return say("As %(store)s has it.", store=store) if is_known else unknown
    if carrier.own_of(shipment):
        return _like_others()
    first = next(iter(guesses), None)
    if shipment.carrier_slug and first and first.carrier.slug == shipment.carrier_slug:
        return _found(first)
    return _guessed(store, guesses)


def _guessed(store: str, guesses: Sequence[number.Candidate]) -> str:
    if not guesses:
        return say("%(store)s names nobody, and the number does not say.", store=store)
    either = _either(guesses)
    return say("%(store)s names nobody. By the number it may be %(carriers)s.", store=store, carriers=either)


def _like_others() -> str:
    return say("Your other numbers of this kind went with them.")


def _found(guess: number.Candidate) -> str:
    match guess.ground:
        case Ground.HISTORY:
            return _like_others()
        case Ground.CHECKED:
            return say(
                "Found by its number: it is one of %(format)s, and its check digit is right.",
                format=guess.format,
            )
        case _:
            return say(
                "Found by its number: it is one of %(format)s, and nobody else’s.", format=guess.format
            )


def _either(guesses: Sequence[number.Candidate]) -> str:
    names = list(dict.fromkeys(guess.carrier.name for guess in guesses[:SUGGESTED]))
    return format_list(names, style="or", locale=locale())


def _others(now_with: str | None) -> list[Choice]:
    table = directory.table()
    choices = [Choice(it.slug, _apart(it, table)) for it in table if it.slug != now_with]
    return sorted(choices, key=lambda choice: choice.name.casefold())


def _apart(it: Carrier, among: Sequence[Carrier]) -> str:
    """Return a name, with the country where several go by it: "DPD (Poland)"."""
    if sum(other.name == it.name for other in among) == 1:
        return it.name
    return f"{it.name} ({Locale.parse(locale()).territories[it.country]})"
