/**
 * The page in real Chromium, over a fleet in memory: how much it loads, how soon it can be used, whether it stays smooth with
 * 200 servers and five events a second, and what an hour of events leaves in memory. Usage: npm run bench:page
 */
import type { CDPSession, Page } from "playwright-core";
import { textTable } from "../../lib/text-table";
import { server } from "../../tests/support/orchestrator/rest/fleet";
import { openBrowser, openPage } from "../../tests/support/page/browser";
import { type PageOverApi, pageOverApi } from "../../tests/support/page/page-over-api";
import { median } from "../stack/report";

const SERVERS = 200;
const EVENTS_A_SECOND = 5;
const WATCHED_SECONDS = 30;
const LOADS = 5;
/** Events of an hour come in this many bursts: the page gathers those of a quarter of a second. */
const BURSTS = 360;
const HOUR = 3_600;
const VIEWPORT = { width: 1_100, height: 800 };

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Bytes on the wire of what is loaded first, and milliseconds until the fleet can be used. */
async function firstLoad(over: PageOverApi): Promise<{ kilobytes: number; usableMs: number[] }> {
  const usableMs: number[] = [];
  let bytes = 0;
  for (let load = 0; load < LOADS; load++) {
    const browser = await openBrowser(); // with an empty cache
    const { page } = await openPage(browser, { viewport: VIEWPORT });
    await page.goto(over.link());
    await page.getByRole("table").first().waitFor();
    const entries = await page.evaluate<{ encodedBodySize: number; name: string }[]>(
      "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].map(({ encodedBodySize, name }) => ({ encodedBodySize, name }))",
    );
    const files = entries.filter(({ name }) => !name.includes("/v1/"));
    bytes = files.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
    const began = Date.now();
    await page.goto(over.url); // signed in: the files come again, as the cache of a new page is cold
    await page.getByRole("link", { name: "server-000" }).first().click({ trial: true });
    usableMs.push(Date.now() - began);
    await browser.close();
  }
  return { kilobytes: bytes / 1_000, usableMs };
}

/** Milliseconds in tasks that held the page up for more than 50, and frames that were drawn. */
async function smoothness(page: Page, over: PageOverApi): Promise<{ longest: number; long: number; frames: number }> {
  await page.evaluate(`window.seen = { long: [], frames: 0 };
    new PerformanceObserver((list) => window.seen.long.push(...list.getEntries().map(({ duration }) => duration)))
      .observe({ entryTypes: ["longtask"] });
    (function frame() { window.seen.frames++; requestAnimationFrame(frame); })();`);
  const timer = setInterval(() => emit(over), 1_000 / EVENTS_A_SECOND);
  await pause(WATCHED_SECONDS * 1_000);
  clearInterval(timer);
  const seen = await page.evaluate<{ long: number[]; frames: number }>("window.seen");
  return {
    longest: Math.max(0, ...seen.long),
    long: seen.long.reduce((sum, ms) => sum + ms, 0) / WATCHED_SECONDS,
    frames: seen.frames / WATCHED_SECONDS,
  };
}

let emitted = 0;
function emit({ api }: PageOverApi): void {
  const name = `server-${String(emitted++ % SERVERS).padStart(3, "0")}`;
  api.events.emit(emitted % 2 === 0 ? "server.started" : "session.opened", name);
}

/** Megabytes of JavaScript objects that are in use, after a collection. */
async function heap(session: CDPSession): Promise<number> {
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  return usedSize / 2 ** 20;
}

async function main(): Promise<void> {
  const over = await pageOverApi();
  over.api.fleet.servers.clear();
  for (let at = 0; at < SERVERS; at++) over.api.fleet.add(server(`server-${String(at).padStart(3, "0")}`));
  const { kilobytes, usableMs } = await firstLoad(over);
  const browser = await openBrowser();
  try {
    const { page } = await openPage(browser, { viewport: VIEWPORT });
    const session = await page.context().newCDPSession(page);
    await page.goto(over.link());
    await page.getByRole("link", { name: "server-199" }).first().waitFor();
    await pause(2_000);
    const before = await heap(session);
    const { longest, long, frames } = await smoothness(page, over);
    for (let burst = 0; burst < BURSTS; burst++) {
      for (let event = 0; event < (HOUR * EVENTS_A_SECOND) / BURSTS; event++) emit(over);
      await pause(300);
    }
    await pause(2_000);
    const after = await heap(session);
    console.log(
      textTable([
        ["WHAT", "MEASURED", "AIM"],
        ["first load, compressed", `${kilobytes.toFixed(0)} kB`, "250 kB"],
        [`usable with ${SERVERS} servers, median of ${LOADS}`, `${median(usableMs).toFixed(0)} ms`, "1000 ms"],
        [`tasks above 50 ms, ${EVENTS_A_SECOND} events a second`, `${long.toFixed(0)} ms a second`, "-"],
        ["the longest of them", `${longest.toFixed(0)} ms`, "-"],
        ["frames", `${frames.toFixed(0)} a second`, "60"],
        ["memory at first", `${before.toFixed(1)} MiB`, "-"],
        [`after an hour of events (${HOUR * EVENTS_A_SECOND})`, `${after.toFixed(1)} MiB`, "no growth"],
      ]),
    );
  } finally {
    await browser.close();
    await over.stop();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
