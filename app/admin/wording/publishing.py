"""How a message leaves its editor: published, reverted, as a file, or as a test mail to oneself."""

from flask import Blueprint, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin.doors.session import Answer, address, for_shop
from app.admin.wording.index import ONE
from app.admin.wording.page import page, trigger_of
from app.admin.wording.state import State
from app.lib.told import tell
from app.messages.documents import files
from app.messages.documents.document import Document, Misfit
from app.messages.documents.lint import Finding
from app.messages.wording import publishing, trial, versions
from app.messages.wording.publishing import Faulty, Overtaken
from app.messages.wording.specimens import Specimen
from app.shops.models import Shop
from app.vocabulary import Trigger

blueprint = Blueprint("wording_publishing", __name__)


@blueprint.post(f"{ONE}/publish")
@for_shop
def publish(session: Session, shop: Shop, name: str) -> Answer:
    """Send the draft that was looked at from now on, unless something in it must not be sent."""
    trigger, state = trigger_of(name), State.asked()
    try:
        publishing.publish(session, shop.id, trigger, seen=request.form.get("seen", ""))
    except Faulty:
        return page(session, shop, trigger, state, refused=True)
    except Overtaken:
        return redirect(_back(name, state, "overtaken"), 303)
    except Misfit:
        return redirect(_back(name, state, "nothing"), 303)
    return redirect(_back(name, state, "published"), 303)


@blueprint.post(f"{ONE}/revert")
@for_shop
def revert(session: Session, shop: Shop, name: str) -> Answer:
    """Send an earlier version again, or what we say ourselves; the draft stays."""
    trigger, state = trigger_of(name), State.asked()
    try:
        publishing.revert(session, shop.id, trigger, request.form.get("number", type=int))
    except LookupError:
        return redirect(_back(name, state, "gone"), 303)
    return redirect(_back(name, state, "reverted"), 303)


@blueprint.post(f"{ONE}/take")
@for_shop
def take(session: Session, shop: Shop, name: str) -> Answer:
    """Go on writing from an earlier version, or from what we say."""
    trigger, state = trigger_of(name), State.asked()
    found = versions.numbered(session, shop.id, trigger, request.form.get("number", type=int))
    if found is None:
        return redirect(_back(name, state, "gone"), 303)
    publishing.save(session, shop.id, trigger, found.data())
    return redirect(_back(name, state, "taken"), 303)


@blueprint.get(f"{ONE}/file")
@for_shop
def download(session: Session, shop: Shop, name: str) -> Response:
    """Return the draft, else what is sent, as a file."""
    trigger = trigger_of(name)
    try:
        text = files.write(trigger, versions.draft(session, shop.id, trigger))
    except Misfit:
        text = files.write(trigger, versions.sent(session, shop.id, trigger).document)
    headers = {"Content-Disposition": f'attachment; filename="{trigger}.yaml"'}
    return Response(text, mimetype="application/yaml", headers=headers)


@blueprint.post(f"{ONE}/file")
@for_shop
def upload(session: Session, shop: Shop, name: str) -> Answer:
    """Take a file as the draft; says on which lines something is wrong with it."""
    trigger, state = trigger_of(name), State.asked()
    text = _brought()
    try:
        document, findings = _taken(session, shop, trigger, text)
    except Misfit as misfit:
        return page(session, shop, trigger, state, file_text=text, file_error=misfit.sentence)
    if findings:
        return page(
            session,
            shop,
            trigger,
            state,
            file_text=text,
            file_lines=files.lines(text, document, findings),
        )
    return redirect(_back(name, state, "brought"), 303)


@blueprint.post(f"{ONE}/test")
@for_shop
def test(session: Session, shop: Shop, name: str) -> Response:
    """Have the draft sent to somebody of the shop's own people."""
    trigger, state = trigger_of(name), State.asked()
    filled = Specimen.USUAL if state.filled.isdecimal() else Specimen(state.filled)
    try:
        trial.ask(session, shop, trigger, request.form.get("to", ""), filled, state.language)
    except trial.Stranger:
        return redirect(_back(name, state, "stranger"), 303)
    return redirect(_back(name, state, "asked"), 303)


def _brought() -> str:
    """Return the file that came, else what was typed."""
    sent = request.files.get("file")
    text = sent.read().decode(errors="replace") if sent else ""
    return text or request.form.get("text", "").replace("\r\n", "\n")


def _taken(session: Session, shop: Shop, trigger: Trigger, text: str) -> tuple[Document, list[Finding]]:
    """Make a file the draft; returns what is wrong with it, and raises Misfit where it is no such message."""
    of, data = files.read(text)
    if of is not trigger:
        raise Misfit(tell("This file is the message “%(message)s”.", message=of.value))
    return Document.of(data), publishing.save(session, shop.id, trigger, data)


def _back(name: str, state: State, said: str) -> str:
    return address("wording.show", name=name, **state.args(), said=said)
