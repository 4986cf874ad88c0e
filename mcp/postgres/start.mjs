// dbhub takes its DSN from an argument, the environment or a file with everything in it. The first two show up in
// `ps` and `docker inspect`, so the secret comes as a file and is put into this process's own environment only now:
// /proc/<pid>/environ keeps showing the environment the process was started with, without it.
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

const file = "/run/secrets/dsn";

const fail = (problem) => {
  console.error(`postgres: ${problem}. Expected in ${file}: postgres://user:password@host:port/database?sslmode=...`);
  process.exit(78);
};

let dsn = "";
try {
  dsn = readFileSync(file, "utf8").trim();
} catch (error) {
  fail(`the secret "dsn" cannot be read (${error.code})`);
}
if (!/^postgres(ql)?:\/\//.test(dsn)) fail(`the secret "dsn" is ${dsn ? "no PostgreSQL address" : "empty"}`);

// Always the extended protocol: in it PostgreSQL takes exactly one statement a message. In the simple one a string that
// dbhub reads differently (E'\'' ; COMMIT; ...) carries a second statement past its read-only check.
pg.Query.prototype.requiresPreparation = () => true;

// A connection that breaks is the error of the query on it. pg throws it at the process as well, unless somebody listens;
// dbhub listens to idle connections only, and a restart of the database would end the session.
const connect = pg.Client.prototype.connect;
pg.Client.prototype.connect = function (...rest) {
  this.on("error", () => {});
  return connect.apply(this, rest);
};

// A statement waits a while for what passes by itself: all connections of the role are taken (an idle one is closed
// after 10 s), or the database starts again. Milliseconds, by the error's code.
const PATIENCE = { 53300: 12_000, "57P03": 12_000, ECONNREFUSED: 5_000, ENOTFOUND: 5_000, EAI_AGAIN: 5_000 };
const take = pg.Pool.prototype.connect;
pg.Pool.prototype.connect = async function (...rest) {
  if (rest.length > 0) return take.apply(this, rest);
  for (const began = Date.now(); ; await sleep(100 + 100 * Math.random())) {
    try {
      return await take.call(this);
    } catch (error) {
      if (!(Date.now() - began < PATIENCE[error.code])) throw error;
    }
  }
};

process.env.DSN = dsn;
await import("@bytebase/dbhub/dist/index.js");
