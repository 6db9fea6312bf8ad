"""Keys of senders and carriers that were buried with a store that left are good when it comes back."""

from alembic import op

revision = "0084"
down_revision = "0083"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        UPDATE credential SET dead_at = NULL FROM shop
        WHERE shop.id = credential.shop_id AND shop.state = 'uninstalled'
            AND credential.dead_at >= shop.uninstalled_at
            AND credential.kind NOT IN ('offline_token', 'rest_keys', 'webhook_secret')
        """
    )


def downgrade() -> None:
    """Leave them: whoever was buried before is told from nobody."""
