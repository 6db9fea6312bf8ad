"""What publishing a draft changes and for whom, shown before; and the versions that were published."""

from flask import Blueprint, redirect, request
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin import shell, words
from app.admin.doors.session import Answer, address, for_shop
from app.admin.flows.editor import changes
from app.admin.flows.editor.pages import trigger_of
from app.flows import drafts, published, switches
from app.flows.drafts import Overtaken
from app.flows.models import Enrollment
from app.flows.plan import reading
from app.flows.plan.faults import Unsound
from app.shops.models import Shop
from app.vocabulary import Trigger

blueprint = Blueprint("flow_publish", __name__)


@blueprint.get("/flows/<name>/publish")
@for_shop
def show(session: Session, shop: Shop, name: str) -> Answer:
    """Show what a draft changes, and how many people go on as it was."""
    return _page(session, shop, trigger_of(name))


@blueprint.post("/flows/<name>/publish")
@for_shop
def publish(session: Session, shop: Shop, name: str) -> Answer:
    """Publish the draft that was looked at, and no other; who is in the flow goes on as they came in."""
    trigger = trigger_of(name)
    try:
        row = drafts.hold(session, shop.id, trigger, request.form.get("revision", -1, int))
    except Overtaken:
        return _again(session, shop, trigger)
    if published.number(session, shop.id, trigger) != request.form.get("number", -1, int):
        return _again(session, shop, trigger)
    if row.draft is not None:
        try:
            published.publish(session, shop.id, trigger, row.draft)
        except Unsound:
            return redirect(address("flow_editor.show", name=name), 303)
    return redirect(address("flow_editor.show", name=name, said="published"), 303)


def _again(session: Session, shop: Shop, trigger: Trigger) -> Response:
    """Show what publishing would change now; nothing was published."""
    page = _page(session, shop, trigger, is_overtaken=True)
    return page if isinstance(page, Response) else Response(page, 409, content_type="text/html")


def _page(session: Session, shop: Shop, trigger: Trigger, *, is_overtaken: bool = False) -> Answer:
    draft = drafts.look(session, shop.id, trigger)
    faults = published.faults(trigger, draft.file)
    if not draft.is_begun or faults:
        return redirect(address("flow_editor.show", name=trigger), 303)
    live = published.readable(published.file(session, shop.id, trigger))
    inside = select(func.count()).select_from(Enrollment)
    inside = inside.filter_by(shop_id=shop.id, trigger=trigger).where(Enrollment.over.is_(None))
    return shell.page(
        session,
        shop,
        "flows/publish.html",
        "flows",
        trigger=trigger,
        name=words.TRIGGERS[trigger],
        revision=draft.revision,
        number=published.number(session, shop.id, trigger),
        changes=changes.of(live, reading.read(draft.file), shop.currency),
        lines=published.changes(session, shop.id, trigger, draft.file),
        inside=session.scalar(inside) or 0,
        is_on=trigger in switches.switched_on(session, shop.id),
        is_overtaken=is_overtaken,
    )
