"""Since when a source says that a parcel's number is unknown; USPS numbers lose the ZIP code before them."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

PARCELS = """
    UPDATE shipment s SET number = bare.number, slot = bare.number
    FROM (SELECT id, order_id, regexp_replace(number, '^420([0-9]{5}|[0-9]{9})(9[1-5])', '\\2') AS number FROM shipment
          WHERE number ~ '^420([0-9]{5}|[0-9]{9})9[1-5]([0-9]{18}|[0-9]{20})$') bare
    WHERE bare.id = s.id AND s.slot = s.number
        AND NOT EXISTS (SELECT 1 FROM shipment o WHERE o.order_id = bare.order_id AND o.slot = bare.number)
"""
WATCHES = """
    UPDATE carrier_watch w SET number = bare.number
    FROM (SELECT id, shop_id, source, regexp_replace(number, '^420([0-9]{5}|[0-9]{9})(9[1-5])', '\\2') AS number
          FROM carrier_watch WHERE number ~ '^420([0-9]{5}|[0-9]{9})9[1-5]([0-9]{18}|[0-9]{20})$') bare
    WHERE bare.id = w.id AND NOT EXISTS (SELECT 1 FROM carrier_watch o WHERE o.shop_id = bare.shop_id
        AND o.source = bare.source AND o.number = bare.number)
"""


def upgrade() -> None:
    op.add_column("shipment", sa.Column("not_found_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(PARCELS)
    op.execute(WATCHES)


def downgrade() -> None:
    op.drop_column("shipment", "not_found_at")
