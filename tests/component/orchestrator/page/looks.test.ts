import assert from "node:assert/strict";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { barriers, openBrowser, openPage } from "../../../support/page/browser";
import { DEMO_NOW, demonstrate } from "../../../support/page/demo-fleet";
import { type Box, changes, layoutOf } from "../../../support/page/layout";
import { type PageOverApi, pageOverApi } from "../../../support/page/page-over-api";
import { VIEWS } from "../../../support/page/views";

const PHONE = { width: 390, height: 844 };
/** A window of 1100 by 800 at 200 % has so many pixels of CSS. */
const ZOOMED = { width: 550, height: 400 };
const DESK = { width: 1_100, height: 800 };

describe("how the page looks", function () {
  this.timeout(300_000);
  let over: PageOverApi;
  let browser: Browser;
  const opened = new Map<string, { page: Page; errors: string[] }>();

  before(async () => {
    over = await pageOverApi();
    demonstrate(over);
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await over?.stop();
  });
  afterEach(() => {
    for (const { errors } of opened.values()) assert.deepEqual(errors.splice(0), [], "the browser's console");
  });

  /** A page that is signed in; one for each look. */
  async function signedIn(look: string, options: BrowserContextOptions): Promise<Page> {
    const known = opened.get(look);
    if (known) return known.page;
    const one = await openPage(browser, { locale: "en-GB", timezoneId: "UTC", ...options });
    opened.set(look, one);
    await one.page.clock.setFixedTime(DEMO_NOW);
    await one.page.goto(over.link());
    await one.page.getByRole("navigation").waitFor();
    return one.page;
  }
  async function show(page: Page, path: string): Promise<void> {
    await page.goto(over.url + path);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.locator("main:not(:has([aria-busy]))").waitFor();
    await page.getByText("Loading ...").first().waitFor({ state: "detached" });
  }

  for (const colorScheme of ["light", "dark"] as const)
    it(`has no barriers that axe finds on any view, ${colorScheme}`, async () => {
      const page = await signedIn(colorScheme, { colorScheme, viewport: DESK });
      for (const { path } of VIEWS) {
        await show(page, path);
        assert.deepEqual(await barriers(page), [], path);
      }
    });

  for (const [look, viewport] of Object.entries({ phone: PHONE, zoomed: ZOOMED }))
    it(`fits: ${look}, nothing is cut off and no column is a thread`, async () => {
      const page = await signedIn(look, { viewport });
      for (const { path } of VIEWS) {
        await show(page, path);
        assert.equal(await page.evaluate("document.documentElement.scrollWidth"), viewport.width, path);
        const widths = await page
          .locator("tbody :is(th, td):not(:empty)")
          .evaluateAll((cells) => cells.map((cell) => (cell as unknown as { offsetWidth: number }).offsetWidth));
        assert.ok(Math.min(...widths, 1_000) > viewport.width / 2, `${path}: ${widths}`);
      }
    });

  it("says in the fleet how long a server is up, its calls, errors and p95, what it uses of its limits", async () => {
    const page = await signedIn("light", { colorScheme: "light", viewport: DESK });
    await show(page, "/");
    const row = page.getByRole("row", { name: /^files/ });
    for (const text of [
      "up 4 h 10 min",
      "6 a minute, 0 with an error, 95 % in 0.1 s",
      "0.23 of 1.00",
      "71.8 MB of 537 MB",
    ])
      await row.getByText(text).waitFor();
    assert.equal(
      await page
        .getByRole("row", { name: /^memory/ })
        .getByText("up ")
        .count(),
      0,
      "it is stopped",
    );
  });

  it("is laid out as it was", async () => {
    const found: Record<string, Box[]> = {};
    for (const [look, viewport] of Object.entries({ light: DESK, phone: PHONE })) {
      const page = await signedIn(look, { colorScheme: "light", viewport });
      for (const path of ["/", "/servers/files", "/activity"]) {
        await show(page, path);
        found[`${look} ${path}`] = await layoutOf(page);
      }
    }
    assert.deepEqual(changes(found), [], "if it is meant: UPDATE_LAYOUT=1 npx mocha this file");
  });

  it("says what is empty, what failed and can be tried again, and that it may be old", async () => {
    const page = await signedIn("light", { colorScheme: "light", viewport: DESK });
    await show(page, "/servers/nothing");
    await page.getByRole("alert").getByText("nothing").waitFor();
    await page.getByRole("button", { name: "Try again" }).waitFor();
    assert.deepEqual(await barriers(page), []);
    await show(page, "/servers/memory?tab=sessions");
    await page.getByText("Nobody has a session.").waitFor();
    await page.route("**/v1/**", (route) => route.abort());
    await page.goto(`${over.url}/`);
    await page.getByRole("alert").getByText("does not answer").waitFor();
    await page.unroute("**/v1/**");
  });
});
