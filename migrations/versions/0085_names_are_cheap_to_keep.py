"""Who writes a row with a name pays little for its being found: its words are taken apart by another function.

One in SQL is planned anew by every statement that calls it, one in PL/pgSQL once in a session.
"""

from alembic import op

revision = "0085"
down_revision = "0084"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        r"""
        CREATE OR REPLACE FUNCTION name_words(shop bigint, first text, last text) RETURNS tsvector
        LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
        DECLARE
            name text := replace(lower(concat(first, ' ', last)), '’', '''');
            begun text[] := regexp_split_to_array(name, '\s+');
            found text[] := '{}';
            word text;
        BEGIN
            IF name ~ '[''.-]' THEN
                begun := begun || regexp_split_to_array(name, '[\s''.-]+');
            END IF;
            FOREACH word IN ARRAY begun LOOP
                IF word <> '' THEN
                    found := found || (shop::text || ' ' || left(word, 60));
                END IF;
            END LOOP;
            RETURN array_to_tsvector(found);
        END
        $$
        """
    )


def downgrade() -> None:
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
