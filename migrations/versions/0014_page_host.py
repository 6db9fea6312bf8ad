"""A shop's own address for its shoppers' pages."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("shop", sa.Column("page_host", sa.String(), nullable=True))
    op.create_unique_constraint(op.f("uq_shop_page_host"), "shop", ["page_host"])


def downgrade() -> None:
    op.drop_constraint("uq_shop_page_host", "shop")
    op.drop_column("shop", "page_host")
