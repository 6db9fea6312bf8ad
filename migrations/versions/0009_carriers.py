"""Who carries a parcel: beside the merchant's word the carrier it means, and carriers of a shop's own."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "own_carrier",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_own_carrier_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_carrier")),
    )
    op.create_index(
        "uq_own_carrier_name",
        "own_carrier",
        ["shop_id", sa.literal_column("lower(name)")],
        unique=True,
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    # what a shop's own carrier is called and where it shows parcels stands on drawn pages (0003)
    op.execute(
        """
        CREATE FUNCTION count_shop_revision() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE shop SET revision = revision + 1 WHERE id IN (SELECT shop_id FROM changed);
            RETURN NULL;
        END $$;
        """
    )
    for verb, rows in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
        op.execute(
            f"CREATE TRIGGER revision_{verb.lower()} AFTER {verb} ON own_carrier"
            f" REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_shop_revision()"
        )
    op.add_column("shipment", sa.Column("carrier_slug", sa.String(), nullable=True))
    op.add_column("shipment", sa.Column("own_carrier_id", sa.BigInteger(), nullable=True))
    op.add_column("shipment", sa.Column("carrier_chosen_at", sa.DateTime(timezone=True), nullable=True))
    op.create_foreign_key(
        op.f("fk_shipment_own_carrier_id"),
        "shipment",
        "own_carrier",
        ["own_carrier_id"],
        ["id"],
        ondelete="SET NULL",
    )
    op.create_index(op.f("ix_shipment_own_carrier_id"), "shipment", ["own_carrier_id"], unique=False)
    op.create_index(
        "ix_shipment_chosen",
        "shipment",
        ["shop_id", "carrier_chosen_at"],
        unique=False,
        postgresql_where=sa.text("carrier_chosen_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_shipment_chosen", table_name="shipment")
    op.drop_index(op.f("ix_shipment_own_carrier_id"), table_name="shipment")
    op.drop_constraint(op.f("fk_shipment_own_carrier_id"), "shipment", type_="foreignkey")
    for column in ("carrier_chosen_at", "own_carrier_id", "carrier_slug"):
        op.drop_column("shipment", column)
    op.drop_index("uq_own_carrier_name", table_name="own_carrier")
    op.drop_table("own_carrier")
    op.execute("DROP FUNCTION count_shop_revision()")
