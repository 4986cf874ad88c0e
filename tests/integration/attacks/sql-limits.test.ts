import assert from "node:assert/strict";
import type { Client } from "@modelcontextprotocol/client";
import { asReader, asSuperuser } from "../../support/attacks/database";
import { eventually } from "../../support/eventually";
import { connect, docker, type Fleet, theFleet, tryDocker } from "../../support/fleet/fleet";

/** Statements that take all the memory they can get; some set the limits that a session may set. */
const GREEDY = [
  "SELECT max(length(a::text)) FROM (SELECT array_agg(x) a FROM generate_series(1,2500000) x) z",
  "SELECT length(string_agg(repeat('x',1000), '')) FROM generate_series(1,200000)",
  "SELECT length(jsonb_agg(x)::text) FROM generate_series(1,2000000) x",
  "SET work_mem = '2GB'; SET hash_mem_multiplier = 100; SELECT count(*) FROM (SELECT x, count(*) FROM generate_series(1,5000000) x GROUP BY x) z",
  "SET work_mem = '2GB'; SELECT count(*) FROM (SELECT x FROM generate_series(1,5000000) x ORDER BY random()) z",
  "SELECT array_length(string_to_array(repeat('a,', 8000000), ','), 1)",
  "SELECT json_agg(j) FROM (SELECT json_build_object('a', repeat('y', 100000)) j FROM generate_series(1, 2000)) z",
];
/** Of the role (images/postgres/roles.sql). */
const CONNECTIONS = 12;

describe("the database under more than it can do", function () {
  this.timeout(300_000);
  let fleet: Fleet;
  let began: string;
  before(async () => {
    fleet = await theFleet();
  });
  beforeEach(async () => {
    began = await asSuperuser(fleet, "SELECT extract(epoch FROM now())::bigint");
  });

  /** Lines of the database's log that a crash leaves. */
  async function crashes(): Promise<string[]> {
    const { stderr } = await tryDocker(fleet, ["logs", "--since", began, "mcp-database"]);
    return stderr.split("\n").filter((line) => /terminated by signal|reinitializing/.test(line));
  }

  /** Runs a statement in a session; the text of the answer, `ERROR` before it when it is one. */
  async function sql(client: Client, text: string): Promise<string> {
    const { content, isError } = await client.callTool({ name: "execute_sql", arguments: { sql: text } });
    return `${isError ? "ERROR " : ""}${(content as { text?: string }[]).map((part) => part.text).join("")}`;
  }

  async function withClients(count: number, work: (clients: Client[]) => Promise<void>): Promise<void> {
    const clients = await Promise.all(Array.from({ length: count }, () => connect(fleet, "postgres")));
    try {
      await work(clients);
    } finally {
      await Promise.all(clients.map((client) => client.close()));
    }
  }

  /** What each of the role's connections at once printed, or why it was refused. */
  async function atOnce(count: number, statement: (index: number) => string): Promise<string[]> {
    const all = Array.from({ length: count }, (_, index) => asReader(fleet, [statement(index)]));
    return (await Promise.allSettled(all)).map((one) =>
      one.status === "fulfilled" ? one.value.join("\n") : String(one.reason),
    );
  }

  it("greedy statements of six sessions are errors in words; the server and every session go on", () =>
    withClients(7, async ([patient, ...greedy]) => {
      assert.ok(patient);
      await sql(patient, "SELECT 1");
      const answers = await Promise.all(greedy.map((client) => sql(client, GREEDY[0] ?? "")));
      for (const answer of answers) assert.match(answer, /^ERROR [\s\S]*out of memory/);
      for (const client of [patient, ...greedy]) assert.match(await sql(client, "SELECT 41 + 1 AS n"), /42/);
      assert.deepEqual(await crashes(), []);
    }));

  for (const statement of GREEDY) {
    it(`every connection that the role has, at once: ${statement.slice(0, 80)}`, async () => {
      for (const printed of await atOnce(CONNECTIONS, () => statement)) assert.match(printed, /^ERROR: +53200$/m);
      assert.deepEqual(await crashes(), []);
    });
  }

  it("one connection more than the role has is refused in words", async () => {
    const printed = await atOnce(CONNECTIONS + 1, () => "SELECT 'slept' FROM pg_sleep(5)");
    assert.equal(printed.filter((text) => text.includes("slept")).length, CONNECTIONS);
    assert.match(printed.join("\n"), /too many connections for role "mcp_reader"/);
  });

  it("statements of more sessions than there are connections wait for their turn", () =>
    withClients(8, async (clients) => {
      const answers = await Promise.all(
        clients.flatMap((client) => [1, 2].map((n) => sql(client, `SELECT ${n} AS n FROM pg_sleep(1)`))),
      );
      for (const answer of answers) assert.match(answer, /^{[\s\S]*"n": [12]/);
    }));

  it("a crash of PostgreSQL is an error to who waits for an answer, and ends no session", () =>
    withClients(2, async ([busy, idle]) => {
      assert.ok(busy && idle);
      for (const client of [busy, idle]) await sql(client, "SELECT 1");
      const waiting = sql(busy, "SELECT pg_sleep(20)");
      const running = "SELECT pid FROM pg_stat_activity WHERE query LIKE '%pg_sleep(20)%' AND pid <> pg_backend_pid()";
      let pid = "";
      await eventually(async () => {
        pid = await asSuperuser(fleet, running);
        assert.match(pid, /^\d+$/);
      }, 10_000);
      await docker(fleet, "exec", "mcp-database", "sh", "-c", `kill -9 ${pid}`);
      assert.match(await waiting, /^ERROR [\s\S]*[Cc]onnection/);
      for (const client of [busy, idle]) assert.match(await sql(client, "SELECT 41 + 1 AS n"), /42/);
      assert.notDeepEqual(await crashes(), [], "it did not crash: this test shows nothing");
    }));

  it("what lifted its time limits is ended by the health check", async () => {
    const mark = `overdue ${process.pid} ${Date.now()}`;
    const query = `SET statement_timeout = 0; SELECT pg_sleep(100), '${mark}'`;
    const call = asReader(fleet, [query]).then((all) => all.join("\n"), String);
    const running = `SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%${mark}%' AND pid <> pg_backend_pid()`;
    await eventually(async () => assert.equal(await asSuperuser(fleet, running), "1"), 10_000);
    // The file as it is, but for its minute: it would be this test's.
    const soon =
      "sed \"s/'1 minute'/'1 second'/\" /usr/local/share/mcp-database/overdue.sql | psql -XqAt -h /tmp -U postgres mcp";
    await eventually(async () => {
      await docker(fleet, "exec", "mcp-database", "sh", "-c", soon);
      assert.equal(await asSuperuser(fleet, running), "0");
    }, 10_000);
    assert.match(await call, /57P01|terminating connection/);
  });
});
