"""What an alert gathers is a row each: a list that is written anew for every event takes the square of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hook_pending",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("hook_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_hook_pending_shop_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["hook_id"], ["hook.id"], name="fk_hook_pending_hook_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_hook_pending"),
        sa.UniqueConstraint("hook_id", "event_id", name="uq_hook_pending_hook_id"),
    )
    op.execute(
        "INSERT INTO hook_pending (shop_id, hook_id, event_id)"
        " SELECT shop_id, id, CAST(event AS bigint) FROM hook, jsonb_array_elements_text(pending) AS event"
        " ON CONFLICT DO NOTHING"
    )
    op.drop_column("hook", "pending")


def downgrade() -> None:
    op.add_column("hook", sa.Column("pending", JSONB(), server_default="[]", nullable=False))
    op.execute(
        "UPDATE hook SET pending = waits.events FROM ("
        " SELECT hook_id, jsonb_agg(event_id ORDER BY event_id) AS events FROM hook_pending GROUP BY hook_id"
        ") AS waits WHERE waits.hook_id = hook.id"
    )
    op.drop_table("hook_pending")
