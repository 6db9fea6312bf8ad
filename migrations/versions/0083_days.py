"""What days of a shop came to is kept, and whatever changes one of them says so in the same commit (ADR 34).

Every table that app/insights/counting.py counts calls `changes_day`, or tests/unit/test_days.py finds a sum that
is no longer what its rows say.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0083"
down_revision = "0082"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
COUNTED = "('sent', 'delivered', 'bounced', 'complained', 'skipped')"
"""States of messages that a day counts."""
WATCHED = {
    "order": ("{0}.placed_at IS NOT NULL", ("placed_at", "is_test", "ship_to ->> 'country'")),
    "shipment": (
        "{0}.delivered_at IS NOT NULL",
        ("delivered_at", "cancelled_at", "expected_at", "expected_until", "window_until", "order_id"),
    ),
    "parcel_exception": ("{0}.kind = 'late'", ("kind", "shipment_id", "evidence ->> 'promised_by'")),
    "message": (f"{{0}}.state IN {COUNTED}", ("state", "reason", "trigger", "created_at")),
    "page_visit": ("{0}.visits > 0", ("visits", "day")),
}
"""Of each table, which rows count, and which of their columns."""
DAYS_OF = {
    "order": "{0}.placed_at",
    "shipment": "{0}.delivered_at",
    "parcel_exception": "(SELECT delivered_at FROM shipment WHERE id = {0}.shipment_id)",
    "message": "{0}.created_at",
    "page_visit": "{0}.day + time '12:00', {0}.day",
}
"""When it was that a row counts, and, where the row names the day itself, that."""
OF_PARCELS = """
    IF TG_OP = 'UPDATE' THEN
        PERFORM changes_day(shop_id, delivered_at) FROM shipment WHERE order_id = NEW.id AND delivered_at IS NOT NULL;
    END IF;
"""
"""Of an order, what came of it counts, too."""


ENROLLMENTS = {
    "ix_enrollment_of_flow": ("trigger", "over IS NULL"),
    "ix_enrollment_bought": ("ended_at", "over = 'bought'"),
}
"""Who is in a flow, and who left one because they bought: what else the list of flows counts."""


def upgrade() -> None:
    with op.get_context().autocommit_block():  # whoever writes meanwhile does not wait
        for name, (column, which) in ENROLLMENTS.items():
            op.drop_index(name, "enrollment", postgresql_concurrently=True, if_exists=True)
            where = {"postgresql_where": sa.text(which), "postgresql_concurrently": True}
            op.create_index(name, "enrollment", ["shop_id", column], **where)
    op.create_table(
        "day_sum",
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("begins", MOMENT, nullable=False),
        sa.Column("ends", MOMENT, nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in ("orders", "visits", "arrived", "on_time")
        ),
        sa.Column("told", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("shop_id", "day", name="pk_day_sum"),
    )
    op.create_table(
        "day_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_day_change"),
    )
    op.create_index("ix_day_change_day", "day_change", ["shop_id", "day"])
    # The sum is looked for after the lock is held, in a statement of its own: it sees what was committed meanwhile.
    op.execute(
        """
        CREATE FUNCTION changes_day(shop bigint, moment timestamptz, named date DEFAULT NULL) RETURNS boolean
        LANGUAGE plpgsql AS $$
        DECLARE
            whole bigint := hashtextextended('days of shop ' || shop, 0);
            near date := (moment AT TIME ZONE 'UTC')::date;
            kept date;
        BEGIN
            IF moment IS NULL THEN RETURN false; END IF;
            IF NOT pg_try_advisory_xact_lock_shared(whole) THEN PERFORM pg_advisory_xact_lock_shared(whole); END IF;
            SELECT s.day INTO kept FROM day_sum s WHERE s.shop_id = shop AND s.day BETWEEN near - 1 AND near + 1
                AND CASE WHEN named IS NULL THEN s.begins <= moment AND s.ends > moment ELSE s.day = named END;
            IF kept IS NULL OR EXISTS (SELECT FROM day_change WHERE shop_id = shop AND day = kept) THEN
                RETURN false;
            END IF;
            INSERT INTO day_change (shop_id, day) VALUES (shop, kept);
            RETURN true;
        END $$
        """
    )
    for table, (counts, columns) in WATCHED.items():
        _watch(table, counts, columns)


def _watch(table: str, counts: str, columns: tuple[str, ...]) -> None:
    """Say which days change with the rows of a table that count."""
    before, now = (DAYS_OF[table].format(row) for row in ("OLD", "NEW"))
    op.execute(
        f"""
        CREATE FUNCTION {table}_changes_days() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE marked boolean;  -- an expression costs less than a query
        BEGIN
            IF TG_OP <> 'INSERT' THEN marked := changes_day(OLD.shop_id, {before}); END IF;
            IF TG_OP = 'INSERT' OR (TG_OP = 'UPDATE' AND ROW({before}) IS DISTINCT FROM ROW({now})) THEN
                marked := changes_day(NEW.shop_id, {now});
            END IF;
            {OF_PARCELS if table == "order" else ""}
            RETURN NULL;
        END $$
        """
    )
    old, new = (", ".join(f"{row}.{name}" for name in columns) for row in ("OLD", "NEW"))
    is_other = f"ROW({old}) IS DISTINCT FROM ROW({new})"
    conditions = {
        "INSERT": counts.format("NEW"),
        "UPDATE": f"({counts.format('OLD')} OR {counts.format('NEW')}) AND {is_other}",
        "DELETE": counts.format("OLD"),
    }
    for verb, condition in conditions.items():
        op.execute(
            f'CREATE TRIGGER days_{verb.lower()} AFTER {verb} ON "{table}" FOR EACH ROW WHEN ({condition})'
            f" EXECUTE FUNCTION {table}_changes_days()"
        )


def downgrade() -> None:
    for name in ENROLLMENTS:
        op.drop_index(name, "enrollment")
    for table in WATCHED:
        for verb in ("insert", "update", "delete"):
            op.execute(f'DROP TRIGGER days_{verb} ON "{table}"')
        op.execute(f"DROP FUNCTION {table}_changes_days()")
    op.execute("DROP FUNCTION changes_day(bigint, timestamptz, date)")
    op.drop_table("day_change")
    op.drop_table("day_sum")
