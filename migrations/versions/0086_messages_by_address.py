"""Messages are found by their address, whatever they are: one index in place of one of texts and one of offers."""

from alembic import op

revision = "0086"
down_revision = "0085"
branch_labels = None
depends_on = None

NAME = "ix_message_to"
BEFORE = {
    "ix_message_offers": "category = 'marketing' AND profile_id IS NULL",
    "ix_message_texted": "medium IN ('sms', 'whatsapp')",
}


def upgrade() -> None:
    with op.get_context().autocommit_block():  # whoever writes meanwhile does not wait
        op.drop_index(NAME, "message", postgresql_concurrently=True, if_exists=True)  # left by one cut off
        op.create_index(NAME, "message", ["shop_id", "to"], postgresql_concurrently=True)
        for name in BEFORE:
            op.drop_index(name, "message", postgresql_concurrently=True, if_exists=True)


def downgrade() -> None:
    for name, which in BEFORE.items():
        op.create_index(name, "message", ["shop_id", "to"], postgresql_where=which)
    op.drop_index(NAME, "message")
