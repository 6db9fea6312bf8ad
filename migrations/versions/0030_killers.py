"""What cuts off whoever has it in hand: messages count their senders' deaths, deliveries in hand are noted."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("message", sa.Column("deaths", sa.BigInteger(), server_default="0", nullable=False))
    op.create_index(
        "ix_message_suspect",
        "message",
        ["due_at"],
        postgresql_where=sa.text("state = 'queued' AND deaths > 0"),
    )
    op.create_table(
        "inbox_in_hand",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("delivery_ids", ARRAY(sa.BigInteger()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_in_hand")),
        sa.UniqueConstraint("shop_id", name=op.f("uq_inbox_in_hand_shop_id")),
    )


def downgrade() -> None:
    op.drop_table("inbox_in_hand")
    op.drop_index("ix_message_suspect", "message")
    op.drop_column("message", "deaths")
