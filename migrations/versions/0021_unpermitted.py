"""Carts are asked whether the address in them may be kept."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

UNJUDGED = (
    "completed_at IS NULL AND (email IS NOT NULL OR phone IS NOT NULL)"
    " AND (judged_at IS NULL OR judged_at < updated_at)"
)


def upgrade() -> None:
    op.add_column("checkout", sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_checkout_unjudged", "checkout", ["updated_at"], postgresql_where=sa.text(UNJUDGED))


def downgrade() -> None:
    op.drop_index("ix_checkout_unjudged", "checkout")
    op.drop_column("checkout", "judged_at")
