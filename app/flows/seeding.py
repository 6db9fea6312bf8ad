"""Lets shoppers of before into the flows that miss somebody: who lapses after such a flow was switched on.

Who had lapsed before is left alone: a flow that is switched on writes to nobody of the past at once.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audience.models import Profile
from app.flows import bought, published, starts, switches
from app.flows.starts import Subject
from app.vocabulary import Trigger

BATCH = 200


def seed(session: Session, shop_id: int, trigger: Trigger, after: int = 0) -> int | None:
    """Let some of a shop's shoppers in, from the one after this id on; returns the last, None at the end."""
    since = switches.switched_on(session, shop_id).get(trigger)
    version = published.current(session, shop_id, trigger)
    if since is None or (version.flow.starts, version.flow.about) != ("order_placed", "profile"):
        return None
    theirs = select(Profile.id).where(
        Profile.shop_id == shop_id, Profile.id > after, Profile.erased_at.is_(None), Profile.gone_at.is_(None)
    )
    ids = session.scalars(theirs.order_by(Profile.id).limit(BATCH)).all()
    for profile_id, history in sorted(bought.of(session, ids).items()):
        if history.lapses_at > since:
            starts.enroll(
                session, shop_id, trigger, version, Subject("profile", profile_id, profile_id), again=False
            )
    return ids[-1] if len(ids) == BATCH else None
