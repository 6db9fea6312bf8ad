"""Links that were followed, the words a message was written with, the cart it reminds of, stores' own mails."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("message", sa.Column("template_version_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_message_template_version_id"),
        "message",
        "template_version",
        ["template_version_id"],
        ["id"],
    )
    op.add_column("message", sa.Column("checkout_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_message_checkout_id"), "message", "checkout", ["checkout_id"], ["id"], ondelete="SET NULL"
    )
    op.create_index(op.f("ix_message_checkout_id"), "message", ["checkout_id"])
    op.create_table(
        "click",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("link", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("doubt", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_click_message_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_click_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_click")),
        sa.UniqueConstraint("message_id", "link", name=op.f("uq_click_message_id_link")),
    )
    op.create_table(
        "store_mails",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("told", JSONB(), nullable=False),
        sa.Column("plugins", ARRAY(sa.String()), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed", JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_store_mails_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_store_mails")),
        sa.UniqueConstraint("shop_id", name=op.f("uq_store_mails_shop_id")),
    )


def downgrade() -> None:
    op.drop_table("store_mails")
    op.drop_table("click")
    op.drop_index(op.f("ix_message_checkout_id"), "message")
    op.drop_constraint(op.f("fk_message_checkout_id"), "message", type_="foreignkey")
    op.drop_column("message", "checkout_id")
    op.drop_constraint(op.f("fk_message_template_version_id"), "message", type_="foreignkey")
    op.drop_column("message", "template_version_id")
