"""What shoppers say of a delivery; their page shows the grade, so a change of it makes the page out of date."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

VERBS = (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))


def upgrade() -> None:
    op.create_table(
        "feedback",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("shipment_id", sa.BigInteger(), nullable=False),
        sa.Column("grade", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.String(), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name="fk_feedback_order_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["shipment_id"], ["shipment.id"], name="fk_feedback_shipment_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_feedback_shop_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_feedback"),
        sa.UniqueConstraint("shipment_id", name="uq_feedback_shipment_id"),
    )
    op.create_index("ix_feedback_order_id", "feedback", ["order_id"])
    op.create_index("ix_feedback_recent", "feedback", ["shop_id", "said_at"])
    for verb, rows in VERBS:
        op.execute(
            f"CREATE TRIGGER revision_{verb.lower()} AFTER {verb} ON feedback"
            f" REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_order_revision()"
        )


def downgrade() -> None:
    op.drop_table("feedback")
