"""A shopper who chooses on the page behind a mail's last link."""

from datetime import datetime

import time_machine

from app.audience import choices
from app.audience.choices import Choice, Reach
from app.audience.models import Profile
from app.lib import clock
from app.vocabulary import Category, ConsentSource, Medium
from tests.journeys.conftest import StoreVoice


def change(voice: StoreVoice, profile: Profile, *, on: bool, at: datetime | None) -> None:
    """Let a shopper agree to offers by mail, or decline them, at a moment."""
    offers = Choice(
        Reach(Medium.EMAIL, profile.email or "", True, None), Category.MARKETING, not on, True, None
    )
    with time_machine.travel(at or clock.now(), tick=False):
        choices.change(
            voice.session,
            voice.shop.id,
            profile,
            offers,
            on=on,
            source=ConsentSource.PREFERENCES,
            wording=None,
            proof={},
        )
    voice.session.commit()
