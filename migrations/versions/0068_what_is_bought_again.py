"""After how long products are bought again, and messages about one thing of an order."""

import sqlalchemy as sa
from alembic import op

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reorder",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("product_external_id", sa.String(), nullable=False),
        sa.Column("interval", sa.Interval(), nullable=False),
        sa.Column("intervals", sa.BigInteger(), nullable=False),
        sa.Column("shoppers", sa.BigInteger(), nullable=False),
        sa.Column("learnt_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_reorder_shop_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_reorder"),
        sa.UniqueConstraint("shop_id", "product_external_id", name="uq_reorder_shop_id_product_external_id"),
    )
    op.add_column("message", sa.Column("line_item_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        "fk_message_line_item_id", "message", "line_item", ["line_item_id"], ["id"], ondelete="SET NULL"
    )
    op.create_index(
        "ix_message_line_item_id",
        "message",
        ["line_item_id"],
        postgresql_where=sa.text("line_item_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_column("message", "line_item_id")
    op.drop_table("reorder")
