"""Messages of unknown fate are found without reading all."""

import sqlalchemy as sa
from alembic import op

revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():  # whoever writes meanwhile does not wait
        op.create_index(
            "ix_message_doubted",
            "message",
            ["state", "reason"],
            postgresql_where=sa.text("state IN ('unknown', 'held')"),
            postgresql_concurrently=True,
            if_not_exists=True,
        )


def downgrade() -> None:
    op.drop_index("ix_message_doubted", "message")
