-- What else a shop with 100,000 orders has gathered in its year (admin_orders.sql): what it sold, what its store told,
-- what shoppers said, agreed to and wait for, and what lies undone.
SET session_replication_role = replica;
SELECT setseed(0.42);

CREATE TEMP TABLE big AS SELECT id AS shop_id FROM shop WHERE key = 'key0';

INSERT INTO product (shop_id, external_id, title, updated_at)
SELECT shop_id, 'product-' || n, 'Thing ' || n, now() FROM big, generate_series(1, 500) n;

INSERT INTO variant (shop_id, product_id, external_id, title, price, in_stock, quantity)
SELECT p.shop_id, p.id, p.external_id || '-' || n, 'Size ' || n, 1900, (p.id + n) % 20 > 0, 7 FROM product p,
       generate_series(1, 3) n;

INSERT INTO shelf (shop_id, variant_id, is_counted, quantity, is_there, explained, short_since)
SELECT shop_id, id, true, CASE WHEN in_stock THEN 7 ELSE 0 END, in_stock, 0,
       CASE WHEN NOT in_stock THEN now() - interval '9 days' END
FROM variant;

INSERT INTO waiting (shop_id, variant_id, profile_id, address, address_hash, locale, wording, source, asked_at, counts_since)
SELECT v.shop_id, v.id, n, 'shopper' || n || '@shopper.example', sha256((v.id || '-' || n)::bytea), 'en', 'Tell me',
       'page', now(), now()
FROM variant v, generate_series(1, 40) n WHERE NOT v.in_stock;

INSERT INTO line_item (shop_id, order_id, external_id, position, title, quantity, price, product_external_id,
       variant_external_id)
SELECT o.shop_id, o.id, o.external_id || '-' || n, n, 'Thing ' || (o.id % 500 + 1), 1, 1900, 'product-' || (o.id % 500 + 1),
       'product-' || (o.id % 500 + 1) || '-' || n
FROM "order" o, generate_series(1, 2) n;

INSERT INTO consent (shop_id, profile_id, address_hash, medium, category, state, basis, source, wording, proof, at,
       recorded_at, seal)
SELECT shop_id, id, sha256(email::bytea), 'email', 'marketing',
       CASE WHEN id % 3 = 0 THEN 'subscribed' ELSE 'not_subscribed' END,
       CASE WHEN id % 3 = 0 THEN 'express' END, 'checkout', 'Email me with news and offers', '{}', first_seen_at,
       first_seen_at,
       sha256(email::bytea)
FROM profile;

INSERT INTO inbox (shop_id, topic, delivery_key, body_key, body, received_at, state, due_at, attempts, failure)
SELECT o.shop_id, topic, md5(o.id || topic)::uuid, md5(topic || o.id)::uuid,
       CASE WHEN o.placed_at > now() - interval '30 days' THEN convert_to('{"id": "' || o.external_id || '", "note": "'
            || repeat(md5(o.id::text), 40) || '"}', 'UTF8') END,
       o.placed_at, 'done', o.placed_at, 1, NULL
FROM "order" o, unnest(ARRAY['orders/create', 'fulfillments/create', 'fulfillment_events/create']) topic;

INSERT INTO inbox (shop_id, topic, delivery_key, body_key, body, received_at, state, due_at, attempts, failure)
SELECT shop_id, 'orders/updated', md5('parked' || n)::uuid, md5('body' || n)::uuid, '{"id": 1}', now(), 'parked', now(), 5,
       'It names no currency.'
FROM big, generate_series(1, 300) n;

INSERT INTO event (shop_id, kind, once, profile_id, data, happened_at, recorded_at, reacted_at)
SELECT shop_id, kind, kind || id, profile_id, jsonb_build_object('order_id', id), placed_at, placed_at, placed_at
FROM "order", unnest(ARRAY['OrderPlaced', 'ShipmentRegistered', 'ShipmentMoved']) kind;

INSERT INTO feedback (shop_id, order_id, shipment_id, grade, words, said_at)
SELECT shop_id, order_id, id, 1 + (id / 5) % 5, 'It came.', delivered_at + interval '1 day'
FROM shipment WHERE delivered_at IS NOT NULL AND id % 5 = 0;

