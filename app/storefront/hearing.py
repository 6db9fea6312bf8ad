"""How a shopper hears of their order, and what they can choose: pure, from rows to words.

Nothing is offered that changes nothing: no step that everybody gets, that is past, or that cannot be sent.
"""

from dataclasses import dataclass

from app.flows import asked
from app.flows.switches import ON_REQUEST
from app.lib.words import Words, sentence
from app.storefront.bought import Bought
from app.tracking import links
from app.vocabulary import Medium, ShipmentStatus

UNDO = sentence("Undo")
EVERY_STEP = {
    Medium.EMAIL: (
        sentence("Tell me every step"),
        sentence(
            "By e-mail to the address you ordered with, for this order only: also when it is packed and when "
            "it starts to move. No advertising. You can undo it here."
        ),
        sentence("You get every step of this order by e-mail."),
    )
}
"""For each medium: what the button says, what pressing it agrees to, and what is so afterwards."""
AHEAD = (ShipmentStatus.PENDING, ShipmentStatus.LABEL_CREATED, ShipmentStatus.PICKED_UP)
"""Where a parcel has a step before it that not everybody is told of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Every step, on one medium."""

    medium: Medium
    is_on: bool
    button: str
    consent: str
    is_so: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """What a page offers, and what is so already."""

    path: str
    """Of the order's page; what is chosen is sent below it."""
    choices: tuple[Choice, ...]


def of(bought: Bought, words: Words) -> Hearing | None:
    """Return what the shopper can choose; None where there is nothing."""
    choices = tuple(_choice(bought, medium, words) for medium in offered(bought))
    return Hearing(path=f"/t/{links.token_of(bought.order.id)}", choices=choices) if choices else None


def offered(bought: Bought) -> tuple[Medium, ...]:
    """Return the media on which every step can be asked for, or no longer be."""
    order, on = bought.order, bought.tellings.on
    changes_something = asked.tells_anything(on) and not on.issuperset(ON_REQUEST)
    if not changes_something or order.is_called_off or not _has_steps_ahead(bought):
        return ()
    return (Medium.EMAIL,) if order.email else ()


def consent(medium: Medium, words: Words) -> str:
    """Return the sentence that is agreed to, as the shopper reads it."""
    return words.say(EVERY_STEP[medium][1])


def _has_steps_ahead(bought: Bought) -> bool:
    waits = any(shipment.status in AHEAD for shipment in bought.shipments)
    return waits or not (bought.shipments and bought.order.is_fulfilled)


def _choice(bought: Bought, medium: Medium, words: Words) -> Choice:
    button, _, is_so = EVERY_STEP[medium]
    return Choice(
        medium=medium,
        is_on=medium in bought.tellings.every_step,
        button=words.say(button),
        consent=consent(medium, words),
        is_so=words.say(is_so),
    )
