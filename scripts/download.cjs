// scripts/download.cjs <url> <sha256> <file>: fetches a file that must have this checksum; 5 s to connect.
"use strict";
const { createHash } = require("node:crypto");
const fs = require("node:fs");

async function main([url, expected, file]) {
  const connect = new AbortController();
  const timer = setTimeout(() => connect.abort(new Error("no answer within 5 s")), 5000);
  const response = await fetch(url, { signal: connect.signal });
  clearTimeout(timer);
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  const hash = createHash("sha256");
  const total = Number(response.headers.get("content-length"));
  const out = fs.openSync(file, "w", 0o600);
  let done = 0;
  let shown = 0;
  for await (const chunk of response.body) {
    hash.update(chunk);
    fs.writeSync(out, chunk);
    done += chunk.length;
    if (Date.now() - shown > 2000) {
      shown = Date.now();
      console.error(`  ${(done / 1e6).toFixed(0)} of ${total ? (total / 1e6).toFixed(0) : "?"} MB`);
    }
  }
  fs.closeSync(out);
  const actual = hash.digest("hex");
  if (actual !== expected) throw new Error(`checksum ${actual}, expected ${expected}`);
}

main(process.argv.slice(2)).catch((error) => {
  fs.rmSync(process.argv[4], { force: true });
  console.error(`  ${process.argv[2]}: ${error.message} ${error.cause?.message ?? ""}`);
  process.exitCode = 1;
});