INSERT INTO review (shop_id, order_id, product_external_id, title, stars, words, author, state, written_at, changed_at,
       revision, due_at)
SELECT shop_id, id, 'product-' || (id % 500 + 1), 'Thing ' || (id % 500 + 1), 1 + id % 5, repeat('Good. ', 20), 'Ana M.',
       CASE WHEN placed_at > now() - interval '2 days' THEN 'waiting' WHEN id % 190 = 0 THEN 'hidden' ELSE 'published' END,
       placed_at + interval '9 days', placed_at + interval '9 days', 1,
       CASE WHEN placed_at > now() - interval '2 days' THEN now() END
FROM "order" WHERE id % 10 = 0;

INSERT INTO "case" (shop_id, order_id, kind, wish, opened_at, closed_at)
SELECT shop_id, id, 'not_received', 'refund', placed_at, CASE WHEN placed_at < now() - interval '9 days' THEN placed_at END
FROM "order" WHERE id % 100 = 0;

INSERT INTO case_entry (shop_id, case_id, order_id, author, words, said_at)
SELECT c.shop_id, c.id, c.order_id, CASE n WHEN 1 THEN 'shopper' ELSE 'merchant' END, 'Where is it?', opened_at
FROM "case" c, generate_series(1, 2) n;

INSERT INTO parcel_exception (shop_id, order_id, kind, since, opened_at, step, evidence, cleared_at)
SELECT shop_id, order_id, 'reported', opened_at, opened_at, 0, '{}', closed_at FROM "case";

INSERT INTO note (shop_id, order_id, shipment_id, words, who, written_at)
SELECT shop_id, order_id, id, 'Called them.', 'merchant', now() FROM shipment WHERE id % 40 = 0;

INSERT INTO refund (shop_id, order_id, external_id, amount, created_at)
SELECT shop_id, id, external_id, 500, placed_at + interval '20 days' FROM "order" WHERE id % 25 = 0;

INSERT INTO checkout (shop_id, token, cart_token, profile_id, email, currency, total, items, started_at, updated_at,
       judged_at)
SELECT shop_id, external_id, external_id, profile_id, email, 'USD', 4000, '[]', placed_at, placed_at, now()
       FROM "order" WHERE id % 3 = 0;

INSERT INTO prediction (shop_id, order_id, shipment_id, clock, made_at, started_at, low, earliest, middle, by, latest,
       high, level,
                        samples, log_days, waited, arrived_at)
SELECT shop_id, order_id, id, 'shipped', shipped_at, shipped_at, shipped_at + interval '1 day',
       shipped_at + interval '2 days',
       shipped_at + interval '3 days', shipped_at + interval '4 days', shipped_at + interval '4 days',
       shipped_at + interval '6 days',
       'carrier', 500, 1, 0, delivered_at
FROM shipment;

INSERT INTO transit (shop_id, shipment_id, order_id, carrier, service, origin, country, region, zone, draw, shipped_at,
       moved_at, arrived_at)
SELECT shop_id, id, order_id, 'ups', '', '', 'US', 'CO', '80', id * 7919 % 1000003, shipped_at, shipped_at,
       delivered_at FROM shipment;

INSERT INTO flow (shop_id, trigger, on_since)
SELECT shop_id, trigger, now() - interval '1 year'
FROM big, unnest(ARRAY['thank_you', 'shipped', 'out_for_delivery', 'delivered', 'abandoned_checkout', 'review_request',
       'check_in']) trigger;

INSERT INTO eligibility (shop_id, comparison, share, drawn_as, profile_id, left_out, at)
SELECT shop_id, 'offers', 10, id, id, id % 10 = 0, first_seen_at FROM profile;

INSERT INTO survey_answer (shop_id, message_id, trigger, profile_id, order_id, score, words, said_at, why)
SELECT shop_id, id, CASE WHEN id % 5 = 0 THEN 'lapsed_survey' ELSE 'check_in' END, profile_id, order_id,
       CASE WHEN id % 5 > 0 THEN id % 11 END, 'So.', created_at, CASE WHEN id % 5 = 0 THEN 'price' END
