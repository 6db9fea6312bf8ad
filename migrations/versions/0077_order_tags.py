"""What merchants mark orders with: a page may be arranged in another way for some."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0077"
down_revision = "0076"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("order", sa.Column("tags", postgresql.ARRAY(sa.String()), nullable=True))


def downgrade() -> None:
    op.drop_column("order", "tags")
