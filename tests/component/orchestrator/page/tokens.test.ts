import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { barriers, openPage } from "../../../support/page/browser";
import { openedPage } from "../../../support/page/opened-page";
import type { PageOverApi } from "../../../support/page/page-over-api";

describe("the page's tokens", function () {
  this.timeout(120_000);
  let over: PageOverApi;
  let browser: Browser;
  let page: Page;
  const opened = openedPage();

  before(async () => {
    ({ over, browser, page } = opened);
    await page.getByRole("link", { name: "Tokens" }).click();
  });

  const row = (name: string) => page.getByRole("row", { name });
  let made = "";

  it("lists those of the stack, which no button revokes", async () => {
    await row("files").getByText("the stack").waitFor();
    assert.equal(await page.getByRole("button", { name: "Revoke" }).count(), 0);
  });

  it("makes one, shows it once, and lists it with what it may do", async () => {
    await page.getByLabel("Name").fill("laptop");
    await page.getByLabel("What it is for").fill("on the way");
    await page.getByLabel("look (read)").check();
    await page.getByLabel("Servers, by comma").fill("files, echo");
    await page.getByLabel("Not these tools").fill("files__w*");
    await page.getByRole("button", { name: "Make a token" }).click();
    await page.getByText("laptop is made").waitFor();
    made = (await page.getByRole("status").locator("code").textContent()) ?? "";
    await row("laptop").getByText("files, echo; not files__w*").waitFor();
    await row("laptop").getByText("by all").waitFor();
    await page.reload();
    await row("laptop").waitFor();
    assert.ok(!(await page.content()).includes(made));
  });

  it("says what is wrong with one", async () => {
    await page.getByLabel("Name").fill("laptop");
    await page.getByRole("button", { name: "Make a token" }).click();
    await page.getByRole("alert").getByText("there is a token laptop already").waitFor();
  });

  it("has no barriers that axe finds, in light and dark", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await barriers(page), [], colorScheme);
    }
  });

  it("revokes one: who is signed in with it is signed out at once", async () => {
    const other = await openPage(browser);
    await other.page.goto(over.url);
    await other.page.getByLabel("Token").fill(made);
    await other.page.getByRole("button", { name: "Sign in" }).click();
    await other.page.getByText("signed in as api:laptop").waitFor();
    assert.equal(await other.page.getByRole("link", { name: "Tokens" }).count(), 0);
    await page.getByRole("button", { name: "Revoke laptop" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
    await row("laptop").waitFor({ state: "detached" });
    await other.page.getByRole("button", { name: "Sign in" }).waitFor();
  });
});
