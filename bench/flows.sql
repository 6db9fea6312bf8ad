-- Carts that somebody left, each with who left it and agreed to offers, and each waiting in a flow.
WITH people AS (
    INSERT INTO profile (shop_id, external_id, email, first_seen_at)
    SELECT %(shop)s, n, 'shopper' || n || '-' || %(shop)s || '@shopper.example', %(now)s
    FROM generate_series(%(first)s + 1, %(first)s + %(carts)s) AS n
    RETURNING id, shop_id, external_id, email
), agreed AS (
    INSERT INTO consent (shop_id, profile_id, medium, category, state, basis, source, proof, at, recorded_at)
    SELECT shop_id, id, 'email', 'marketing', 'subscribed', 'express', 'checkout', '{}', %(now)s, %(now)s FROM people
), carts AS (
    INSERT INTO checkout (shop_id, token, profile_id, email, currency, total, items, url, started_at, updated_at)
    SELECT shop_id, 'cart-' || external_id, id, email, 'USD', 4900, '[]', 'https://bench.example/cart', %(now)s, %(now)s
    FROM people
    RETURNING id, shop_id, profile_id
)
INSERT INTO enrollment (shop_id, trigger, version_id, about, about_id, entry, profile_id, step, arrived_at, entered_at,
    held_out, path, due_at, failures)
SELECT shop_id, 'abandoned_checkout', %(version)s, 'checkout', id, 1, profile_id, %(step)s, %(now)s, %(now)s,
    false, '[]', %(due)s, 0
FROM carts;
