"""What a message of a flow says in its place: its mail in a frame, or its text, as a usual reader gets it."""

from dataclasses import replace
from typing import NamedTuple

from sqlalchemy.orm import Session

from app.admin import words
from app.admin.wording import preview, state
from app.admin.wording.state import State
from app.flows.plan.definition import Message
from app.messages.documents.document import Misfit
from app.messages.wording import showing, versions
from app.shops import texting
from app.shops.models import Shop
from app.vocabulary import Medium, Trigger


class Preview(NamedTuple):
    """One of these."""

    frame: str = ""
    """The address of the mail."""
    text: str = ""
    paid: str = ""
    """How many messages the text is paid as."""


def of(session: Session, shop: Shop, trigger: Trigger, step: Message) -> Preview | None:
    """Return what a step sends as it is being written; None: nothing can be shown of it."""
    usual = State()
    try:
        document = versions.draft(session, shop.id, trigger)
    except Misfit:
        return None
    if step.medium is Medium.EMAIL:
        shown_as = usual.filled, usual.language
        return Preview(frame=preview.url(shop, trigger, document, *shown_as, dark=False, number=step.number))
    letter = state.letter(session, shop, trigger, document, usual.filled, usual.language)
    shown = showing.of(replace(letter, step=step.number))
    if shown.size is None:
        return None
    if step.medium is not Medium.SMS:
        return Preview(text=shown.subject if step.medium is Medium.PUSH else shown.sms)
    chosen = texting.of(shop)
    paid = words.paid(shown.size.segments, chosen.price if chosen else None, shop.currency)
    return Preview(text=shown.sms, paid=paid)
