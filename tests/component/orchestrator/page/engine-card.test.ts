import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { barriers } from "../../../support/page/browser";
import { openedPage } from "../../../support/page/opened-page";

describe("the page's card of the engine", function () {
  this.timeout(120_000);
  let page: Page;
  const opened = openedPage();

  before(async () => {
    ({ page } = opened);
    await page.locator("summary", { hasText: "Engine" }).click();
  });

  const fact = (name: string) =>
    page.locator(".facts div", { has: page.locator(`dt:text-is("${name}")`) }).locator("dd");

  it("says what is around every server, and where to see what only the host knows", async () => {
    assert.equal(await fact("Around every server").textContent(), "seccomp (builtin), cgroupns");
    await page.getByText("bin/dind-mcp status").waitFor();
  });

  it("says when certificates end, and leaves out what is not known", async () => {
    const end = (await fact("Its certificate ends").textContent()) ?? "";
    assert.match(end, /27.*, in \d+ days$/);
    assert.equal(await fact("Clients' certificate ends").count(), 0, "its file has no certificate");
  });

  it("has no barriers that axe finds", async () => assert.deepEqual(await barriers(page), []));
});
