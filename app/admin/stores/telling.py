"""What a store is told by us: shown, begun and stopped alike, whatever it is that it is told."""

from datetime import datetime
from typing import Protocol

from flask import abort, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin import shell
from app.admin.doors.session import address
from app.admin.saying import say, say_all
from app.admin.stores.inbox import RECONNECT
from app.shops.models import Shop


class Told(Protocol):
    """Something that stores are told."""

    def since(self, shop: Shop) -> datetime | None:
        """Return since when a store is told; None: it is not."""

    def may(self, shop: Shop) -> bool:
        """Say whether the store lets us."""

    def switch(self, session: Session, shop: Shop, *, on: bool) -> None:
        """Begin or stop."""


def show(session: Session, shop: Shop, template: str, told: Told) -> str:
    """Show whether the store is told, and what that takes."""
    return shell.page(
        session,
        shop,
        template,
        "connection",
        since=told.since(shop),
        may=told.may(shop),
        mails=say_all(say("“%(mail)s”", mail=it) for it in shell.platform_of(shop).told_mails),
        reconnect=url_for(RECONNECT[shop.platform], shop=shop.domain, store=shop.domain),
    )


def switch(session: Session, shop: Shop, page: str, told: Told) -> Response:
    """Begin or stop telling the store, as a form says, and return to its page."""
    on = request.form.get("on") == "yes"
    if on and not told.may(shop):
        abort(400, say("Your store does not let Doorstep do this yet."))
    told.switch(session, shop, on=on)
    return redirect(address(page, said="on" if on else "off"), 303)
