"""What is so of a whole flow: who may come again, who is left out, who leaves early, as a form."""

from dataclasses import replace

from app.admin.flows.editor import forms
from app.admin.flows.editor.forms import Form, Wrong
from app.admin.saying import say
from app.flows.plan.definition import Flow, LetGo
from app.vocabulary import Category

MOST_EXITS = 10
MOST_HELD_OUT = 90


def filled(flow: Flow, currency: str) -> Form:
    """Return a form that says what is so of a flow, with room for one more way to leave."""
    form = Form([("hold-out", str(flow.hold_out))])
    form["again"] = "never" if flow.again_after is None else "after"
    if flow.again_after is not None:
        forms.fill_span(form, "again", flow.again_after)
    forms.fill_conditions(form, "only", flow.only, currency)
    for number, exit_ in enumerate(flow.exits):
        forms.fill_conditions(form, f"exit-{number}", exit_.conditions, currency)
        form[f"because-{number}"] = exit_.because
    return form


def typed(flow: Flow, form: Form, currency: str) -> Flow:
    """Return a flow as a form has it; raises Wrong."""
    again = forms.span(form, "again") if form.get("again") == "after" else None
    hold_out = 0
    if flow.category is Category.MARKETING:
        hold_out = forms.number(form, "hold-out", MOST_HELD_OUT)
    return replace(
        flow,
        again_after=again,
        hold_out=hold_out,
        only=forms.conditions(form, "only", currency),
        exits=tuple(_exits(form, currency)),
    )


def _exits(form: Form, currency: str) -> list[LetGo]:
    found = []
    for number in range(MOST_EXITS):
        conditions = forms.conditions(form, f"exit-{number}", currency)
        because = " ".join(form.get(f"because-{number}", "").split())
        if conditions and not because:
            raise Wrong(f"because-{number}", say("Write why they leave: it is shown beside whoever did."))
        if conditions:
            found.append(LetGo(conditions=conditions, because=because))
    return found
