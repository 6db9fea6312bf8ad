"""What was erased, when: a sealed statement with each request."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("privacy_task", sa.Column("certificate", JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("privacy_task", "certificate")
