import assert from "node:assert/strict";
import { CLIENT_NAMES, type Client, clientConfig, targets } from "../../../api/client-configs";
import { fileText } from "../../../api/file-text";
import { FORMATS } from "../../../cli/connect/formats";

const all = targets("http://127.0.0.1:18080", ["files", "http"], "each");

describe("a client's file as text", () => {
  it("means what the configuration says, in the client's own format, for every client", () => {
    for (const client of CLIENT_NAMES) {
      const made = clientConfig(client, all, { token: 'a"b\\c' });
      const { format, config, begin = "" } = made;
      const { data } = FORMATS[format];
      assert.deepEqual(data(fileText(made), client), { ...(begin && data(begin, client)), ...config }, client);
    }
  });

  it("reads well: a TOML table for each server, YAML in blocks", () => {
    const text = (client: Client) => fileText(clientConfig(client, all.slice(0, 1)));
    assert.match(text("codex"), /^\[mcp_servers\.files\]\nurl = "http:\/\/127\.0\.0\.1:18080\/servers\/files\/mcp"\n/);
    assert.match(text("goose"), /^extensions:\n {2}files:\n {4}/);
    assert.match(text("continue"), /^name: Local\nversion: 1\.0\.0\nschema: v1\nmcpServers:\n {2}- name: files\n/);
  });
});
