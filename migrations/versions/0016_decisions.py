"""What the gate answered is kept with each message."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("message", sa.Column("decision", JSONB(), nullable=True))
    op.create_index(
        "ix_message_offers",
        "message",
        ["shop_id", "to"],
        postgresql_where=sa.text("category = 'marketing' AND profile_id IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_message_offers", "message")
    op.drop_column("message", "decision")
