import assert from "node:assert/strict";
import { PROXIES } from "../../cli/proxy/files";
import { losingConnection } from "../support/clients/gateway-client";
import { servedByAcme } from "../support/proxy/acme";
import type { ProxyName } from "../support/proxy/programs";
import { ProxySite } from "../support/proxy/proxy-site";
import { usePage } from "../support/proxy/use-page";

type Era = "legacy" | "modern";

/** One thing that people do through a proxy. */
export interface Step {
  title: string;
  /** It waits for minutes. */
  long?: boolean;
  /** Rejects when it does not work. @param era undefined for what has no era */
  run(site: ProxySite, era: Era): Promise<void>;
  /** The eras that it is tried in. */
  eras: readonly Era[];
  /** Whether a proxy can do it. @default every one can */
  of?(name: ProxyName): boolean;
}

const BOTH = ["legacy", "modern"] as const;
const SILENT_MS = 300_000;
const LARGE = 5_000_000;

/** What is tried, in this order. */
export const STEPS: readonly Step[] = [
  {
    title: "check",
    long: true,
    eras: ["legacy"],
    run: async (site) => {
      const { code, stdout, stderr } = await site.check();
      assert.equal(code, 0, stdout + stderr);
    },
  },
  {
    title: "list",
    eras: BOTH,
    run: (site, era) =>
      using(site, era, async ({ client }) => {
        const { tools } = await client.listTools();
        assert.ok(tools.some(({ name }) => name === "fixture_echo"));
      }),
  },
  {
    title: "progress",
    eras: BOTH,
    run: (site, era) =>
      using(site, era, async ({ client }) => {
        const at: number[] = [];
        const began = Date.now();
        const heard = { onprogress: () => void at.push(Date.now() - began) };
        await client.callTool({ name: "fixture_wait", arguments: { ms: 3_000, everyMs: 1_000 } }, heard);
        assert.equal(at.length, 3);
        assert.ok((at[0] ?? Infinity) + 1_000 < Date.now() - began, "it comes while the call runs, not at its end");
      }),
  },
  {
    title: "cancel",
    eras: BOTH,
    run: (site, era) =>
      using(site, era, async (connected) => {
        const leaving = new AbortController();
        const called = connected.client.callTool(
          { name: "fixture_wait", arguments: { ms: 60_000 } },
          { signal: leaving.signal },
        );
        setTimeout(() => leaving.abort("enough"), 1_000);
        await assert.rejects(called);
        assert.match(await connected.text("fixture_echo", { still: "here" }), /still/);
      }),
  },
  {
    title: "5 MB",
    eras: BOTH,
    run: (site, era) =>
      using(site, era, async (connected) => {
        assert.equal((await connected.text("fixture_big", { bytes: LARGE })).length, LARGE);
      }),
  },
  {
    title: "resume",
    eras: ["legacy"], // the modern era has no streams to come back to
    run: async (site, era) => {
      const { fetch, lost } = losingConnection(site.fetch);
      const connected = await site.client(era, fetch);
      try {
        const result = await connected.client.callTool(
          { name: "fixture_wait", arguments: { ms: 3_000, everyMs: 500 } },
          { onprogress: () => {} },
        );
        assert.ok(lost(), "the connection was cut");
        assert.match(JSON.stringify(result), /waited 3000 ms/);
      } finally {
        await connected.close();
      }
    },
  },
  {
    title: "sign out",
    eras: ["legacy"],
    run: (site, era) =>
      using(site, era, async ({ transport, client }) => {
        await transport.terminateSession();
        await assert.rejects(client.listTools());
      }),
  },
  { title: "path", eras: ["legacy"], run: underPath },
  { title: "page", eras: ["legacy"], run: usePage },
  { title: "ACME", eras: ["legacy"], of: (name) => PROXIES[name].acme, run: ({ name }) => servedByAcme(name) },
  {
    title: "5 minutes' silence",
    long: true,
    eras: BOTH,
    run: (site, era) =>
      using(site, era, async ({ client }) => {
        const result = await client.callTool(
          { name: "fixture_wait", arguments: { ms: SILENT_MS } },
          { timeout: SILENT_MS + 60_000 },
        );
        assert.match(JSON.stringify(result), /waited 300000 ms/);
      }),
  },
];

/** The fleet under a path of its host, by a proxy of its own; the page is at the root of the same host. */
async function underPath({ name }: ProxySite): Promise<void> {
  const site = await ProxySite.open(name, { prefix: "/fleet", pageHost: "localhost" });
  try {
    const { code, stdout, stderr } = await site.check("--quick");
    assert.equal(code, 0, stdout + stderr);
    const page = await site.fetch(site.pageUrl);
    assert.match(await page.text(), /the page/);
  } finally {
    await site.close();
  }
}

type Connected = Awaited<ReturnType<ProxySite["client"]>>;

async function using(site: ProxySite, era: Era, work: (connected: Connected) => Promise<void>): Promise<void> {
  const connected = await site.client(era);
  try {
    await work(connected);
  } finally {
    await connected.close();
  }
}
