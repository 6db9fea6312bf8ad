"""How often tracking pages are looked at, and what the home page's figures are read by."""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "page_visit",
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("visits", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_page_visit_shop_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["order_id"], ["order.id"], name="fk_page_visit_order_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("order_id", "day", name="pk_page_visit"),
    )
    op.create_index("ix_page_visit_day", "page_visit", ["shop_id", "day"], postgresql_include=["visits"])
    op.create_index(
        "ix_shipment_delivered",
        "shipment",
        ["shop_id", "delivered_at"],
        postgresql_where=sa.text("delivered_at IS NOT NULL"),
    )
    op.create_index(
        "ix_order_placed",
        "order",
        ["shop_id", "placed_at"],
        postgresql_where=sa.text("placed_at IS NOT NULL"),
    )
    op.create_index("ix_message_created", "message", ["shop_id", "created_at"])
    op.create_index(
        "ix_parcel_exception_cleared",
        "parcel_exception",
        ["shop_id", "cleared_at"],
        postgresql_where=sa.text("cleared_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_parcel_exception_cleared", "parcel_exception")
    op.drop_index("ix_message_created", "message")
    op.drop_index("ix_order_placed", "order")
    op.drop_index("ix_shipment_delivered", "shipment")
    op.drop_table("page_visit")
