-- 20 shops, 100,000 orders of one parcel each, 600,000 scans: what `make bench-page` looks at.
INSERT INTO shop (platform, domain, url, key, state, name, email, timezone, currency, locale, country, scopes, settings,
                  installed_at, lanes_due_at)
SELECT 'shopify', 'shop' || n || '.myshopify.com', 'https://shop' || n || '.example', 'key' || n, 'installed',
       'Shop ' || n, 'hello@shop' || n || '.example', 'America/Denver', 'USD', 'en', 'US', '',
       '{"brand": {"color": "#1e6048", "legal_name": "Ridge & Pine LLC"}}', now(), now()
FROM generate_series(1, 20) n;

INSERT INTO "order" (shop_id, external_id, name, email, state, currency, total, refunded, locale, ship_to, is_test, is_fulfilled,
                     created_at, placed_at, updated_at, first_heard_at)
SELECT s.id, 'order-' || n, '#' || n, 'shopper' || n || '@shopper.example', 'placed', 'USD', 16400, 0, 'en-US',
       jsonb_build_object('first_name', 'Ana' || n, 'city', 'Boulder', 'country', 'US'), false, true,
       now() - interval '4 days', now() - interval '4 days', now() - interval '4 days', now() - interval '4 days'
FROM generate_series(1, 100000) n JOIN shop s ON s.key = 'key' || (n % 20 + 1);

INSERT INTO line_item (shop_id, order_id, external_id, position, title, variant_title, quantity, price, image_url)
SELECT shop_id, id, 'line-' || i, i, 'Merino Overshirt ' || i, 'M, Moss', 1, 12800,
       'https://cdn.example/files/shirt-' || i || '.jpg'
FROM "order", generate_series(0, 1) i;

INSERT INTO fulfillment (shop_id, order_id, external_id, items, shipped_at, updated_at)
SELECT shop_id, id, external_id, '[]', now() - interval '3 days', now() - interval '3 days' FROM "order";

INSERT INTO tracking_event (shop_id, fulfillment_id, source, external_id, status, raw_status, happened_at, city, region,
                            country, recorded_at)
SELECT f.shop_id, f.id, 'shopify', f.id || '-' || e.n, e.status, e.status, now() - interval '50 hours' + e.n * interval '8 hours',
       e.city, e.region, 'US', now()
FROM fulfillment f, (VALUES (1, 'label_created', NULL, NULL), (2, 'picked_up', 'Portland', 'OR'),
                            (3, 'in_transit', 'Salt Lake City', 'UT'), (4, 'in_transit', 'Denver', 'CO'),
                            (5, 'in_transit', 'Boulder', 'CO'), (6, 'out_for_delivery', 'Boulder', 'CO'))
                    AS e (n, status, city, region);

INSERT INTO shipment (shop_id, order_id, fulfillment_id, slot, number, carrier, url, status, status_at, progress, shipped_at,
                      expected_at, updated_at)
SELECT shop_id, order_id, id, '1Z' || id, '1Z' || id, 'UPS', 'https://www.ups.com/track?tracknum=1Z' || id,
       'out_for_delivery', now() - interval '2 hours', '{}', now() - interval '3 days', now() + interval '8 hours', now()
FROM fulfillment;

ANALYZE;
