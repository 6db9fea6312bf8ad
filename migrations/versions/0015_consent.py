"""Consent by address and category, with what it stands on and its proof."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

SAID = ["shop_id", "profile_id", "address_hash", "medium", "category", "state", "at"]


def upgrade() -> None:
    op.alter_column("consent", "profile_id", nullable=True)
    op.add_column("consent", sa.Column("address_hash", sa.LargeBinary(), nullable=True))
    op.add_column("consent", sa.Column("category", sa.String(), nullable=False, server_default="marketing"))
    op.add_column("consent", sa.Column("basis", sa.String(), nullable=True))
    op.add_column("consent", sa.Column("wording", sa.String(), nullable=True))
    op.add_column(
        "consent",
        sa.Column("proof", JSONB(), nullable=False, server_default="{}"),
    )
    op.add_column("consent", sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("consent", sa.Column("seal", sa.LargeBinary(), nullable=True))
    op.execute("UPDATE consent SET recorded_at = at")
    op.execute("UPDATE consent SET basis = 'express' WHERE state = 'subscribed'")
    op.alter_column("consent", "recorded_at", nullable=False)
    op.alter_column("consent", "category", server_default=None)
    op.alter_column("consent", "proof", server_default=None)
    op.drop_constraint("uq_consent_profile_id_medium_at_state", "consent")
    op.create_index("uq_consent_said", "consent", SAID, unique=True, postgresql_nulls_not_distinct=True)
    op.create_index("ix_consent_address", "consent", ["shop_id", "address_hash"])
    op.create_index("ix_consent_profile_id", "consent", ["profile_id"])


def downgrade() -> None:
    op.execute("DELETE FROM consent WHERE category <> 'marketing' OR profile_id IS NULL")
    op.drop_index("ix_consent_profile_id", "consent")
    op.drop_index("ix_consent_address", "consent")
    op.drop_index("uq_consent_said", "consent")
    for name in ("seal", "recorded_at", "proof", "wording", "basis", "category", "address_hash"):
        op.drop_column("consent", name)
    op.alter_column("consent", "profile_id", nullable=False)
    op.create_unique_constraint(
        "uq_consent_profile_id_medium_at_state", "consent", ["profile_id", "medium", "at", "state"]
    )
