"""Messages are found and counted by what became of them, however many there have been."""

import sqlalchemy as sa
from alembic import op

revision = "0082"
down_revision = "0081"
branch_labels = None
depends_on = None

PARTS = {
    "ix_message_went": "state IN ('sent', 'delivered', 'bounced', 'complained')",
    "ix_message_waits": "state IN ('queued', 'sending')",
    "ix_message_skipped": "state IN ('skipped')",
    "ix_message_odd": "state IN ('failed', 'unknown', 'held', 'bounced', 'complained')",
}


def upgrade() -> None:
    with op.get_context().autocommit_block():  # whoever writes meanwhile does not wait
        for name, which in PARTS.items():
            op.drop_index(name, "message", postgresql_concurrently=True, if_exists=True)
            where = {"postgresql_where": sa.text(which), "postgresql_concurrently": True}
            op.create_index(name, "message", ["shop_id", sa.text("id DESC")], **where)


def downgrade() -> None:
    for name in PARTS:
        op.drop_index(name, "message")
