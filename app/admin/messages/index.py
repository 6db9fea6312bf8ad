"""Messages with their outcome: what went out, what did not, and why."""

from typing import NamedTuple

from flask import Blueprint, request
from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.orm import Session

from app.admin import finding, paging, shell
from app.admin.answer import MOST
from app.admin.doors.session import for_shop, saw
from app.admin.paging import Page
from app.admin.shipments.index import name_of
from app.audience.models import Profile
from app.commerce.models import Order
from app.flows import arbiter
from app.lib.words import merchant_sentence, sentence
from app.messages.models import Message
from app.messages.providers import complaints
from app.messages.responses import clicks
from app.shops import texting
from app.shops.models import Shop
from app.vocabulary import WENT_OUT
from app.vocabulary import MessageState as S

blueprint = Blueprint("messages", __name__)


class Tab(NamedTuple):
    """Messages that share an outcome."""

    name: str
    states: tuple[S, ...] = ()
    """None: any."""
    is_hot: bool = False

    @property
    def condition(self) -> tuple[ColumnElement[bool], ...]:
        """Which messages these are, as the index of them says it."""
        return (Message.state.in_(self.states),) if self.states else ()


TABS = {
    "all": Tab(sentence("All")),
    "sent": Tab(sentence("Sent"), WENT_OUT),
    "waiting": Tab(sentence("Waiting"), (S.QUEUED, S.SENDING)),
    "skipped": Tab(sentence("Not sent"), (S.SKIPPED,)),
    "look": Tab(sentence("Need a look"), (S.FAILED, S.UNKNOWN, S.HELD, S.BOUNCED, S.COMPLAINED), is_hot=True),
}


class Line(NamedTuple):
    """One message as a row of the list."""

    message: Message
    order: Order | None
    name: str


@blueprint.get("/messages")
@for_shop
def index(session: Session, shop: Shop) -> str:
    """Show messages, newest first; only those of one tab, or that a search finds."""
    tab = request.args.get("tab", "all")
    tab = tab if tab in TABS else "all"
    search = request.args.get("q", "").strip()[:100]
    found = select(Message.id, Message, Order, Profile).outerjoin(Order, Order.id == Message.order_id)
    found = found.outerjoin(Profile, Profile.id == Message.profile_id).where(Message.shop_id == shop.id)
    page = _page(session, shop, found.where(*TABS[tab].condition), search)
    lines = [
        Line(message, order, name_of(order, profile) if order else "")
        for _, message, order, profile in page.rows
    ]
    if lines:
        numbers = ",".join(str(line.message.id) for line in lines)
        saw(session, merchant_sentence("messages %(numbers)s", numbers=numbers))
    counts = _counts(session, shop.id)
    return shell.page(
        session,
        shop,
        "messages/index.html",
        "messages",
        tabs={key: (it, counts[key]) for key, it in TABS.items()},
        tab=tab,
        most=MOST,
        paused_at=complaints.paused_at(shop),
        q=search,
        lines=lines,
        followed=clicks.of_messages(session, [line.message.id for line in lines]),
        held_back=arbiter.held_back(session, [line.message.id for line in lines]),
        page=page,
        texting=texting.of(shop),
        refused=texting.refused(session, shop),
    )


def _page(session: Session, shop: Shop, rows: finding.Rows, search: str) -> Page:
    if not search:
        return paging.newest_first(session, rows, Message.id)
    return finding.page(
        session,
        rows,
        Message.id,
        all_of_them=select(Message.id).where(Message.shop_id == shop.id),
        near=finding.is_message(search),
        far=Message.id.in_(finding.messages(shop.id, search)),
    )


def _counts(session: Session, shop_id: int) -> dict[str, int]:
    """Return how many messages each tab has, as far as they are counted."""
    counts = []
    for key, tab in TABS.items():
        mine = select(literal(1)).where(Message.shop_id == shop_id, *tab.condition)
        newest = mine.order_by(Message.id.desc()).limit(MOST + 1).subquery()
        counts.append(select(func.count()).select_from(newest).scalar_subquery().label(key))
    return dict(session.execute(select(*counts)).mappings().one())
