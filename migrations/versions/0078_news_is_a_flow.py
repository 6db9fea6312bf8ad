"""An enrollment knows when what it tells of happened."""

import sqlalchemy as sa
from alembic import op

revision = "0078"
down_revision = "0077"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("enrollment", sa.Column("occasion_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("enrollment", "occasion_at")
