"""The draft on the shop's own past: asked for, followed while it runs, and read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from flask import Blueprint, redirect, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin import answer, shell, words
from app.admin.doors.session import Answer, address, for_shop
from app.admin.flows.editor import weeks, wording
from app.admin.flows.editor.pages import trigger_of
from app.admin.messages.reasons import REASONS
from app.admin.saying import say
from app.commerce.models import Order
from app.flows import drafts, published
from app.flows.models import Rehearsal
from app.flows.plan.definition import Flow
from app.flows.rehearsal import asked
from app.flows.rehearsal.told import HELD_OUT
from app.lib import sheets
from app.lib.words import sentence
from app.shops.models import Shop
from app.vocabulary import Reason, Trigger

blueprint = Blueprint("flow_rehearsal", __name__)
USUAL = 90
EVERY = 2
"""Seconds after which the page of one that runs is asked for again."""
SKIPPED, WAITS = "skipped: ", "waits: "
ABOUT = {
    "checkout": sentence("Checkout %(number)s"),
    "item": sentence("Item %(number)s"),
    "order": sentence("Order %(number)s"),
    "parcel": sentence("Parcel %(number)s"),
    "profile": sentence("Profile %(number)s"),
    "waiting": sentence("Waiting %(number)s"),
}


class Counted(NamedTuple):
    """One step with its figures."""

    title: str
    came: int
    sent: int
    waited: int
    held_out: int

    @property
    def unsent(self) -> int:
        """How many got nothing though they were not left out by chance."""
        return self.came - self.sent - self.held_out


@blueprint.get("/flows/<name>/rehearsal")
@for_shop
def show(session: Session, shop: Shop, name: str) -> Answer:
    """Show what the last one came to, or how far it is."""
    trigger = trigger_of(name)
    row = asked.look(session, shop.id, trigger)
    page = _page(session, shop, trigger, row)
    runs = row is not None and row.ended_at is None
    return Response(page, content_type="text/html", headers={"Refresh": str(EVERY)} if runs else {})


@blueprint.post("/flows/<name>/rehearsal")
@for_shop
def begin(session: Session, shop: Shop, name: str) -> Answer:
    """Have the draft gone through; one that is not sound is shown in the editor, with what is wrong."""
    trigger = trigger_of(name)
    file = drafts.look(session, shop.id, trigger).file
    days = request.form.get("days", USUAL, int)
    if published.faults(trigger, file):
        return redirect(address("flow_editor.show", name=name), 303)
    if days in asked.SPANS:
        asked.ask(session, shop.id, trigger, file, days)
    return redirect(address("flow_rehearsal.show", name=name), 303)


@blueprint.get("/flows/<name>/rehearsal.csv")
@for_shop
def download(session: Session, shop: Shop, name: str) -> Response:
    """Hand out the figures of its steps as a file for a spreadsheet; leads back where there are none."""
    row = asked.look(session, shop.id, trigger_of(name))
    flow = published.readable(row.file) if row else None
    if row is None or not row.found or flow is None:
        return redirect(address("flow_rehearsal.show", name=name), 303)
    heads = [say("Step"), say("Came to it"), say("Sent or done"), say("Waited first")]
    heads += [say("Left out"), say("Not sent")]
    lines = [
        (it.title, it.came, it.sent, it.waited, it.held_out, it.unsent)
        for it in _steps(row.found, flow, shop)
    ]
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(sheets.sheet(heads, lines), content_type="text/csv; charset=utf-8", headers=headers)


def _page(session: Session, shop: Shop, trigger: Trigger, row: Rehearsal | None) -> str:
    draft = drafts.look(session, shop.id, trigger)
    faults = published.faults(trigger, draft.file)
    flow = published.readable(row.file) if row else None
    found = row.found if flow and row else None
    return shell.page(
        session,
        shop,
        "flows/rehearsal.html",
        "flows",
        trigger=trigger,
        name=words.TRIGGERS[trigger],
        row=row,
        found=found,
        share=_share(row) if row else 0,
        until=datetime.fromisoformat(found["until"]) if found else None,
        is_unreadable=row is not None and flow is None,
        is_older=row is not None and row.file != draft.file,
        is_sound=not faults,
        spans=asked.SPANS,
        usual=USUAL,
        steps=_steps(found, flow, shop) if found and flow else [],
        bars=weeks.bars(found, answer.calendar(shop)) if found else [],
        chart=weeks,
        unsent=_unsent(found) if found else [],
        put_off=[(_reason(why), many) for why, many in found["put_off"].items()] if found else [],
        lines=_lines(session, shop, found, flow) if found and flow else [],
    )


def _share(row: Rehearsal) -> float:
    done = (row.reached or row.since) - row.since
    return done / (row.until - row.since)


def _steps(found: Mapping[str, Any], flow: Flow, shop: Shop) -> list[Counted]:
    return [
        Counted(
            wording.step(step, flow, shop.currency).title,
            counts["came"],
            counts["sent"],
            counts["waited"],
            counts["held out"],
        )
        for step in flow.steps
        if (counts := found["steps"].get(step.id))
    ]


def _unsent(found: Mapping[str, Any]) -> list[tuple[str, int]]:
    counted = [(_outcome(what), many) for what, many in found["unsent"].items()]
    return sorted(counted, key=lambda it: -it[1])


def _outcome(what: str) -> str:
    """Say what became of a message, from a line of the table."""
    if what == HELD_OUT:
        return say("Left out by chance, to compare.")
    if what.startswith(WAITS):
        return say("Still waits at the end of that time.")
    return _reason(what.removeprefix(SKIPPED)) if what.startswith(SKIPPED) else what.capitalize()


def _reason(word: str) -> str:
    try:
        reason = Reason(word)
    except ValueError:
        return word.replace("_", " ").capitalize()
    return REASONS[reason]


def _lines(
    session: Session, shop: Shop, found: Mapping[str, Any], flow: Flow
) -> list[tuple[str, str, str, str]]:
    """Return when, about what, which step, and what became of it."""
    dates = answer.calendar(shop)
    numbers = {_number(line["about"]) for line in found["lines"] if line["about"].startswith("order-")}
    orders = select(Order.id, Order.name).where(Order.shop_id == shop.id, Order.id.in_(numbers))
    names = {f"order-{ident}": name for ident, name in session.execute(orders)}
    titles = {step.id: wording.step(step, flow, shop.currency).title for step in flow.steps}
    return [
        (
            dates.when(datetime.fromisoformat(line["at"])),
            names.get(line["about"].partition(".")[0]) or _about(line["about"]),
            titles.get(line["step"], line["step"]),
            _became(line),
        )
        for line in found["lines"]
    ]


def _about(key: str) -> str:
    """Return what something is called that has no name of its own: "checkout-17"."""
    kind, _, number = key.partition("-")
    return say(ABOUT[kind], number=number) if kind in ABOUT else key


def _became(line: Mapping[str, Any]) -> str:
    match line["what"], line["late"]:
        case "sent", True:
            return say("Sent, after it had waited")
        case "sent", _:
            return say("Sent")
        case "done", True:
            return say("Done, after it had waited")
        case "done", _:
            return say("Done")
        case what, _:
            return _outcome(what)


def _number(about: str) -> int:
    return int(about.removeprefix("order-").partition(".")[0])
