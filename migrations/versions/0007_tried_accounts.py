"""A credential says what came of trying it."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("credential", sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("credential", sa.Column("check_failure", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("credential", "check_failure")
    op.drop_column("credential", "checked_at")
