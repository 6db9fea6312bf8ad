"""What is so at this moment of the subjects of enrollments: one look for many, whatever they are about."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from app.flows.plan.facts import Facts
from app.flows.plan.fields import PERSON
from app.flows.subjects import shoppers
from app.flows.subjects.base import Matter, Subject
from app.flows.subjects.shoppers import Shopper, Told
from app.lib import plugins
from app.lib.db import held
from app.shops import workdays
from app.shops.models import Shop
from app.vocabulary import Trigger


class Asked(NamedTuple):
    """An enrollment whose subject is looked at."""

    id: int
    about: str
    about_id: int
    entered_at: datetime
    trigger: Trigger
    """Whose messages it may get."""
    fields: frozenset[str]
    """What is to be known of it; of what nobody asks about some is known, too."""

    @property
    def is_about_person(self) -> bool:
        """Whether anything is asked about the shopper themselves."""
        return not PERSON.keys().isdisjoint(self.fields)


class Seen(NamedTuple):
    """A subject, and all that a flow may know of it."""

    matter: Matter
    facts: Facts


def see(session: Session, asked: Sequence[Asked]) -> dict[int, Seen]:
    """Return what is so of each, by the enrollment's id; what is gone is missing."""
    matters = {it.id: matter for it, matter in _matters(session, asked)}
    shops = held(session, Shop, {matter.shop_id for matter in matters.values()})
    people = {
        it.id: Shopper(
            shop=shops[matters[it.id].shop_id],
            profile_id=matters[it.id].profile_id,
            addresses=matters[it.id].addresses,
            place=matters[it.id].place,
            entered_at=it.entered_at,
            trigger=it.trigger,
        )
        for it in asked
        if it.id in matters
    }
    of_person = {it.id: people[it.id] for it in asked if it.is_about_person and it.id in people}
    told = shoppers.gather(session, of_person)
    nothing = Told({})
    calendars = {shop_id: workdays.calendar(shop) for shop_id, shop in shops.items()}
    return {
        key: Seen(
            matter,
            Facts(
                known={**told.get(key, nothing).known, **matter.known},
                changed_at={**told.get(key, nothing).changed_at, **matter.changed_at},
                moments={**told.get(key, nothing).moments, **matter.moments},
                shopper_zone=people[key].zone,
                calendar=calendars[matter.shop_id],
            ),
        )
        for key, matter in matters.items()
    }


def _matters(session: Session, asked: Sequence[Asked]) -> Iterable[tuple[Asked, Matter]]:
    for key, subject in plugins.discover("app.flows.subjects").items():
        mine = [it for it in asked if it.about == key]
        found = _look(session, subject, mine) if mine else {}
        yield from ((it, found[it.about_id]) for it in mine if it.about_id in found)


def _look(session: Session, subject: Subject, asked: Sequence[Asked]) -> dict[int, Matter]:
    fields = frozenset[str]().union(*(it.fields for it in asked))
    return subject.look(session, {it.about_id for it in asked}, fields)
