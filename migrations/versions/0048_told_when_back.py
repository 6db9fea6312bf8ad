"""Which request to hear when a thing is back a message answers."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("message", sa.Column("waiting_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        "fk_message_waiting_id", "message", "waiting", ["waiting_id"], ["id"], ondelete="SET NULL"
    )
    op.create_index(
        "ix_message_waiting_id",
        "message",
        ["waiting_id"],
        postgresql_where=sa.text("waiting_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_message_waiting_id", "message")
    op.drop_constraint("fk_message_waiting_id", "message", type_="foreignkey")
    op.drop_column("message", "waiting_id")
