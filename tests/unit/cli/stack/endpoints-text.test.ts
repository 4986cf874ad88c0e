import assert from "node:assert/strict";
import { endpointsText } from "../../../../cli/stack/endpoints-text";

describe("what up ends with", () => {
  it("every endpoint and every server's URL, and how to get the tokens", () => {
    const url = "http://127.0.0.1:18080";
    const shown = endpointsText({
      endpoints: {
        api: url,
        mcp: `${url}/mcp`,
        metrics: "http://127.0.0.1:19090/metrics",
        dockerTls: "tcp://127.0.0.1:1",
      },
      servers: {
        files: {
          container: "mcp-files",
          transport: "stdio",
          url: `${url}/servers/files/mcp`,
          image: "",
          description: "",
        },
      },
    });
    assert.match(shown, /^endpoint +api +http:\/\/127\.0\.0\.1:18080$/m);
    assert.match(shown, /^endpoint +dockerTls +tcp:\/\/127\.0\.0\.1:1$/m);
    assert.match(shown, /^server +files +stdio +http:\/\/127\.0\.0\.1:18080\/servers\/files\/mcp$/m);
    assert.match(shown, /bin\/dind-mcp connect claude-code/);
    assert.match(shown, /outputs clientConfig --show-secrets[\s\S]*outputs tokens --show-secrets/);
  });
});
