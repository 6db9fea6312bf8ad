"""Products are found by their title or address, and the newest of a shop without looking at all of them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None


def upgrade() -> None:
    living = {"postgresql_where": sa.text("deleted_at IS NULL")}
    with op.get_context().autocommit_block():  # whoever writes meanwhile does not wait
        _index("ix_product_newest", "product", ["shop_id", sa.text("id DESC")], **living)
        _index("ix_product_title", "product", [sa.text("lower(title)")], postgresql_using="hash")
        _index("ix_product_url", "product", [sa.text("lower(rtrim(url, '/'))")], postgresql_using="hash")


def _index(name: str, table: str, columns: list[Any], **options: Any) -> None:  # noqa: ANN401 - Alembic's
    """Make an index while others write; what a migration that was cut off left of it could never be used."""
    op.drop_index(name, table, postgresql_concurrently=True, if_exists=True)
    op.create_index(name, table, columns, postgresql_concurrently=True, **options)


def downgrade() -> None:
    for name in ("ix_product_url", "ix_product_title", "ix_product_newest"):
        op.drop_index(name, "product")
