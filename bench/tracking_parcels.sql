-- Shops with PARCELS parcels under way, one to an order, each shop with every carrier; psycopg fills the names in.
INSERT INTO shop (platform, domain, url, key, state, name, email, timezone, currency, locale, country, scopes, settings,
                  installed_at, lanes_due_at)
SELECT 'shopify', 'shop' || n || '.myshopify.com', 'https://shop' || n || '.example', 'key' || n, 'installed',
       'Shop ' || n, 'hello@shop' || n || '.example', 'America/Denver', 'USD', 'en', 'US', '', '{}', %(now)s, %(now)s
FROM generate_series(1, %(shops)s) n;

INSERT INTO "order" (shop_id, external_id, name, email, state, currency, total, refunded, locale, ship_to, is_test,
                     is_fulfilled, created_at, placed_at, updated_at, first_heard_at)
SELECT s.id, n::text, '#' || n, 'shopper' || n || '@shopper.example', 'placed', 'USD', 16400, 0, 'en-US',
       '{"city": "Boulder", "region": "CO", "country": "US"}', false, true, %(sent)s, %(sent)s, %(sent)s, %(sent)s
FROM generate_series(0, %(parcels)s - 1) n JOIN shop s ON s.key = 'key' || (n %% %(shops)s + 1);

INSERT INTO fulfillment (shop_id, order_id, external_id, items, shipped_at, updated_at)
SELECT shop_id, id, external_id, '[]', %(sent)s, %(sent)s FROM "order";

INSERT INTO shipment (shop_id, order_id, fulfillment_id, slot, number, carrier, carrier_slug, status, progress, shipped_at,
                      announced_at, updated_at)
SELECT shop_id, order_id, id, 'P' || external_id, 'P' || external_id,
       (%(carriers)s::text[])[external_id::int / %(shops)s %% array_length(%(carriers)s::text[], 1) + 1],
       (%(slugs)s::text[])[external_id::int / %(shops)s %% array_length(%(slugs)s::text[], 1) + 1],
       'pending', '{}', %(sent)s, %(sent)s, %(sent)s
FROM fulfillment;
