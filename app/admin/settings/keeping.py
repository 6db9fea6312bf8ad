"""What is kept and for how long, all of it as a file, and the end of it: for owners."""

import io
import zipfile
from collections.abc import Iterator
from threading import BoundedSemaphore
from weakref import finalize

from flask import Blueprint, Response, abort, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from app.admin import answer, paging, shell
from app.admin.doors.session import address, for_shop, saw
from app.admin.saying import say
from app.admin.tables import Said
from app.hooks import forgetting
from app.lib import clock
from app.lib.db import transaction
from app.lib.words import merchant_sentence, sentence
from app.privacy import closing, retention, takeout
from app.shops.models import Shop

blueprint = Blueprint("keeping", __name__)

NAMES = Said(
    {
        None: sentence("For ever"),
        12: sentence("1 year"),
        24: sentence("2 years"),
        36: sentence("3 years"),
        60: sentence("5 years"),
        120: sentence("10 years"),
    }
)
README = (
    "One folder for each kind of row, as JSON, a row a line. Times are UTC, amounts are in the smallest unit "
    "of their currency. Secrets are left out, and so are copies of what stands elsewhere.\n"
)
AT_ONCE = 2
"""How many are handed everything by one web process: each holds a thread of it for as long as that takes."""
AGAIN_AFTER = 60
"""Seconds after which whoever found it busy may come again."""
_turns = BoundedSemaphore(AT_ONCE)


@blueprint.get("/settings/keeping")
@for_shop
def index(session: Session, shop: Shop) -> str:
    """Show for how long shoppers are kept, and what a shorter time would mean."""
    asked = paging.asked("months", 0)
    wanted = asked if asked in retention.CHOICES else None
    return shell.page(
        session,
        shop,
        "settings/keeping.html",
        "settings",
        names=NAMES,
        now=retention.months(shop),
        wanted=wanted,
        count=retention.count(session, shop.id, retention.before(wanted)) if wanted else 0,
    )


@blueprint.post("/settings/keeping")
@for_shop
def choose(session: Session, shop: Shop) -> BaseResponse:
    """Keep them for so long; a shorter time begins to count at once."""
    typed = request.form.get("months", "")
    chosen = int(typed) if typed in map(str, retention.CHOICES) else None
    if chosen is None and typed != "0":
        abort(400)
    retention.choose(session, shop, chosen)
    years = (chosen or 0) // 12
    if not years:
        saw(session, merchant_sentence("chose to keep shoppers for ever"))
    elif years == 1:
        saw(session, merchant_sentence("chose to keep shoppers for 1 year"))
    else:
        saw(session, merchant_sentence("chose to keep shoppers for %(years)s years", years=years))
    return redirect(address("keeping.index", said="saved"), 303)


@blueprint.get("/settings/everything")
@for_shop
def everything(session: Session, shop: Shop) -> str:
    """Say what can be taken along."""
    return shell.page(session, shop, "settings/takeout.html", "settings", is_busy=False)


@blueprint.get("/settings/everything.zip")
@for_shop
def download(session: Session, shop: Shop) -> Response:
    """Hand the owner everything, unless others are just being handed theirs."""
    name = f"everything-{answer.calendar(shop).day(clock.now()).isoformat()}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Accel-Buffering": "no"}
    if not _turns.acquire(blocking=False):
        page = shell.page(session, shop, "settings/takeout.html", "settings", is_busy=True)
        return Response(page, 503, {"Retry-After": str(AGAIN_AFTER)}, content_type="text/html")
    packed = Response(_zip(shop.id), content_type="application/zip", headers=headers)
    packed.call_on_close(finalize(packed, _turns.release))  # once, also where it is never begun
    saw(session, merchant_sentence("everything, as a file"))
    return packed


@blueprint.get("/settings/delete")
@for_shop
def ask_to_delete(session: Session, shop: Shop) -> str:
    """Say what deleting means, and ask for the shop's name."""
    return shell.page(session, shop, "settings/delete.html", "settings", error="")


@blueprint.post("/settings/delete")
@for_shop
def delete(session: Session, shop: Shop) -> str:
    """Have the shop deleted, once its name was typed."""
    if not closing.is_name(shop, request.form.get("name", "")):
        error = say("Type %(shop)s, as it stands above.", shop=shop.name)
        return shell.page(session, shop, "settings/delete.html", "settings", error=error)
    closing.ask(session, shop)
    saw(session, merchant_sentence("deleted the shop"))
    is_owed = forgetting.is_owed(session, shop.id)
    return shell.page(session, shop, "settings/deleted.html", "settings", is_owed=is_owed)


class _Pipe(io.RawIOBase):
    """Keeps what is written to it until somebody takes it."""

    def __init__(self) -> None:
        self._written = bytearray()

    def writable(self) -> bool:
        """Tell that it can be written to."""
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override] # a zip file writes bytes
        """Keep some bytes."""
        self._written += data
        return len(data)

    def take(self) -> bytes:
        """Return what was written since."""
        taken = bytes(self._written)
        self._written.clear()
        return taken


def _zip(shop_id: int) -> Iterator[bytes]:
    """Yield everything as a zip, some rows at a time, so that no more than those are ever held."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("README.txt", README)
        for table in takeout.tables():
            after, number = None, 0
            while number == 0 or after is not None:
                with transaction() as session:  # each by itself: a slow reader holds none open
                    lines, after = takeout.read(session, shop_id, table, after)
                number += 1
                if lines:
                    packed.writestr(f"{table.name}/{number:05}.jsonl", lines)
                yield pipe.take()
    yield pipe.take()
