-- 20 shops, :orders orders of two items and one parcel each, every one with a shipping mail that is due.
INSERT INTO shop (platform, domain, url, key, state, name, email, timezone, currency, locale, country, scopes, settings,
                  installed_at, lanes_due_at)
SELECT 'shopify', 'shop' || n || '.myshopify.com', 'https://shop' || n || '.example', 'key' || n, 'installed',
       'Shop ' || n, 'hello@shop' || n || '.example', 'America/Denver', 'USD', 'en', 'US', '',
       '{"brand": {"color": "#1e6048", "legal_name": "Ridge & Pine LLC"}}', now(), now()
FROM generate_series(1, 20) n;

INSERT INTO flow (shop_id, trigger, on_since) SELECT id, 'shipped', now() FROM shop;

INSERT INTO profile (shop_id, email, first_name, last_name, locale, first_seen_at)
SELECT s.id, 'shopper' || n || '@shopper.example', 'Ana' || n, 'Shopper', 'en-US', now()
FROM generate_series(1, :orders) n JOIN shop s ON s.key = 'key' || (n % 20 + 1);

INSERT INTO "order" (shop_id, external_id, name, email, state, currency, total, refunded, locale, ship_to, is_test, is_fulfilled,
                     profile_id, created_at, placed_at, updated_at, first_heard_at)
SELECT shop_id, 'order-' || id, '#' || id, email, 'placed', 'USD', 16400, 0, 'en-US',
       jsonb_build_object('first_name', first_name, 'last_name', last_name, 'line1', id || ' Pearl Street',
                          'city', 'Boulder', 'region', 'CO', 'postcode', '80302', 'country', 'US'),
       false, true, id, now() - interval '1 day', now() - interval '1 day', now() - interval '1 day', now() - interval '1 day'
FROM profile;

INSERT INTO product (shop_id, external_id, title, image_url, updated_at)
SELECT s.id, 'product-' || i, 'Merino Overshirt ' || i, 'https://cdn.example/files/shirt-' || i || '.jpg', now()
FROM shop s, generate_series(0, 1) i;

INSERT INTO line_item (shop_id, order_id, external_id, product_external_id, position, title, variant_title, quantity, price, image_url)
SELECT shop_id, id, 'line-' || i, 'product-' || i, i, 'Merino Overshirt ' || i, 'M, Moss', 1, 12800,
       'https://cdn.example/files/shirt-' || i || '.jpg'
FROM "order", generate_series(0, 1) i;

INSERT INTO fulfillment (shop_id, order_id, external_id, items, shipped_at, updated_at)
SELECT shop_id, id, external_id, '[{"item": "line-0", "quantity": 1}, {"item": "line-1", "quantity": 1}]',
       now() - interval '3 hours', now() - interval '3 hours' FROM "order";

INSERT INTO shipment (shop_id, order_id, fulfillment_id, slot, number, carrier, url, status, status_at, progress, shipped_at,
                      expected_at, updated_at)
SELECT shop_id, order_id, id, '1Z' || id, '1Z' || id, 'UPS', 'https://www.ups.com/track?tracknum=1Z' || id,
       'in_transit', now() - interval '2 hours', '{}', now() - interval '3 hours', now() + interval '3 days', now()
FROM fulfillment;

INSERT INTO message (shop_id, key, trigger, step, medium, category, profile_id, order_id, shipment_ids, occasion_at, "to", rfc_id,
                     state, due_at, created_at, attempts, fence)
SELECT o.shop_id, 'shipment-' || s.id || ':shipped:1:email', 'shipped', 1, 'email', 'transactional', o.profile_id, o.id, ARRAY[s.id],
       now() - interval '2 hours', o.email, '<' || md5(s.id::text) || '@bench.example>', 'queued', now(), now(), 0, 0
FROM shipment s JOIN "order" o ON o.id = s.order_id;

ANALYZE;
