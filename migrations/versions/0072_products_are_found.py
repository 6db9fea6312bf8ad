"""Products are found by their title or address, and the newest of a shop without looking at all of them."""

import sqlalchemy as sa
from alembic import op

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None


def upgrade() -> None:
    living = {"postgresql_where": sa.text("deleted_at IS NULL")}
    op.create_index("ix_product_newest", "product", ["shop_id", sa.text("id DESC")], **living)
    op.create_index("ix_product_title", "product", [sa.text("lower(title)")], postgresql_using="hash")
    op.create_index("ix_product_url", "product", [sa.text("lower(rtrim(url, '/'))")], postgresql_using="hash")


def downgrade() -> None:
    for name in ("ix_product_url", "ix_product_title", "ix_product_newest"):
        op.drop_index(name, "product")
