import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { barriers } from "../../../support/page/browser";
import { openedPage } from "../../../support/page/opened-page";

/** More than the page keeps, and more than GET .../logs gives. */
const LINES = 12_000;

describe("a server's log on the page", function () {
  this.timeout(120_000);
  let page: Page;
  const opened = openedPage({
    prepare: ({ api: { fleet } }) => {
      fleet.log.splice(0);
      for (let count = 0; count < LINES; count++)
        fleet.log.push({ time: stamp(count), stream: "stderr", line: `line ${count}` });
    },
  });

  before(async () => {
    ({ page } = opened);
    await page.goto(`${opened.over.url}/servers/echo?tab=logs`);
    await page.getByText("200 lines").waitFor();
  });

  it("stays where it is when its stream is opened again, and goes on without a line twice", async () => {
    const { fleet } = opened.over.api;
    fleet.followMs = 100; // what is followed from now on ends at once, and is opened again
    await page.reload();
    await page.getByText("200 lines").waitFor();
    await page.evaluate(`window.blanks = 0; new MutationObserver(() => {
      if (!document.querySelector("pre.log")) window.blanks++;
    }).observe(document.querySelector("main"), { childList: true, subtree: true });`);
    fleet.log.push({ time: stamp(LINES), stream: "stderr", line: "a line while nobody followed" });
    await page.getByText("a line while nobody followed").waitFor();
    // Opened again, it is asked for all that the page keeps.
    await page.getByText("2000 lines").waitFor();
    const shown = ((await page.locator("pre.log").textContent()) ?? "").trimEnd().split("\n");
    const latest = Array.from({ length: 1_999 }, (_, at) => `line ${LINES - 1_999 + at}`);
    assert.deepEqual(
      shown.map((line) => line.slice("10:00:00  ".length)),
      [...latest, "a line while nobody followed"],
    );
    assert.equal(await page.evaluate("window.blanks"), 0, "it was never empty");
    fleet.followMs = undefined;
  });

  it("is downloaded whole, far beyond what is shown", async () => {
    const started = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download all" }).click();
    const file = await started;
    assert.equal(file.suggestedFilename(), "echo.log");
    const lines = readFileSync(await file.path(), "utf8")
      .trimEnd()
      .split("\n");
    assert.equal(lines.length, LINES + 1);
    assert.equal(lines[0], `${stamp(0)} line 0`);
  });

  it("says why it cannot be downloaded, and has no barriers that axe finds", async () => {
    opened.over.api.fleet.logRefused = new Error("the engine is gone");
    await page.getByRole("button", { name: "Download all" }).click();
    await page.getByRole("alert").waitFor();
    opened.over.api.fleet.logRefused = undefined;
    assert.deepEqual(await barriers(page), []);
  });
});

function stamp(at: number): string {
  return new Date(Date.parse("2026-11-30T10:00:00Z") + at * 1_000).toISOString();
}
