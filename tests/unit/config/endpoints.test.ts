import assert from "node:assert/strict";
import { consulPorts, endpoints, orchestratorPorts, serverUrl } from "../../../config/endpoints";
import { parseSettings } from "../../../config/parse-settings";

const set = (raw: Record<string, string>) => parseSettings(raw, [], "f");

describe("endpoints", () => {
  it("are on the bind address and the ports of the config", () => {
    assert.deepEqual(endpoints(set({})), {
      api: "http://127.0.0.1:18080",
      mcp: "http://127.0.0.1:18080/mcp",
      page: "http://127.0.0.1:18081",
      metrics: "http://127.0.0.1:19090/metrics",
      docker: "tcp://127.0.0.1:12375",
    });
    const other = { bindAddress: "192.0.2.7", apiPort: "1", pagePort: "4", metricsPort: "2", dockerPort: "3" };
    assert.deepEqual(endpoints(set(other)), {
      api: "http://192.0.2.7:1",
      mcp: "http://192.0.2.7:1/mcp",
      page: "http://192.0.2.7:4",
      metrics: "http://192.0.2.7:2/metrics",
      docker: "tcp://192.0.2.7:3",
    });
  });

  it("name the loopback address where all addresses are bound, and the public URL where there is one", () => {
    assert.equal(endpoints(set({ bindAddress: "0.0.0.0" })).api, "http://127.0.0.1:18080");
    const { api, mcp, metrics } = endpoints(set({ publicUrl: "https://mcp.example.com" }));
    assert.deepEqual([api, mcp], ["https://mcp.example.com", "https://mcp.example.com/mcp"]);
    assert.equal(metrics, "http://127.0.0.1:19090/metrics");
    assert.equal(endpoints(set({ pageUrl: "https://page.example.com" })).page, "https://page.example.com");
    assert.throws(() => set({ pageUrl: "https://example.com/page" }), /dind-mcp\.pageUrl: got .*without a path/);
    assert.equal(serverUrl(api, "files"), "https://mcp.example.com/servers/files/mcp");
  });

  it("have no page where that is off, and then no port for it", () => {
    const off = set({ pagePort: "off" });
    assert.ok(!("page" in endpoints(off)));
    assert.ok(!orchestratorPorts(off).some(({ internal }) => internal === 18_081));
    assert.throws(
      () => set({ pagePort: "of" }),
      /dind-mcp\.pagePort: got "of", expected a port from 1 to 65535, or off/,
    );
  });

  it("have a port of the embedded Consul, and none of another", () => {
    const key = "consulPort" as const;
    assert.deepEqual(consulPorts(set({ consul: "embedded" })), [{ key, internal: 8_500, external: 8_500 }]);
    assert.deepEqual(consulPorts(set({ consul: '{"address":"http://c:8500"}' })), []);
  });

  it("have no Docker API where that is off, and then no port for it", () => {
    const off = set({ dockerApi: "off" });
    assert.ok(!("docker" in endpoints(off)));
    assert.deepEqual(
      orchestratorPorts(off).map(({ key }) => key),
      ["apiPort", "pagePort", "metricsPort"],
    );
    assert.deepEqual(orchestratorPorts(set({ dockerPort: "7" }))[0], {
      key: "dockerPort",
      internal: 12_375,
      external: 7,
    });
  });
});
