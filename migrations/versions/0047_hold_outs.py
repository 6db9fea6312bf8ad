"""Who could have been offered something, on both sides of each comparison, and what they bought."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column(
        "enrollment", sa.Column("gets_none", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.create_table(
        "eligibility",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("comparison", sa.String(), nullable=False),
        sa.Column("share", sa.BigInteger(), nullable=False),
        sa.Column("drawn_as", sa.BigInteger(), nullable=False),
        sa.Column("profile_id", sa.BigInteger(), nullable=False),
        sa.Column("left_out", sa.Boolean(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("measured_at", MOMENT, nullable=True),
        sa.Column("orders", sa.BigInteger(), nullable=True),
        sa.Column("revenue", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_eligibility_shop_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["profile.id"], name="fk_eligibility_profile_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_eligibility"),
        sa.UniqueConstraint("shop_id", "comparison", "share", "drawn_as", name="uq_eligibility_shop_id"),
    )
    op.create_index("ix_eligibility_profile_id", "eligibility", ["profile_id"])
    op.create_index(
        "ix_eligibility_unmeasured",
        "eligibility",
        ["at", "id"],
        postgresql_where=sa.text("measured_at IS NULL"),
    )
    op.create_index(
        "ix_eligibility_open",
        "eligibility",
        ["shop_id", "comparison", "share", "left_out"],
        postgresql_where=sa.text("measured_at IS NULL"),
    )
    op.create_table(
        "arm",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("comparison", sa.String(), nullable=False),
        sa.Column("share", sa.BigInteger(), nullable=False),
        sa.Column("left_out", sa.Boolean(), nullable=False),
        sa.Column("shoppers", sa.BigInteger(), nullable=False),
        sa.Column("buyers", sa.BigInteger(), nullable=False),
        sa.Column("orders", sa.BigInteger(), nullable=False),
        sa.Column("revenue", sa.BigInteger(), nullable=False),
        sa.Column("squares", sa.Numeric(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_arm_shop_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_arm"),
        sa.UniqueConstraint("shop_id", "comparison", "share", "left_out", name="uq_arm_shop_id"),
    )


def downgrade() -> None:
    op.drop_table("arm")
    op.drop_table("eligibility")
    op.drop_column("enrollment", "gets_none")
