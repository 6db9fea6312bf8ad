"""Those whom a merchant had told: named, changed, switched off and on, forgotten."""

import json
from collections.abc import Iterable, Mapping
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.orm import Session

from app.hooks.models import Hook, HookPending, OffBecause
from app.lib import clock, crypto, plugins
from app.lib.config import settings
from app.lib.words import merchant_sentence
from app.listeners.base import Keys, Listener, Unfit
from app.shops import calls
from app.shops.models import Call, Shop
from app.vocabulary import CallReason, CallState

MOST = 20
"""So many a shop may have."""
OLD_COUNTS_FOR = timedelta(hours=24)
"""How long deliveries carry a second signature, with the secret before the last change."""
FAILS_FOR = timedelta(days=5)
"""How long one may take nothing before it is told no more (Svix waits as long)."""
LONGEST = 2000
MAIL = "hook.mail"
"""Kind of a call that mails the merchant."""
REMOVED = "it was removed before it had done so"


def everyone() -> Mapping[str, Listener]:
    """Return every listener by its key."""
    found: Mapping[str, Listener] = plugins.discover("app.listeners")
    return found


def of_shop(session: Session, shop_id: int) -> list[Hook]:
    """Return all that a shop has, the oldest first."""
    known = select(Hook).where(Hook.shop_id == shop_id, Hook.listener.in_(everyone()))
    return list(session.scalars(known.order_by(Hook.id)))


def find(session: Session, shop_id: int, hook_id: int) -> Hook | None:
    """Return one of a shop's, locked."""
    mine = select(Hook).filter_by(id=hook_id, shop_id=shop_id).where(Hook.listener.in_(everyone()))
    return session.scalar(mine.with_for_update())


def keys_of(hook: Hook) -> Keys:
    """Return what the merchant entered, and what was made for them."""
    found: dict[str, str] = json.loads(crypto.unseal(hook.keys))
    return found


def add(session: Session, shop: Shop, listener: Listener, entered: Keys, hears: Iterable[str]) -> Hook:
    """Have somebody told from now on; raises Unfit."""
    if len(of_shop(session, shop.id)) >= MOST:
        raise Unfit(merchant_sentence("There are %(most)s already. Forget one of them first.", most=MOST))
    keys = _fit(listener, entered, {})
    made = Hook(
        shop_id=shop.id,
        listener=listener.key,
        keys=_sealed({**keys, **listener.makes()}),
        hears=_known(listener, hears),
        made_at=clock.now(),
    )
    session.add(made)
    session.flush()  # its page is next
    return made


def change(hook: Hook, entered: Keys, hears: Iterable[str]) -> None:
    """Keep new keys, where any were entered, and what it is to be told of; raises Unfit."""
    listener = everyone()[hook.listener]
    hook.keys = _sealed(_fit(listener, entered, keys_of(hook)))
    hook.hears = _known(listener, hears)


def rotate(hook: Hook) -> None:
    """Sign with a new secret; for a day with the old one as well."""
    keys = keys_of(hook)
    until = str((clock.now() + OLD_COUNTS_FOR).timestamp())
    made = everyone()[hook.listener].makes()
    hook.keys = _sealed({**keys, **made, "old_secret": keys["secret"], "old_secret_until": until})


def switch_on(session: Session, hook: Hook, *, with_missed: bool = False) -> None:
    """Tell it again, of what happens from now on; what had gathered is left only to `tell_missed`."""
    hook.off_at = hook.off_because = hook.failing_since = hook.failure = None
    if not with_missed:
        _forget_pending(session, hook)


def switch_off(session: Session, hook: Hook) -> None:
    """Tell it no more, as its merchant says; what waits is not told, but for whom it is to forget."""
    hook.off_at, hook.off_because = hook.off_at or clock.now(), OffBecause.MERCHANT
    _forget_pending(session, hook)
    calls.drop(session, _tellings(hook), CallReason.SWITCHED_OFF)


def _forget_pending(session: Session, hook: Hook) -> None:
    session.execute(delete(HookPending).filter_by(hook_id=hook.id))


def tell_missed(session: Session, hook: Hook) -> int:
    """Tell it what it did not take; returns how much."""
    return calls.repeat(session, calls.on_line(hook.shop_id, hook.line) & (Call.state == CallState.PARKED))


def forget(session: Session, hook: Hook) -> None:
    """Forget one with its keys, and what it was told; whom it has not forgotten stays to be seen."""
    calls.park(session, calls.on_line(hook.shop_id, hook.line), REMOVED)
    calls.drop(session, _tellings(hook), CallReason.SWITCHED_OFF)
    emptied = update(Call).where(calls.on_line(hook.shop_id, hook.line))
    session.execute(emptied.values(payload=None, tries=[]))
    session.delete(hook)


def _tellings(hook: Hook) -> ColumnElement[bool]:
    """Say in SQL which of its calls tell it something, and ask nothing of it."""
    return and_(calls.on_line(hook.shop_id, hook.line), Call.kind != calls.FORGET)


def hold(session: Session, hook_id: int) -> None:
    """Lock one before its calls are: the merchant's buttons do so in that order, too."""
    session.get(Hook, hook_id, with_for_update=True)


def went_well(session: Session, hook_id: int) -> None:
    """Note that it took what it was told."""
    hook = session.get(Hook, hook_id, with_for_update=True)
    if hook is not None:
        hook.told_at = clock.now()
        hook.failing_since = hook.failure = None


def went_wrong(session: Session, hook_id: int, failure: str, because: OffBecause | None) -> bool:
    """Note that it did not; True where it is told no more from now on: for a reason, or after days of this.

    What waits then is kept, so that it can be told once the merchant has mended it.
    """
    hook = session.get(Hook, hook_id, with_for_update=True)
    if hook is None or hook.off_at is not None:
        return False
    now = clock.now()
    hook.failure, hook.failing_since = failure, hook.failing_since or now
    if because is None and now - hook.failing_since > FAILS_FOR:
        because = OffBecause.FAILING
    if because is not None:
        hook.off_at, hook.off_because = now, because
        calls.park(session, calls.on_line(hook.shop_id, hook.line), failure)
        _tell_merchant(session, hook, failure)
    return because is not None


def _tell_merchant(session: Session, hook: Hook, failure: str) -> None:
    """Have the merchant told by mail that somebody takes nothing."""
    shop, service = session.get_one(Shop, hook.shop_id), everyone()[hook.listener].label
    if shop.email is None:
        return
    page = f"{settings().url}/admin/{shop.id}/services/{hook.id}"
    text = (
        f"{service} took nothing of what Doorstep told it, and is told no more: {failure}.\n\n"
        f"What it missed is kept. Once it is mended, switch it on again and have it told: {page}"
    )
    mail = {"to": shop.email, "subject": f"{service} is no longer told ({shop.name})", "text": text}
    calls.ask(session, shop.id, MAIL, f"mail:{hook.id}:{clock.now().isoformat()}", mail, line="mail")


def _fit(listener: Listener, entered: Keys, known: Keys) -> Keys:
    keys = dict(known)
    for field in listener.fields:
        typed = entered.get(field.name, "").strip()[:LONGEST]
        if typed:
            keys[field.name] = typed
        elif field.name not in keys:
            raise Unfit(merchant_sentence("Something is missing: %(label)s.", label=field.label), field.name)
    listener.check(keys)
    return keys


def _known(listener: Listener, hears: Iterable[str]) -> list[str]:
    wanted = set(hears)
    return [kind for kind in listener.hears if kind in wanted]


def _sealed(keys: Keys) -> bytes:
    return crypto.seal(json.dumps(dict(keys)))
