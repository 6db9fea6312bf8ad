"""Flows: which are on, and switching them."""

from collections.abc import Mapping
from datetime import datetime

from app.admin import words
from app.admin.flows.switches import ALL
from app.api.routes import Asking, Book, NotThere
from app.api.shapes import Shape
from app.flows import switches
from app.shops.api_keys import Scope
from app.vocabulary import Trigger

book = Book()
routes = book.routes


class Flow(Shape):
    """A flow, and whether it is on."""

    flow: Trigger
    name: str
    is_on: bool
    on_since: datetime | None


class FlowList(Shape):
    """Every flow."""

    flows: list[Flow]


class Switch(Shape):
    """Whether it is to be on."""

    on: bool


@book.route("GET", "/flows", Scope.READ_FLOWS, FlowList)
def index(asking: Asking) -> FlowList:
    """List every flow with its switch."""
    on = switches.switched_on(asking.session, asking.shop.id)
    return FlowList(flows=[_told(trigger, on) for trigger in ALL])


@book.route("PUT", "/flows/<name>", Scope.WRITE_FLOWS, Flow, body=Switch)
def switch(asking: Asking, name: str, sent: Switch) -> Flow:
    """Switch a flow on or off from now; what happened before is not told later."""
    if name not in ALL:
        raise NotThere
    switches.switch(asking.session, asking.shop.id, Trigger(name), on=sent.on)
    return _told(Trigger(name), switches.switched_on(asking.session, asking.shop.id))


def _told(trigger: Trigger, on: Mapping[Trigger, datetime]) -> Flow:
    since = on.get(trigger)
    return Flow(flow=trigger, name=words.TRIGGERS[trigger], is_on=since is not None, on_since=since)
