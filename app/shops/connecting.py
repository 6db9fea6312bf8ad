"""Asking a store for its keys: who asked, which store, and what became of it."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.lib import clock
from app.shops.models import ConnectState

GOOD_FOR = timedelta(hours=1)
"""Long enough to find a forgotten password."""


def begin(session: Session, *, browser: str, store_url: str, store_name: str, timezone: str | None) -> str:
    """Return an unguessable state that the store's keys will come back with, once, within the hour."""
    now = clock.now()
    session.execute(delete(ConnectState).where(ConnectState.expires_at < now - GOOD_FOR))
    state = secrets.token_urlsafe(32)
    asked = ConnectState(
        state_hash=_hash(state),
        browser_hash=_hash(browser),
        store_url=store_url,
        store_name=store_name,
        timezone=timezone,
        expires_at=now + GOOD_FOR,
    )
    session.add(asked)
    return state


def use(session: Session, state: str) -> ConnectState | None:
    """Return what a state was made for and use it up; None where it is unknown, too old or used."""
    now = clock.now()
    fresh = update(ConnectState).where(
        ConnectState.state_hash == _hash(state),
        ConnectState.used_at.is_(None),
        ConnectState.expires_at > now,
    )
    return session.scalar(fresh.values(used_at=now).returning(ConnectState))


def of_browser(session: Session, state: str, browser: str) -> ConnectState | None:
    """Return a state that this very browser began, used or not, within the hour."""
    return session.scalar(
        select(ConnectState).where(
            ConnectState.state_hash == _hash(state),
            ConnectState.browser_hash == _hash(browser),
            ConnectState.expires_at > clock.now(),
        )
    )


def end(
    session: Session, used: ConnectState, *, shop_id: int | None = None, failure: str | None = None
) -> None:
    """Note what became of it, for the browser that comes back."""
    outcome = update(ConnectState).where(ConnectState.id == used.id)
    session.execute(outcome.values(shop_id=shop_id, failure=failure))


def _hash(word: str) -> bytes:
    return hashlib.sha256(word.encode()).digest()
