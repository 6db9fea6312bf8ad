"""Reviews with their photos."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "review",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("product_external_id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("stars", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.String(), nullable=True),
        sa.Column("author", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("hidden_because", sa.String(), nullable=True),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("reply", sa.String(), nullable=True),
        sa.Column("replied_at", MOMENT, nullable=True),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("told", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_review_shop_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name="fk_review_order_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_review"),
        sa.UniqueConstraint("order_id", "product_external_id", name="uq_review_order_id_product_external_id"),
    )
    op.create_index("ix_review_product", "review", ["shop_id", "product_external_id"])
    op.create_index("ix_review_recent", "review", ["shop_id", sa.text("id DESC")])
    op.create_index(
        "ix_review_due", "review", ["shop_id", "due_at"], postgresql_where=sa.text("due_at IS NOT NULL")
    )
    op.create_table(
        "review_photo",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("review_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("picture", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_review_photo_shop_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["review_id"], ["review.id"], name="fk_review_photo_review_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["order.id"], name="fk_review_photo_order_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_review_photo"),
    )
    op.create_index("ix_review_photo_review_id", "review_photo", ["review_id"])
    op.create_index("ix_review_photo_order_id", "review_photo", ["order_id"])
    # JPEG does not get smaller.
    op.execute("ALTER TABLE review_photo ALTER COLUMN picture SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.drop_table("review_photo")
    op.drop_table("review")
