"""The arbiter: the one place that sees all of a shopper's messages; what it decided is kept with its reason.

It is asked when messages are about to go, inside the transaction that lets them go: it gathers what the gate
must know and what else there is for the same shoppers, and says whose turn it is. What is put off is a row
with another `due_at`, and so comes again once; say the process dies on any line, and it is due as it was.
"""

from collections.abc import Collection, Hashable, Mapping, Sequence
from datetime import datetime

import orjson
from sqlalchemy import RowMapping, select, text
from sqlalchemy.orm import Session

from app.flows import facts, published, turns
from app.flows.models import HeldBack
from app.flows.turns import Gone, Others, Turn
from app.lib import clock
from app.lib.db import among
from app.messages.gate.verdict import Allowed, Deferred, Facts, Ruling
from app.messages.models import Message
from app.vocabulary import Category, Medium, Trigger

FEW = 10
"""How many offers of a flow are looked at that wait for the same shopper, those first that are due first."""


def judge(session: Session, messages: Sequence[Message]) -> dict[int, Ruling]:
    """Say of each message whether its turn has come, and keep what held it back."""
    rulings = look(session, messages)
    keep(session, messages, rulings)
    return rulings


def look(session: Session, messages: Sequence[Message]) -> dict[int, Ruling]:
    """Say of each message whether its turn has come, by its id.

    Whoever looks at offers to a shopper holds a lock on that shopper until the transaction ends.
    """
    known = facts.gather(session, messages)
    offers = [message for message in messages if message.category is Category.MARKETING]
    others = _others(session, offers, {message.id: known[message.id] for message in offers})
    return turns.arbitrate([_turn(message) for message in messages], known, others)


def keep(session: Session, messages: Sequence[Message], rulings: Mapping[int, Ruling]) -> None:
    """Keep why messages wait or stay because of others, once for each reason and each that goes first."""
    rows = []
    for message in messages:
        ruling = rulings[message.id]
        if ruling.would_go_at is not None and not isinstance(ruling.decision, Allowed):
            row = {
                "shop_id": message.shop_id,
                "message_id": message.id,
                "reason": ruling.decision.reason,
                "behind_id": ruling.behind or ruling.facts.merged_into,
                "at": ruling.facts.now,
                "until": ruling.decision.until if isinstance(ruling.decision, Deferred) else None,
                "would_go_at": ruling.would_go_at,
            }
            rows.append(row)
    if rows:
        session.execute(KEEP, {"rows": orjson.dumps(rows).decode()})


KEEP = text(
    """
    INSERT INTO held_back (shop_id, message_id, reason, behind_id, at, until, would_go_at)
    SELECT shop_id, message_id, reason, behind_id, at, until, would_go_at
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS it
        (shop_id bigint, message_id bigint, reason text, behind_id bigint, at timestamptz, until timestamptz,
         would_go_at timestamptz)
    ON CONFLICT (message_id, reason, behind_id) DO UPDATE SET until = excluded.until
    """
)


def held_back(session: Session, message_ids: Collection[int]) -> dict[int, list[HeldBack]]:
    """Return what held messages back, by message, the earliest first."""
    found: dict[int, list[HeldBack]] = {}
    rows = select(HeldBack).where(among(HeldBack.message_id, message_ids)).order_by(HeldBack.at, HeldBack.id)
    for row in session.scalars(rows):
        found.setdefault(row.message_id, []).append(row)
    return found


def _turn(message: Message) -> Turn:
    return Turn(
        message_id=message.id,
        trigger=message.trigger,
        medium=message.medium,
        category=message.category,
        about=message.checkout_id,
        asked_at=message.created_at,
        due_at=message.due_at,
    )


