"""Effects on the outside that are no messages: once each, leased, tried again, parked with a reason."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "call",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("profile_id", sa.BigInteger(), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("failure", sa.String(), nullable=True),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_call_shop_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_call"),
        sa.UniqueConstraint("shop_id", "key", name="uq_call_shop_id_key"),
    )
    op.create_index(
        "ix_call_due", "call", ["shop_id", "due_at", "id"], postgresql_where=sa.text("state = 'waiting'")
    )
    op.create_index("ix_call_parked", "call", ["shop_id", "id"], postgresql_where=sa.text("state = 'parked'"))
    op.create_index("ix_call_order_id", "call", ["order_id"])
    op.create_index("ix_call_profile_id", "call", ["profile_id"])


def downgrade() -> None:
    op.drop_table("call")
