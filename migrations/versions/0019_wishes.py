"""What shoppers ask to be told; a change of it, and of what a shop tells everybody, makes pages out of date."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

VERBS = (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
WATCHED = (("update_wish", "count_order_revision"), ("flow", "count_shop_revision"))


def upgrade() -> None:
    op.create_table(
        "update_wish",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("medium", sa.String(), nullable=False),
        sa.Column("every_step", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["order.id"], name="fk_update_wish_order_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_update_wish_shop_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_update_wish"),
    )
    op.create_index("ix_update_wish_order_id", "update_wish", ["order_id", "medium", "id"])
    for table, function in WATCHED:
        for verb, rows in VERBS:
            op.execute(
                f"CREATE TRIGGER revision_{verb.lower()} AFTER {verb} ON {table}"
                f" REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
            )


def downgrade() -> None:
    for verb, _ in VERBS:
        op.execute(f"DROP TRIGGER revision_{verb.lower()} ON flow")
    op.drop_table("update_wish")
