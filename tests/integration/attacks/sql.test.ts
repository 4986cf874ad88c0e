import assert from "node:assert/strict";
import type { Client } from "@modelcontextprotocol/client";
import { asReader, asSuperuser, checksum } from "../../support/attacks/database";
import { ROLE_ATTACKS, TOOL_ATTACKS } from "../../support/attacks/sql-attacks";
import { eventually } from "../../support/eventually";
import { callTool, connect, docker, type Fleet, theFleet } from "../../support/fleet/fleet";

const short = (sql: string): string => sql.replaceAll("\n", "\\n").slice(0, 100);

describe("attacks on the database", function () {
  this.timeout(900_000);
  let fleet: Fleet;
  before(async () => {
    fleet = await theFleet();
  });

  it("the checksum that these tests trust sees a changed row, role, right, function and large object", async () => {
    const before = await checksum(fleet);
    assert.equal(await checksum(fleet, "SELECT 1"), `1\n${before}`);
    for (const change of [
      "UPDATE customers SET city = 'x' WHERE id = 1",
      "ALTER ROLE mcp_reader CONNECTION LIMIT 21",
      "GRANT DELETE ON customers TO mcp_reader",
      "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
      "DO 'BEGIN PERFORM lo_create(0); END'",
    ]) {
      assert.notEqual(await checksum(fleet, change), before, change);
    }
    assert.equal(await checksum(fleet), before);
  });

  describe("through the server's tool", () => {
    let client: Client;
    let untouched: string;
    const sql = async (text: string): Promise<{ text: string; isError: boolean }> => {
      const result = await client.callTool({ name: "execute_sql", arguments: { sql: text } });
      const content = result.content as { text?: string }[];
      return { text: content.map((part) => part.text ?? "").join(""), isError: result.isError === true };
    };

    before(async () => {
      untouched = await checksum(fleet);
      client = await connect(fleet, "postgres");
    });
    after(() => client?.close());
    afterEach("the session answers as before, in a read-only transaction", async () => {
      const answer = await sql(
        "SELECT current_setting('transaction_read_only'), current_user, count(*) FROM customers",
      );
      assert.match(answer.text, /"on"[\s\S]*"mcp_reader"[\s\S]*"10"/);
    });

    for (const attack of TOOL_ATTACKS) {
      it(`refuses ${short(attack)}`, async () => {
        const { text, isError } = await sql(attack);
        assert.ok(isError, text);
      });
    }

    it("nothing has changed", async () => assert.equal(await checksum(fleet), untouched));
  });

  describe("as the reader's role, past the server", () => {
    let printed: string[];
    let untouched: string;
    before(async () => {
      untouched = await checksum(fleet);
      printed = await asReader(fleet, [...ROLE_ATTACKS.map(([sql]) => sql), "SHOW transaction_read_only"]);
    });

    it("the way there is open: it reads, and read-only is switched off", async () => {
      assert.equal(printed.length, ROLE_ATTACKS.length + 1);
      assert.match(printed.at(-1) ?? "", /^off$/m);
      assert.match((await asReader(fleet, ["SELECT count(*) FROM customers"]))[0] ?? "", /^10$/m);
    });

    for (const [index, [attack, state = "42501"]] of ROLE_ATTACKS.entries()) {
      it(`PostgreSQL refuses ${short(attack)}`, () =>
        assert.match(printed[index] ?? "", new RegExp(`^ERROR: +${state}$`, "m")));
    }

    it("nothing has changed", async () => assert.equal(await checksum(fleet), untouched));

    it("what a role may always change about itself is set back by the next health check", async () => {
      const settings = "SELECT array_agg(s ORDER BY s) FROM pg_db_role_setting, unnest(setconfig) s";
      const before = await asSuperuser(fleet, settings);
      try {
        await asReader(fleet, ["ALTER ROLE mcp_reader SET statement_timeout = 0"]);
        assert.notEqual(await asSuperuser(fleet, settings), before, "PostgreSQL refuses it now: this test can go");
      } finally {
        await docker(fleet, "exec", "mcp-database", "healthcheck");
      }
      assert.equal(await asSuperuser(fleet, settings), before);
      const answer = await callTool(fleet, "postgres", "execute_sql", { sql: "SELECT 1" });
      assert.equal(answer.isError, false, answer.text);
    });
  });

  it("ends a query that takes longer than its limit", async () => {
    const start = Date.now();
    const { text, isError } = await callTool(fleet, "postgres", "execute_sql", { sql: "SELECT pg_sleep(300)" });
    assert.ok(isError, text);
    assert.ok(Date.now() - start < 90_000, `${Date.now() - start} ms`);
  });

  it("ends a query whose session is gone, also when it has lifted its own limit", async () => {
    const mark = `gone ${process.pid} ${Date.now()}`;
    const running = `SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%${mark}%' AND pid <> pg_backend_pid()`;
    const client = await connect(fleet, "postgres");
    const lifted = "SELECT set_config('statement_timeout', '0', false)";
    const call = client
      .callTool({ name: "execute_sql", arguments: { sql: `${lifted}; SELECT pg_sleep(300), '${mark}'` } })
      .catch(() => undefined);
    try {
      await eventually(async () => assert.equal(await asSuperuser(fleet, running), "1"), 30_000);
    } finally {
      await client.close();
      await call;
    }
    await eventually(async () => assert.equal(await asSuperuser(fleet, running), "0"), 30_000);
  });
});
