import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { openBrowser, openPage } from "../../../support/page/browser";
import { demonstrate } from "../../../support/page/demo-fleet";
import { type PageOverApi, pageOverApi } from "../../../support/page/page-over-api";

/** More than there are things to reach on any view. */
const MOST_TABS = 150;

describe("the page, by keyboard alone", function () {
  this.timeout(240_000);
  let over: PageOverApi;
  let browser: Browser;
  let page: Page;

  before(async () => {
    over = await pageOverApi();
    demonstrate(over);
    browser = await openBrowser();
    ({ page } = await openPage(browser));
  });
  after(async () => {
    await browser?.close();
    await over?.stop();
  });

  /** The text by which a screen reader would call what has the focus; its outline must be seen. */
  const focused = () =>
    page.evaluate<{ name: string; isSeen: boolean }>(`(() => {
      const one = document.activeElement;
      const label = one.getAttribute("aria-label") ?? one.labels?.[0]?.textContent ?? one.textContent;
      const { outlineStyle } = getComputedStyle(one);
      return { name: label.trim(), isSeen: outlineStyle !== "none" };
    })()`);

  /** Presses Tab until something of that name has the focus. */
  async function tabTo(name: string | RegExp): Promise<void> {
    for (let count = 0; count < MOST_TABS; count++) {
      await page.keyboard.press("Tab");
      const { name: reached, isSeen } = await focused();
      const isIt = typeof name === "string" ? reached === name : name.test(reached);
      if (!isIt) continue;
      assert.ok(isSeen, `the focus on ${reached} is not seen`);
      return;
    }
    assert.fail(`Tab does not reach ${name}`);
  }
  const press = async (name: string | RegExp, key = "Enter") => {
    await tabTo(name);
    await page.keyboard.press(key);
  };

  it("signs in, stops a server, tries and approves a tool, searches the activity, and signs out", async () => {
    await page.goto(over.url);
    await page.getByLabel("Token").waitFor();
    await tabTo("Token");
    await page.keyboard.type(over.api.token("all"));
    await page.keyboard.press("Enter");
    await page.getByRole("row", { name: /files/ }).waitFor();

    await press("files");
    await page.getByRole("button", { name: "Stop" }).waitFor();
    await press("Stop");
    await page.getByRole("dialog").getByText("This ends 2 sessions.").waitFor();
    await press("Stop");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Start" }).waitFor();
    assert.ok(over.api.fleet.asked.includes("stop files"));
    await press("Start");
    await page.getByText("starting", { exact: true }).waitFor();

    await page.goto(`${over.url}/servers/postgres`);
    await page.getByRole("link", { name: "Tools" }).waitFor();
    await press("Tools");
    await page.getByText("say", { exact: true }).waitFor();
    await press(/^say/);
    await page.getByRole("button", { name: "Call" }).waitFor();
    await press("Call");
    await page.getByRole("region", { name: "Result" }).waitFor();
    await page.reload();
    await page.getByRole("button", { name: "Approve all definitions" }).waitFor();
    await press("Approve all definitions");
    await page.getByText("not approved yet").waitFor({ state: "detached" });

    await press("Activity");
    await page.getByRole("heading", { name: "Activity" }).waitFor();
    await tabTo("Tool");
    await page.keyboard.type("execute_sql");
    await page.keyboard.press("Enter");
    await page
      .getByRole("row", { name: /read_file/ })
      .first()
      .waitFor({ state: "detached" });
    await page
      .getByRole("row", { name: /execute_sql/ })
      .first()
      .waitFor();

    await page.reload();
    await page.getByRole("button", { name: "Sign out" }).waitFor();
    await press("Sign out");
    await page.getByLabel("Token").waitFor();
  });
});
