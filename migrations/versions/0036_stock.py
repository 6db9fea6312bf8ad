"""What there is of each variant, place by place, who waits for it, and a cart that comes after its order."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
STILL_OPEN = "told_at IS NULL AND left_at IS NULL"


def upgrade() -> None:
    op.execute("DELETE FROM event WHERE kind = 'variant_restocked'")  # no longer said
    op.create_table(
        "location",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("sells_online", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_location_shop_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_location"),
        sa.UniqueConstraint("shop_id", "external_id", name="uq_location_shop_id_external_id"),
    )
    op.create_table(
        "stock_level",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("variant_id", sa.BigInteger(), nullable=False),
        sa.Column("location_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("is_there", sa.Boolean(), nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_stock_level_shop_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variant.id"], name="fk_stock_level_variant_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["location_id"], ["location.id"], name="fk_stock_level_location_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_stock_level"),
        sa.UniqueConstraint("variant_id", "location_id", name="uq_stock_level_variant_id_location_id"),
    )
    op.create_index("ix_stock_level_location_id", "stock_level", ["location_id"])
    op.create_table(
        "shelf",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("variant_id", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.String(), nullable=True),
        sa.Column("is_counted", sa.Boolean(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("is_there", sa.Boolean(), nullable=True),
        sa.Column("short_since", MOMENT, nullable=True),
        sa.Column("explained", sa.BigInteger(), nullable=False),
        sa.Column("rose_at", MOMENT, nullable=True),
        sa.Column("judged_at", MOMENT, nullable=True),
        sa.Column("back_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_shelf_shop_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variant.id"], name="fk_shelf_variant_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_shelf"),
        sa.UniqueConstraint("variant_id", name="uq_shelf_variant_id"),
    )
    op.create_index("uq_shelf_item", "shelf", ["shop_id", "item"], unique=True)
    op.add_column("refund", sa.Column("items", JSONB(), nullable=True))
    op.create_index("ix_refund_created", "refund", ["shop_id", "created_at"])
    op.create_index(
        "ix_order_cancelled",
        "order",
        ["shop_id", "cancelled_at"],
        postgresql_where=sa.text("cancelled_at IS NOT NULL"),
    )
    op.create_table(
        "waiting",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("variant_id", sa.BigInteger(), nullable=False),
        sa.Column("profile_id", sa.BigInteger(), nullable=True),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("address_hash", sa.LargeBinary(), nullable=False),
        sa.Column("locale", sa.String(), nullable=True),
        sa.Column("wording", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("counts_since", MOMENT, nullable=True),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.Column("left_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_waiting_shop_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variant.id"], name="fk_waiting_variant_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["profile.id"], name="fk_waiting_profile_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_waiting"),
    )
    for name, columns, unique in (
        ("uq_waiting_open", ["variant_id", "address_hash"], True),
        ("ix_waiting_line", ["variant_id", "asked_at", "id"], False),
    ):
        op.create_index(name, "waiting", columns, unique=unique, postgresql_where=sa.text(STILL_OPEN))
    op.create_index("ix_waiting_profile_id", "waiting", ["profile_id"])
    op.create_index("ix_waiting_address", "waiting", ["shop_id", "address_hash"])
    op.create_index("ix_waiting_asked", "waiting", ["asked_at"])
    op.create_index(
        "ix_order_cart",
        "order",
        ["shop_id", "cart_token"],
        postgresql_where=sa.text("cart_token IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_order_cart", table_name="order")
    op.drop_table("waiting")
    op.drop_index("ix_order_cancelled", table_name="order")
    op.drop_index("ix_refund_created", table_name="refund")
    op.drop_column("refund", "items")
    for table in ("shelf", "stock_level", "location"):
        op.drop_table(table)
