"""Drawn pages, and the counters that say when one is out of date.

Every table that an order's page is drawn from counts its changes up to the order, or to the shop. A new one
needs the same: `watch` in a later migration, or tests/architecture/test_drawn_pages.py names it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BY_ORDER = ("line_item", "fulfillment", "shipment")
BY_FULFILLMENT = ("tracking_event",)


def upgrade() -> None:
    for table in ("order", "shop"):
        op.add_column(table, sa.Column("revision", sa.BigInteger(), server_default="0", nullable=False))
    op.create_table(
        "drawn_page",
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("variant", sa.String(), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("press", sa.String(), nullable=False),
        sa.Column("order_revision", sa.BigInteger(), nullable=False),
        sa.Column("shop_revision", sa.BigInteger(), nullable=False),
        sa.Column("holds_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("order_id", "variant", name=op.f("pk_drawn_page")),
    )
    op.create_index("ix_drawn_page_holds_until", "drawn_page", ["holds_until"])
    # A page is gzipped already, and short enough to lie in its row: one read, no second one in the TOAST table.
    op.execute("ALTER TABLE drawn_page ALTER body SET STORAGE EXTERNAL")
    op.execute(
        "ALTER TABLE drawn_page SET (toast_tuple_target = 8160, autovacuum_vacuum_scale_factor = 0.05)"
    )
    op.execute('ALTER TABLE "order" SET (fillfactor = 85)')  # a revision is counted within its own disk page
    op.execute(
        """
        CREATE FUNCTION count_revision() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN NEW.revision := OLD.revision + 1; RETURN NEW; END $$;

        CREATE FUNCTION count_order_revision() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE "order" SET revision = revision + 1 WHERE id IN (SELECT order_id FROM changed);
            RETURN NULL;
        END $$;

        CREATE FUNCTION count_order_revision_of_fulfillment() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE "order" SET revision = revision + 1 WHERE id IN (
                SELECT f.order_id FROM changed c JOIN fulfillment f ON f.id = c.fulfillment_id);
            RETURN NULL;
        END $$;
        """
    )
    for table in ("order", "shop"):
        op.execute(
            f'CREATE TRIGGER revision BEFORE UPDATE ON "{table}" FOR EACH ROW EXECUTE FUNCTION count_revision()'
        )
    for tables, function in (
        (BY_ORDER, "count_order_revision"),
        (BY_FULFILLMENT, "count_order_revision_of_fulfillment"),
    ):
        for table in tables:
            watch(table, function)


def watch(table: str, function: str) -> None:
    """Count every statement that changes rows of a table."""
    for verb, rows in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
        op.execute(
            f"CREATE TRIGGER revision_{verb.lower()} AFTER {verb} ON {table} REFERENCING {rows} TABLE AS changed"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
        )


def downgrade() -> None:
    for table in (*BY_ORDER, *BY_FULFILLMENT):
        for verb in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER revision_{verb} ON {table}")
    for table in ("order", "shop"):
        op.execute(f'DROP TRIGGER revision ON "{table}"')
        op.drop_column(table, "revision")
    for function in ("count_revision", "count_order_revision", "count_order_revision_of_fulfillment"):
        op.execute(f"DROP FUNCTION {function}()")
    op.drop_table("drawn_page")
