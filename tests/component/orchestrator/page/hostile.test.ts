import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { server } from "../../../support/orchestrator/rest/fleet";
import { openedPage } from "../../../support/page/opened-page";
import type { PageOverApi } from "../../../support/page/page-over-api";

/** Runs when a browser takes it for markup. */
const MARKUP = `<img src=x onerror="window.taken=1"><svg onload="window.taken=1"><script>window.taken=1</script>`;
/** Turns the writing round, and hides what follows. */
const CONTROLS = "\u202Eevil\u2066\u200B\u0007\u001B[31m";
const NASTY = `${MARKUP}${CONTROLS}javascript:window.taken=1`;
/** Docker cuts a line there. */
const LONG_LINE = "x".repeat(16 * 2 ** 10);
const MEGABYTE = "x".repeat(2 ** 20);

describe("the page, with a hostile server", function () {
  this.timeout(240_000);
  let over: PageOverApi;
  let page: Page;
  const opened = openedPage({
    prepare: (over) => {
      const { fleet } = over.api;
      const echo = server("echo");
      const manifest = { ...echo.manifest, title: NASTY, description: `${NASTY}${MEGABYTE}`, version: NASTY };
      fleet.add({ ...echo, reason: `${NASTY}\n${MEGABYTE}`, manifest });
      for (let number = 0; number < 200; number++) fleet.add(server(`server-${number}`));
      fleet.tools.push({
        ...{ name: NASTY, digest: "0".repeat(64), approval: "new", visible: true, problem: NASTY },
        definition: { name: NASTY, description: NASTY + MEGABYTE, inputSchema: endless() },
      });
      fleet.log.push(
        ...Array.from({ length: 5_000 }, (_, at) => ({ time: stamp(at), stream: "stderr" as const, line: NASTY })),
      );
      fleet.log.push({ time: stamp(5_000), stream: "stderr", line: LONG_LINE });
    },
  });

  before(async () => {
    ({ over, page } = opened);
    await page.getByRole("row", { name: "echo" }).waitFor();
  });
  afterEach(async () => {
    assert.equal(await page.evaluate("window.taken"), undefined);
    assert.equal(await page.locator("main script, main img, main svg:not(.chart, .sparkline), main iframe").count(), 0);
  });

  it("shows its name, its description and its reason as text, beside 200 others", async () => {
    assert.equal(await page.locator("tbody tr").count(), 203);
    await page.getByText("<img src=x").first().waitFor();
    await page.getByRole("searchbox").fill("server-19");
    await page.getByText("server-199").waitFor();
    assert.equal(await page.locator("tbody tr").count(), 11);
  });

  it("shows its tools, an endless schema and a result of markup as text", async () => {
    await page.goto(`${over.url}/servers/echo?tab=tools`);
    await page.locator("summary", { hasText: "<img" }).click();
    await page.locator("pre").filter({ hasText: "inputSchema" }).waitFor();
    const card = page.locator("details", { hasText: "say" }).first();
    await card.locator("summary").click();
    await card.getByRole("textbox").fill(JSON.stringify({ text: NASTY }));
    await card.getByRole("button", { name: "Call" }).click();
    await card.getByRole("region", { name: "Result" }).getByText("<script>").waitFor();
  });

  it("shows its log, of long lines, and stays usable", async () => {
    await page.goto(`${over.url}/servers/echo?tab=logs`);
    await page.getByText("200 lines").waitFor();
    await page.getByRole("searchbox").fill("xxxx");
    await page.getByText("1 lines").waitFor();
    await page.getByRole("link", { name: "Manifest" }).click();
    await page.locator("pre").filter({ hasText: '"description"' }).waitFor();
  });
});

/** A schema as deep as a parser takes it. */
function endless(): Record<string, unknown> {
  let schema: Record<string, unknown> = { type: "object" };
  for (let depth = 0; depth < 150; depth++) schema = { type: "object", required: ["a"], properties: { a: schema } };
  return schema;
}

function stamp(at: number): string {
  return new Date(Date.parse("2026-11-30T10:00:00Z") + at).toISOString();
}
