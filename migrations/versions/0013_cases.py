"""What shoppers report of their orders, and what merchants answer."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "case",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("wish", sa.String(), nullable=False),
        sa.Column("granted_at", MOMENT, nullable=True),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name="fk_case_order_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_case_shop_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_case"),
    )
    op.create_index("ix_case_order_id", "case", ["order_id"])
    op.create_index(
        "uq_case_open", "case", ["order_id"], unique=True, postgresql_where=sa.text("closed_at IS NULL")
    )
    op.create_table(
        "case_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=True),
        sa.Column("said_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_case_entry_case_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["order_id"], ["order.id"], name="fk_case_entry_order_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_case_entry_shop_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_case_entry"),
    )
    op.create_index("ix_case_entry_case_id", "case_entry", ["case_id"])
    op.create_index("ix_case_entry_order_id", "case_entry", ["order_id"])
    op.add_column("message", sa.Column("case_entry_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        "fk_message_case_entry_id", "message", "case_entry", ["case_entry_id"], ["id"], ondelete="CASCADE"
    )


def downgrade() -> None:
    op.drop_column("message", "case_entry_id")
    op.drop_table("case_entry")
    op.drop_table("case")
