"""People in a flow of a house's shop, and what became of each: `python -m tests.faults.flowing`."""

import os
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy.orm import Session

from app.flows.plan import reading
from app.flows.plan.definition import END, Action, Flow, Message
from app.lib.db import engine
from app.shops.models import Shop
from bench.house import House
from tests.unit.flows.world import World

FILE = """\
flow: abandoned_checkout
starts: checkout_started
about: checkout
category: marketing
only: consent.email
steps:
  - wait: 1 hour
  - id: first
    message: email
  - id: server
    action: webhook
    says: reached
  - id: a night
    wait: {for: 1 day, at: "10:00"}
  - split: {by chance: {left: 50 %, right: 50 %}}
  - id: left
    message: email
    then: last
  - id: right
    action: alert
    says: Call them
  - id: last
    wait: 2 days
  - id: end of it
    message: email
"""
DOES = (Message, Action)


@dataclass(frozen=True, slots=True)
class Walked:
    """What became of everybody."""

    unfinished: int
    out_of_order: int
    lost: int
    """Steps that did nothing, of those that were gone through, and messages or tellings without a step."""
    twice: int


def walked(running: House) -> Walked:
    """Compare the way that each has gone with what was asked for on it."""
    flow = reading.read(FILE)
    wanted, unfinished, out_of_order = Counter[tuple[int, str]](), 0, 0
    for cart, over, path, unseen in running.query("SELECT about_id, over, path, held_out FROM enrollment"):
        steps = [step for step, _ in path]
        unfinished += over != "finished"
        out_of_order += not is_a_way(flow, steps) or [at for _, at in path] != sorted(at for _, at in path)
        wanted.update((cart, step) for step in steps if not unseen and isinstance(flow.step(step), DOES))
    asked = "SELECT checkout_id, medium || '-' || step FROM message"
    emails = {f"{s.medium}-{s.number}": s.id for s in flow.steps if isinstance(s, Message)}
    done = Counter((cart, emails[name]) for cart, name in running.query(asked))
    told = "SELECT data ->> 'key' FROM event WHERE kind = 'step_reached'"
    keys = (key.split(":") for (key,) in running.query(told))
    done.update((int(subject.removeprefix("checkout-")), step) for subject, _, step in keys)
    lost = len(wanted.keys() ^ done.keys())
    twice = sum(count - 1 for count in (*wanted.values(), *done.values()))
    return Walked(unfinished, out_of_order, lost, twice)


def is_a_way(flow: Flow, steps: list[str]) -> bool:
    """Tell whether steps lead from a flow's first to its end, and none was left out."""
    places = [flow.step(ident) for ident in steps]
    follows = all(after.id in flow.ways(before) for before, after in pairwise(places))
    return follows and steps[0] == flow.first and END in flow.ways(places[-1])


def main() -> None:
    """Let PEOPLE into the flow of a shop."""
    with Session(engine()) as session:
        world = World(session, session.get_one(Shop, int(os.environ["SHOP"])))
        version = world.publish(FILE)
        world.enroll(version, [world.cart() for _ in range(int(os.environ["PEOPLE"]))])


if __name__ == "__main__":
    main()
