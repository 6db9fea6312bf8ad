"""What shoppers do not see: words and places that stay out of a parcel's updates."""

from flask import Blueprint, redirect, request
from sqlalchemy.orm import Session

from app.admin import shell
from app.admin.doors.session import Answer, address, for_shop
from app.admin.saying import say
from app.shops import choices
from app.shops.models import Shop
from app.tracking.story.hidden import SETTING, Hidden, fold

blueprint = Blueprint("hidden", __name__)

MOST, SHORTEST, LONGEST = 50, 2, 60


@blueprint.get("/hidden")
@for_shop
def index(session: Session, shop: Shop) -> str:
    """Show what is hidden now."""
    return _page(session, shop, "\n".join(Hidden.of(shop).words))


@blueprint.post("/hidden")
@for_shop
def save(session: Session, shop: Shop) -> Answer:
    """Hide these words from now on; every kept page is drawn anew, as the shop's row has changed."""
    typed = request.form.get("words", "")
    words = list(dict.fromkeys(filter(None, (" ".join(line.split()) for line in typed.splitlines()))))
    if error := wrong(words):
        return _page(session, shop, typed, error)
    choices.keep(session, shop, {SETTING: words})
    return redirect(address("hidden.index", said="saved"), 303)


def wrong(words: list[str]) -> str | None:
    """Return what is wrong with the words that were typed, with a way out."""
    if len(words) > MOST:
        return say("That are %(many)s lines. Keep at most %(most)s.", many=len(words), most=MOST)
    for word in words:
        if len(word) > LONGEST:
            return say(
                "“%(word)s…” is too long. Use at most %(most)s characters a line.",
                word=word[:20],
                most=LONGEST,
            )
        if sum(sign.isalnum() for sign in fold(word)) < SHORTEST:
            return say(
                "“%(word)s” is too short: it would hide too much. Use at least %(least)s letters.",
                word=word,
                least=SHORTEST,
            )
    return None


def _page(session: Session, shop: Shop, typed: str, error: str | None = None) -> str:
    return shell.page(session, shop, "sources/hidden.html", "sources", typed=typed, error=error)
