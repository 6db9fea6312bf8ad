// The peer: BullMQ, liquidjs and a pool of nodemailer's, the same templates filled with the same data.
// fill KIND COUNT puts jobs into the queue; work KIND says "ready", waits for a line, drains it and says how many.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import { Liquid } from "liquidjs";
import nodemailer from "nodemailer";

const [mode, kind, count] = process.argv.slice(2);
const { templates, data } = JSON.parse(readFileSync(process.env.LETTERS, "utf8"))[kind];
const connection = new Redis({ path: process.env.REDIS_SOCKET, maxRetriesPerRequest: null });

if (mode === "fill") {
  const queue = new Queue(kind, { connection });
  for (let from = 0; from < Number(count); from += 1000) {
    const size = Math.min(1000, Number(count) - from);
    const jobs = Array.from({ length: size }, (_, i) => ({
      name: "mail",
      data: data[(from + i) % data.length],
      opts: { removeOnComplete: true, removeOnFail: true },
    }));
    await queue.addBulk(jobs);
  }
  await queue.close();
  await connection.quit();
} else {
  const money = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
  const engine = (options) => {
    const made = new Liquid(options);
    made.registerFilter("money", (amount) => money.format(amount / 100));
    return made;
  };
  const [plain, escaping] = [engine({}), engine({ outputEscape: "escape" })];
  const parsed = {
    subject: plain.parse(templates.subject),
    text: plain.parse(templates.text),
    html: escaping.parse(templates.html),
  };
  const transport = nodemailer.createTransport({
    host: "127.0.0.1",
    port: Number(process.env.SMTP_PORT),
    pool: true,
    maxConnections: 4,
    maxMessages: Infinity,
    ignoreTLS: true,
  });
  let sent = 0;
  const send = async (job) => {
    await transport.sendMail({
      from: "Ridge & Pine <orders@bench.example>",
      to: `shopper${job.id}@shopper.example`,
      replyTo: "hello@shop.example",
      subject: plain.renderSync(parsed.subject, job.data),
      text: plain.renderSync(parsed.text, job.data),
      html: escaping.renderSync(parsed.html, job.data),
      headers: { "List-Unsubscribe": `<${job.data.preferences_url}>` },
    });
    sent += 1;
  };
  console.log("ready");
  for await (const _ of createInterface({ input: process.stdin })) break;
  const worker = new Worker(kind, send, { connection, concurrency: 50 });
  worker.on("error", (error) => console.error(error.message));
  await new Promise((resolve) => worker.once("drained", resolve));
  await worker.close();
  console.log(JSON.stringify({ done: sent }));
  transport.close();
  process.exit(0);
}
