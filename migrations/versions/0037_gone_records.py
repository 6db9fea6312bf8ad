"""Records of shoppers that a store has deleted; scans that a comparison had to fetch."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("comparison", sa.Column("scans", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("profile", sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.execute("DELETE FROM profile WHERE gone_at IS NOT NULL")
    op.drop_column("profile", "gone_at")
    op.drop_column("comparison", "scans")
