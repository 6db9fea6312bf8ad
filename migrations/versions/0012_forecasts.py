"""Delivery dates: when parcels passed what, what that teaches, and what was said."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
COLUMNS = (
    ("order", "shipping", sa.String()),
    ("order", "window_from", sa.Date()),
    ("order", "window_until", sa.Date()),
    ("shipment", "window_from", sa.Date()),
    ("shipment", "window_until", sa.Date()),
    ("fulfillment", "location", sa.String()),
)


def upgrade() -> None:
    for table, name, kind in COLUMNS:
        op.add_column(table, sa.Column(name, kind, nullable=True))
    op.create_table(
        "transit",
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("shipment_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("carrier", "service", "origin", "country", "region", "zone")
        ),
        sa.Column("draw", sa.BigInteger(), nullable=False),
        sa.Column("placed_at", MOMENT, nullable=True),
        sa.Column("shipped_at", MOMENT, nullable=False),
        *(sa.Column(name, MOMENT, nullable=True) for name in ("moved_at", "out_at", "arrived_at")),
        *_belongs("transit", "order", "shipment"),
        sa.PrimaryKeyConstraint("shipment_id", name="pk_transit"),
    )
    op.create_index("ix_transit_draw", "transit", ["shop_id", "draw"])
    op.create_index("ix_transit_order_id", "transit", ["order_id"])
    op.create_index("ix_transit_shipped_at", "transit", ["shipped_at"])
    op.create_table(
        "forecast",
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("clock", sa.String(), nullable=False),
        sa.Column("learnt", JSONB(), nullable=True),
        sa.Column("levels", JSONB(), nullable=False),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in ("arrivals", "scored", "within_80", "within_90", "kept_by")
        ),
        *_belongs("forecast"),
        sa.PrimaryKeyConstraint("shop_id", "clock", name="pk_forecast"),
    )
    op.create_table(
        "prediction",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("shipment_id", sa.BigInteger(), nullable=True),
        sa.Column("clock", sa.String(), nullable=False),
        *(
            sa.Column(name, MOMENT, nullable=False)
            for name in ("made_at", "started_at", "low", "earliest", "middle", "by", "latest", "high")
        ),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("samples", sa.BigInteger(), nullable=False),
        sa.Column("log_days", sa.Float(), nullable=False),
        sa.Column("waited", sa.Float(), nullable=False),
        sa.Column("arrived_at", MOMENT, nullable=True),
        *_belongs("prediction", "order", "shipment"),
        sa.PrimaryKeyConstraint("id", name="pk_prediction"),
        sa.UniqueConstraint(
            "order_id",
            "shipment_id",
            "clock",
            name="uq_prediction_order_id_shipment_id_clock",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index("ix_prediction_shipment_id", "prediction", ["shipment_id"])
    op.create_index("ix_prediction_made_at", "prediction", ["made_at"])


def _belongs(table: str, *others: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            [f"{other}_id"], [f"{other}.id"], name=f"fk_{table}_{other}_id", ondelete="CASCADE"
        )
        for other in ("shop", *others)
    ]


def downgrade() -> None:
    for table in ("prediction", "forecast", "transit"):
        op.drop_table(table)
    for table, name, _ in reversed(COLUMNS):
        op.drop_column(table, name)
