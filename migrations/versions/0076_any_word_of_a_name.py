"""Somebody is found by any word of their name; words are kept with their shop, as an index of all shops is one."""

from alembic import op

revision = "0076"
down_revision = "0075"
branch_labels = None
depends_on = None

MADE = ("ix_profile_name_words", "ix_order_to_name_words")
FORMER = {
    "ix_profile_first_name": ("profile", "lower(first_name)"),
    "ix_profile_last_name": ("profile", "lower(last_name)"),
    "ix_order_to_first_name": ("order", "lower(ship_to ->> 'first_name')"),
    "ix_order_to_last_name": ("order", "lower(ship_to ->> 'last_name')"),
}


def upgrade() -> None:
    op.execute(
        r"""
        CREATE OR REPLACE FUNCTION name_words(shop bigint, first text, last text) RETURNS tsvector
        LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
            SELECT coalesce(array_to_tsvector(array_agg(DISTINCT shop::text || ' ' || left(word, 60))), '')
            FROM (SELECT replace(lower(concat(first, ' ', last)), '’', '''') AS name) AS whole,
            LATERAL (
                SELECT regexp_split_to_table(name, '\s+')
                UNION ALL SELECT regexp_split_to_table(name, '[\s''.-]+')
            ) AS parts (word)
            WHERE word <> ''
        $$
        """
    )
    with op.get_context().autocommit_block():  # whoever writes or searches meanwhile does not wait
        for name in MADE:  # what was cut off left one that could never be used
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        op.execute(
            "CREATE INDEX CONCURRENTLY ix_profile_name_words ON profile"
            " USING gin (name_words(shop_id, first_name, last_name))"
        )
        op.execute(
            'CREATE INDEX CONCURRENTLY ix_order_to_name_words ON "order"'
            " USING gin (name_words(shop_id, ship_to ->> 'first_name', ship_to ->> 'last_name'))"
        )
    for name in FORMER:
        op.execute(f"DROP INDEX {name}")


def downgrade() -> None:
    for name in MADE:
        op.execute(f"DROP INDEX {name}")
    op.execute("DROP FUNCTION name_words")
    for name, (table, words) in FORMER.items():
        op.execute(f'CREATE INDEX {name} ON "{table}" (shop_id, ({words}) text_pattern_ops)')
