"""Whose number it is that a text came from."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    known = sa.text("phone IS NOT NULL")
    op.create_index("ix_profile_phone", "profile", ["shop_id", "phone"], postgresql_where=known)


def downgrade() -> None:
    op.drop_index("ix_profile_phone", "profile")
