import assert from "node:assert/strict";
import { configurationPage } from "../../../config/configuration-page";
import { KEYS } from "../../../config/keys";

const page = configurationPage("# Mine\n<!-- keys: made -->\nold\n<!-- end of keys -->\n");
const rows = page.split("\n").filter((line) => line.startsWith("| `"));
const row = (key: string): string | undefined => rows.find((line) => line.startsWith(`| \`${key}\` |`));

describe("docs/configuration.md", () => {
  it("has a row and an example for every key, and keeps what stands around them", () => {
    assert.ok(page.startsWith("# Mine\n"));
    assert.doesNotMatch(page, /^old$/m);
    for (const key of Object.keys(KEYS)) {
      assert.ok(row(key), key);
      assert.match(page, new RegExp(`^  dind-mcp:${key}:|^ {4}pulumi config set --secret .*\\b${key}\\b`, "m"));
    }
  });

  it("says type, default and meaning as the schema has them", () => {
    assert.equal(
      row("maxSessions"),
      "| `maxSessions` | 1 to 100000 | `1000` | MCP sessions of all clients together. |",
    );
    assert.match(row("dockerApi") ?? "", /\| `read-only`, `full` or `off` \| `read-only` \|/);
    assert.match(row("servers") ?? "", /\| list of names \| `\[\]`: all \|/);
    assert.match(row("tokens") ?? "", /\| three: `mcp`, `read`, `admin` \|/);
    assert.match(row("databaseDsn") ?? "", /\| secret PostgreSQL URL \| the embedded database \|/);
  });

  it("says the fields of mappings, those of a list's items and of named ones too", () => {
    assert.match(row("folders.NAME.access") ?? "", /\| `read-only` or `read-write` \| `read-only` \|/);
    assert.match(row("deploy.servers") ?? "", /\| 0 to 64 \| `8` \|/);
    assert.match(row("oauth.issuer") ?? "", /\| required \|/);
    assert.match(row("tokens[].servers") ?? "", /\| all \|/);
  });

  it("shows how a secret is set, and no way to store it in plain text", () => {
    assert.match(page, /^ {4}pulumi config set --secret databaseDsn$/m);
    assert.match(page, /^ {4}pulumi config set --secret --path 'secrets\.weather\.api-key'$/m);
    assert.doesNotMatch(page, /PASSWORD|dind-mcp:secrets/);
  });
});
