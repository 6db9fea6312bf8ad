"""Which lines of calls have something due and nobody at it, in SQL.

For a shop that is being deleted that is only who is to forget a shopper (`:forget`); `:store` names the line
of whatever is done in a shop's own store.
"""

from sqlalchemy import text

FREE = """
    WITH RECURSIVE lines AS (
        (SELECT shop_id, line FROM call WHERE state = 'waiting' ORDER BY shop_id, line LIMIT 1)
        UNION ALL
        SELECT further.shop_id, further.line FROM lines, LATERAL (
            SELECT c.shop_id, c.line FROM call c
            WHERE c.state = 'waiting' AND (c.shop_id, c.line) > (lines.shop_id, lines.line)
            ORDER BY c.shop_id, c.line LIMIT 1
        ) further
    ), free AS (
        SELECT shop_id, line FROM lines
        WHERE EXISTS (SELECT 1 FROM call c WHERE c.shop_id = lines.shop_id AND c.line = lines.line
                AND c.state = 'waiting' AND c.due_at <= :now AND c.kind = ANY(:kinds)
                AND (c.kind = :forget OR EXISTS (
                    SELECT 1 FROM shop s WHERE s.id = lines.shop_id AND s.state = 'installed')))
            AND NOT EXISTS (SELECT 1 FROM call c WHERE c.shop_id = lines.shop_id AND c.line = lines.line
                AND c.state = 'waiting' AND c.lease_until > :now)
            AND EXISTS (SELECT 1 FROM shop s WHERE s.id = lines.shop_id AND s.state <> 'uninstalled'
                AND (lines.line <> :store OR s.broken_reason IS NULL))
    )
"""
"""Found by a loose index scan, as fair shares are (ADR 9)."""
NEXT_SHOP = text(
    f"{FREE} SELECT id FROM shop WHERE id IN (SELECT shop_id FROM free)"  # noqa: S608 - a constant of ours
    " ORDER BY random() LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED"
)
"""The shop of one of them, locked until its call is claimed."""
FREE_LINES = text(f"{FREE} SELECT 1 FROM free LIMIT :most")  # noqa: S608 - a constant of ours
