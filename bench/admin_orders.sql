-- A shop with 100,000 orders of a year, beside ten others with 2,000 each: what `make bench-admin` looks at.
SELECT setseed(0.42);

INSERT INTO shop (platform, domain, url, key, state, name, email, timezone, currency, locale, country, scopes, settings,
                  installed_at, lanes_due_at)
SELECT 'shopify', 'shop' || n || '.myshopify.com', 'https://shop' || n || '.example', 'key' || n, 'installed',
       'Shop ' || n, 'hello@shop' || n || '.example', 'America/Denver', 'USD', 'en', 'US', '', '{}', now(), now()
FROM generate_series(0, 10) n;

CREATE TEMP TABLE sold AS
SELECT n, CASE WHEN n <= 100000 THEN 'key0' ELSE 'key' || (n % 10 + 1) END AS shop_key,
       now() - interval '365 days' * (1 - least(n, 100000) / 100000.0) * CASE WHEN n <= 100000 THEN 1 ELSE random() END
       AS placed_at
FROM generate_series(1, 120000) n;

INSERT INTO profile (shop_id, external_id, email, first_name, last_name, first_seen_at)
SELECT s.id, 'person-' || n, 'shopper' || n || '@shopper.example',
       (ARRAY['Ana', 'Lee', 'Saoirse', 'Hélène', 'Maximiliane', 'Tom', 'Jo', 'Wei'])[n % 8 + 1] || (n % 977),
       (ARRAY['Moreno', 'Park', 'Ní Bhriain', 'Tremblay', 'Oberhofer', 'Vandermeer'])[n % 6 + 1] || (n % 1013),
       now() - interval '1 day' * (n % 365)
FROM generate_series(1, 70000) n JOIN shop s ON s.key = CASE WHEN n <= 60000 THEN 'key0' ELSE 'key' || (n % 10 + 1) END;

INSERT INTO "order" (shop_id, external_id, name, profile_id, email, state, currency, total, refunded, locale, ship_to, is_test,
                     is_fulfilled, created_at, placed_at, updated_at, first_heard_at)
SELECT p.shop_id, 'order-' || n, '#' || n, p.id, p.email, 'placed', 'USD', 2000 + n % 30000, 0, 'en-US',
       jsonb_build_object('first_name', p.first_name, 'last_name', p.last_name, 'city', 'Boulder', 'region', 'CO',
                          'country', 'US', 'line1', n || ' Pearl Street', 'postcode', '80302'),
       false, true, placed_at, placed_at, placed_at, placed_at
FROM sold JOIN shop s ON s.key = sold.shop_key
JOIN profile p ON p.shop_id = s.id
              AND p.external_id = 'person-' || CASE WHEN n <= 100000 THEN n % 60000 + 1
                                                    ELSE 60001 + (n % 10 + 10 * (n / 10 % 1000) + 9999) % 10000 END;

INSERT INTO fulfillment (shop_id, order_id, external_id, items, shipped_at, updated_at)
SELECT shop_id, id, external_id, '[]', placed_at + interval '1 day', placed_at FROM "order";

INSERT INTO shipment (shop_id, order_id, fulfillment_id, slot, number, carrier, carrier_slug, status, status_at, progress, shipped_at,
                      expected_at, delivered_at, updated_at)
SELECT f.shop_id, f.order_id, f.id, '1Z' || f.id, '1Z999AA1' || (f.id * 7919 % 100000000), 'UPS', 'ups',
       CASE WHEN o.placed_at < now() - interval '5 days' THEN 'delivered' ELSE 'in_transit' END, now(), '{}', f.shipped_at,
       date_trunc('day', o.placed_at + interval '4 days', 'UTC'),
       CASE WHEN o.placed_at < now() - interval '5 days' THEN o.placed_at + interval '1 day' * (2 + random() * 3) END, now()
FROM fulfillment f JOIN "order" o ON o.id = f.order_id;

INSERT INTO tracking_event (shop_id, fulfillment_id, source, external_id, status, raw_status, happened_at, city, region, country,
                            recorded_at)
SELECT f.shop_id, f.id, 'shopify', f.id || '-' || n, CASE n WHEN 1 THEN 'picked_up' ELSE 'in_transit' END, 'scan',
       f.shipped_at + n * interval '8 hours', 'Denver', 'CO', 'US', now()
FROM fulfillment f, generate_series(1, 3) n;

INSERT INTO parcel_exception (shop_id, order_id, shipment_id, kind, since, opened_at, step, evidence, cleared_at)
SELECT shop_id, order_id, id, CASE id % 3 WHEN 0 THEN 'late' WHEN 1 THEN 'stalled' ELSE 'failed_attempt' END, shipped_at,
       shipped_at + interval '3 days', 0, '{"days": 3, "promised_by": "carrier"}', delivered_at
FROM shipment WHERE id % 12 = 0;

INSERT INTO message (shop_id, key, trigger, step, medium, category, profile_id, order_id, shipment_ids, occasion_at, "to", rfc_id,
                     state, reason, decision, due_at, created_at, attempts, deaths, fence, sent_at, subject)
SELECT o.shop_id, o.id || ':' || t.trigger, t.trigger, 1, 'email', 'transactional', o.profile_id, o.id, '{}', at.moment, o.email,
       '<' || o.id || t.n || '@x>', CASE WHEN o.id % 7 = t.n THEN 'skipped' ELSE 'sent' END,
       CASE WHEN o.id % 7 = t.n THEN 'flow_off' END,
       '{"at": "2026-11-24T12:00:00+00:00", "answer": "allowed", "saw": [["suppressed", "no"], ["consent", "yes"]]}',
       at.moment, at.moment, 0, 0, 0, CASE WHEN o.id % 7 <> t.n THEN at.moment END, 'News of ' || o.name
FROM "order" o, (VALUES (0, 'thank_you'), (1, 'shipped'), (2, 'out_for_delivery'), (3, 'delivered')) t (n, trigger),
     LATERAL (SELECT least(o.placed_at + t.n * interval '1 day', now()) AS moment) at;

INSERT INTO page_visit (shop_id, order_id, day, visits, last_at)
SELECT shop_id, id, (placed_at + n * interval '1 day')::date, 1 + id % 3, placed_at + n * interval '1 day'
FROM "order", generate_series(0, 1) n;

INSERT INTO access_record (shop_id, who, what, at)
SELECT (SELECT id FROM shop WHERE key = 'key0'), 'sign-in link', 'shipments of orders 1,2,3', now() FROM generate_series(1, 50000);

ANALYZE;
