"""A flow's draft makes no page out of date: only whether the flow is on stands on one."""

from alembic import op

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE FUNCTION count_shop_revision_of_switches() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE shop SET revision = revision + 1 WHERE id IN (
                SELECT changed.shop_id FROM changed JOIN former ON former.id = changed.id
                WHERE changed.on_since IS DISTINCT FROM former.on_since
            );
            RETURN NULL;
        END $$;
        """
    )
    op.execute("DROP TRIGGER revision_update ON flow")
    op.execute(
        "CREATE TRIGGER revision_update AFTER UPDATE ON flow REFERENCING OLD TABLE AS former NEW TABLE AS changed"
        " FOR EACH STATEMENT EXECUTE FUNCTION count_shop_revision_of_switches()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER revision_update ON flow")
    op.execute("DROP FUNCTION count_shop_revision_of_switches()")
    op.execute(
        "CREATE TRIGGER revision_update AFTER UPDATE ON flow"
        " REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_shop_revision()"
    )
