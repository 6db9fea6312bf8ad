"""A scan may belong to one parcel, and say why it is not believed; a parcel knows what its source told."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("shipment", sa.Column("expected_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("shipment", sa.Column("pickup", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("shipment", sa.Column("service", sa.String(), nullable=True))
    op.add_column("shipment", sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tracking_event", sa.Column("shipment_id", sa.BigInteger(), nullable=True))
    op.add_column("tracking_event", sa.Column("doubt", sa.String(), nullable=True))
    op.create_foreign_key(
        "fk_tracking_event_shipment_id",
        "tracking_event",
        "shipment",
        ["shipment_id"],
        ["id"],
        ondelete="CASCADE",
    )
    op.drop_constraint("uq_tracking_event_fulfillment_id_source_external_id", "tracking_event")
    op.create_index("ix_tracking_event_fulfillment_id", "tracking_event", ["fulfillment_id"])
    op.create_index(
        "uq_tracking_event_of_fulfillment",
        "tracking_event",
        ["fulfillment_id", "source", "external_id"],
        unique=True,
        postgresql_where=sa.text("shipment_id IS NULL"),
    )
    op.create_index(
        "uq_tracking_event_of_shipment",
        "tracking_event",
        ["shipment_id", "source", "external_id"],
        unique=True,
        postgresql_where=sa.text("shipment_id IS NOT NULL"),
    )
    op.create_index(
        "ix_tracking_event_odd",
        "tracking_event",
        ["source"],
        postgresql_where=sa.text("detail = 'unknown' OR doubt IS NOT NULL"),
    )


def downgrade() -> None:
    op.execute("DELETE FROM tracking_event WHERE shipment_id IS NOT NULL")
    op.drop_index("ix_tracking_event_odd", table_name="tracking_event")
    op.drop_index("uq_tracking_event_of_shipment", table_name="tracking_event")
    op.drop_index("uq_tracking_event_of_fulfillment", table_name="tracking_event")
    op.drop_index("ix_tracking_event_fulfillment_id", table_name="tracking_event")
    op.create_unique_constraint(
        "uq_tracking_event_fulfillment_id_source_external_id",
        "tracking_event",
        ["fulfillment_id", "source", "external_id"],
    )
    op.drop_constraint("fk_tracking_event_shipment_id", "tracking_event", type_="foreignkey")
    for column in ("doubt", "shipment_id"):
        op.drop_column("tracking_event", column)
    for column in ("heard_at", "service", "pickup", "expected_until"):
        op.drop_column("shipment", column)