FROM message WHERE trigger = 'thank_you' AND id % 9 = 0;

INSERT INTO click (shop_id, message_id, link, at)
SELECT shop_id, id, sha256(id::text::bytea), created_at FROM message WHERE id % 8 = 0;

INSERT INTO receipt (shop_id, message_id, teller, identity, kind, at)
SELECT shop_id, id, 'postmark', sha256(id::text::bytea), 'delivered', created_at FROM message WHERE trigger = 'shipped';

INSERT INTO held_back (shop_id, message_id, reason, at, would_go_at)
SELECT shop_id, id, 'too_often', created_at, created_at FROM message WHERE id % 50 = 0;

INSERT INTO discount (shop_id, key, way, code, percent, expires_at, profile_id, asked_at)
SELECT shop_id, 'discount-' || id, 'once', 'CODE' || id, 10, now(), id, now() FROM profile WHERE id % 12 = 0;

INSERT INTO comparison (shop_id, since, began_at, ended_at, compared, scans)
SELECT shop_id, now() - interval '1 day' * (n + 1), now() - interval '1 day' * n, now() - interval '1 day' * n, 300,
       0 FROM big, generate_series(1, 90) n;

INSERT INTO missed_order (shop_id, external_id, changed_at, found_at, comparison_id, outcome, mended_at)
SELECT o.shop_id, o.external_id, o.placed_at, o.placed_at, (SELECT max(id) FROM comparison), 'repaired', o.placed_at
FROM "order" o WHERE o.id % 50 = 0;

INSERT INTO call (shop_id, key, kind, order_id, state, line, due_at, asked_at, ended_at, attempts, fence, failure, tries)
SELECT shop_id, 'call-' || id, 'order.tag', id, CASE WHEN id % 500 = 0 THEN 'parked' ELSE 'done' END, '', placed_at,
       placed_at, placed_at,
       1, 1, CASE WHEN id % 500 = 0 THEN 'They did not answer.' END, '[]'
FROM "order" WHERE id % 5 = 0;

INSERT INTO privacy_task (shop_id, kind, external_id, asked_at, due_at, done_at)
SELECT shop_id, 'export', 'person-' || n, now(), now(), now() FROM big, generate_series(1, 400) n;

INSERT INTO suppression (shop_id, medium, address_hash, reason, category, at)
SELECT shop_id, 'email', sha256(email::bytea), 'unsubscribed', 'marketing', now() FROM profile WHERE id % 30 = 0;

INSERT INTO bulletin (shop_id, parcels, subject, words, who, made_at, taken)
SELECT shop_id, (SELECT jsonb_agg(jsonb_build_object('order', order_id, 'shipments', jsonb_build_array(id)))
                 FROM (SELECT order_id, id FROM shipment WHERE shop_id = big.shop_id ORDER BY id DESC LIMIT 500) newest),
       'Snow', 'It snows in Denver.', 'merchant', now(), 0
FROM big;

INSERT INTO import (shop_id, kind, state, asked_at, ended_at, counts, name, report)
SELECT shop_id, 'subscribers', 'done', now(), now(), '{}', 'list-' || n || '.csv', '{}' FROM big, generate_series(1, 120) n;

INSERT INTO update_wish (shop_id, order_id, medium, every_step, at, is_stop)
SELECT shop_id, id, 'sms', true, placed_at, false FROM "order" WHERE id % 30 = 0;

INSERT INTO carrier_watch (shop_id, source, number, due_at, fence, asked_at)
SELECT shop_id, 'ups', number, CASE WHEN delivered_at IS NULL THEN now() + interval '3 hours' END, 1, now() FROM shipment;

INSERT INTO lane (shop_id, carrier, country, parcels, p95, p99, learnt_at)
SELECT shop_id, 'ups', 'US', 90000, interval '2 days', interval '4 days', now() FROM big;

INSERT INTO own_carrier (shop_id, name, template)
SELECT shop_id, 'Bike ' || n, 'https://bike.example/{tracking_number}' FROM big, generate_series(1, 3) n;

RESET session_replication_role;
ANALYZE;
