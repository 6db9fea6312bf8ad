"""A merchant's server that is told what happens, as the network shows it."""

from datetime import timedelta

from sqlalchemy import select, update

from app.hooks import accounts
from app.hooks.models import Hook
from app.lib import clock
from app.listeners import base
from app.listeners.base import Keys
from app.shops import calls
from app.shops.models import Call
from jobs import calls as job
from tests.journeys import payloads
from tests.journeys.conftest import StoreVoice

HOST = "hooks.example"
URL = f"https://{HOST}/in"


def named(
    voice: StoreVoice,
    listener: str = "webhook",
    keys: Keys | None = None,
    hears: tuple[str, ...] = base.EVERYTHING,
) -> Hook:
    """Have somebody told of what happens in a shop."""
    plugin = accounts.everyone()[listener]
    hook = accounts.add(voice.session, voice.shop, plugin, keys or {"url": URL}, hears)
    voice.session.commit()
    return hook


def buy(voice: StoreVoice, number: int = 1042, **changes: object) -> None:
    """Let an order be placed, and everything that follows come to pass."""
    voice.shopify("orders/paid", payloads.order(clock.now(), number, **changes))
    settle(voice)


def settle(voice: StoreVoice) -> None:
    voice.settle()
    work(voice)


def work(voice: StoreVoice) -> None:
    """Do all that is due outside, however busy the machine."""
    kinds = [*job.HANDLERS, *job.OTHERS]
    for _ in range(20):
        job.run()
        for lane in (*job._lanes, *job._other_lanes):
            lane.join(60)
        voice.session.rollback()
        if calls.free_lines(voice.session, kinds, 1) == 0:
            break
    voice.session.expire_all()


def tellings(voice: StoreVoice) -> list[Call]:
    voice.session.expire_all()
    return list(voice.session.scalars(select(Call).where(Call.line != "").order_by(Call.id)))


def due_now(voice: StoreVoice) -> None:
    """Let whatever waits be due."""
    voice.session.execute(update(Call).values(due_at=clock.now() - timedelta(seconds=1)))
    voice.session.commit()
