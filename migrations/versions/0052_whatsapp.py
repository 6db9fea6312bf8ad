"""WhatsApp: the templates that it approved, and which message is said in which."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "whatsapp_template",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("header", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("slots", JSONB(), nullable=False),
        sa.Column("is_named", sa.Boolean(), nullable=False),
        sa.Column("lacks", sa.String(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name="fk_whatsapp_template_shop_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_whatsapp_template"),
        sa.UniqueConstraint("shop_id", "name", "language", name="uq_whatsapp_template_shop_id"),
    )
    op.create_table(
        "whatsapp_use",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("trigger", sa.String(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("says", JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_whatsapp_use_shop_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_whatsapp_use"),
        sa.UniqueConstraint("shop_id", "trigger", name="uq_whatsapp_use_shop_id"),
    )
    op.drop_index("ix_message_texted", "message")
    op.create_index(
        "ix_message_texted",
        "message",
        ["shop_id", "to"],
        postgresql_where=sa.text("medium IN ('sms', 'whatsapp')"),
    )


def downgrade() -> None:
    op.drop_index("ix_message_texted", "message")
    op.create_index(
        "ix_message_texted", "message", ["shop_id", "to"], postgresql_where=sa.text("medium = 'sms'")
    )
    op.drop_table("whatsapp_use")
    op.drop_table("whatsapp_template")
