"""How a shopper hears of their order, and what they can choose: pure, from rows to words.

Nothing is offered that changes nothing: no step that everybody gets, that is past, or that cannot be sent.
"""

from dataclasses import dataclass, replace

from app.channels import push
from app.flows import asked, texted
from app.flows.switches import ON_REQUEST
from app.lib.words import Words, sentence
from app.shops import texting
from app.shops.models import Shop
from app.storefront.bought import Bought
from app.tracking.models import Shipment
from app.tracking.page import links
from app.tracking.shoppers import recipients
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
    ),
    Medium.SMS: (
        sentence("Text me about it"),
        sentence(
            "By text to the number you ordered with, for this order only: when it is sent, comes and "
            "arrives, or is late. No advertising. Your carrier’s rates apply. Reply STOP to end them, "
            "HELP for help."
        ),
        sentence("You get texts about this order."),
    ),
    Medium.WHATSAPP: (
        sentence("Write to me on WhatsApp"),
        sentence(
            "On WhatsApp to the number you ordered with, for this order only: when it is sent, comes and "
            "arrives, or is late. No advertising. Reply STOP to end them, HELP for help."
        ),
        sentence("You get WhatsApp messages about this order."),
    ),
}
"""For each medium: what the button says, what pressing it agrees to, and what is so afterwards."""
BY_NAME = sentence(
    "By text to the number you ordered with, for this order only: when it is sent, comes and arrives, or "
    "is late. No advertising. Your carrier’s rates apply. The link at the end of each text ends them."
)
"""What is agreed to where texts come from a name, which hears no reply."""
NOTIFY = (
    sentence("Tell me in this browser"),
    sentence(
        "By notification in this browser, for this order only: when it is sent, when it arrives, and when "
        "something is wrong. No advertising. You can undo it here."
    ),
    sentence("This browser tells you of this order."),
    sentence(
        "This browser does not let us. Allow notifications for this page in its settings, and try again."
    ),
)
"""What the button says, what pressing it agrees to, what is so afterwards, and what stands in the way."""
LATE_ONLY = (
    sentence("Only tell me if it is late"),
    sentence("Then no more e-mails about this parcel, unless it is late or stuck. You can undo it here."),
    sentence("You hear of this parcel only if it is late or stuck."),
)
"""What the button says, what pressing it means, and what is so afterwards."""
OVER = (ShipmentStatus.DELIVERED, ShipmentStatus.RETURN_TO_SENDER, ShipmentStatus.CANCELLED)
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
class LateOnly:
    """A parcel that its shopper may want to hear of only if it is late."""

    parcel: int
    """Which of the order's, from 1."""
    is_on: bool
    button: str
    means: str
    is_so: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Another recipient, as far as whoever named them recognizes them."""

    place: int
    address: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """What a page offers, and what is so already."""

    path: str
    """Of the order's page; what is chosen is sent below it."""
    choices: tuple[Choice, ...]
    late_only: LateOnly | None
    others: tuple[Other, ...]
    can_name: bool
    """Whether one more may be named."""
    notify: tuple[str, ...] = ()
    """NOTIFY in the reader's language; nothing where no browser may be told."""
    push_key: str = ""
    """What a browser is asked with."""

    @property
    def is_empty(self) -> bool:
        """Whether it offers nothing."""
        return not (self.choices or self.late_only or self.others or self.can_name or self.notify)


def of(bought: Bought, about: int | None, words: Words) -> Hearing | None:
    """Return what the shopper can choose, for the parcel at index `about` as well; None: nothing."""
    choices = tuple(_choice(bought, medium, words) for medium in offered(bought))
    late_only = _late_only(bought, about, words) if about is not None else None
    others = tuple(
        Other(
            place=it.place,
            address=masked(it.address or ""),
            state=words.say("Gets the updates") if it.is_told else words.say("Asked"),
        )
        for it in bought.tellings.others
    )
    found = Hearing(
        path=f"/t/{links.token_of(bought.order.id)}",
        choices=choices,
        late_only=late_only,
        others=others,
        can_name=can_name(bought),
        notify=tuple(words.say(it) for it in NOTIFY) if can_notify(bought) else (),
        push_key=push.public_key(),
    )
    return None if found.is_empty else found


