// dbhub takes its DSN from an argument, the environment or a file with everything in it. The first two show up in
// `ps` and `docker inspect`, so the secret comes as a file and is put into this process's own environment only now:
// /proc/<pid>/environ keeps showing the environment the process was started with, without it.
import { readFileSync } from "node:fs";
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

process.env.DSN = dsn;
await import("@bytebase/dbhub/dist/index.js");
