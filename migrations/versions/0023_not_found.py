"""Since when a source says that a parcel's number is unknown; USPS numbers lose the ZIP code before them."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

ROUTED = "^420([0-9]{5}|[0-9]{9})(9[1-5]([0-9]{18}|[0-9]{20}))$"


def upgrade() -> None:
    op.add_column("shipment", sa.Column("not_found_at", sa.DateTime(timezone=True), nullable=True))
    bare = f"regexp_replace({{0}}, '{ROUTED}', '\\2')"
    op.execute(
        f"UPDATE shipment s SET number = {bare.format('number')}, slot = {bare.format('slot')} WHERE number ~ '{ROUTED}'"
        f" AND NOT EXISTS (SELECT 1 FROM shipment o WHERE o.order_id = s.order_id AND o.slot = {bare.format('s.slot')})"
    )
    op.execute(
        f"UPDATE carrier_watch w SET number = {bare.format('number')} WHERE number ~ '{ROUTED}' AND NOT EXISTS"
        f" (SELECT 1 FROM carrier_watch o WHERE (o.shop_id, o.source, o.number) = (w.shop_id, w.source, {bare.format('w.number')}))"
    )


def downgrade() -> None:
    op.drop_column("shipment", "not_found_at")
