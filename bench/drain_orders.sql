-- Orders 1 to ORDERS of shop 1 that have arrived, one parcel each; those that are there already stay. psycopg fills the names in.
INSERT INTO profile (shop_id, external_id, email, first_seen_at)
SELECT 1, n::text, 'shopper' || n || '@shopper.example', %(sent)s
FROM generate_series(1, %(orders)s) n
ON CONFLICT DO NOTHING;

INSERT INTO "order" (shop_id, external_id, name, profile_id, email, state, currency, total, refunded, locale, ship_to, is_test,
                     is_fulfilled, created_at, placed_at, updated_at, first_heard_at)
SELECT 1, p.external_id, '#' || p.external_id, p.id, p.email, 'placed', 'USD', 16400, 0, 'en-US',
       '{"city": "Boulder", "region": "CO", "country": "US"}', false, true, %(sent)s, %(sent)s, %(sent)s, %(sent)s
FROM profile p WHERE p.shop_id = 1 AND p.external_id::int <= %(orders)s
ON CONFLICT DO NOTHING;

INSERT INTO line_item (shop_id, order_id, external_id, position, title, quantity, price)
SELECT 1, id, external_id, 0, 'Merino Overshirt', 1, 16400 FROM "order" WHERE shop_id = 1 AND external_id::int <= %(orders)s
ON CONFLICT DO NOTHING;

INSERT INTO fulfillment (shop_id, order_id, external_id, items, shipped_at, updated_at)
SELECT 1, id, external_id, '[]', %(sent)s, %(sent)s FROM "order" WHERE shop_id = 1 AND external_id::int <= %(orders)s
ON CONFLICT DO NOTHING;

INSERT INTO shipment (shop_id, order_id, fulfillment_id, slot, number, carrier, carrier_slug, status, progress, shipped_at,
                      status_at, delivered_at, announced_at, updated_at)
SELECT 1, order_id, id, 'P' || external_id, 'P' || external_id, 'UPS', 'ups', 'pending', '{}', %(sent)s,
       %(sent)s, %(sent)s, %(sent)s, %(sent)s
FROM fulfillment WHERE shop_id = 1 AND external_id::int <= %(orders)s
ON CONFLICT DO NOTHING;

INSERT INTO inbox (shop_id, topic, delivery_key, body_key, body, received_at, state, due_at, attempts)
SELECT 1, 'orders/paid', gen_random_uuid(), gen_random_uuid(), '{}', %(sent)s, 'done', %(sent)s, 0
FROM generate_series((SELECT count(*) FROM inbox) + 1, %(orders)s * 4)
