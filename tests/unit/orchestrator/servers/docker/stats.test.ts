import assert from "node:assert/strict";
import { usageOf } from "../../../../../orchestrator/servers/docker/stats";

type Answer = Parameters<typeof usageOf>[0];

describe("Docker's stats of a container", () => {
  it("of cgroup v1: memory without the inactive files of all its children, all networks together", () => {
    const v1 = { inactive_file: 1, total_inactive_file: 4_000, active_file: 2, total_active_file: 500 };
    const answer = {
      cpu_stats: {
        cpu_usage: { total_usage: 1_500_000_000 },
        throttling_data: { periods: 40, throttled_periods: 10, throttled_time: 2_500_000_000 },
      },
      memory_stats: { usage: 10_000, limit: 20_000, stats: v1 },
      pids_stats: { current: 7 },
      networks: { eth0: { rx_bytes: 100, tx_bytes: 10 }, eth1: { rx_bytes: 1, tx_bytes: 2 } },
    } as unknown as Answer;
    assert.deepEqual(usageOf(answer), {
      ...{ cpuSeconds: 1.5, throttledSeconds: 2.5, throttledShare: 0.25 },
      memory: 6_000,
      heldMemory: 5_500,
      memoryLimit: 20_000,
      pids: 7,
      received: 101,
      sent: 12,
    });
  });

  it("of cgroup v2, without a network", () => {
    const answer = {
      memory_stats: { usage: 10_000, limit: 20_000, stats: { inactive_file: 7_000, active_file: 2_000 } },
    };
    const { memory, heldMemory, received, sent } = usageOf(answer as unknown as Answer);
    assert.deepEqual([memory, heldMemory, received, sent], [3_000, 1_000, 0, 0]);
  });

  it("never below nothing, and of a container that ended meanwhile", () => {
    const odd = { memory_stats: { usage: 5, limit: 9, stats: { inactive_file: 6 } } } as unknown as Answer;
    assert.equal(usageOf(odd).memory, 5);
    const throttled = { throttledSeconds: 0, throttledShare: 0 };
    const empty = {
      ...throttled,
      cpuSeconds: 0,
      memory: 0,
      heldMemory: 0,
      memoryLimit: 0,
      pids: 0,
      received: 0,
      sent: 0,
    };
    assert.deepEqual(usageOf({ memory_stats: {}, pids_stats: {} }), empty);
  });
});
