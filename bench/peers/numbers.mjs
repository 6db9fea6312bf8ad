// Reads one number a line, writes the courier's code or an empty line, and last how many seconds it took.
import { readFileSync } from "node:fs";
import tracking from "ts-tracking-number";

const numbers = readFileSync(0, "utf8").split("\n").slice(0, -1);
const from = process.hrtime.bigint();
const codes = numbers.map((number) => tracking.getTracking(number)?.courier.code ?? "");
const seconds = Number(process.hrtime.bigint() - from) / 1e9;
process.stdout.write([...codes, seconds].join("\n"));
