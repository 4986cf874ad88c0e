import assert from "node:assert/strict";
import { fastForward } from "../../../support/clock";
import { seriesOf } from "../../../support/orchestrator/metrics/series";
import { engine, expose, server } from "../../../support/orchestrator/metrics/sources";

describe("metrics: exposition", () => {
  it("tells of servers, sessions, containers, engine, certificates, audit log and process", async () => {
    const series = seriesOf(await expose().text());
    const expected = {
      'dind_mcp_server_info{server="files",version="1.2.3",transport="stdio",managed_by="pulumi",image="sha256:abc"}': 1,
      'dind_mcp_server_up{server="files"}': 1,
      'dind_mcp_server_healthy{server="files"}': 1,
      'dind_mcp_server_up{server="http"}': 1,
      'dind_mcp_server_healthy{server="http"}': 0,
      'dind_mcp_server_up{server="postgres"}': 0,
      'dind_mcp_server_signed_in{server="files"}': undefined,
      'dind_mcp_server_signed_in{server="http"}': 0,
      'dind_mcp_server_restarts_total{server="files"}': 2,
      'dind_mcp_server_oom_kills_total{server="files"}': 1,
      'dind_mcp_server_storage_bytes{server="files",storage="data"}': 250,
      'dind_mcp_server_storage_limit_bytes{server="files",storage="data"}': 1_000,
      'dind_mcp_server_storage_limit_bytes{server="files",storage="new"}': 9,
      'dind_mcp_sessions{server="files"}': 3,
      'dind_mcp_sessions_limit{server="files"}': 8,
      'dind_mcp_connections{server="files"}': 4,
      'dind_mcp_idle_connections{server="files"}': 1,
      'dind_mcp_requests_in_flight{server="files"}': 2,
      dind_mcp_aggregate_sessions: 2,
      'dind_mcp_container_cpu_seconds_total{container="mcp-files",server="files"}': 1.5,
      'dind_mcp_container_memory_bytes{container="mcp-files",server="files"}': 100,
      'dind_mcp_container_memory_limit_bytes{container="mcp-egress",server=""}': 20,
      'dind_mcp_container_processes{container="mcp-files",server="files"}': 5,
      'dind_mcp_container_network_received_bytes_total{container="mcp-files",server="files"}': 7,
      'dind_mcp_container_network_sent_bytes_total{container="mcp-files",server="files"}': 8,
      dind_mcp_engine_up: 1,
      'dind_mcp_engine_info{version="26.1.5",api_version="1.45",os="Debian GNU/Linux 13",kernel="6.12"}': 1,
      'dind_mcp_engine_containers{state="running"}': 5,
      'dind_mcp_engine_disk_bytes{type="build_cache"}': 5,
      'dind_mcp_certificate_expiry_timestamp_seconds{certificate="server"}': 2_111_430_735,
      // No certificate is in its file, so there is nothing to tell.
      'dind_mcp_certificate_expiry_timestamp_seconds{certificate="client"}': undefined,
      dind_mcp_audit_dropped_total: 3,
      dind_mcp_audit_healthy: 1,
      [`dind_mcp_build_info{version="0.1.0",stack="dind-mcp/test",node="${process.version}"}`]: 1,
    };
    for (const [name, value] of Object.entries(expected)) assert.equal(series[name], value, name);
    assert.ok((series.process_resident_memory_bytes ?? 0) > 1e7);
    assert.ok((series.process_open_fds ?? 0) > 3);
  });
  it("does not show what is gone, and counts on from scrape to scrape", async () => {
    const list = [server("files"), server("http")];
    const exposition = expose({ servers: { list: () => list } });
    assert.equal(seriesOf(await exposition.text())['dind_mcp_server_restarts_total{server="http"}'], 2);
    list.pop();
    const series = seriesOf(await exposition.text());
    assert.equal(series['dind_mcp_server_restarts_total{server="files"}'], 2);
    assert.ok(!Object.keys(series).some((name) => name.includes('server="http"')));
  });
  it("says that the engine is down when it answers with an error or not at all, and gives the rest", async () => {
    const silent = expose({ engine: { ...engine, info: () => new Promise(() => {}) } });
    const both = await fastForward(() => Promise.all([silent.text(), silent.text()]));
    const [series, same] = both.map(seriesOf);
    assert.deepEqual([series?.dind_mcp_engine_up, series?.['dind_mcp_server_up{server="files"}']], [0, 1]);
    assert.deepEqual(series, same);
    assert.ok(!Object.keys(series ?? {}).some((name) => name.startsWith("dind_mcp_engine_info")));
  });
  it("leaves the disk out while Docker still counts, or cannot", async () => {
    const still = (): Promise<never> => new Promise(() => {});
    const cannot = (): Promise<never> => Promise.reject(new Error("no answer"));
    const exposed = [still, cannot].map((disk) => expose({ engine: { ...engine, disk } }));
    for (const text of await fastForward(() => Promise.all(exposed.map((one) => one.text())))) {
      const series = seriesOf(text);
      assert.equal(series.dind_mcp_engine_up, 1);
      assert.ok(!Object.keys(series).some((name) => name.startsWith("dind_mcp_engine_disk_bytes")));
    }
  });
});