def _others(
    session: Session, offers: Sequence[Message], known: Mapping[int, Facts]
) -> Mapping[Hashable, Others]:
    """Return what else waits for whom these offers go to, and what went to them lately."""
    if not offers:
        return {}
    people = {known[message.id].person: message for message in offers}
    now = clock.now()
    asked = {
        "people": [message.profile_id for message in people.values() if message.profile_id is not None],
        "shops": [message.shop_id for message in people.values() if message.profile_id is None],
        "addresses": [message.to for message in people.values() if message.profile_id is None],
        "triggers": sorted({*published.OFFERS, *(message.trigger for message in offers)}),
        "these": [message.id for message in offers],
        "soon": now + turns.LOOKS_AHEAD,
        "few": FEW,
        "merging": list(turns.MERGING),
        "colliding": sorted(turns.COLLIDING),
        "merged_since": now - turns.MERGES_FOR,
        "news_since": now - turns.COLLIDES_FOR,
        "made_since": now - turns.COLLIDES_FOR - turns.PATIENCE,
    }
    waiting: dict[Hashable, list[Turn]] = {}
    for row in session.execute(WAITING, asked).mappings():
        waiting.setdefault(_person(row), []).append(_waits(row))
    gone: dict[Hashable, list[Gone]] = {}
    for row in session.execute(GONE, asked).mappings():
        gone.setdefault(_person(row), []).append(_went(row))
    return {person: Others(tuple(waiting.get(person, ())), tuple(gone.get(person, ()))) for person in people}


def _person(row: RowMapping) -> Hashable:
    return row["shop_id"], row["to"] if row["profile_id"] is None else row["profile_id"]


def _waits(row: RowMapping) -> Turn:
    return Turn(
        message_id=row["id"],
        trigger=Trigger(row["trigger"]),
        medium=Medium(row["medium"]),
        category=Category.MARKETING,
        about=row["checkout_id"],
        asked_at=row["created_at"],
        due_at=row["due_at"],
    )


def _went(row: RowMapping) -> Gone:
    at: datetime = row["sending_at"]
    return Gone(row["id"], Trigger(row["trigger"]), Medium(row["medium"]), row["checkout_id"], at)


WAITING = text(
    """
    SELECT it.*
    FROM unnest(CAST(:people AS bigint[])) AS person, unnest(CAST(:triggers AS text[])) AS kind, LATERAL (
        SELECT id, shop_id, profile_id, "to", trigger, medium, checkout_id, created_at, due_at FROM message m
        WHERE m.profile_id = person AND m.trigger = kind AND m.due_at < :soon
            AND m.category = 'marketing' AND m.state IN ('queued', 'sending')
            AND (m.state = 'queued' OR m.sending_at IS NULL) AND m.id <> ALL(CAST(:these AS bigint[]))
        ORDER BY m.due_at, m.id LIMIT :few
    ) it
    UNION ALL
    SELECT it.*
    FROM unnest(CAST(:shops AS bigint[]), CAST(:addresses AS text[])) AS person (shop_id, address), LATERAL (
        SELECT id, shop_id, profile_id, "to", trigger, medium, checkout_id, created_at, due_at FROM message m
        WHERE m.shop_id = person.shop_id AND m."to" = person.address AND m.profile_id IS NULL
            AND m.due_at < :soon AND m.category = 'marketing' AND m.state IN ('queued', 'sending')
            AND (m.state = 'queued' OR m.sending_at IS NULL) AND m.id <> ALL(CAST(:these AS bigint[]))
        ORDER BY m.due_at, m.id LIMIT :few
    ) it
    """
)
"""Found along one index however many wait for somebody: the first few of each flow."""

GONE = text(
    """
    SELECT id, shop_id, profile_id, "to", trigger, medium, checkout_id, sending_at FROM message
    WHERE profile_id = ANY(CAST(:people AS bigint[])) AND category = 'marketing'
        AND sending_at > :merged_since AND trigger = ANY(CAST(:merging AS text[]))
        AND state NOT IN ('queued', 'skipped', 'failed')
    UNION ALL
    SELECT id, shop_id, profile_id, "to", trigger, medium, checkout_id, sending_at FROM message
    WHERE profile_id = ANY(CAST(:people AS bigint[])) AND category = 'transactional'
        AND created_at > :made_since AND sending_at > :news_since
        AND trigger = ANY(CAST(:colliding AS text[])) AND state NOT IN ('queued', 'skipped', 'failed')
    """
)
