"""What gathers for one message to a merchant's team."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("hook", sa.Column("pending", JSONB(), nullable=False, server_default="[]"))
    op.alter_column("hook", "pending", server_default=None)


def downgrade() -> None:
    op.drop_column("hook", "pending")
