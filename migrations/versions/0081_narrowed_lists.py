"""Lists of parcels are narrowed to carriers and to countries."""

from alembic import op

revision = "0081"
down_revision = "0080"
branch_labels = None
depends_on = None

MADE = ("ix_shipment_carrier", "ix_order_country")


def upgrade() -> None:
    with op.get_context().autocommit_block():  # whoever writes meanwhile does not wait
        for name in MADE:  # what was cut off left one that could never be used
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        op.execute("CREATE INDEX CONCURRENTLY ix_shipment_carrier ON shipment (shop_id, carrier_slug, id)")
        op.execute(
            "CREATE INDEX CONCURRENTLY ix_order_country ON \"order\" (shop_id, (ship_to ->> 'country'), id)"
        )


def downgrade() -> None:
    for name in MADE:
        op.execute(f"DROP INDEX {name}")
