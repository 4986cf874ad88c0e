import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { AuditResult } from "../../../../api/audit-result";
import { finished } from "../../../support/orchestrator/gateway/finished-call";
import { barriers } from "../../../support/page/browser";
import { openedPage } from "../../../support/page/opened-page";

describe("the page's trace of a call", function () {
  this.timeout(120_000);
  let page: Page;
  const opened = openedPage({
    prepare: (over) => {
      const { audit, fleet } = over.api;
      const entry = {
        kind: "mcp",
        principal: "mcp",
        server: "echo",
        method: "tools/call",
        result: AuditResult.Ok,
      } as const;
      audit.record({ ...entry, time: Date.parse("2026-11-30T10:00:00Z"), request: "old", tool: "forgotten", ms: 1 });
      audit.record({ ...entry, time: Date.parse("2026-11-30T10:00:01Z"), request: "new", tool: "say", ms: 9 });
      fleet.traces.add(finished("new"));
    },
  });

  before(async () => {
    ({ page } = opened);
    await page.getByRole("link", { name: "Activity" }).click();
  });

  const open = (tool: string) => page.getByRole("row", { name: tool }).getByRole("button").click();

  it("shows where its time went: client, gateway, server", async () => {
    await open("say");
    const rows = page.getByRole("region", { name: "Where its time went" }).locator("tbody tr");
    await rows.first().waitFor();
    const cells = await rows.evaluateAll((all) =>
      all.map((row) => [...row.querySelectorAll("th, .number")].map(({ textContent }) => textContent)),
    );
    assert.deepEqual(cells, [
      ["the client sends it", "0.00", "1.00"],
      ["the gateway", "1.00", "2.00"],
      ["the server", "3.00", "6.00"],
      ["the gateway", "9.00", "1.00"],
    ]);
  });

  it("has no barriers that axe finds, in light and dark", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await barriers(page), [], colorScheme);
    }
  });

  it("has one for a tool that was tried on the page", async () => {
    await page.getByRole("link", { name: "Fleet" }).click();
    await page.getByRole("link", { name: "extra" }).click();
    await page.getByRole("link", { name: "Tools" }).click();
    const card = page.locator("details", { has: page.locator('summary bdi:text-is("say")') });
    await card.locator("summary").click();
    await card.getByRole("button", { name: "Call", exact: true }).click();
    await card.getByRole("region", { name: "Result" }).waitFor();
    await page.getByRole("link", { name: "Activity" }).click();
    await page.getByRole("row", { name: "extra" }).getByRole("button").click();
    await page.getByRole("region", { name: "Where its time went" }).getByText("the server").waitFor();
    await page.getByRole("row", { name: "extra" }).getByRole("button").click();
  });

  it("says so when it is no longer kept", async () => {
    await open("forgotten");
    await page.getByText("Its trace is no longer kept").waitFor();
  });
});
