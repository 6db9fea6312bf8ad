"""The editor: a flow as a tree of cards, and every change as a form that works without scripts."""

from collections.abc import Sequence

from flask import Blueprint, abort, g, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin import shell, words
from app.admin.doors.session import Answer, address, for_shop
from app.admin.flows.editor import asking, cards, changes, deeds, forms, frame, previewing, wording
from app.admin.flows.editor.forms import Form, Wrong
from app.admin.flows.editor.names import ACTIONS, SAYS, UNITS, WHO_AGAIN
from app.admin.saying import say
from app.flows import drafts, published, switches, tally
from app.flows.drafts import Overtaken
from app.flows.plan import reading, tree, written
from app.flows.plan.definition import Flow, Message, Step
from app.flows.plan.edits import Refused
from app.flows.plan.faults import Fault, Unsound
from app.flows.plan.fields import FIELDS, Kind
from app.flows.plan.tree import NoTree
from app.lib import plugins
from app.shops.models import Shop
from app.vocabulary import Trigger

blueprint = Blueprint("flow_editor", __name__)
UNDO, REDO, DISCARD, RECIPE, VERSION = "undo", "redo", "discard", "recipe", "version:"


def trigger_of(name: str) -> Trigger:
    """Return the flow that an address names; answers 404 where it has no steps."""
    if name not in published.PRESETS:
        abort(404)
    return Trigger(name)


@blueprint.get("/flows/<name>")
@for_shop
def show(session: Session, shop: Shop, name: str) -> str:
    """Show a flow's draft, or what is published where there is none."""
    return page(session, shop, trigger_of(name), chosen=request.args.get("step", ""))


@blueprint.post("/flows/<name>/steps")
@for_shop
def change(session: Session, shop: Shop, name: str) -> Answer:
    """Do one thing to the draft; whoever has not seen its last state is told, and nothing is done."""
    trigger, what = trigger_of(name), request.form.get("do", "")
    try:
        row = drafts.hold(session, shop.id, trigger, request.form.get("revision", -1, int))
    except Overtaken:
        shown = page(session, shop, trigger, chosen=what.partition(":")[2], is_overtaken=True)
        return _stays(shown, 409, name)
    if what in (UNDO, REDO):
        (drafts.undo if what == UNDO else drafts.redo)(session, row)
        return redirect(address("flow_editor.show", name=name), 303)
    whole = _whole(session, shop, trigger, what)
    if whole is not None:
        drafts.change(session, row, *whole, g.visitor.who)
        return redirect(address("flow_editor.show", name=name), 303)
    try:
        flow = reading.read(drafts.look(session, shop.id, trigger).file)
        done = deeds.do(flow, what, request.form, shop.currency)
    except (Refused, Wrong) as wrong:
        shown = page(session, shop, trigger, chosen=what.partition(":")[2], wrong=wrong)
        return _stays(shown, 422, name)
    except (LookupError, NoTree, Unsound):
        abort(400, say("This page knows no such button. Go back, reload it and try again."))
    if done.flow != flow:
        drafts.change(session, row, written.write(done.flow), done.did, g.visitor.who)
    at = address("flow_editor.show", name=name, step=done.step or None)
    return redirect(f"{at}#chosen" if done.step else at, 303)


@blueprint.get("/flows/<name>/steps")
@for_shop
def again(session: Session, shop: Shop, name: str) -> Response:
    """Lead whoever comes back to the address of a form to the editor."""
    del session, shop
    return redirect(address("flow_editor.show", name=trigger_of(name)), 303)


def _stays(shown: str, status: int, name: str) -> Response:
    """Answer a form with its page again; a script that puts it into place says where that page is."""
    there = {"HX-Replace-Url": address("flow_editor.show", name=name)}
    return Response(shown, status, content_type="text/html", headers=there)


