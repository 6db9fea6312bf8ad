"""Links to the list of all one's orders, and orders found by the address that they were bought with."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "own_orders_link",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("address_hash", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("closes_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["order.id"], name="fk_own_orders_link_order_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name="fk_own_orders_link_shop_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_own_orders_link"),
    )
    op.create_index("ix_own_orders_link_order_id", "own_orders_link", ["order_id"])
    op.create_index("ix_own_orders_link_closes_at", "own_orders_link", ["closes_at"])
    op.create_index(
        "ix_order_email",
        "order",
        ["shop_id", "email", "id"],
        postgresql_where=sa.text("email IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_order_email", "order")
    op.drop_table("own_orders_link")
