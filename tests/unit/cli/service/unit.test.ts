import assert from "node:assert/strict";
import { unitEnvironment } from "../../../../cli/service/environment";
import { unitName, unitText } from "../../../../cli/service/unit";

const UNIT = {
  stack: "dev",
  project: "/srv/dind mcp/100%",
  user: "alice",
  environment: { HOME: "/home/alice", PATH: '/opt/"new"/bin:/usr/bin', DIND_MCP_STATE: "/state\\dind" },
  environmentFile: "/state/50%/dev.env",
};

describe("service: the unit", () => {
  it("runs the watch of its stack as its user, from boot on, for ever", () => {
    assert.equal(unitName("dev"), "dind-mcp-dev.service");
    const lines = unitText(UNIT).split("\n");
    for (const line of [
      'ExecStart="/srv/dind mcp/100%%/bin/dind-mcp" service watch --stack dev',
      "User=alice",
      "WantedBy=multi-user.target",
      "Restart=always",
      "StartLimitIntervalSec=0",
      "KillMode=process",
    ])
      assert.ok(lines.includes(line), line);
  });

  it("has its environment as systemd reads it, and names the file of secrets", () => {
    const lines = unitText(UNIT).split("\n");
    for (const line of [
      'Environment="HOME=/home/alice"',
      'Environment="PATH=/opt/\\"new\\"/bin:/usr/bin"',
      'Environment="DIND_MCP_STATE=/state\\\\dind"',
      "EnvironmentFile=-/state/50%%/dev.env",
    ])
      assert.ok(lines.includes(line), line);
  });

  it("takes over what decides where things are, nothing else, and no secret", () => {
    const kept = {
      ...{ DIND_MCP_CACHE: "/c", DIND_MCP_STATE: "/s", HOME: "/root", HTTPS_PROXY: "http://proxy:3128", PATH: "/bin" },
      ...{ PULUMI_CONFIG_PASSPHRASE_FILE: "/s/passphrase", no_proxy: "localhost" },
    };
    const others = {
      DIND_MCP_TOKEN: "t",
      PULUMI_ACCESS_TOKEN: "t",
      TERM: "xterm",
      NODE_OPTIONS: "x",
      PULUMI_HOME: "/h",
    };
    assert.deepEqual(unitEnvironment({ ...others, ...kept, SSL_CERT_FILE: "", NODE_EXTRA_CA_CERTS: "/a\nUser=root" }), {
      kept,
      secret: [],
    });
    const secrets = {
      PULUMI_CONFIG_PASSPHRASE: "p",
      PULUMI_BACKEND_URL: "postgres://u:p@h/d",
      http_proxy: "http://u:p@h",
    };
    assert.deepEqual(unitEnvironment({ ...secrets, HOME: "/root" }), {
      kept: { HOME: "/root" },
      secret: Object.keys(secrets),
    });
  });
});
