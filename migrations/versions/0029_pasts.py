"""What the store's own record says that a shopper has bought in all."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
COLUMNS = (
    ("past_orders", sa.BigInteger()),
    ("past_spent", sa.BigInteger()),
    ("past_currency", sa.String()),
    ("past_last_order_at", MOMENT),
    ("past_told_at", MOMENT),
)


def upgrade() -> None:
    for name, kind in COLUMNS:
        op.add_column("profile", sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    for name, _ in reversed(COLUMNS):
        op.drop_column("profile", name)
