"""Who outside is told of what happens; each is a line of calls by itself, with the tries that were made."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
WAITING, TOLD = sa.text("state = 'waiting'"), sa.text("line <> ''")


def upgrade() -> None:
    op.add_column("call", sa.Column("line", sa.String(), nullable=False, server_default=""))
    op.add_column("call", sa.Column("tries", JSONB(), nullable=False, server_default="[]"))
    op.alter_column("call", "line", server_default=None)
    op.alter_column("call", "tries", server_default=None)
    op.drop_index("ix_call_due", "call")
    op.create_index("ix_call_due", "call", ["shop_id", "line", "due_at", "id"], postgresql_where=WAITING)
    op.create_index("ix_call_line", "call", ["shop_id", "line", sa.text("id DESC")], postgresql_where=TOLD)
    op.create_table(
        "hook",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("listener", sa.String(), nullable=False),
        sa.Column("keys", sa.LargeBinary(), nullable=False),
        sa.Column("hears", JSONB(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("off_at", MOMENT, nullable=True),
        sa.Column("off_because", sa.String(), nullable=True),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.Column("failing_since", MOMENT, nullable=True),
        sa.Column("failure", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_hook_shop_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_hook"),
    )
    op.create_index("ix_hook_on", "hook", ["shop_id"], postgresql_where=sa.text("off_at IS NULL"))


def downgrade() -> None:
    op.drop_table("hook")
    op.drop_index("ix_call_line", "call")
    op.drop_index("ix_call_due", "call")
    op.create_index("ix_call_due", "call", ["shop_id", "due_at", "id"], postgresql_where=WAITING)
    op.drop_column("call", "tries")
    op.drop_column("call", "line")
