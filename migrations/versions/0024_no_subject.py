"""What was never written goes: who a privacy request is about is asked of the request itself."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("privacy_task", "subject")


def downgrade() -> None:
    op.add_column("privacy_task", sa.Column("subject", sa.LargeBinary(), nullable=True))
