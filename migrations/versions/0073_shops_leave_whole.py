"""A shop that is deleted leaves whole: its store's name is free at once, and no copies stay."""

import sqlalchemy as sa
from alembic import op

revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
STAYING = sa.text("state <> 'closing'")


def upgrade() -> None:
    op.execute("DELETE FROM shop WHERE state = 'redacted'")  # tombstones of shops whose rows are gone
    op.drop_constraint("uq_shop_platform_domain", "shop")
    op.create_index(
        "uq_shop_platform_domain", "shop", ["platform", "domain"], unique=True, postgresql_where=STAYING
    )
    op.execute("DELETE FROM errand WHERE kind = 'takeout.write'")
    op.drop_table("takeout_part")
    op.drop_table("takeout")
    op.create_table(
        "trace",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("word", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_trace_shop_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_trace"),
        sa.UniqueConstraint("shop_id", "word", name="uq_trace_shop_id_word"),
    )


def downgrade() -> None:
    op.drop_table("trace")
    op.create_table(
        "takeout",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("after", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_takeout_shop_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_takeout"),
    )
    op.create_table(
        "takeout_part",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("takeout_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_takeout_part_shop_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["takeout_id"], ["takeout.id"], name="fk_takeout_part_takeout_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_takeout_part"),
        sa.UniqueConstraint("takeout_id", "name", "number", name="uq_takeout_part_takeout_id_name_number"),
    )
    op.execute("DELETE FROM shop WHERE state = 'closing'")
    op.drop_index("uq_shop_platform_domain", "shop")
    op.create_unique_constraint("uq_shop_platform_domain", "shop", ["platform", "domain"])
