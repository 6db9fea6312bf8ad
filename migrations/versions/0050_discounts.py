"""Discount codes: each for one shopper and one order."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "discount",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("percent", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("profile_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("made_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_discount_shop_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["profile.id"], name="fk_discount_profile_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_discount"),
        sa.UniqueConstraint("shop_id", "key", name="uq_discount_shop_id_key"),
        sa.UniqueConstraint("shop_id", "code", name="uq_discount_shop_id_code"),
    )
    op.create_index("ix_discount_profile_id", "discount", ["profile_id"])
    op.create_index("ix_discount_way", "discount", ["shop_id", "way"])
    op.create_index(
        "ix_discount_unmade",
        "discount",
        ["shop_id", "percent", "expires_at"],
        postgresql_where=sa.text("made_at IS NULL AND ended_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("discount")
