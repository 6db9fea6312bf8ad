"""What a domain's DNS says of the mail that is sent in its name, and what to enter there."""

from flask import Blueprint, abort, redirect
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin import shell
from app.admin.doors.session import address, for_shop
from app.admin.tables import Said
from app.admin.words import Chip
from app.channels.authentication import Record, State
from app.channels.presets import OWN
from app.lib.words import sentence
from app.messages.providers import accounts, domains
from app.messages.providers.models import MailDomain
from app.shops.models import Shop

blueprint = Blueprint("sender_domains", __name__)

NAME = "/sending/domains/<string(maxlength=253):name>"
CHIPS = {
    State.GOOD: Chip(sentence("Found"), "good"),
    State.MISSING: Chip(sentence("Missing"), "warn"),
    State.WRONG: Chip(sentence("Wrong"), "bad"),
    State.UNKNOWN: Chip(sentence("Not known"), "off"),
}
HEADINGS = Said(
    {
        "SPF": sentence("Who may send (SPF)"),
        "DKIM": sentence("Signed as yours (DKIM)"),
        "DMARC": sentence("What others do with fakes (DMARC)"),
        "Answers": sentence("Answers"),
    }
)


@blueprint.get(NAME)
@for_shop
def show(session: Session, shop: Shop, name: str) -> str:
    """Show what was found, and the records to copy."""
    row = _domain(session, shop, name)
    mine = [it for it in accounts.of_shop(session, shop.id) if domains.of(it.sender) == name]
    present, following = domains.keys(row)
    new_record = (
        Record("TXT", f"{following.selector}._domainkey.{name}", following.record)
        if present and following
        else None
    )
    found = domains.findings(row)
    return shell.page(
        session,
        shop,
        "sending/sender_domain.html",
        "messages",
        domain=row,
        verdict=found[0] if found else None,
        found=found[1:],
        headings=HEADINGS,
        chips=CHIPS,
        new_record=new_record,
        we_sign=any(it.preset == OWN.key for it in mine),
        old_may_go_at=domains.old_may_go_at(row),
    )


@blueprint.post(f"{NAME}/look")
@for_shop
def look(session: Session, shop: Shop, name: str) -> Response:
    """Ask DNS again."""
    _domain(session, shop, name)
    domains.watch(session, shop.id, name)
    return redirect(address("sender_domains.show", name=name, said="looking"), 303)


@blueprint.post(f"{NAME}/key")
@for_shop
def make_key(session: Session, shop: Shop, name: str) -> Response:
    """Make a key to sign with, or one to follow the present one."""
    domains.make_key(_domain(session, shop, name))
    domains.watch(session, shop.id, name)
    return redirect(address("sender_domains.show", name=name, said="made"), 303)


@blueprint.post(f"{NAME}/no-key")
@for_shop
def sign_no_more(session: Session, shop: Shop, name: str) -> Response:
    """Sign no more: whoever takes the mail does."""
    domains.sign_no_more(_domain(session, shop, name))
    domains.watch(session, shop.id, name)
    return redirect(address("sender_domains.show", name=name, said="unsigned"), 303)


def _domain(session: Session, shop: Shop, name: str) -> MailDomain:
    return domains.get(session, shop.id, name) or abort(404)
