"""A flow as its file, as `flows check` and `flows export` know it: shown, typed, brought in, taken away."""

from flask import Blueprint, g, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin.doors.session import Answer, address, for_shop
from app.admin.flows.editor.pages import as_file, trigger_of
from app.admin.saying import say
from app.flows import drafts, published
from app.flows.drafts import Overtaken
from app.flows.plan import reading, sheet, written
from app.flows.plan.definition import Flow
from app.flows.plan.faults import Unsound
from app.shops.models import Shop
from app.vocabulary import Trigger

blueprint = Blueprint("flow_file", __name__)


@blueprint.get("/flows/<name>/file")
@for_shop
def show(session: Session, shop: Shop, name: str) -> str:
    """Show the draft as a file, else what is published, with all that is wrong in it."""
    trigger = trigger_of(name)
    draft = drafts.look(session, shop.id, trigger)
    faults = published.faults(trigger, draft.file)
    return as_file(session, shop, trigger, draft.file, revision=draft.revision, faults=faults)


@blueprint.post("/flows/<name>/file")
@for_shop
def keep(session: Session, shop: Shop, name: str) -> Answer:
    """Make what was typed, or the file that was chosen, the draft; what cannot be read is shown again."""
    trigger = trigger_of(name)
    text, revision = _brought(), request.form.get("revision", -1, int)
    try:
        flow = _flow(trigger, text)
        row = drafts.hold(session, shop.id, trigger, revision)
    except Unsound as unsound:
        shown = as_file(session, shop, trigger, text, revision=revision, faults=unsound.faults)
        return Response(shown, 422, content_type="text/html")
    except Overtaken:
        now = drafts.look(session, shop.id, trigger).revision
        shown = as_file(session, shop, trigger, text, revision=now, faults=[], is_overtaken=True)
        return Response(shown, 409, content_type="text/html")
    drafts.change(session, row, written.write(flow), say("Brought in a file"), g.visitor.who)
    return redirect(address("flow_editor.show", name=name, said="brought"), 303)


@blueprint.get("/flows/<name>/file.yaml")
@for_shop
def download(session: Session, shop: Shop, name: str) -> Response:
    """Hand the draft out, else what is published."""
    trigger = trigger_of(name)
    text = drafts.look(session, shop.id, trigger).file
    answer = Response(text, content_type="application/yaml; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{trigger}.yaml"'
    return answer


def _flow(trigger: Trigger, text: str) -> Flow:
    """Return the flow of a file; raises Unsound where it cannot be read, or is another's."""
    flow = reading.read(text)
    if flow.key != trigger:
        raise Unsound([published.another(trigger, flow)])
    return flow


def _brought() -> str:
    file = request.files.get("upload")
    if file is None or not file.filename:
        return request.form.get("text", "").replace("\r\n", "\n")
    return file.stream.read(4 * sheet.MOST_LETTERS + 1).decode(errors="replace")
