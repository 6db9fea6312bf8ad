// The peer: Express with Shopify's own library, in a cluster of two, one durable commit for each delivery.
import cluster from "node:cluster";
import { createHash } from "node:crypto";
import express from "express";
import pg from "pg";
import "@shopify/shopify-api/adapters/node";
import { ApiVersion, shopifyApi } from "@shopify/shopify-api";

if (cluster.isPrimary) {
  cluster.fork();
  cluster.fork();
  process.on("SIGTERM", () => process.exit(0));
} else {
  const shopify = shopifyApi({
    apiKey: "bench",
    apiSecretKey: process.env.SECRET,
    hostName: "bench.example",
    hostScheme: "https",
    apiVersion: ApiVersion.October26 ?? "2026-10",
    isEmbeddedApp: true,
    scopes: ["read_orders"],
    logger: { log: () => {} },
  });
  const pool = new pg.Pool({ host: process.env.PGHOST, user: "doorstep", database: "bench", max: 16 });
  const key = (...parts) => createHash("md5").update(parts.join("\0")).digest("hex");
  const insert = {
    name: "insert",
    text: `INSERT INTO peer_inbox (shop_id, topic, delivery_key, body_key, body, received_at, due_at, state, attempts)
           VALUES (1, $1, $2, $3, $4, now(), now(), 'waiting', 0) ON CONFLICT DO NOTHING`,
  };
  const app = express();
  app.post("/webhooks/shopify", express.text({ type: "*/*", limit: "5mb" }), async (request, response) => {
    const checked = await shopify.webhooks.validate({
      rawBody: request.body,
      rawRequest: request,
      rawResponse: response,
    });
    if (!checked.valid) return response.status(401).end();
    try {
      const values = [checked.topic, key(checked.webhookId), key(checked.topic, request.body), Buffer.from(request.body)];
      await pool.query({ ...insert, values });
      response.status(200).end("kept");
    } catch {
      response.status(503).end();
    }
  });
  app.listen(Number(process.env.PORT), "127.0.0.1");
}