def page(  # noqa: PLR0913 - what may have come of a form
    session: Session,
    shop: Shop,
    trigger: Trigger,
    *,
    chosen: str = "",
    wrong: Refused | Wrong | None = None,
    is_overtaken: bool = False,
) -> str:
    """Render the editor; `wrong`: why what was typed was not done, beside what was typed."""
    g.shows_frames = True  # whichever step is looked at first: the others come into the same page
    draft = drafts.look(session, shop.id, trigger)
    faults = published.faults(trigger, draft.file)
    flow, drawn = _read(draft.file)
    if flow is None or drawn is None:
        return as_file(session, shop, trigger, draft.file, revision=draft.revision, faults=faults)
    did = tally.of_flow(session, shop.id, trigger)
    drawing = cards.Drawing(flow, drawn, faults, shop.currency, did)
    own, of_trials = cards.of_flow(faults, flow)
    step = next((it for it in flow.steps if it.id == chosen), None)
    live = published.readable(published.file(session, shop.id, trigger))
    is_filled = request.form.get("do", "").startswith(("save:", "settings"))
    typed = request.form if wrong and is_filled else None
    return shell.page(
        session,
        shop,
        "flows/editor.html",
        "flows",
        trigger=trigger,
        name=words.TRIGGERS[trigger],
        is_on=trigger in switches.switched_on(session, shop.id),
        draft=draft,
        flow=flow,
        start=wording.start(flow),
        leaving=wording.leaving(flow, shop.currency),
        rows=drawing.rows(),
        slots=list(drawing.slots()),
        did=did,
        faults=faults,
        own_faults=own,
        trial_faults=of_trials,
        changes=changes.of(live, flow, shop.currency) if draft.is_begun else [],
        step=step,
        kind=type(step).__name__ if step else "",
        said_of_step=wording.step(step, flow, shop.currency) if step else None,
        form=typed or _form(flow, step, shop.currency),
        preview=previewing.of(session, shop, trigger, step) if isinstance(step, Message) else None,
        wrong=wrong,
        is_overtaken=is_overtaken,
        unseen=list(drafts.since(session, shop.id, trigger, _revision())) if is_overtaken else [],
        tried=[
            (key, value) for key, value in request.form.items(multi=True) if key not in ("csrf", "revision")
        ],
        kinds=deeds.KINDS,
        ending=deeds.ENDING,
        units={unit: say(word) for unit, word in UNITS.items()},
        who_again=say(WHO_AGAIN[flow.about]) if flow.about in WHO_AGAIN else flow.about,
        questions=asking.questions(flow.about),
        changing=[(it, asking.name(it)) for it in _fields(flow, Kind.CHANGING, Kind.TEXT, Kind.NUMBER)],
        moments=[(it, asking.name(it)) for it in _fields(flow, Kind.MOMENT)],
        actions=_actions(flow),
        says={action: say(label) for action, label in SAYS.items()},
        most_exits=frame.MOST_EXITS,
        versions=published.history(session, shop.id, trigger),
        is_preset=draft.file == published.preset(trigger),
    )


def _whole(session: Session, shop: Shop, trigger: Trigger, what: str) -> tuple[str, str] | None:
    """Return the file that a button puts in place of the draft, and what that does; None: it does not."""
    if what == DISCARD:
        return published.file(session, shop.id, trigger), say("Went back to what is published")
    if what == RECIPE:
        return published.preset(trigger), say("Began again with the recipe")
    for version in published.history(session, shop.id, trigger) if what.startswith(VERSION) else ():
        if what == f"{VERSION}{version.number}":
            return version.file, say("Went back to version %(number)s", number=version.number)
    return None


def _revision() -> int:
    return request.form.get("revision", 0, int)


def _read(file: str) -> tuple[Flow | None, tree.Tree | None]:
    try:
        flow = reading.read(file)
        return flow, tree.of(flow)
    except (Unsound, NoTree):
        return None, None


def as_file(  # noqa: PLR0913 - what may have come of a form
    session: Session,
    shop: Shop,
    trigger: Trigger,
    text: str,
    *,
    revision: int,
    faults: Sequence[Fault],
    is_overtaken: bool = False,
) -> str:
    """Show a flow as its file, with what is wrong in it; one that cannot be drawn is mended there."""
    return shell.page(
        session,
        shop,
        "flows/file.html",
        "flows",
        trigger=trigger,
        name=words.TRIGGERS[trigger],
        revision=revision,
        text=text,
        faults=faults,
        is_overtaken=is_overtaken,
    )


def _form(flow: Flow, step: Step | None, currency: str) -> Form:
    return forms.filled(step, currency) if step else frame.filled(flow, currency)


def _fields(flow: Flow, *kinds: Kind) -> list[str]:
    return [field for field, kind in FIELDS.get(flow.about, {}).items() if kind in kinds]


def _actions(flow: Flow) -> list[tuple[str, str]]:
    """Return what can be done in this flow besides sending."""
    known = plugins.discover("app.flows.actions")
    return [
        (key, say(ACTIONS[key][0]) if key in ACTIONS else key.capitalize())
        for key, doer in known.items()
        if flow.about in doer.about
    ]
