"""Erases every other shopper of a house, one after another: `python -m tests.faults.forgetful`.

Says of each message that was not surely gone before when that was done, by time.monotonic().
"""

import time

from sqlalchemy import select

from app.audience.models import Profile
from app.lib.db import transaction
from app.messages.models import Message
from app.privacy import erasure
from app.vocabulary import MessageState

LEFT = (MessageState.QUEUED, MessageState.SENDING)


def main() -> None:
    """Erase them."""
    with transaction() as session:
        ids = list(session.scalars(select(Profile.id).where(Profile.id % 2 == 0).order_by(Profile.id)))
    for profile_id in ids:
        with transaction() as session:
            profile = session.get_one(Profile, profile_id)
            left = select(Message.rfc_id).where(Message.profile_id == profile_id, Message.state.in_(LEFT))
            told = list(session.scalars(left))
            erasure.erase(session, profile)
        for rfc_id in told:
            print(rfc_id, time.monotonic(), flush=True)


if __name__ == "__main__":
    main()
