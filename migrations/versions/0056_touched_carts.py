"""When a cart was changed, and not only when last: so that what a flow would have seen of it can be told."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moments = ARRAY(sa.DateTime(timezone=True))
    op.add_column("checkout", sa.Column("touched", moments, server_default="{}", nullable=False))


def downgrade() -> None:
    op.drop_column("checkout", "touched")
