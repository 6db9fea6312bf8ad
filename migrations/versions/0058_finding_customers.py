"""Customers are found by the beginning of their names and addresses."""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

BEGINNINGS = {
    "ix_profile_recent": "id DESC",
    "ix_profile_first_name": "lower(first_name) text_pattern_ops",
    "ix_profile_last_name": "lower(last_name) text_pattern_ops",
    "ix_profile_email_begins": "email text_pattern_ops",
}


def upgrade() -> None:
    for name, what in BEGINNINGS.items():
        op.create_index(name, "profile", ["shop_id", sa.text(what)])


def downgrade() -> None:
    for name in BEGINNINGS:
        op.drop_index(name, "profile")
