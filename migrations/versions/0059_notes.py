"""Notes about parcels; and parcels are found by the beginning of a name, and by either end of a number."""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "note",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("shipment_id", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.String(), nullable=True),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_note_shop_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name="fk_note_order_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["shipment_id"], ["shipment.id"], name="fk_note_shipment_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_note"),
    )
    op.create_index("ix_note_order_id", "note", ["order_id"])
    op.create_index("ix_note_shipment_id", "note", ["shipment_id"])
    op.drop_index("ix_shipment_number", "shipment")
    op.create_index("ix_shipment_number", "shipment", ["shop_id", sa.text("number text_pattern_ops")])
    op.create_index(
        "ix_shipment_number_ends", "shipment", ["shop_id", sa.text("reverse(number) text_pattern_ops")]
    )
    for name in ("first_name", "last_name"):
        op.create_index(
            f"ix_order_to_{name}",
            "order",
            ["shop_id", sa.text(f"lower(ship_to ->> '{name}') text_pattern_ops")],
        )


def downgrade() -> None:
    for name in ("first_name", "last_name"):
        op.drop_index(f"ix_order_to_{name}", "order")
    op.drop_index("ix_shipment_number_ends", "shipment")
    op.drop_index("ix_shipment_number", "shipment")
    op.create_index("ix_shipment_number", "shipment", ["shop_id", "number"])
    op.drop_table("note")
