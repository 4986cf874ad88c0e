import assert from "node:assert/strict";
import { callTool, docker, type Fleet, theFleet, tryDocker } from "../../support/fleet/fleet";
import { mustCli, mustPulumi } from "../../support/fleet/stack";

describe("the database's password", function () {
  this.timeout(600_000);
  let fleet: Fleet;
  before(async () => {
    fleet = await theFleet();
  });

  /** The reader's password in the stack's state. */
  async function password(): Promise<string> {
    const state = JSON.parse(await mustPulumi(fleet.stack, "stack", "export", "--show-secrets")) as {
      deployment: { resources: { urn: string; outputs?: { result?: { plaintext: string } } }[] };
    };
    const found = state.deployment.resources.find(({ urn }) => urn.endsWith("::database-reader-password"));
    return JSON.parse(found?.outputs?.result?.plaintext ?? '""');
  }

  const login = (word: string) =>
    tryDocker(fleet, [
      ...["exec", "-e", `PGPASSWORD=${word}`, "mcp-database"],
      ...["psql", "-h", "database", "-U", "mcp_reader", "-d", "mcp", "-Atc", "SELECT 1"],
    ]);
  const ids = () => docker(fleet, "inspect", "mcp-files", "mcp-http", "mcp-orchestrator", "-f", "{{.Id}}");

  it("is made anew by one up: its readers have it, the old one is refused, nobody else starts again", async () => {
    const [old, others] = [await password(), await ids()];
    assert.equal((await login(old)).stdout.trim(), "1");
    await mustCli(fleet.stack, "rotate", "database");
    const now = await password();
    assert.notEqual(now, old);
    assert.match((await login(old)).stderr, /password authentication failed/);
    assert.equal((await login(now)).stdout.trim(), "1");
    const answer = await callTool(fleet, "postgres", "execute_sql", { sql: "SELECT 41 + 1 AS answer" });
    assert.match(answer.text, /42/);
    assert.equal(await ids(), others);
  });
});
