"""Parcels that are still under way are counted and listed without those that arrived, however many they are."""

import sqlalchemy as sa
from alembic import op

revision = "0080"
down_revision = "0079"
branch_labels = None
depends_on = None

NAME = "ix_shipment_under_way"


def upgrade() -> None:
    with op.get_context().autocommit_block():  # whoever writes meanwhile does not wait
        op.drop_index(NAME, "shipment", postgresql_concurrently=True, if_exists=True)  # left by one cut off
        op.create_index(
            NAME,
            "shipment",
            ["shop_id", sa.text("id DESC")],
            postgresql_where=sa.text("status NOT IN ('delivered', 'cancelled') AND cancelled_at IS NULL"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    op.drop_index(NAME, "shipment")
