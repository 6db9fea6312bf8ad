"""Other recipients of an order's updates."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
VERBS = (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))


def upgrade() -> None:
    op.create_table(
        "recipient",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("address_hash", sa.LargeBinary(), nullable=True),
        sa.Column("named_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("left_at", MOMENT, nullable=True),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.CheckConstraint("place BETWEEN 1 AND 3", name="ck_recipient_place"),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name="fk_recipient_order_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_recipient_shop_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_recipient"),
        sa.UniqueConstraint("order_id", "address_hash", name="uq_recipient_order_id_address_hash"),
    )
    op.create_index(
        "uq_recipient_place",
        "recipient",
        ["order_id", "place"],
        unique=True,
        postgresql_where=sa.text("left_at IS NULL"),
    )
    op.create_index(
        "ix_recipient_due_at", "recipient", ["due_at"], postgresql_where=sa.text("due_at IS NOT NULL")
    )
    for verb, rows in VERBS:
        op.execute(
            f"CREATE TRIGGER revision_{verb.lower()} AFTER {verb} ON recipient"
            f" REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_order_revision()"
        )
    op.add_column("message", sa.Column("recipient_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        "fk_message_recipient_id", "message", "recipient", ["recipient_id"], ["id"], ondelete="CASCADE"
    )


def downgrade() -> None:
    op.drop_column("message", "recipient_id")
    op.drop_table("recipient")
