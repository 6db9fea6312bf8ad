"""What both sides bought within thirty days of when they could first have been offered something."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.flows.models import Eligibility
from app.insights.lift import Arm
from app.insights.models import ArmRow
from app.lib import clock

COUNTED_FOR = timedelta(days=30)
AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides of a comparison."""

    offered: Arm
    left_out: Arm
    offered_since: int = 0
    """How many more are offered something whose thirty days are not over."""
    left_out_since: int = 0


def settle(session: Session) -> int:
    """Count what was bought by those whose thirty days are over, a batch of them; returns how many.

    Who was counted, and the sums that they count in, are one commit: nobody counts twice or is forgotten.
    """
    asked = {"now": clock.now(), "ripe": clock.now() - COUNTED_FOR, "span": COUNTED_FOR, "most": AT_ONCE}
    return int(session.execute(SETTLE, asked).scalar_one())


SETTLE = text(
    """
    WITH ripe AS (
        SELECT e.id, e.shop_id, e.profile_id, e.at, shop.currency
        FROM eligibility e JOIN shop ON shop.id = e.shop_id
        WHERE e.measured_at IS NULL AND e.at <= :ripe
        ORDER BY e.at, e.id LIMIT :most FOR UPDATE OF e SKIP LOCKED
    ),
    bought AS (
        SELECT ripe.id, count(o.id) AS orders,
            coalesce(sum(o.total - o.refunded) FILTER (WHERE o.currency = ripe.currency), 0) AS revenue
        FROM ripe LEFT JOIN "order" o ON o.profile_id = ripe.profile_id AND o.state = 'placed'
            AND NOT o.is_test AND o.placed_at > ripe.at AND o.placed_at <= ripe.at + :span
        GROUP BY ripe.id
    ),
    told AS (
        UPDATE eligibility e SET measured_at = :now, orders = bought.orders, revenue = bought.revenue
        FROM bought WHERE e.id = bought.id
        RETURNING e.shop_id, e.comparison, e.share, e.left_out, e.orders, e.revenue
    ),
    summed AS (
        INSERT INTO arm (shop_id, comparison, share, left_out, shoppers, buyers, orders, revenue, squares)
        SELECT shop_id, comparison, share, left_out, count(*), count(*) FILTER (WHERE orders > 0),
            sum(orders), sum(revenue), sum(CAST(revenue AS numeric) * revenue)
        FROM told GROUP BY shop_id, comparison, share, left_out
        ORDER BY shop_id, comparison, share, left_out
        ON CONFLICT (shop_id, comparison, share, left_out) DO UPDATE SET
            shoppers = arm.shoppers + excluded.shoppers, buyers = arm.buyers + excluded.buyers,
            orders = arm.orders + excluded.orders, revenue = arm.revenue + excluded.revenue,
            squares = arm.squares + excluded.squares
        RETURNING 1
    )
    SELECT count(*) FROM told
    """
)


def of(session: Session, shop_id: int, share: int, comparison: str) -> Sides:
    """Return both sides of a comparison with so many in a hundred left out."""
    mine = {"shop_id": shop_id, "comparison": comparison, "share": share}
    arms: Mapping[bool, Arm] = {
        row.left_out: Arm(row.shoppers, row.buyers, row.revenue, int(row.squares))
        for row in session.scalars(select(ArmRow).filter_by(**mine))
    }
    since = select(Eligibility.left_out, func.count()).filter_by(**mine, measured_at=None)
    counted = dict(session.execute(since.group_by(Eligibility.left_out)).all())
    return Sides(arms.get(False, Arm()), arms.get(True, Arm()), counted.get(False, 0), counted.get(True, 0))
