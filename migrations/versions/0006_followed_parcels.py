"""A parcel knows which source follows it, or why none does."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("shipment", sa.Column("followed_by", sa.String(), nullable=True))
    op.add_column("shipment", sa.Column("follow_failure", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("shipment", "follow_failure")
    op.drop_column("shipment", "followed_by")
