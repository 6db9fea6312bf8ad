"""What an action of a flow must be able to do.

An action is one file in this folder that ends in `PLUGIN = Doer(…)`. It writes rows in the transaction that
takes somebody on, and speaks to nobody: what is to happen outside is a call (ADR 15) under the task's key, or
an event that is recorded once under it. So it happened with the step, or not at all.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.flows.plan.fields import FIELDS
from app.flows.subjects.base import Matter
from app.lib.told import one_of, tell

ANYTHING = tuple(FIELDS)
LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something to be done, once, because somebody came to a step."""

    shop_id: int
    key: str
    """Subject, flow and step: the same whoever asks again, and another for whoever comes another time."""
    flow: str
    step: str
    says: str
    """What the step says: a tag, a sentence; as its plug-in let it be published."""
    matter: Matter
    """Whom it is about, as they are at this moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doer:
    """One action's plug-in."""

    key: str
    """As it stands in a flow's file."""
    do: Callable[[Session, Task], None]
    """Have it done after this transaction; doing it again does nothing more."""
    about: tuple[str, ...] = ANYTHING
    """What a flow must be about, so that it can be done in it."""
    objects: Callable[[str], str | None] = lambda _: None
    """Return what is wrong with what a step says, in a sentence; None: nothing."""

    def fault(self, about: str, says: str) -> str | None:
        """Return why it cannot be done in a flow about something, in a sentence; None: it can."""
        if about not in self.about:
            return tell(
                "“%(action)s” needs a flow about %(subjects)s; this one is about %(subject)s.",
                action=self.key,
                subjects=one_of(self.about),
                subject=about,
            )
        return self.objects(says)


def sentence(says: str) -> str | None:
    """Take one sentence; for `Doer.objects`."""
    if not says:
        return tell("Write what it should say beside “says”.")
    return too_long(says)


def too_long(says: str) -> str | None:
    """Take one sentence, or nothing; for `Doer.objects`."""
    return None if len(says) <= LONGEST else tell("It says more than %(most)s letters.", most=LONGEST)
