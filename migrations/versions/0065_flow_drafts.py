"""The states of a flow's draft, to which one can go back, and the shop's past gone through with it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("flow", sa.Column("draft_number", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("flow", sa.Column("draft_revision", sa.BigInteger(), server_default="0", nullable=False))
    op.create_table(
        "flow_draft",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("trigger", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("did", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_flow_draft_shop_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_flow_draft"),
        sa.UniqueConstraint("shop_id", "trigger", "number", name="uq_flow_draft_shop_id"),
    )

    op.create_table(
        "rehearsal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("trigger", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("reached", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("failed", sa.String(), nullable=True),
        sa.Column("found", postgresql.JSONB(), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_rehearsal_shop_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_rehearsal"),
        sa.UniqueConstraint("shop_id", "trigger", name="uq_rehearsal_shop_id"),
    )


def downgrade() -> None:
    op.drop_table("rehearsal")
    op.drop_table("flow_draft")
    op.drop_column("flow", "draft_revision")
    op.drop_column("flow", "draft_number")