def without_offers(found: Hearing) -> Hearing | None:
    """Return what is left where every step is not to be offered: the way back, and the parcel's choice."""
    left = replace(found, choices=tuple(choice for choice in found.choices if choice.is_on), notify=())
    return None if left.is_empty else left


def offered(bought: Bought) -> tuple[Medium, ...]:
    """Return the media on which more can be asked for, or no longer be: every step by mail, and texts."""
    order, on = bought.order, bought.tellings.on
    if order.is_called_off:
        return ()
    changes_something = asked.tells_anything(on) and not on.issuperset(ON_REQUEST)
    by_mail = bool(order.email) and changes_something and _has_steps_ahead(bought)
    by_text = () if _is_over(bought) else texting.MEDIA
    texts = (it for it in by_text if texted.can_be_asked_for(bought.shop, order, on, it))
    return (*((Medium.EMAIL,) if by_mail else ()), *texts)


def can_notify(bought: Bought) -> bool:
    """Tell whether a browser would still be told of anything."""
    is_told = bool(set(texted.STEPS).intersection(bought.tellings.on)) and not bought.order.is_called_off
    return is_told and not _is_over(bought)


def can_name(bought: Bought) -> bool:
    """Tell whether another recipient may be named, and would still hear of anything."""
    is_told = asked.tells_anything(bought.tellings.on) and not bought.order.is_called_off
    return is_told and not _is_over(bought) and len(bought.tellings.others) < recipients.MOST


def masked(address: str) -> str:
    """Return an address that whoever typed it recognizes and nobody else can use: "s•••@e•••.com"."""
    name, _, host = address.rpartition("@")
    domain, _, end = host.rpartition(".")
    return f"{name[:1]}•••@{domain[:1]}•••.{end}"


def can_be_late_only(bought: Bought, shipment: Shipment) -> bool:
    """Tell whether it changes anything to hear of a parcel only if it is late, or no longer only then."""
    is_told = bool(bought.order.email) and asked.tells_anything(bought.tellings.on)
    return is_told and shipment.status not in OVER and not bought.order.is_called_off


def consent(shop: Shop, medium: Medium, words: Words) -> str:
    """Return the sentence that is agreed to, as the shopper reads it."""
    return words.say(EVERY_STEP[medium][1] if hears_replies(shop, medium) else BY_NAME)


def hears_replies(shop: Shop, medium: Medium) -> bool:
    """Tell whether whoever sends on a medium can be answered there: a name that sends texts cannot."""
    chosen = texting.of(shop)
    return medium is not Medium.SMS or chosen is None or chosen.hears_replies


def _late_only(bought: Bought, about: int, words: Words) -> LateOnly | None:
    shipment = bought.shipments[about]
    if not can_be_late_only(bought, shipment):
        return None
    button, means, is_so = LATE_ONLY
    return LateOnly(
        parcel=about + 1,
        is_on=shipment.late_only_at is not None,
        button=words.say(button),
        means=words.say(means),
        is_so=words.say(is_so),
    )


def _is_over(bought: Bought) -> bool:
    return bool(bought.shipments) and all(shipment.status in OVER for shipment in bought.shipments)


def _has_steps_ahead(bought: Bought) -> bool:
    waits = any(shipment.status in AHEAD for shipment in bought.shipments)
    return waits or not (bought.shipments and bought.order.is_fulfilled)


def _choice(bought: Bought, medium: Medium, words: Words) -> Choice:
    button, _, is_so = EVERY_STEP[medium]
    return Choice(
        medium=medium,
        is_on=medium in bought.tellings.every_step,
        button=words.say(button),
        consent=consent(bought.shop, medium, words),
        is_so=words.say(is_so),
    )
