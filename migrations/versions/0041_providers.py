"""Mail servers of the merchant's own, the domains that they send for, and what each carried on which day."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "provider",
        *_of_shop("provider"),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("preset", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("port", sa.BigInteger(), nullable=False),
        sa.Column("security", sa.String(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("password", sa.LargeBinary(), nullable=True),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("reply_to", sa.String(), nullable=True),
        sa.Column("carries", sa.String(), nullable=False),
        sa.Column("daily", sa.BigInteger(), nullable=True),
        sa.Column("selectors", sa.String(), nullable=False),
        sa.Column("receipt_secret", sa.LargeBinary(), nullable=True),
        sa.Column("rests_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("complaint", sa.String(), nullable=True),
        sa.Column("asked_to", sa.String(), nullable=True),
        sa.Column("tried", JSONB(), nullable=True),
    )
    op.create_index(op.f("ix_provider_shop_id"), "provider", ["shop_id"])
    op.create_table(
        "mail_domain",
        *_of_shop("mail_domain"),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("selector", sa.String(), nullable=True),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("next_selector", sa.String(), nullable=True),
        sa.Column("next_secret", sa.LargeBinary(), nullable=True),
        sa.Column("old_selector", sa.String(), nullable=True),
        sa.Column("turned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("findings", JSONB(), nullable=True),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.UniqueConstraint("shop_id", "domain", name=op.f("uq_mail_domain_shop_id_domain")),
    )
    op.create_table(
        "mail_day",
        *_of_shop("mail_day"),
        sa.Column("provider_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("spent", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint(
            "shop_id", "provider_id", "day", name=op.f("uq_mail_day_shop_id_provider_id_day")
        ),
    )
    op.create_index(
        "ix_receipt_complained", "receipt", ["shop_id", "at"], postgresql_where=sa.text("kind = 'complained'")
    )


def downgrade() -> None:
    op.drop_index("ix_receipt_complained", "receipt")
    for table in ("mail_day", "mail_domain", "provider"):
        op.drop_table(table)


def _of_shop(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f(f"fk_{table}_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
