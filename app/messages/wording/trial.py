"""A test mail of what is being written, to somebody of the shop's own people."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.lib import clock
from app.messages.letters.letter import Letter
from app.messages.wording import publishing, specimens, versions
from app.messages.wording.specimens import Specimen
from app.messages.wording.versions import Template
from app.shops import brand, errands, team
from app.shops.models import Shop
from app.vocabulary import Trigger

SHOW = "template.test"
"""The errand that sends it; its subject is the trigger."""


class Stranger(ValueError):
    """The address is nobody's of the shop."""


def readers(session: Session, shop: Shop) -> Sequence[str]:
    """Return to whom a test mail may go: the shop's own address, and its team's."""
    known = [shop.email, brand.of(shop).support_email]
    known += [member.address for member in team.of_shop(session, shop.id) if member.joined_at]
    return list(dict.fromkeys(filter(None, known)))


def ask(  # noqa: PLR0913, PLR0917 - to whom, and what of it
    session: Session, shop: Shop, trigger: Trigger, to: str, specimen: Specimen, language: str
) -> None:
    """Have the draft sent to somebody, filled as this specimen; raises Stranger."""
    if to not in readers(session, shop):
        raise Stranger(to)
    row = publishing.open_for(session, shop.id, trigger)
    row.asked_to, row.asked_as, row.tried = to, {"specimen": specimen, "language": language}, None
    errands.add(session, shop.id, SHOW, trigger)


def asked(session: Session, shop_id: int, trigger: Trigger) -> tuple[str, Letter] | None:
    """Return to whom a test mail goes, and its letter; None where none is asked for any more.

    Raises Misfit where the draft is no longer understood.
    """
    row = _row(session, shop_id, trigger)
    if row is None or row.asked_to is None:
        return None
    shop, wanted = session.get_one(Shop, shop_id), row.asked_as or {}
    told = specimens.letter(
        trigger,
        versions.draft(session, shop_id, trigger),
        brand.of(shop),
        Specimen(wanted.get("specimen", Specimen.USUAL)),
        str(wanted.get("language", "")),
        specimens.shelf(session, shop_id),
    )
    return row.asked_to, told


def note(session: Session, shop_id: int, trigger: Trigger, to: str, failure: str | None) -> None:
    """Keep how a test mail went."""
    row = _row(session, shop_id, trigger)
    if row is not None:
        row.tried = {"to": to, "at": clock.now().isoformat(), "failure": failure}
        row.asked_to = None


def _row(session: Session, shop_id: int, trigger: Trigger) -> Template | None:
    return session.scalar(select(Template).filter_by(shop_id=shop_id, trigger=trigger))
