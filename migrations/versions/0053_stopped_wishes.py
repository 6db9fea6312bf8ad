"""What a shopper had asked for ends with a STOP, and comes back with a START."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("update_wish", sa.Column("is_stop", sa.Boolean(), server_default="false", nullable=False))


def downgrade() -> None:
    op.drop_column("update_wish", "is_stop")
