"""Where a provider of texts refuses for reasons of its own it rests, and the next one takes over."""

import sqlalchemy as sa
from alembic import op

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("credential", sa.Column("rests_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("credential", sa.Column("refusals", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("credential", sa.Column("complaint", sa.String(), nullable=True))


def downgrade() -> None:
    for name in ("complaint", "refusals", "rests_until"):
        op.drop_column("credential", name)
