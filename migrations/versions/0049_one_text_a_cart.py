"""A cart is texted about once at most."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "uq_message_cart_text",
        "message",
        ["shop_id", "checkout_id"],
        unique=True,
        postgresql_where=sa.text("medium = 'sms' AND checkout_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("uq_message_cart_text", "message")
