"""What the arbiter held back, and the ways by which it finds a shopper's other messages."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "held_back",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("behind_id", sa.BigInteger(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=True),
        sa.Column("would_go_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_held_back_shop_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name="fk_held_back_message_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_held_back"),
        sa.UniqueConstraint(
            "message_id",
            "reason",
            "behind_id",
            name="uq_held_back_message_id",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.drop_index("ix_message_profile_id", "message")
    op.create_index("ix_message_profile", "message", ["profile_id", "category", "created_at"])
    op.create_index(
        "ix_message_offer_waits",
        "message",
        ["profile_id", "trigger", "due_at", "id"],
        postgresql_where=sa.text("category = 'marketing' AND state IN ('queued', 'sending')"),
    )
    op.create_index(
        "ix_message_offer_went",
        "message",
        ["profile_id", "sending_at"],
        postgresql_where=sa.text("category = 'marketing'"),
    )


def downgrade() -> None:
    op.drop_index("ix_message_offer_went", "message")
    op.drop_index("ix_message_offer_waits", "message")
    op.drop_index("ix_message_profile", "message")
    op.create_index("ix_message_profile_id", "message", ["profile_id"])
    op.drop_table("held_back")
