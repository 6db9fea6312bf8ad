"""The bodies of deliveries: let go after a month, and of whoever is forgotten at once."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import func, literal, or_, select, text, update
from sqlalchemy.orm import Session, aliased

from app.commerce.models import Delivery
from app.lib.db import among, memory

EMPTY = text(
    """
    UPDATE inbox SET body = NULL
    WHERE shop_id = :shop_id AND body IS NOT NULL
      AND (CAST(:after AS timestamptz) IS NULL OR received_at >= :after)
      AND (CAST(:before AS timestamptz) IS NULL OR received_at < :before AND state <> 'waiting')
      AND EXISTS (
        SELECT FROM lower(encode(body, 'escape')) AS written,
            unnest(CAST(:words AS bytea[]), CAST(:named AS boolean[])) AS looked_for (word, names_one)
        WHERE position(lower(encode(word, 'escape')) IN written) > 0
          AND (names_one OR state IN ('done', 'ignored')))
    """
)
"""One look through a shop's bodies, whatever the case of their letters."""
LOOKS_BACK = 3000
LONG = 8
"""Numbers of fewer digits stand in too many bodies that are about something else."""
PART = re.compile(r"[^\W_]+")
RUN = re.compile(r"[^\W_]+(?:[-._][^\W_]+)*")
SHORT = 64
"""Characters of a text that may be one number, whatever stands between its digits."""
MAILBOX = re.compile(r"(?<![\w.+'-])[.+'-]*(\w[\w.+'-]*@[\w-]+(?:\.[\w-]+)+)")
"""Looked for once in each run of letters: somebody may have typed a very long one."""


@contextmanager
def gathering(session: Session) -> Iterator[set[str]]:
    """Gather the words by which bodies would be emptied in the block: whoever asked sees to all at once."""
    memory(session)["gathered words"] = words = set[str]()
    try:
        yield words
    finally:
        memory(session).pop("gathered words", None)


def empty(
    session: Session,
    shop_id: int,
    words: Iterable[object],
    *,
    after: datetime | None = None,
    before: datetime | None = None,
) -> None:
    """Empty every body in which one of these words stands, as UTF-8 or in JSON's escapes.

    A name, a street or a small number stands in others' deliveries too: those lose a copy, and never what is
    still to be applied. `before`: only what was received until then, and is no longer to be read. `after`:
    what came before that is not even opened.
    """
    gathered: set[str] | None = memory(session).get("gathered words")
    if gathered is not None and before is None:
        gathered.update(map(str, words))
        return
    forms = [(form, names_one(word)) for word in map(str, words) for form in _as_written(word)]
    given = {"words": [form for form, _ in forms], "named": [names_one for _, names_one in forms]}
    session.execute(EMPTY, {"shop_id": shop_id, "after": after, "before": before, **given})


def purge(session: Session, *, before: datetime) -> int:
    """Empty the bodies of deliveries received before a moment; their keys stay and keep saying "once"."""
    old = update(Delivery).where(Delivery.received_at < before, Delivery.body.is_not(None)).values(body=None)
    return session.execute(old).rowcount  # type: ignore[attr-defined,no-any-return]


def words_in(body: bytes) -> set[str]:
    """Return the mailboxes, numbers and words with digits that stand in a body, as `plain` writes them."""
    try:
        texts = _texts(orjson.loads(body))
    except (orjson.JSONDecodeError, RecursionError):
        texts = iter([body.decode("utf-8", "replace")])
    found: set[str] = set()
    for text_ in map(str.casefold, texts):
        runs = RUN.findall(text_)
        found.update(MAILBOX.findall(text_) if "@" in text_ else ())
        found.update(map(plain, runs))
        found.add(plain(text_) if len(text_) <= SHORT else "")
        found.update(part for run in runs for part in PART.findall(run))
    return {word for word in found if "@" in word or any(map(str.isdigit, word))}


def plain(word: str) -> str:
    """Return a mailbox or a number without what people write differently."""
    folded = word.casefold()
    return folded if "@" in folded else "".join(PART.findall(folded))


def empty_these(session: Session, ids: Iterable[int]) -> None:
    """Empty the bodies of some deliveries."""
    session.execute(update(Delivery).where(among(Delivery.id, ids)).values(body=None))


def names_one(word: str) -> bool:
    """Tell whether a word is one shopper's or one parcel's alone: an address, or a long number."""
    return "@" in word or sum(map(str.isdigit, word)) >= LONG


def _texts(content: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    """Yield every text and number of any JSON, as text."""
    if isinstance(content, dict):
        for value in content.values():
            yield from _texts(value)
    elif isinstance(content, list):
        for value in content:
            yield from _texts(value)
    elif content is not None and not isinstance(content, bool):
        yield str(content)


def _as_written(word: str) -> set[bytes]:
    escaped = json.dumps(word)[1:-1]
    return {word.encode(), escaped.encode(), escaped.replace("/", "\\/").encode()}


def naming(session: Session, shop_id: int, words: Iterable[str], *, most: int) -> Sequence[Delivery]:
    """Return the latest deliveries of a shop in whose body one of these words stands, the newest first.

    No further back than a number of deliveries that a page can wait for.
    """
    wanted = [form for word in words for form in _as_written(word)]
    if not wanted:
        return []
    kept = select(Delivery).filter_by(shop_id=shop_id).where(Delivery.body.is_not(None))
    newest = kept.order_by(Delivery.id.desc()).limit(LOOKS_BACK).subquery()  # no body beyond these is read
    lately = aliased(Delivery, newest)
    names = [func.pg_catalog.position(lately.body, literal(word)) > 0 for word in wanted]
    found = select(lately).where(or_(*names)).order_by(lately.id.desc())
    alone = re.compile(rb"(?<![0-9A-Za-z])(?:%s)(?![0-9A-Za-z])" % b"|".join(map(re.escape, wanted)))
    rows = session.scalars(found.limit(most * 4)).all()  # a short number stands within many longer ones
    return [row for row in rows if alone.search(row.body or b"")][:most]
