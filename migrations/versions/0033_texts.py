"""Text messages: how many segments each takes, and what is texted back."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("message", sa.Column("segments", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_message_texted", "message", ["shop_id", "to"], postgresql_where=sa.text("medium = 'sms'")
    )
    op.create_table(
        "reply",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("identity", sa.LargeBinary(), nullable=False),
        sa.Column("medium", sa.String(), nullable=False),
        sa.Column("address_hash", sa.LargeBinary(), nullable=False),
        sa.Column("to", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("keyword", sa.String(), nullable=True),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["order.id"], name=op.f("fk_reply_order_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_reply_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply")),
    )
    op.create_index("uq_reply_identity", "reply", ["shop_id", "identity"], unique=True)
    op.create_index("ix_reply_address", "reply", ["shop_id", "address_hash"])
    op.create_index(op.f("ix_reply_order_id"), "reply", ["order_id"])


def downgrade() -> None:
    op.drop_table("reply")
    op.drop_index("ix_message_texted", "message")
    op.drop_column("message", "segments")
