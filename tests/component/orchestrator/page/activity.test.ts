import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { AuditResult } from "../../../../api/audit-result";
import { openedPage } from "../../../support/page/opened-page";

/** More than the 16 MiB of the log that the API reads for one page, in lines of about a kilobyte. */
const ENTRIES = 20_000;
/** Entries that the log may have waiting for its disk. */
const AT_ONCE = 1_000;

describe("the page's activity, with a long audit log", function () {
  this.timeout(120_000);
  let page: Page;
  const opened = openedPage({
    prepare: async (over) => {
      const { audit } = over.api;
      const entry = { kind: "mcp", principal: "mcp", method: "tools/call", result: AuditResult.Ok, ms: 1 } as const;
      const time = Date.parse("2026-11-30T10:00:00Z");
      audit.record({ ...entry, time, request: "first", server: "echo", tool: "rare" });
      for (let count = 0; count < ENTRIES; count++) {
        audit.record({ ...entry, time: time + count, request: "x".repeat(900), server: "echo", tool: "usual" });
        if (count % AT_ONCE === 0) await over.api.call("GET", "/v1/audit?limit=1", { as: "read" }); // waits for the disk
      }
    },
  });

  before(async () => {
    ({ page } = opened);
    await page.getByRole("link", { name: "Activity" }).click();
  });

  const search = async (tool: string) => {
    await page.getByRole("textbox", { name: "Tool" }).fill(tool);
    await page.getByRole("button", { name: "Search" }).click();
  };

  it("searches on behind parts that have nothing, to the first entry and to the end", async () => {
    await search("rare");
    await page.getByRole("row", { name: /rare/ }).waitFor();
    await search("never");
    await page.getByText("No entry fits").waitFor();
  });

  it("exports all that fits, far beyond what is shown", async () => {
    await search("usual");
    await page.getByRole("row", { name: /usual/ }).first().waitFor();
    const started = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export CSV" }).click();
    const file = await started;
    assert.equal(file.suggestedFilename(), "audit.csv");
    const lines = readFileSync(await file.path(), "utf8").split("\r\n");
    assert.equal(lines.length, ENTRIES + 2, "a line of heads, and the end of the last line");
  });
});
