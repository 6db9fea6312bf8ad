"""What is wrong with parcels and orders: opened, aged, cleared; and when to look again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    # An order from before counts as sent: the store tells of it the next time that it changes.
    op.add_column("order", sa.Column("is_fulfilled", sa.Boolean(), nullable=False, server_default="true"))
    op.alter_column("order", "is_fulfilled", server_default=None)
    op.add_column("shop", sa.Column("lanes_due_at", MOMENT, nullable=False, server_default=sa.func.now()))
    op.alter_column("shop", "lanes_due_at", server_default=None)
    op.create_index("ix_shop_lanes_due_at", "shop", ["lanes_due_at"])
    for table in ("order", "shipment"):
        op.add_column(table, sa.Column("exceptions_due_at", MOMENT, nullable=True))
        op.create_index(
            f"ix_{table}_exceptions_due",
            table,
            ["exceptions_due_at"],
            postgresql_where=sa.text("exceptions_due_at IS NOT NULL"),
        )
    # A parcel from before is looked at once, as if something had just been heard of it.
    op.execute(
        "UPDATE shipment SET exceptions_due_at = now()"
        " WHERE status NOT IN ('delivered', 'cancelled') AND cancelled_at IS NULL"
    )
    op.create_table(
        "parcel_exception",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("shipment_id", sa.BigInteger(), nullable=True),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("cleared_at", MOMENT, nullable=True),
        sa.Column("resolved_at", MOMENT, nullable=True),
        sa.Column("snoozed_until", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["order_id"], ["order.id"], name="fk_parcel_exception_order_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["shipment_id"], ["shipment.id"], name="fk_parcel_exception_shipment_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name="fk_parcel_exception_shop_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_parcel_exception"),
    )
    op.create_index("ix_parcel_exception_order_id", "parcel_exception", ["order_id"])
    op.create_index("ix_parcel_exception_shipment_id", "parcel_exception", ["shipment_id"])
    op.create_index(
        "ix_parcel_exception_queue",
        "parcel_exception",
        ["shop_id"],
        postgresql_where=sa.text("cleared_at IS NULL"),
    )
    op.create_index(
        "uq_parcel_exception_open_shipment",
        "parcel_exception",
        ["shipment_id", "kind"],
        unique=True,
        postgresql_where=sa.text("cleared_at IS NULL AND shipment_id IS NOT NULL"),
    )
    op.create_index(
        "uq_parcel_exception_open_order",
        "parcel_exception",
        ["order_id", "kind"],
        unique=True,
        postgresql_where=sa.text("cleared_at IS NULL AND shipment_id IS NULL"),
    )
    op.create_table(
        "lane",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("carrier", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("parcels", sa.BigInteger(), nullable=False),
        sa.Column("p95", sa.Interval(), nullable=False),
        sa.Column("p99", sa.Interval(), nullable=False),
        sa.Column("learnt_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_lane_shop_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_lane"),
        sa.UniqueConstraint("shop_id", "carrier", "country", name="uq_lane_shop_id_carrier_country"),
    )


def downgrade() -> None:
    op.drop_table("lane")
    op.drop_table("parcel_exception")
    for table in ("order", "shipment"):
        op.drop_index(f"ix_{table}_exceptions_due", table_name=table)
        op.drop_column(table, "exceptions_due_at")
    op.drop_index("ix_shop_lanes_due_at", table_name="shop")
    op.drop_column("shop", "lanes_due_at")
    op.drop_column("order", "is_fulfilled")
